"""Feedback with its error and its status: filtered, counted, paged, and one in full.

People write little: the ids of a whole range (10,000 at most) are read at once, so that what a reader filters by may
come from the error or from a decision, which no query of one table knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from vedette.server.features.feedback.overlay import UNDECIDED, Decision
from vedette.server.features.feedback.picture import picture_type
from vedette.server.features.issues.around import around
from vedette.server.features.issues.overlay import Overlay
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import Cursor, Question, TimeRange, exact_time, parse_time
from vedette.server.signals.errors import feedback, queries
from vedette.server.store.client import Store
from vedette.server.store.filters import BadFilter, Filter

STATUSES = ("new", "resolved", "spam")
OWN_OR_ERRORS = ("environment", "release", "user_id", "trace_id")
FIELDS = (*OWN_OR_ERRORS, "service", "session_id", "event_id", "issue")
NOTHING: Mapping[str, Any] = {}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for; `linked` and `issue` None: any."""

    question: Question
    status: str = "new"
    linked: bool | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What is known of a project beside its telemetry."""

    overlay: Overlay
    decisions: Mapping[str, Decision]

    def of(self, feedback_id: str) -> Decision:
        """What was decided about one."""
        return self.decisions.get(feedback_id, UNDECIDED)


def list_feedback(store: Store, project_id: int, desk: Desk, asked: Asked) -> dict[str, Any]:
    """A page, how much matches, and how much there is of each status."""
    question, cursor = asked.question, asked.question.cursor
    range_ = question.range
    if cursor and cursor.until:  # all pages see the time up to the first
        range_ = TimeRange(range_.since_ns, min(range_.until_ns, parse_time(cursor.until, now_ns=0)))
        range_ = TimeRange(min(range_.since_ns, range_.until_ns - 1), range_.until_ns)
    rows = feedback.skim(store, project_id, range_, question.words)
    truncated = len(rows) >= feedback.MOST
    errors = feedback.errors_of(store, project_id, range_) if rows else {}
    rows = [row for row in rows if _wanted(row, errors.get(row["feedback_id"]), desk.overlay, asked)]
    counts = dict.fromkeys(STATUSES, 0)
    for row in rows:
        counts[desk.of(row["feedback_id"]).status] += 1
    if asked.status != "all":
        rows = [row for row in rows if desk.of(row["feedback_id"]).status == asked.status]
    rest = [row for row in rows if cursor is None or (row["time"], row["feedback_id"]) < (cursor.time, cursor.tie)]
    page = rest[: question.limit]
    following = None
    if len(rest) > len(page):
        following = Cursor(page[-1]["time"], page[-1]["feedback_id"], 1, exact_time(range_.until_ns)).encode()
    ids = [row["feedback_id"] for row in page]
    shown = feedback.shown(store, project_id, ids) if ids else {}
    files = feedback.files(store, project_id, ids) if ids else {}
    return {
        "items": [_row(shown[one], errors.get(one), desk, files.get(one, 0)) for one in ids if one in shown],
        "next_cursor": following,
        "total": len(rows),
        "counts": counts,
        "truncated": truncated,
    }


def _wanted(row: Row, error: Row | None, overlay: Overlay, asked: Asked) -> bool:
    if asked.linked is not None and asked.linked != (error is not None):
        return False
    if asked.issue is not None and (error is None or overlay.issue_of(error["fingerprint"]) != asked.issue):
        return False
    known = {**error, "issue": overlay.issue_of(error["fingerprint"])} if error else NOTHING
    return all(_matches(row, known, one) for one in asked.question.filters)


def _matches(row: Row, error: Mapping[str, Any], wanted: Filter) -> bool:
    """Whether a filter holds: of the feedback, or of its error where it says nothing itself. Raises BadFilter."""
    if wanted.field not in FIELDS:
        raise BadFilter(f"no field {wanted.field!r} here; there are: {', '.join(FIELDS)}")
    value = str(row.get(wanted.field) or error.get(wanted.field, ""))
    if wanted.op in ("=", "!="):
        return (value == wanted.value) == (wanted.op == "=")
    if wanted.op in ("~", "!~"):
        return (wanted.value.lower() in value.lower()) == (wanted.op == "~")
    raise BadFilter(f"{wanted.field} is text: {wanted.op} cannot compare it")


def _row(row: Row, error: Row | None, desk: Desk, files: int) -> Row:
    """Feedback as the API answers it."""
    decision = desk.of(row["feedback_id"])
    known = error or NOTHING
    return {
        "id": row["feedback_id"],
        **{name: row[name] for name in ("time", "name", "email", "message", "url", "event_id")},
        **{name: row[name] or known.get(name, "") for name in OWN_OR_ERRORS},
        "status": decision.status,
        "changed_at": decision.changed_at.isoformat() if decision.changed_at else None,
        "changed_by": dict(zip(("id", "email", "name"), decision.changed_by, strict=True))
        if decision.changed_by
        else None,
        "error": {
            "issue": desk.overlay.issue_of(error["fingerprint"]),
            **{name: error[name] for name in ("event_id", "time", "level", "title", "culprit", "service", "by")},
        }
        if error
        else None,
        "files": files,
    }


def one_feedback(store: Store, project_id: int, desk: Desk, feedback_id: str) -> Row:
    """One with its files and everything around it. Raises NotFound."""
    row = feedback.shown(store, project_id, [feedback_id], whole=True).get(feedback_id)
    if row is None:
        raise NotFound("no such feedback", hint="it may be past retention")
    moment = parse_time(row["time"], now_ns=0)
    error = feedback.errors_of(store, project_id, TimeRange(moment, moment + 1000), feedback_id).get(feedback_id)
    attachments = queries.attachments(store, project_id, feedback_id)
    known = error or NOTHING
    found = _row(row, error, desk, len(attachments))
    session_id = known.get("session_id", "")
    happened = {
        "time": row["time"], "trace_id": found["trace_id"], "user_id": found["user_id"], "session_id": session_id,
        "span_id": known.get("span_id", "") if found["trace_id"] == known.get("trace_id") else "",
    }  # fmt: skip
    itself = desk.overlay.fingerprints_of(desk.overlay.issue_of(error["fingerprint"])) if error else []
    return {
        **found,
        "session_id": session_id,
        "replay_id": row["replay_id"],
        "attachments": [{**one, "picture": _is_picture(store, project_id, feedback_id, one)} for one in attachments],
        "around": around(store, project_id, happened, itself),
        "payload": _payload(row["payload"]),
    }


def _payload(text: str) -> Row:
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:  # nested deeper than what stored it could write; show that rather than nothing
        found = text
    return found if isinstance(found, dict) else {"text": found}


def _is_picture(store: Store, project_id: int, feedback_id: str, file: Row) -> bool:
    _, content = queries.attachment(store, project_id, feedback_id, file["attachment_id"])
    return bool(picture_type(content))


def missing(store: Store, project_id: int, ids: Sequence[str]) -> int:
    """How many of these ids are not there."""
    return len(set(ids) - feedback.shown(store, project_id, ids).keys())
