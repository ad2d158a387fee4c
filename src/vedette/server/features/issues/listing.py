"""The list of issues: events by fingerprint, with the decisions laid over, sorted and paged."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from vedette.server.features.issues import queries
from vedette.server.features.issues.conditions import Surroundings, conditions_of, wants_latest
from vedette.server.features.issues.overlay import Overlay
from vedette.server.features.issues.queries import Events
from vedette.server.features.issues.releases import latest
from vedette.server.features.issues.search import parse
from vedette.server.features.issues.states import (
    PRIORITIES,
    STATUSES,
    UNDECIDED,
    Decision,
    Facts,
    Since,
    State,
    default_priority,
    settle,
)
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import TimeRange, exact_time, parse_time
from vedette.server.signals.errors.queries import of_one_kind
from vedette.server.store.client import Store
from vedette.server.store.filters import Filter

SORTS = ("last_seen", "first_seen", "events", "users", "priority", "trend")
TREND_STEPS = 24
LOOKS = ("title", "type", "value", "culprit", "platform", "category", "last_event_id", "services")


@dataclass(slots=True)
class Found:
    """An issue with its numbers in the range and its state: what searches test and lists are sorted by."""

    issue: str
    count: int
    users: int
    trend: float
    first_ns: int
    last_ns: int
    first_release: str
    last_release: str
    level: str
    handled: bool | None
    status: str
    substatus: str
    cause: str
    priority: str
    assignee_id: int | None
    comments: int
    feedback: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of issues is asked for."""

    range: TimeRange
    search: str = ""
    filters: Sequence[Filter] = ()
    sort: str = "last_seen"
    cursor: str | None = None
    limit: int = 50
    me: int | None = None


SORT_KEYS: dict[str, Callable[[Found], float]] = {
    "last_seen": lambda one: one.last_ns,
    "first_seen": lambda one: one.first_ns,
    "events": lambda one: one.count,
    "users": lambda one: one.users,
    "priority": lambda one: -PRIORITIES.index(one.priority),
    "trend": lambda one: one.trend,
}


def states(store: Store, project_id: int, overlay: Overlay, first_ns: dict[str, int], now_ns: int) -> dict[str, State]:
    """Issue → its state, of all that `first_ns` (when each was first seen) names."""
    decided = {issue: overlay.of(issue) for issue in first_ns if issue in overlay.decisions}
    resolved = {issue: decision.changed_ns for issue, decision in decided.items() if decision.status == "resolved"}
    archived = {
        issue: decision.changed_ns
        for issue, decision in decided.items()
        if decision.status == "archived" and decision.until in ("escalating", "events", "users")
    }
    seen_in = queries.seen_in(store, project_id, overlay, resolved)
    came = overlay.came(queries.releases(store, project_id)) if seen_in else {}
    since = queries.since(store, project_id, overlay, archived)
    nothing = Since()
    return {
        issue: settle(
            decided.get(issue, UNDECIDED),
            Facts(first, seen_in.get(issue, ()), since.get(issue, nothing)),
            came,
            now_ns,
        )
        for issue, first in first_ns.items()
    }


def list_issues(store: Store, project_id: int, overlay: Overlay, asked: Asked, *, now_ns: int) -> dict[str, Any]:
    """A page of issues, how many match in all, and how many there are of each status."""
    after, range_ = _decode(asked)
    events, found, counts = matching_issues(store, project_id, overlay, replace(asked, range=range_), now_ns)
    key = SORT_KEYS[asked.sort]
    found.sort(key=lambda one: (key(one), one.last_ns, one.issue), reverse=True)
    rest = [one for one in found if after is None or (key(one), one.last_ns, one.issue) < after]
    page = rest[: asked.limit]
    shown = queries.shown(store, project_id, overlay, events, [one.issue for one in page], TREND_STEPS) if page else {}
    following = None
    if len(rest) > len(page):
        last = page[-1]
        following = _encode((key(last), last.last_ns, last.issue), range_.until_ns)
    return {
        "items": [row(one, shown[one.issue], overlay) for one in page if one.issue in shown],
        "next_cursor": following,
        "total": len(found),
        "counts": counts,
    }


def matching_issues(
    store: Store, project_id: int, overlay: Overlay, asked: Asked, now_ns: int
) -> tuple[Events, list[Found], dict[str, int]]:
    """The issues that match a search, in no order, of which events; and how many of each status match but for `is:`."""
    search = parse(asked.search)
    newest = latest(overlay.came(queries.releases(store, project_id))) if wants_latest(search) else []
    members = [(id_, email, name) for id_, (email, name) in overlay.members.items()]
    conditions = conditions_of(asked.search, Surroundings(now_ns, newest, asked.me, members))
    scope = [*asked.filters, *conditions.scope]
    every = of_one_kind(store, project_id, asked.range, scope)  # asked once, spared twice
    events = Events(asked.range, conditions, asked.filters, every=every)
    found = found_issues(store, project_id, overlay, events, now_ns)
    found = [one for one in found if not one.decision.discarded and all(test(one) for test in conditions.tests)]
    counts = dict.fromkeys(STATUSES, 0)
    for one in found:
        counts[one.status] += 1
    return events, [one for one in found if all(test(one) for test in conditions.states)], counts


