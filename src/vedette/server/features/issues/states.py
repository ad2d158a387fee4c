"""What state an issue is in: what was decided about it, and what happened since. Pure; time is an argument.

Nothing is stored when an event arrives. A resolved issue that is seen again *is* regressed, whoever asks first; the
sweep (`sweep.py`) only writes down what these functions say, so that it is known when it began.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.server.features.issues.releases import is_later

HOUR = 3600 * 1_000_000_000
DAY = 24 * HOUR
NEW_NS = 3 * DAY  # after which a new issue is an ongoing one
RECENT_NS = 7 * DAY  # for how long an issue that came back says so
HISTORY_HOURS = 7 * 24
LEAST_CEILING = 10  # events an hour that are never an escalation

STATUSES = ("unresolved", "resolved", "archived")
SUBSTATUSES = ("new", "ongoing", "escalating", "regressed")
UNTIL = ("forever", "escalating", "time", "events", "users")
PRIORITIES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Decision:
    """What people decided about one issue; times are nanoseconds since 1970, 0 for never."""

    status: str = "unresolved"
    substatus: str = ""
    changed_ns: int = 0
    resolution: str = ""  # of a resolved one: now, next, release
    release: str = ""  # next: the latest when it was decided; release: the one it is fixed in
    until: str = ""  # of an archived one: see UNTIL
    until_ns: int = 0
    until_count: int = 0
    ceiling: int = 0
    assignee_id: int | None = None
    priority: str = ""
    discarded: bool = False


UNDECIDED = Decision()


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to an archived issue since it was archived."""

    events: int = 0
    users: int = 0
    busiest_hour: int = 0


@dataclass(frozen=True, slots=True)
class SeenIn:
    """When an issue was first and last seen in one release."""

    release: str
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the events say: when the issue was first seen; of a resolved one the releases it was seen in; of an
    archived one what came since."""

    first_ns: int
    releases: Sequence[SeenIn] = ()
    since: Since = field(default_factory=Since)


@dataclass(frozen=True, slots=True)
class State:
    """An issue's status; `cause` is the release it came back in, or the number that ended its archiving."""

    status: str
    substatus: str = ""
    cause: str = ""


def settle(decision: Decision, facts: Facts, came: Mapping[str, int], now_ns: int) -> State:
    """The state now. `came`: release → when it was released, or first seen."""
    if decision.status == "resolved":
        came_back = [seen for seen in facts.releases if _comes_back(decision, seen, came)]
        if came_back:
            return State("unresolved", "regressed", max(came_back, key=lambda seen: seen.last_ns).release)
        return State("resolved")
    if decision.status == "archived":
        return _archived(decision, facts.since, now_ns)
    if decision.substatus and now_ns - decision.changed_ns < RECENT_NS:
        return State("unresolved", decision.substatus)
    is_new = not decision.changed_ns and now_ns - facts.first_ns < NEW_NS
    return State("unresolved", "new" if is_new else "ongoing")


def _comes_back(decision: Decision, seen: SeenIn, came: Mapping[str, int]) -> bool:
    """Whether being seen in this release undoes a resolution."""
    if seen.last_ns <= decision.changed_ns:
        return False
    if decision.resolution == "release":
        return seen.release == decision.release or is_later(seen.release, decision.release, came)
    if decision.resolution == "next":
        if not decision.release:  # none was known: any that came since is the next
            return bool(seen.release) and came.get(seen.release, 0) > decision.changed_ns
        return is_later(seen.release, decision.release, came)
    return True


def _archived(decision: Decision, since: Since, now_ns: int) -> State:
    if decision.until == "time" and now_ns >= decision.until_ns:
        return State("unresolved", "ongoing")
    if decision.until == "events" and since.events >= decision.until_count:
        return State("unresolved", "ongoing", str(since.events))
    if decision.until == "users" and since.users >= decision.until_count:
        return State("unresolved", "ongoing", str(since.users))
    if decision.until == "escalating" and since.busiest_hour > decision.ceiling:
        return State("unresolved", "escalating", str(since.busiest_hour))
    return State("archived")


def ceiling(hourly: Sequence[int], *, age_hours: float) -> int:
    """Up to how many events an hour are as usual, from the counts of the last seven days' hours (quiet ones may be
    left out). Five standard deviations over the mean, or the busiest hour; an issue younger than seven days has no
    usual yet, and gets ten times its busiest hour."""
    busiest = max(hourly, default=0)
    if age_hours < HISTORY_HOURS:
        return max(LEAST_CEILING, 10 * busiest)
    mean = sum(hourly) / HISTORY_HOURS
    squares = sum(count * count for count in hourly) / HISTORY_HOURS
    spread = math.sqrt(max(0.0, squares - mean * mean))
    return max(LEAST_CEILING, busiest, math.ceil(mean + 5 * spread))


def default_priority(level: str, handled: bool | None) -> str:
    """How much an issue matters while nobody has said."""
    if level == "fatal" or (level == "error" and handled is False):
        return "high"
    if level == "error" or (level == "warning" and handled is False):
        return "medium"
    return "low"
