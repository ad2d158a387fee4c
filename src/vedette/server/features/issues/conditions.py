"""A search → a bound condition on events, and tests on issues.

What is true of a single event (its level, release, tags) narrows the events that are counted; what is true of an issue
(its status, how often it was seen, whose it is) is asked of the issue. Values are always bound, keys become columns of
`COLUMNS` or a bound key of `tags`: nothing of a search's text reaches the SQL itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.server.features.issues.search import Problem, Search, Term, Value, parse
from vedette.server.features.issues.states import PRIORITIES, STATUSES, SUBSTATUSES
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import UNIT_SECONDS, parse_time
from vedette.server.signals.errors.queries import SCOPE
from vedette.server.store.filters import Filter

SECOND = 1_000_000_000
COLUMNS: Mapping[str, str] = {
    **{name: name for name in (
        "level", "release", "environment", "service", "dist", "platform", "logger", "transaction", "server_name",
        "trace_id", "span_id", "session_id", "url", "title", "culprit", "source", "mechanism", "event_id",
        "fingerprint", "type", "value", "user_id", "user_email", "user_name", "category",
    )},
    "trace": "trace_id", "session": "session_id", "message": "value", "id": "event_id", "http.url": "url",
    "user.id": "user_id", "user.email": "user_email", "user.username": "user_name", "user.ip": "user_ip",
    "error.type": "type", "error.value": "value", "error.mechanism": "mechanism", "location": "culprit",
    "issue.category": "category", "platform.name": "platform", "sdk.name": "sdk_name", "sdk.version": "sdk_version",
}  # fmt: skip
FRAMES: Mapping[str, str] = {f"stack.{name}": f"frames.{name}" for name in ("filename", "function", "module")}
USER = {"id": "user_id", "email": "user_email", "username": "user_name", "ip": "user_ip"}
STATES = (*STATUSES, *SUBSTATUSES)
IS: Mapping[str, str] = {
    **{name: "a state of the issue" for name in STATES},
    "assigned": "someone's", "unassigned": "no one's", "handled": "caught", "unhandled": "not caught",
}  # fmt: skip
NUMBERS = {"times_seen": "count", "timesSeen": "count", **{name: name for name in ("users", "comments", "feedback")}}
TIMES = {
    "age": "first_ns", "first_seen": "first_ns", "firstSeen": "first_ns",
    "last_seen": "last_ns", "lastSeen": "last_ns",
}  # fmt: skip
RELEASES = {"first_release": "first_release", "firstRelease": "first_release", "last_release": "last_release"}
OF_ISSUES = {"is", "assigned", "assigned_to", "priority", *NUMBERS, *TIMES, *RELEASES}
CATEGORIES = ("error", "performance")
LEVELS = ("fatal", "error", "warning", "info", "debug")
AGO = re.compile(r"(?P<sign>[+-])(?P<number>\d{1,6})(?P<unit>[mhdw])", re.ASCII)

Test = Callable[[Any], bool]  # of a listing.Found


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What words such as `latest` and `me` stand for. `members`: id, e-mail and name of everyone with a login."""

    now_ns: int
    latest: Sequence[str] = ()
    me: int | None = None
    members: Sequence[tuple[int, str, str]] = ()


@dataclass(slots=True)
class Conditions:
    """What a search asks for. `tests` of an issue, apart from `states` (`is:resolved` and the like)."""

    events: list[str] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)
    scope: list[Filter] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    states: list[Test] = field(default_factory=list)

    def bind(self, value: Any, kind: str = "String") -> str:
        """A placeholder for a value."""
        name = f"s{len(self.bound)}"
        self.bound[name] = value
        return f"{{{name}:{kind}}}"


class _Refused(ValueError):
    pass


def conditions_of(text: str, around: Surroundings) -> Conditions:
    """Compile a search. Raises BadRequest, which says where it does not read."""
    search = parse(text)
    found = Conditions()
    problems = list(search.problems)
    for term in search.terms:
        try:
            _compile(term, found, around)
        except _Refused as refused:
            problems.append(Problem(term.position, str(refused)))
    if problems:
        first = min(problems, key=lambda problem: problem.position)
        raise BadRequest(
            f"search, character {first.position + 1}: {first.message}",
            hint='like is:unresolved level:error user.email:*@acme.com times_seen:>100 "out of memory"',
            code="bad_search",
        )
    return found


