"""Questions about people.

Who is who is one text, `person_distinct_ids.sql`, which the others are put together with. Text, not a view: within a
view the engine works out its arrays again wherever they are named, which doubles the cost.
"""

from typing import Any

import orjson

from vedette.server.store.client import Store
from vedette.server.store.sql import fill, load

MAPPING = "/* person_distinct_ids.sql */"
PEOPLE = "/* people.sql */"
DESCRIBED = "/* described.sql */"
LATEST = "2255-01-01 00:00:00"  # later than any event

# The mapping of the people of one page, who are known by then.
THESE = """
    SELECT who.1 AS distinct_id, who.2 AS person_id, fromUnixTimestamp64Micro(who.3, 'UTC') AS linked_at
    FROM (SELECT arrayJoin(arrayZip(
        {distinct_ids:Array(String)}, {person_ids:Array(String)}, {linked_us:Array(Int64)})) AS who)
"""
OF_THESE = "distinct_id IN {distinct_ids:Array(String)}"


def persons_sql() -> str:
    """The SELECT of a project's people with all that is known about them. Binds `project_id`.

    It describes everyone, whatever is asked of it: for lists and single people there are `people` and `person`.
    """
    described = fill(load(__package__, "described.sql"), "").replace(MAPPING, _mapping())
    return load(__package__, "persons.sql").replace(PEOPLE, _people()).replace(DESCRIBED, described)


def people(
    store: Store, project_id: int, *, limit: int, last_time: str = LATEST, last_person_id: str = ""
) -> list[dict[str, Any]]:
    """Up to `limit` people seen before (`last_time`, `last_person_id`), the end of the page before, latest first.

    Each has person_id, distinct_ids, is_identified, created_at, last_time and properties.
    """
    page = {"last_time": last_time, "last_person_id": last_person_id, "distinct_id": "", "limit": limit}
    return _page(store, project_id, page)


def person(store: Store, project_id: int, distinct_id: str) -> dict[str, Any] | None:
    """The person who has this id, as in `people`; None when nobody has."""
    found = _page(
        store, project_id, {"last_time": LATEST, "last_person_id": "", "distinct_id": distinct_id, "limit": 1}
    )
    return found[0] if distinct_id and found else None


def _page(store: Store, project_id: int, page: dict[str, Any]) -> list[dict[str, Any]]:
    """The people first, then what is known about them: that of everyone costs ten times as much."""
    sql = load(__package__, "page.sql").replace(PEOPLE, _people())
    found = store.query(sql, {"project_id": project_id, **page}).dicts()
    if not found:
        return []
    links = [
        (distinct_id, one["person_id"], linked_us)
        for one in found
        for distinct_id, linked_us in zip(one["distinct_ids"], one["linked_us"], strict=True)
    ]
    distinct_ids, person_ids, linked = (list(column) for column in zip(*links, strict=True))
    these = {"project_id": project_id, "distinct_ids": distinct_ids, "person_ids": person_ids, "linked_us": linked}
    sql = fill(load(__package__, "described.sql"), OF_THESE).replace(MAPPING, THESE)
    described = {one["person_id"]: one for one in store.query(sql, these).dicts()}
    return [
        {
            "person_id": one["person_id"],
            "distinct_ids": one["distinct_ids"],
            "is_identified": bool(known["is_identified"]) if known else False,
            "created_at": one["created_at"],
            "last_time": one["last_time"],
            "properties": orjson.loads(known["properties"]) if known else {},
        }
        for one in found
        for known in (described.get(one["person_id"]),)
    ]


def _people() -> str:
    return load(__package__, "people.sql").replace(MAPPING, _mapping())


def _mapping() -> str:
    return load(__package__, "person_distinct_ids.sql")
