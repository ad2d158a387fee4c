"""A page of people, and one of them, say the same as the table of everyone."""

import uuid
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.reading import Reader
from vedette.server.signals.persons.queries import people, person, persons_sql

IDS = st.sampled_from("abcdefgh")
LINKS = st.lists(st.tuples(IDS, IDS, st.sampled_from(("identify", "alias", "merge"))), max_size=8)
UPDATES = st.lists(st.tuples(IDS, st.booleans(), st.sampled_from(("set", "set_once")), st.integers(0, 3)), max_size=8)
SEEN = st.dictionaries(IDS, st.booleans(), max_size=8)


def at(second: int) -> str:
    return f"2026-11-20T10:00:{second:02d}.000000Z"


def fill(reader: Reader, links: Any, updates: Any, seen: Any) -> None:
    reader.insert_plain("distinct_ids", [
        {"distinct_id": one, "first_time": at(1), "last_time": at(2 + number % 3), "has_profile": profile}
        for number, (one, profile) in enumerate(seen.items())
    ])  # fmt: skip
    reader.insert_plain("identity_links", [
        {"distinct_id": target, "from_distinct_id": source, "kind": kind, "time": at(number), "seq": number,
         "uuid": str(uuid.uuid4())}
        for number, (target, source, kind) in enumerate(links)
    ])  # fmt: skip
    reader.insert_plain("person_updates", [
        {"distinct_id": one, "time": at(number), "seq": number, "uuid": str(uuid.uuid4()), "is_identified": identified,
         kind: {"plan": str(value)}}
        for number, (one, identified, kind, value) in enumerate(updates)
    ])  # fmt: skip


def everyone(reader: Reader) -> list[dict[str, Any]]:
    """Of `persons_sql`, in the order of pages."""
    sql = f"SELECT * EXCEPT (project_id) FROM ({persons_sql()}) ORDER BY last_time DESC, person_id DESC"
    rows = reader.store.query(sql, {"project_id": reader.project_id}).dicts()
    for row in rows:
        if isinstance(row["properties"], str):
            row["properties"] = orjson.loads(row["properties"])
        row["is_identified"] = bool(row["is_identified"])
    return rows


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINKS, UPDATES, SEEN)
def test_pages_and_single_people_are_those_of_the_table(reader: Reader, links: Any, updates: Any, seen: Any) -> None:
    reader = reader.new()
    fill(reader, links, updates, seen)
    expected = everyone(reader)
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while page := people(reader.store, reader.project_id, limit=2, **after):
        found += page
        after = {"last_time": page[-1]["last_time"], "last_person_id": page[-1]["person_id"]}
    assert found == expected
    whose = {one: row for row in expected for one in row["distinct_ids"]}
    for one in "abc":
        assert person(reader.store, reader.project_id, one) == whose.get(one)


def test_nobody_has_the_empty_id(reader: Reader) -> None:
    fill(reader, [("a", "b", "identify")], [], {"a": True})
    assert person(reader.store, reader.project_id, "") is None
    assert person(reader.store, reader.project_id, "b") is not None
