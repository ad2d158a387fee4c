"""Questions to the `errors` table."""

import base64
from typing import Any

import orjson

from vedette.server.http.errors import NotFound
from vedette.server.http.listing import Cursor, Listing, Question, conditions_of, contains
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, Filter
from vedette.server.store.sql import fill, load

FIELDS = Fields(
    columns={
        **dict.fromkeys(
            ("event_id", "level", "type", "value", "title", "culprit", "mechanism", "logger", "transaction",
             "fingerprint", "platform", "service", "environment", "release", "dist", "server_name", "trace_id",
             "span_id", "session_id", "user_id", "user_email", "user_name", "url", "sdk_name", "source"), "String"
        ),
        "handled": "UInt8",
    },
    maps=("tags",),
)  # fmt: skip
WORDS = contains("title", "value", "culprit")
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "event_id", "String", WORDS)


def list_errors(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """A page of errors."""
    return LISTING.page(store, project_id, question)


def only(question: Question, **values: str | None) -> list[Filter]:
    """The question's filters and an exact match for each value that is given."""
    return [*question.filters, *(Filter(name, "=", value) for name, value in values.items() if value is not None)]


def detail(store: Store, project_id: int, event_id: str) -> dict[str, Any]:
    """One error with frames, tags, payload and attachments. Raises NotFound."""
    bound = {"project_id": project_id, "event_id": _plain(event_id)}
    found = store.query(load(__package__, "detail.sql"), bound).dicts()
    if not found:
        raise NotFound(f"no error {event_id}", hint="it may not have arrived yet, or be past retention")
    error = found[0]
    try:
        error["payload"] = orjson.loads(error["payload"] or "{}")
    except orjson.JSONDecodeError:  # stored by something that is not us; show it rather than nothing
        error["payload"] = {"text": error["payload"]}
    error["attachments"] = store.query(load(__package__, "attachments.sql"), bound).dicts()
    return error


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
    """A page of fingerprints, those seen last first. A group moves as it is seen again, so paging is by position."""
    condition, bound = conditions_of(question, FIELDS, WORDS)
    offset = question.cursor.seen if question.cursor else 0
    parameters = {
        **bound, **question.range.parameters(), "project_id": project_id,
        "limit": question.limit + 1, "offset": offset,
    }  # fmt: skip
    rows = store.query(fill(load(__package__, "groups.sql"), condition), parameters).dicts()
    shown = rows[: question.limit]
    more = len(rows) > question.limit
    cursor = Cursor(shown[-1]["last_time"], "", offset + len(shown)).encode() if more else None
    return {"items": shown, "next_cursor": cursor}
