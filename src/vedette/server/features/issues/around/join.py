"""The join of an error with every other signal, by its trace, session and user."""

from collections.abc import Sequence
from typing import Any

from vedette.server.http.listing import SECOND, TimeRange, exact_time, parse_time
from vedette.server.signals.errors.queries import once
from vedette.server.signals.persons import queries as persons
from vedette.server.store.client import Store
from vedette.server.store.sql import fill, load

TRACE_SECONDS = 3600  # a trace's spans and logs are looked for this far before and after the error
BEFORE_SECONDS, AFTER_SECONDS = 1800, 600  # what the user did
DAY_SECONDS = 86400  # other errors they met
MOST_SPANS = 5000
MOST_ROWS = 30


def around(store: Store, project_id: int, event: dict[str, Any], fingerprints: Sequence[str]) -> dict[str, Any]:
    """Everything that shares the event's trace, session or user. `fingerprints` are those of its issue.

    What nothing is known of is null or empty.
    """
    moment_ns = parse_time(event["time"], now_ns=0)
    person = persons.person(store, project_id, event["user_id"]) if event["user_id"] else None
    ids = sorted({event["user_id"], *(person["distinct_ids"] if person else ())} - {""})
    whose = {"project_id": project_id, "ids": ids, "session_id": event["session_id"], "limit": MOST_ROWS}
    known = bool(ids or event["session_id"])
    return {
        "trace": _trace(store, project_id, event, moment_ns),
        "logs": _logs(store, project_id, event, moment_ns),
        "person": person,
        "events": _events(store, whose, moment_ns) if known else [],
        "errors": _errors(store, whose, moment_ns, fingerprints) if known else [],
    }


def _near(moment_ns: int, before_seconds: int, after_seconds: int) -> TimeRange:
    return TimeRange(max(0, moment_ns - before_seconds * SECOND), moment_ns + after_seconds * SECOND)


def _trace(store: Store, project_id: int, event: dict[str, Any], moment_ns: int) -> dict[str, Any] | None:
    """The way from the trace's first span to the one that failed."""
    if not event["trace_id"]:
        return None
    parameters = {
        **_near(moment_ns, TRACE_SECONDS, TRACE_SECONDS).parameters(),
        "project_id": project_id, "trace_id": event["trace_id"], "limit": MOST_SPANS,
    }  # fmt: skip
    spans = store.query(load(__package__, "spans.sql"), parameters).dicts()
    if not spans:
        return None
    began = spans[0]["start_ns"]
    by_id = {span["span_id"]: span for span in spans}
    failed = by_id.get(event["span_id"])
    if failed is None:
        failing = [one for one in spans if one["status_code"] == "error"]
        failed = failing[-1] if failing else None  # the one that began last is the innermost
    path: list[dict[str, Any]] = []
    step = failed
    while step is not None and step not in path:
        path.append(step)
        step = by_id.get(step["parent_span_id"])
    return {
        "trace_id": event["trace_id"],
        "time": exact_time(began),
        "duration_ns": max(span["start_ns"] + span["duration_ns"] for span in spans) - began,
        "span_count": len(spans),
        "error_count": sum(span["status_code"] == "error" for span in spans),
        "truncated": len(spans) == MOST_SPANS,
        "path": [{**span, "start_ns": span["start_ns"] - began} for span in reversed(path)],
    }


def _logs(store: Store, project_id: int, event: dict[str, Any], moment_ns: int) -> list[dict[str, Any]]:
    if not event["trace_id"]:
        return []
    parameters = {
        **_near(moment_ns, TRACE_SECONDS, TRACE_SECONDS).parameters(),
        "project_id": project_id, "trace_id": event["trace_id"], "moment_ns": moment_ns, "limit": MOST_ROWS,
    }  # fmt: skip
    return store.query(load(__package__, "logs.sql"), parameters).dicts()


def _events(store: Store, whose: dict[str, Any], moment_ns: int) -> list[dict[str, Any]]:
    near = _near(moment_ns, BEFORE_SECONDS, AFTER_SECONDS)
    parameters = {**whose, **near.parameters(), "moment_ns": moment_ns}
    return store.query(load(__package__, "events.sql"), parameters).dicts()


def _errors(store: Store, whose: dict[str, Any], moment_ns: int, fingerprints: Sequence[str]) -> list[dict[str, Any]]:
    condition, bound = once()
    near = _near(moment_ns, DAY_SECONDS, DAY_SECONDS)
    parameters = {**whose, **near.parameters(), **bound, "fingerprints": list(fingerprints)}
    return store.query(fill(load(__package__, "errors.sql"), condition), parameters).dicts()
