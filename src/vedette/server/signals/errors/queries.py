"""Questions to the `errors` table."""

import base64
from collections.abc import Sequence
from typing import Any

import orjson

from vedette.server.http.errors import NotFound
from vedette.server.http.listing import (
    Cursor,
    Listing,
    Question,
    TimeRange,
    conditions_of,
    contains,
    exact_time,
    parse_time,
    sql_time,
)
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, Filter, compile_filters
from vedette.server.store.sql import fill, load

FIELDS = Fields(
    columns={
        **dict.fromkeys(
            ("event_id", "level", "type", "value", "title", "culprit", "mechanism", "logger", "transaction",
             "fingerprint", "platform", "service", "environment", "release", "dist", "server_name", "trace_id",
             "span_id", "session_id", "user_id", "user_email", "user_name", "url", "sdk_name", "source",
             "category"), "String"
        ),
        "handled": "UInt8",
    },
    maps=("tags",),
)  # fmt: skip
WORDS = contains("title", "value", "culprit")
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "event_id", "String", WORDS)
# Fields that say which part of the world is looked at, rather than which errors of it.
SCOPE = frozenset(("service", "environment", "release", "trace_id", "user_id", "session_id", "source"))


def once(filters: Sequence[Filter] = (), *, findings: bool = False) -> tuple[str, dict[str, Any]]:
    """The condition on `errors` that counts a crash once, whoever reported it (decision 0012), and what it binds.

    What detectors found is no error, and left out unless `findings` are asked for or a filter names the category.
    Besides `{project_id}`, the query has to bind the range it asks for as `{since}` and `{until}`.
    """
    scope = [item for item in filters if item.field in SCOPE]
    condition, bound = compile_filters(scope, FIELDS, prefix="scope_")
    crash = fill(load(__package__, "once.sql"), condition)
    if findings or any(item.field == "category" for item in filters):
        return crash, bound
    return f"category = 'error' AND {crash}", bound


def of_one_kind(store: Store, project_id: int, range_: TimeRange, filters: Sequence[Filter] = ()) -> bool:
    """Whether all reports of the range are of one kind: then `once` would leave nothing out, at half a list's cost."""
    condition, bound = compile_filters([item for item in filters if item.field in SCOPE], FIELDS, prefix="scope_")
    parameters = {**bound, **range_.parameters(), "project_id": project_id}
    return bool(store.query(fill(load(__package__, "one_kind.sql"), condition), parameters).scalar())


def list_errors(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """A page of errors, a crash once."""
    condition, bound = once(question.filters)
    return LISTING.page(store, project_id, question, extra=[condition], parameters=bound)


def only(question: Question, **values: str | None) -> list[Filter]:
    """The question's filters and an exact match for each value that is given."""
    return [*question.filters, *(Filter(name, "=", value) for name, value in values.items() if value is not None)]


def detail(store: Store, project_id: int, event_id: str) -> dict[str, Any]:
    """One error with frames, tags, payload, attachments and other reports of the same crash. Raises NotFound."""
    bound = {"project_id": project_id, "event_id": _plain(event_id)}
    found = store.query(load(__package__, "detail.sql"), bound).dicts()
    if not found:
        raise NotFound(f"no error {event_id}", hint="it may not have arrived yet, or be past retention")
    error = found[0]
    try:
        error["payload"] = orjson.loads(error["payload"] or "{}")
    except orjson.JSONDecodeError:  # stored by something that is not us; show it rather than nothing
        error["payload"] = {"text": error["payload"]}
    error["grouping"] = orjson.loads(error["grouping"] or "{}")
    error["reports"] = store.query(load(__package__, "reports.sql"), bound).dicts()
    error["attachments"] = attachments(store, project_id, event_id)
    return error


def attachments(store: Store, project_id: int, event_id: str) -> list[dict[str, Any]]:
    """The files that came with an event, without their content."""
    bound = {"project_id": project_id, "event_id": _plain(event_id)}
    return store.query(load(__package__, "attachments.sql"), bound).dicts()


def attachment(store: Store, project_id: int, event_id: str, attachment_id: str) -> tuple[str, bytes]:
    """The name and content of a file that came with an error. Raises NotFound."""
    bound = {"project_id": project_id, "event_id": _plain(event_id), "attachment_id": attachment_id}
    found = store.query(load(__package__, "attachment.sql"), bound).rows
    if not found:
        raise NotFound(f"no attachment {attachment_id} of error {event_id}")
    filename, content = found[0]
    return filename, base64.b64decode(content)


def _plain(event_id: str) -> str:
    return event_id.replace("-", "").lower()


def groups(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """A page of fingerprints, those seen last first. All pages see the time up to the first: a group that is seen
    again meanwhile stays where it was."""
    condition, bound = conditions_of(question, FIELDS, WORDS)
    crash, scope = once(question.filters)
    range_, cursor = question.range, question.cursor
    if cursor and cursor.until:
        range_ = TimeRange(range_.since_ns, min(range_.until_ns, parse_time(cursor.until, now_ns=0)))
    parameters = {
        **bound, **scope, **range_.parameters(), "project_id": project_id, "limit": question.limit + 1,
        "last_time": sql_time(parse_time(cursor.time, now_ns=0) if cursor else range_.until_ns),
        "last_fingerprint": cursor.tie if cursor else "",
    }  # fmt: skip
    sql = fill(load(__package__, "groups.sql"), " AND ".join(part for part in (condition, crash) if part))
    rows = store.query(sql, parameters).dicts()
    shown = rows[: question.limit]
    following = None
    if len(rows) > question.limit:
        last = shown[-1]
        following = Cursor(last["last_time"], last["fingerprint"], 1, exact_time(range_.until_ns)).encode()
    return {"items": shown, "next_cursor": following}
