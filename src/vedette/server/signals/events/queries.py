"""Questions to the `events` table."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from vedette.server.http.errors import NotFound
from vedette.server.http.listing import LATEST, SECOND, Listing, Question, TimeRange, conditions_of, contains
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, Filter
from vedette.server.store.sql import fill, load

FIELDS = Fields(
    columns={
        **dict.fromkeys(
            ("event", "distinct_id", "user_id", "session_id", "window_id", "trace_id", "span_id", "service",
             "environment", "release", "lib", "lib_version", "current_url", "pathname", "ip"), "String"
        ),
        "uuid": "UUID",
    },
    json=("properties",),
)  # fmt: skip
WORDS = contains("event", "distinct_id", "current_url")
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "uuid", "UUID", WORDS)


def list_events(store: Store, project_id: int, question: Question, event: str | None) -> dict[str, Any]:
    """A page of product events."""
    if event is not None:
        question = replace(question, filters=[*question.filters, Filter("event", "=", event)])
    page = LISTING.page(store, project_id, question)
    return {**page, "items": [as_sent(item) for item in page["items"]]}


def one(store: Store, project_id: int, uuid: UUID, time_ns: int | None) -> dict[str, Any]:
    """One product event; its time makes it quick to find. Raises NotFound."""
    when = TimeRange(0, LATEST) if time_ns is None else TimeRange(time_ns, time_ns + SECOND)
    parameters = {"project_id": project_id, "uuid": str(uuid), **when.parameters()}
    found = store.query(load(__package__, "event.sql"), parameters).dicts()
    if not found:
        raise NotFound(f"no event {uuid}", hint="it may not have arrived yet, or be past retention")
    return as_sent(found[0])


def as_sent(row: dict[str, Any]) -> dict[str, Any]:
    """An event with its properties as they were sent; what the engine's JSON type cannot say is kept beside as text.

    The text goes into the answer as it is: Python's JSON libraries cannot write all that is in it either.
    """
    text = row.pop("properties_text")
    return {**row, "properties": orjson.Fragment(text)} if text else row


def names(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """Which events there are in the range, and how many of each."""
    condition, bound = conditions_of(question, FIELDS, WORDS)
    sql = fill(load(__package__, "names.sql"), condition)
    parameters = {**bound, **question.range.parameters(), "project_id": project_id}
    return {"items": store.query(sql, parameters).dicts()}