def wants_latest(search: Search) -> bool:
    """Whether a search asks for the latest release."""
    return any(one.text == "latest" and "release" in term.key.lower() for term in search.terms for one in term.values)


def _compile(term: Term, found: Conditions, around: Surroundings) -> None:
    if term.key in OF_ISSUES:
        _of_issue(term, found, around)
    elif not term.key:
        test = found.bind(term.values[0].text)
        columns = ("title", "value", "culprit")
        tests = [f"positionCaseInsensitiveUTF8({name}, {test}) > 0" for name in columns]
        found.events.append(f"({' OR '.join(tests)})")
    elif term.key == "has" and term.values[0].plain == "feedback":
        found.tests.append(_compare("feedback", "=" if term.negated else ">", 0))
    elif term.key == "has":
        key = term.values[0].plain
        if key in OF_ISSUES:
            raise _Refused(f"has:{key} is not understood; has: takes a field or tag of events")
        _add(found, _has(key, found), term.negated)
    elif term.key in ("error.handled", "error.unhandled", "handled"):
        _handled(found, _flag(term) is not (term.key == "error.unhandled"), term.negated)
    else:
        _of_event(term, found, around)


def _add(found: Conditions, condition: str, negated: bool) -> None:
    found.events.append(f"NOT ({condition})" if negated else f"({condition})")


def _handled(found: Conditions, handled: bool, negated: bool) -> None:
    # What nobody told counts as handled: reports that mean a crash say so.
    _add(found, "ifNull(handled, true)" if handled else "NOT ifNull(handled, true)", negated)


def _flag(term: Term) -> bool:
    text = term.values[0].text.lower()
    if text not in ("true", "false", "1", "0", "yes", "no"):
        raise _Refused(f"{term.key}: is true or false")
    return text in ("true", "1", "yes")


def _has(key: str, found: Conditions) -> str:
    if key in ("handled", "error.handled"):
        return "isNotNull(handled)"
    if key == "user":
        return " OR ".join(f"{column} != ''" for column in USER.values())
    if key in FRAMES:
        return f"arrayExists(one -> one != '', {FRAMES[key]})"
    return f"{_column(key, found)} != ''"


def _column(key: str, found: Conditions) -> str:
    if key in COLUMNS:
        return COLUMNS[key]
    tag = key[5:-1] if key.startswith("tags[") else key
    return f"tags[{found.bind(tag)}]"


def _of_event(term: Term, found: Conditions, around: Surroundings) -> None:
    values = list(term.values)
    if term.key == "release" and any(one.text == "latest" for one in values):
        values = [one for one in values if one.text != "latest"] + [Value(name, True) for name in around.latest]
        values = values or [Value("", True)]  # no release is known: nothing is of the latest
    if term.key == "user":
        tests = [_user(one, found) for one in values]
    elif term.key in FRAMES:
        tests = [f"arrayExists(one -> {_matches('one', value, found)}, {FRAMES[term.key]})" for value in values]
    elif term.op != "=":
        tests = [_compared(term, found)]
    else:
        column = _column(term.key, found)
        tests = [_matches(column, value, found) for value in values]
        if column in SCOPE and len(values) == 1 and not values[0].pattern:
            found.scope.append(Filter(column, "!=" if term.negated else "=", values[0].plain))
    _add(found, " OR ".join(tests), term.negated)


def _compared(term: Term, found: Conditions) -> str:
    """A tag that is a number, against one."""
    if term.key in COLUMNS:
        raise _Refused(f"{term.key} is text: {term.op} cannot compare it")
    number = found.bind(_number(term), "Float64")
    return f"ifNull(toFloat64OrNull({_column(term.key, found)}) {term.op} {number}, false)"


def _user(value: Value, found: Conditions) -> str:
    kind, _, text = value.text.partition(":")
    if kind in USER and text:
        return _matches(USER[kind], Value(text, value.quoted), found)
    return " OR ".join(_matches(column, value, found) for column in USER.values())


def _matches(expression: str, value: Value, found: Conditions) -> str:
    if not value.pattern:
        return f"{expression} = {found.bind(value.plain)}"
    escaped = re.sub(r"[\\%_]", r"\\\g<0>", value.text.replace("\\*", "\x00"))
    return f"{expression} ILIKE {found.bind(escaped.replace('*', '%').replace(chr(0), '*'))}"


