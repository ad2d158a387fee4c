"""Which issues a call is about: those that it names, or all that match a search; and how it is taken back."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vedette.server.features.issues.decide import Desk, known_issues
from vedette.server.features.issues.listing import Asked, Found, matching_issues
from vedette.server.features.issues.shapes import MOST_IDS, MOST_MATCHING, Choice, IssueChange, Matching
from vedette.server.features.issues.states import Decision
from vedette.server.http.errors import Conflict
from vedette.server.http.listing import TimeRange, ask, exact_time


@dataclass(frozen=True, slots=True)
class Chosen:
    """Issue → what is known of it; `found` as the list shows them, where a search found them."""

    known: Mapping[str, Mapping[str, Any]]
    found: list[Found]


def choose(desk: Desk, form: Choice) -> Chosen:
    """The issues that a call is about. Raises NotFound for one that was never seen, Conflict when too many match."""
    if form.matching is None:
        return Chosen(known_issues(desk, desk.overlay(), form.ids or ()), [])
    found = _matching(desk, form.matching)
    return Chosen({one.issue: _known(one) for one in found}, found)


def _matching(desk: Desk, matching: Matching) -> list[Found]:
    shortcuts = matching.model_dump(include={"service", "environment", "release", "trace_id", "user_id", "session_id"})
    question = ask(TimeRange.parse(matching.since, matching.until), matching.filter, "", **shortcuts)
    asked = Asked(question.range, matching.query, question.filters, me=desk.access.user_id)
    _, found, _ = matching_issues(desk.services.store, desk.project_id, desk.overlay(), asked, now_ns=time.time_ns())
    if len(found) > matching.at_most:
        narrow = len(found) > MOST_MATCHING
        raise Conflict(
            f"{len(found):,} issues match, more than {matching.at_most:,}",
            hint="narrow the search or the range" if narrow else "some came meanwhile: look at the list again",
            code="too_many_match",
        )
    return found


def _known(one: Found) -> dict[str, Any]:
    return {
        "first_us": one.first_ns // 1000,
        "last_us": one.last_ns // 1000,
        "first_release": one.first_release,
        "last_release": one.last_release,
    }


def undo(form: IssueChange, chosen: Chosen) -> list[IssueChange]:
    """The changes that give each issue what it had; those that had the same go together."""
    alike: dict[tuple[tuple[str, Any], ...], list[str]] = {}
    for one in chosen.found:
        alike.setdefault(tuple(_before(form, one)), []).append(one.issue)
    return [
        IssueChange(ids=issues[start : start + MOST_IDS], **dict(before))
        for before, issues in alike.items()
        for start in range(0, len(issues), MOST_IDS)
    ]


def _before(form: IssueChange, one: Found) -> Iterator[tuple[str, Any]]:
    given = form.model_fields_set
    if form.status:
        yield from _state(one.decision if one.status == one.decision.status else Decision())
    if "assignee" in given:
        yield "assignee", one.decision.assignee_id
    if "priority" in given:
        yield "priority", one.decision.priority or None


def _state(decision: Decision) -> Iterator[tuple[str, Any]]:
    """What it is now, as a change to it. One that came back by itself is not what was decided any more."""
    status = decision.status or "unresolved"
    yield "status", status
    if status == "resolved":
        yield "resolution", decision.resolution or "now"
        yield "release", decision.release
    elif status == "archived":
        yield "archived_until", decision.until or "forever"
        if decision.until_ns:
            yield "until_time", exact_time(decision.until_ns)
        if decision.until_count:
            yield "until_count", decision.until_count
