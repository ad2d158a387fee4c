"""Questions about events as they were seen; each is the `.sql` file of its name."""

from dataclasses import replace
from typing import Any

from vedette.server.http.listing import Question, conditions_of
from vedette.server.signals.events.queries import FIELDS
from vedette.server.store.client import Store
from vedette.server.store.filters import Filter
from vedette.server.store.sql import fill, load

SAMPLE_EVENTS = 20_000  # the newest: what an application sends now, not what it sent before it was put right


def seen(store: Store, project_id: int, question: Question) -> list[dict[str, Any]]:
    """Which events came: count, users, last time."""
    return _ask(store, project_id, question, "seen.sql")


def properties(store: Store, project_id: int, question: Question) -> list[dict[str, Any]]:
    """Properties of the newest events, by event and type."""
    return _ask(store, project_id, question, "properties.sql")


def violations(store: Store, project_id: int, question: Question) -> list[dict[str, Any]]:
    """In which ways the newest events are not as declared."""
    return _ask(store, project_id, question, "violations.sql")


def of_event(question: Question, event: str) -> Question:
    """The same question about one event."""
    return replace(question, filters=[*question.filters, Filter("event", "=", event)])


def _ask(store: Store, project_id: int, question: Question, name: str) -> list[dict[str, Any]]:
    condition, bound = conditions_of(question, FIELDS)
    parameters = {**bound, **question.range.parameters(), "project_id": project_id, "sample": SAMPLE_EVENTS}
    return store.query(fill(load(__package__, name), condition), parameters).dicts()