def _of_issue(term: Term, found: Conditions, around: Surroundings) -> None:
    into = found.tests
    if term.key == "is":
        words = [one.text for one in term.values]
        if unknown := [word for word in words if word not in IS]:
            raise _Refused(f"is:{unknown[0]} is not known; there are {', '.join(IS)}")
        if set(words) & {"handled", "unhandled"}:
            if len(words) > 1:
                raise _Refused(f"is:{words[0]} stands alone")
            _handled(found, words[0] == "handled", term.negated)
            return
        into = found.states if set(words) <= set(STATES) else found.tests
        test = _any([_is(word) for word in words])
    elif term.key in ("assigned", "assigned_to"):
        test = _any([_assigned(one.text, around) for one in term.values])
    elif term.key == "priority":
        test = _priority(term)
    elif term.key in NUMBERS:
        test = _compare(NUMBERS[term.key], term.op, _number(term))
    elif term.key in TIMES:
        test = _time(term, TIMES[term.key], around)
    else:
        test = _release(term, RELEASES[term.key], around)
    into.append((lambda one: not test(one)) if term.negated else test)


def _any(tests: Sequence[Test]) -> Test:
    return lambda one: any(test(one) for test in tests)


def _is(word: str) -> Test:
    if word in ("assigned", "unassigned"):
        return lambda one: (one.assignee_id is not None) == (word == "assigned")
    return lambda one: word in (one.status, one.substatus)


def _assigned(text: str, around: Surroundings) -> Test:
    if text == "me":
        if around.me is None:
            raise _Refused("assigned:me needs a login; an API token is no one")
        return lambda one: one.assignee_id == around.me
    if text == "none":
        return lambda one: one.assignee_id is None
    wanted = text.lower()
    ids = {id_ for id_, email, name in around.members if wanted in (email.lower(), name.lower(), f"#{id_}")}
    if not ids:
        raise _Refused(f"no member {text!r}; assigned: takes me, none, an e-mail or a name in quotes")
    return lambda one: one.assignee_id in ids


def _priority(term: Term) -> Test:
    wanted = {one.text for one in term.values}
    if unknown := wanted - set(PRIORITIES):
        raise _Refused(f"priority:{sorted(unknown)[0]} is not known; there are {', '.join(PRIORITIES)}")
    return lambda one: one.priority in wanted


def _number(term: Term) -> float:
    try:
        return float(term.values[0].text)
    except ValueError:
        raise _Refused(f"{term.key}: needs a number, {term.values[0].text!r} is none") from None


def _compare(name: str, op: str, number: float) -> Test:
    tests: dict[str, Test] = {
        "=": lambda one: getattr(one, name) == number,
        ">": lambda one: getattr(one, name) > number,
        "<": lambda one: getattr(one, name) < number,
        ">=": lambda one: getattr(one, name) >= number,
        "<=": lambda one: getattr(one, name) <= number,
    }
    return tests[op]


def _time(term: Term, name: str, around: Surroundings) -> Test:
    """`-24h`: within the last 24 hours; `+24h`: longer ago; or a comparison with a time."""
    text = term.values[0].text
    if (match := AGO.fullmatch(text)) and term.op == "=":
        edge = around.now_ns - int(match["number"]) * UNIT_SECONDS[match["unit"]] * SECOND
        return _compare(name, ">=" if match["sign"] == "-" else "<", edge)
    try:
        edge = parse_time(text, now_ns=around.now_ns)
    except BadRequest:
        edge = -1
    if edge < 0 or term.op == "=":
        raise _Refused(f"{term.key}: takes -24h (within), +24h (before), or >2026-01-31") from None
    return _compare(name, term.op, edge)


def _release(term: Term, name: str, around: Surroundings) -> Test:
    wanted: set[str] = set()
    for one in term.values:
        wanted |= set(around.latest) if one.text == "latest" else {one.plain} if not one.pattern else set()
    patterns = [one.text for one in term.values if one.pattern]
    return lambda one: getattr(one, name) in wanted or any(_like(getattr(one, name), text) for text in patterns)


def _like(text: str, pattern: str) -> bool:
    """`*` stands for anything, case for nothing; linear, as a pattern comes from anyone."""
    first, *middle, last = pattern.replace("\\*", "\x00").lower().split("*")
    parts = [part.replace("\x00", "*") for part in (first, *middle, last)]
    text = text.lower()
    if not text.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(parts[-1]) and text.endswith(parts[-1])
