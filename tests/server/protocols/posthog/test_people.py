"""Who is who: links in, persons out."""

import json
from typing import Any

import pytest

from tests.conftest import ProjectClient


def send(project: ProjectClient, *events: tuple[str, str, dict[str, Any]]) -> None:
    """(event, distinct_id, properties), a second apart."""
    batch = [
        {"event": name, "distinct_id": distinct_id, "properties": properties,
         "timestamp": f"2026-11-20T10:{second // 60:02d}:{second % 60:02d}Z"}
        for second, (name, distinct_id, properties) in enumerate(events)
    ]  # fmt: skip
    answer = project.post("/batch/", json.dumps({"api_key": project.key, "batch": batch}).encode())
    assert answer.json() == {"status": 1}


def identify(distinct_id: str, anonymous: str = "", **properties: Any) -> tuple[str, str, dict[str, Any]]:
    return "$identify", distinct_id, {**({"$anon_distinct_id": anonymous} if anonymous else {}), **properties}


def alias(distinct_id: str, other: str) -> tuple[str, str, dict[str, Any]]:
    return "$create_alias", distinct_id, {"alias": other}


def merge(distinct_id: str, other: str) -> tuple[str, str, dict[str, Any]]:
    return "$merge_dangerously", distinct_id, {"alias": other}


def people(project: ProjectClient) -> dict[str, list[str]]:
    return {row["person_id"]: row["distinct_ids"] for row in project.sql("SELECT * FROM persons")}


CASES: dict[str, tuple[list[tuple[str, str, dict[str, Any]]], dict[str, list[str]]]] = {
    "identify": ([("seen", "anon", {}), identify("user", "anon")], {"user": ["anon", "user"]}),
    "two devices": ([identify("user", "a1"), identify("user", "a2")], {"user": ["a1", "a2", "user"]}),
    "a shared device stays with the first": (
        [identify("user1", "anon"), identify("user2", "anon")], {"user1": ["anon", "user1"], "user2": ["user2"]}),
    "an identified source is not merged": (
        [identify("user1"), identify("user2", "user1")], {"user1": ["user1"], "user2": ["user2"]}),
    "an alias of an identified person neither": (
        [identify("user1", "a"), alias("user2", "user1")], {"user1": ["a", "user1"], "user2": ["user2"]}),
    "merge_dangerously asks no questions": (
        [identify("user1", "a"), identify("user2", "b"), merge("user2", "user1")],
        {"user2": ["a", "b", "user1", "user2"]}),
    "merges in a row": (
        [identify("u1", "a"), merge("u2", "u1"), merge("u3", "u2"), merge("u3", "a")], {"u3": ["a", "u1", "u2", "u3"]}),
    "merges in a circle": ([merge("u1", "u2"), merge("u2", "u3"), merge("u3", "u1")], {"u1": ["u1", "u2", "u3"]}),
    "a chain of aliases": (
        [alias(f"c{n:02}", f"c{n + 1:02}") for n in range(20)], {"c00": [f"c{n:02}" for n in range(21)]}),
    "with oneself": ([identify("user", "user")], {"user": ["user"]}),
    "nobody": ([("seen", "anon", {"$process_person_profile": False})], {}),
    "personless, then identified": (
        [("seen", "anon", {"$process_person_profile": False}), identify("user", "anon")], {"user": ["anon", "user"]}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_who_is_who(project: ProjectClient, case: str) -> None:
    events, expected = CASES[case]
    send(project, *events)
    assert people(project) == expected
    send(project, *events)  # another uuid each, the same facts
    assert people(project) == expected


@pytest.mark.parametrize(
    "nobody", ["anonymous", "Guest", "null", "NaN", "[object Object]", '"undefined"', "0", "TRUE", "  ", "None"]
)
def test_placeholders_are_never_merged(project: ProjectClient, nobody: str) -> None:
    send(project, identify("user", nobody), alias("user", nobody))
    assert people(project) == {"user": ["user"]}
    rows = project.sql("SELECT sum(quantity) AS n FROM outcomes WHERE outcome = 'changed' AND reason = 'refused_merge'")
    assert int(rows[0]["n"]) == 2
    assert len(project.sql("SELECT 1 FROM events")) == 2


def properties(project: ProjectClient, person_id: str) -> dict[str, Any]:
    rows = project.sql(f"SELECT properties FROM persons WHERE person_id = '{person_id}'")
    found: dict[str, Any] = rows[0]["properties"]
    return found


def test_properties_set_once_and_unset(project: ProjectClient) -> None:
    send(
        project,
        ("seen", "u", {"$set": {"plan": "free", "n": 1, "gone": 1}, "$set_once": {"first": "a", "plan": "x"}}),
        ("seen", "u", {"$set": {"plan": "pro", "nested": {"a.b": [1, None]}}, "$set_once": {"first": "b"}}),
        ("$set", "u", {"$unset": ["gone"], "$initial_referrer": "x.example"}),
        ("$exception", "u", {"$set": {"plan": "never"}}),
        ("seen", "u", {"$set": {"plan": "neither"}, "$process_person_profile": False}),
    )
    assert properties(project, "u") == {
        "plan": "pro", "n": 1, "first": "a", "nested": {"a.b": [1, None]}, "$initial_referrer": "x.example",
    }  # fmt: skip


def test_the_target_of_a_link_wins(project: ProjectClient) -> None:
    send(
        project,
        ("seen", "user", {"$set": {"both": "user", "once": "user"}}),
        ("seen", "anon", {"$set": {"both": "anon", "only": "anon"}, "$set_once": {"first": "anon"}}),
        identify("user", "anon", **{"$set_once": {"first": "late", "new": 1}}),
        ("seen", "anon", {"$set": {"after": 1}}),
    )
    assert properties(project, "user") == {
        "both": "user", "once": "user", "only": "anon", "first": "anon", "new": 1, "after": 1,
    }  # fmt: skip


def test_odd_property_names_do_not_break_the_list(project: ProjectClient) -> None:
    odd = {"a%2Eb": 1, "a.b": 2, "": 3, "x": "\ud800", "big": 2**80, "q\"'\\": {"a%2Eb": 1, "a.b": 2}, "n": None}
    send(project, ("seen", "u", {"$set": odd}))
    found = properties(project, "u")
    assert found == {
        "a%2eb": 1, "a.b": 2, "": 3, "x": "\ufffd", "big": str(2**80), "q\"'\\": {"a%2eb": 1, "a.b": 2},
    }  # fmt: skip


def test_property_names_that_become_one_do_not_break_the_list(project: ProjectClient) -> None:
    odd = {"in": [{"a%2Eb": 1, "a%2eb": 2}], "a%2Eb": 3, "a%2eb": 4, "url": "/x%2Ey", "deep": {"list": [2**64, "%2E"]}}
    send(project, ("seen", "u", {"$set": odd}))
    found = properties(project, "u")
    assert found["in"] == [{"a%2eb": 2}] and found["a%2eb"] == 4
    assert found["url"] == "/x%2Ey" and found["deep"] == {"list": [str(2**64), "%2E"]}