def found_issues(store: Store, project_id: int, overlay: Overlay, events: Events, now_ns: int) -> list[Found]:
    """Every issue seen in the range, with its state."""
    rows = queries.groups(store, project_id, overlay, events)
    known = queries.known(store, project_id, overlay)
    nothing = {"first_us": 0, "first_release": "", "last_release": ""}
    first_ns = {
        one["issue"]: known.get(one["issue"], nothing)["first_us"] * 1000 or one["last_us"] * 1000 for one in rows
    }
    settled = states(store, project_id, overlay, first_ns, now_ns)
    said = queries.feedback(store, project_id, overlay, events.range)
    return [
        found_of(
            {**one, "feedback": said[one["issue"]]},
            known.get(one["issue"], nothing),
            settled[one["issue"]],
            first_ns[one["issue"]],
            overlay,
        )
        for one in rows
    ]


def found_of(row: dict[str, Any], known: dict[str, Any], state: State, first_ns: int, overlay: Overlay) -> Found:
    """One issue: its row of `groups.sql`, and what else is known of it."""
    issue, decision = row["issue"], overlay.of(row["issue"])
    level, handled = row["newest"]
    return Found(
        issue=issue,
        count=row["count"],
        users=row["users"],
        # Events of the second half of the range for each of the first.
        trend=round((row["lately"] + 1) / (row["count"] - row["lately"] + 1), 3),
        first_ns=first_ns,
        last_ns=row["last_us"] * 1000,
        first_release=known["first_release"],
        last_release=known["last_release"],
        level=level,
        handled=handled,
        status=state.status,
        substatus=state.substatus,
        cause=state.cause,
        priority=decision.priority or default_priority(level, handled),
        assignee_id=decision.assignee_id,
        comments=overlay.comments.get(issue, 0),
        feedback=row["feedback"],
        decision=decision,
    )


def row(one: Found, shown: dict[str, Any], overlay: Overlay) -> dict[str, Any]:
    """An issue as the API answers it."""
    assignee = overlay.members.get(one.assignee_id) if one.assignee_id is not None else None
    decision = one.decision
    is_decided = one.status == decision.status
    return {
        "id": one.issue,
        **{name: shown[name] for name in LOOKS},
        "level": one.level,
        "handled": one.handled,
        "status": one.status,
        "substatus": one.substatus,
        "cause": one.cause,
        "changed_at": exact_time(decision.changed_ns) if decision.changed_ns else None,
        "resolution": decision.resolution if is_decided else "",
        "release": decision.release if is_decided else "",
        "archived_until": decision.until if is_decided else "",
        "until_time": exact_time(decision.until_ns) if is_decided and decision.until_ns else None,
        "until_count": decision.until_count if is_decided and decision.until_count else None,
        "ceiling": decision.ceiling if is_decided and decision.ceiling else None,
        "priority": one.priority,
        "assignee": {"id": one.assignee_id, "email": assignee[0], "name": assignee[1]} if assignee else None,
        "count": one.count,
        "users": one.users,
        "first_time": exact_time(one.first_ns),
        "last_time": exact_time(one.last_ns),
        "first_release": one.first_release,
        "last_release": one.last_release,
        "trend": one.trend,
        "buckets": shown["trend"],
        "fingerprints": len(overlay.fingerprints_of(one.issue)),
        "comments": one.comments,
        "feedback": one.feedback,
    }


Place = tuple[float, int, str]


def _encode(place: Place, until_ns: int) -> str:
    content = orjson.dumps([*place, exact_time(until_ns)])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decode(asked: Asked) -> tuple[Place | None, TimeRange]:
    """Where the page before ended, and the range that all pages see: the time up to the first."""
    if not asked.cursor:
        return None, asked.range
    try:
        text = asked.cursor + "=" * (-len(asked.cursor) % 4)
        value, last_ns, issue, until = orjson.loads(base64.urlsafe_b64decode(text))
        until_ns = parse_time(until, now_ns=0)
        if not (isinstance(value, (int, float)) and isinstance(last_ns, int) and isinstance(issue, str)):
            raise ValueError(text)
        if until_ns <= asked.range.since_ns:
            raise ValueError(until)
    except (binascii.Error, ValueError, TypeError, AttributeError, BadRequest):
        raise BadRequest("the cursor is not one of ours", hint="pass next_cursor back as it came") from None
    return (value, last_ns, issue), replace(asked.range, until_ns=min(asked.range.until_ns, until_ns))
