"""States: what was decided, and what happened since."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.issues.states import (
    DAY,
    HISTORY_HOURS,
    HOUR,
    SUBSTATUSES,
    UNDECIDED,
    Decision,
    Facts,
    SeenIn,
    Since,
    State,
    ceiling,
    default_priority,
    settle,
)

NOW = 1_800_000_000_000_000_000
SEEN = {
    "app@1.0": NOW - 9 * DAY,
    "app@1.1": NOW - 5 * DAY,
    "app@1.2": NOW - DAY,
    "c0ffee": NOW - 6 * DAY,
    "beef": NOW - 2 * DAY,
}


def state(decision: Decision, *releases: SeenIn, since: Since | None = None, first_ns: int = NOW - 30 * DAY) -> State:
    return settle(decision, Facts(first_ns, releases, since or Since()), SEEN, NOW)


def test_new_becomes_ongoing_after_three_days() -> None:
    assert state(UNDECIDED, first_ns=NOW - 3 * DAY + 1) == State("unresolved", "new")
    assert state(UNDECIDED, first_ns=NOW - 3 * DAY) == State("unresolved", "ongoing")


@pytest.mark.parametrize("substatus", ["regressed", "escalating"])
def test_what_came_back_says_so_for_seven_days(substatus: str) -> None:
    back = Decision(substatus=substatus, changed_ns=NOW - 7 * DAY + 1)
    assert state(back).substatus == substatus
    assert state(replace(back, changed_ns=NOW - 7 * DAY)).substatus == "ongoing"


def test_resolved_at_once_regresses_with_any_later_event() -> None:
    resolved = Decision(status="resolved", resolution="now", changed_ns=NOW - DAY)
    assert state(resolved, SeenIn("app@1.0", NOW - 3 * DAY, NOW - DAY)) == State("resolved")
    again = SeenIn("app@1.0", NOW - 3 * DAY, NOW - DAY + 1)
    assert state(resolved, again) == State("unresolved", "regressed", "app@1.0")
    assert state(resolved, SeenIn("", NOW - 3 * DAY, NOW)).substatus == "regressed", "also without a release"


@pytest.mark.parametrize(
    ("release", "regressed"),
    [
        ("app@1.0", False), ("app@1.1", False), ("app@1.2", True), ("", False), ("beef", True), ("c0ffee", False),
    ],
)  # fmt: skip
def test_resolved_in_the_next_release_waits_for_a_later_one(release: str, regressed: bool) -> None:
    resolved = Decision(status="resolved", resolution="next", release="app@1.1", changed_ns=NOW - 4 * DAY)
    found = state(resolved, SeenIn(release, NOW - DAY, NOW))
    assert found == (State("unresolved", "regressed", release) if regressed else State("resolved"))


def test_resolved_in_the_next_release_when_none_was_known() -> None:
    resolved = Decision(status="resolved", resolution="next", changed_ns=NOW - 4 * DAY)
    assert state(resolved, SeenIn("app@1.1", NOW - DAY, NOW)).status == "resolved", "it was there before"
    assert state(resolved, SeenIn("app@1.2", NOW - DAY, NOW)).substatus == "regressed"


def test_fixed_in_a_release_regresses_from_it_on() -> None:
    resolved = Decision(status="resolved", resolution="release", release="app@1.1", changed_ns=NOW - DAY)
    assert state(resolved, SeenIn("app@1.0", NOW - 9 * DAY, NOW)).status == "resolved"
    assert state(resolved, SeenIn("app@1.1", NOW - 9 * DAY, NOW)).cause == "app@1.1"
    assert state(resolved, SeenIn("app@1.2", NOW - 9 * DAY, NOW - 2 * DAY)).status == "resolved", "seen before only"


def test_archived_until() -> None:
    forever = Decision(status="archived", until="forever", changed_ns=NOW - DAY)
    assert state(forever, since=Since(10**6, 10**6, 10**6)) == State("archived")
    timed = replace(forever, until="time", until_ns=NOW)
    assert state(timed) == State("unresolved", "ongoing")
    assert state(replace(timed, until_ns=NOW + 1)) == State("archived")
    events = replace(forever, until="events", until_count=10)
    assert state(events, since=Since(9, 9, 9)) == State("archived")
    assert state(events, since=Since(10, 1, 9)) == State("unresolved", "ongoing", "10")
    users = replace(forever, until="users", until_count=10)
    assert state(users, since=Since(99, 9, 9)) == State("archived")
    assert state(users, since=Since(99, 10, 9)).status == "unresolved"
    escalating = replace(forever, until="escalating", ceiling=20)
    assert state(escalating, since=Since(99, 10, 20)) == State("archived")
    assert state(escalating, since=Since(99, 10, 21)) == State("unresolved", "escalating", "21")


def test_the_ceiling_follows_seven_days_of_hours() -> None:
    week = HISTORY_HOURS
    assert ceiling([], age_hours=week) == 10
    assert ceiling([100] * week, age_hours=week) == 100, "steady: anything more is unusual"
    assert ceiling([5] * (week - 1) + [400], age_hours=week) == 400, "a burst was seen before"
    uneven = [20, 40] * (week // 2)
    assert ceiling(uneven, age_hours=week) == 80  # mean 30, spread 10
    assert ceiling([3], age_hours=5) == 30, "flat while there is less history"
    assert ceiling([], age_hours=1) == 10


@given(st.lists(st.integers(0, 10_000), max_size=HISTORY_HOURS), st.floats(0, 10_000))
def test_what_was_usual_never_escalates(hourly: list[int], age_hours: float) -> None:
    assert ceiling(hourly, age_hours=age_hours) >= max(hourly, default=0)


times = st.integers(NOW - 40 * DAY, NOW)
decisions = st.builds(
    Decision,
    status=st.sampled_from(["unresolved", "resolved", "archived"]),
    substatus=st.sampled_from(["", "regressed", "escalating"]),
    changed_ns=times,
    resolution=st.sampled_from(["now", "next", "release"]),
    release=st.sampled_from(["", *SEEN]),
    until=st.sampled_from(["forever", "escalating", "time", "events", "users"]),
    until_ns=times,
    until_count=st.integers(1, 100),
    ceiling=st.integers(10, 100),
)
facts = st.builds(
    Facts,
    times,
    st.lists(st.builds(SeenIn, st.sampled_from(["", *SEEN]), times, times), max_size=4),
    st.builds(Since, st.integers(0, 200), st.integers(0, 200), st.integers(0, 200)),
)


@given(decisions, facts)
def test_every_decision_leads_to_one_state(decision: Decision, found: Facts) -> None:
    settled = settle(decision, found, SEEN, NOW)
    assert (settled.status == "unresolved") == (settled.substatus in SUBSTATUSES)
    if decision.status == "unresolved":
        assert settled.status == "unresolved"
    else:
        assert settled.status in (decision.status, "unresolved")


@given(decisions, facts, st.integers(0, 30))
def test_nothing_closes_by_itself(decision: Decision, found: Facts, days: int) -> None:
    """What has come back stays open as time goes on and more is seen."""
    if settle(decision, found, SEEN, NOW).status == "unresolved":
        more = replace(
            found, since=Since(*(2 * n for n in (found.since.events, found.since.users, found.since.busiest_hour)))
        )
        assert settle(decision, more, SEEN, NOW + days * DAY).status == "unresolved"


def test_priority_from_level_and_handled() -> None:
    table = {
        ("fatal", None): "high", ("fatal", True): "high", ("error", False): "high", ("error", True): "medium",
        ("error", None): "medium", ("warning", False): "medium", ("warning", None): "low", ("info", None): "low",
        ("", None): "low",
    }  # fmt: skip
    assert {key: default_priority(*key) for key in table} == table
    assert HOUR == 3600 * 10**9
