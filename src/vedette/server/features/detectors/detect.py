"""The rules: which calls of a trace are a finding. Knows no store; docs/detectors.md says the same in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vedette.server.features.detectors.patterns import address, address_pattern
from vedette.server.features.detectors.shapes import DetectorSettings, InARow, Repeated

MS = 1_000_000
TITLES = {
    "n_plus_one_db": "N+1 queries",
    "n_plus_one_http": "N+1 API calls",
    "slow_db": "Slow query",
    "consecutive_db": "Consecutive queries",
    "consecutive_http": "Consecutive API calls",
    "large_http": "Large HTTP payload",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A span that is a call to a database or another service. `pattern` is what makes it equal to others, `text` what
    is shown of it; no value of a statement is in either."""

    trace_id: str
    span_id: str
    parent_span_id: str
    start_ns: int
    duration_ns: int
    what: str  # db or http
    system: str
    pattern: str
    text: str
    complete: bool = True
    bytes: int = 0
    received_ms: int = 0
    service: str = ""
    environment: str = ""
    release: str = ""
    session_id: str = ""
    user_id: str = ""

    @property
    def end_ns(self) -> int:
        """When it was answered."""
        return self.start_ns + self.duration_ns


@dataclass(frozen=True, slots=True)
class Parent:
    """A span that has children. `is_entry`: the first of its service in the trace, which names the transaction."""

    span_id: str
    parent_span_id: str
    start_ns: int
    duration_ns: int
    name: str
    op: str
    is_entry: bool
    service: str = ""
    environment: str = ""
    release: str = ""
    session_id: str = ""
    user_id: str = ""
    user_email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Calls of one parent that are a problem. `savable_ns` is what the parent could be faster, at best."""

    detector: str
    pattern: str
    calls: Sequence[Call]
    total_ns: int
    savable_ns: int

    @property
    def first(self) -> Call:
        """Its first call."""
        return self.calls[0]


def call_of(row: Mapping[str, object]) -> Call:
    """A row of `details.sql`."""
    values = {name: row[name] for name in Call.__dataclass_fields__ if name in row}
    shown = str(row["pattern"])
    if row["what"] == "http":
        values |= {"pattern": address_pattern(shown), "text": address(shown)}
    else:
        values["text"] = shown
    return Call(**{**values, "complete": bool(row["complete"])})  # type: ignore[arg-type]


def findings_of(calls: Iterable[Call], settings: DetectorSettings) -> Iterator[Finding]:
    """What the detectors find among the calls of a trace."""
    by_parent: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        by_parent[call.parent_span_id, call.what].append(call)
    for (parent, what), theirs in by_parent.items():
        theirs.sort(key=lambda call: (call.start_ns, call.span_id))
        if what == "db":
            yield from _slow(theirs, settings)
        else:
            yield from _large(theirs, settings)
        if parent:
            yield from _of_many(theirs, what, settings)


def _of_many(calls: list[Call], what: str, settings: DetectorSettings) -> Iterator[Finding]:
    is_db = what == "db"
    repeated = settings.n_plus_one_db if is_db else settings.n_plus_one_http
    in_a_row = settings.consecutive_db if is_db else settings.consecutive_http
    told: set[str] = set()
    for finding in _repeated(calls, f"n_plus_one_{what}", repeated):
        told |= {call.span_id for call in finding.calls}
        yield finding
    # What a statement changes may be what the next one needs: only reads can run at once.
    others = [call for call in calls if call.span_id not in told and (not is_db or _reads(call))]
    yield from _consecutive(others, f"consecutive_{what}", in_a_row)


def _by_pattern(calls: Iterable[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        found[call.pattern].append(call)
    return found


def _repeated(calls: list[Call], detector: str, rule: Repeated) -> Iterator[Finding]:
    if not rule.enabled:
        return
    for pattern, theirs in _by_pattern(call for call in calls if call.complete).items():
        total = sum(call.duration_ns for call in theirs)
        if len(theirs) >= rule.count and total >= rule.total_ms * MS:
            # One call for all of them takes about as long as the longest.
            yield Finding(detector, pattern, theirs, total, total - max(call.duration_ns for call in theirs))


def _slow(calls: list[Call], settings: DetectorSettings) -> Iterator[Finding]:
    rule = settings.slow_db
    slow = [call for call in calls if rule.enabled and call.duration_ns >= rule.duration_ms * MS]
    for pattern, theirs in _by_pattern(slow).items():
        total = sum(call.duration_ns for call in theirs)
        yield Finding("slow_db", pattern, theirs, total, total)


def _large(calls: list[Call], settings: DetectorSettings) -> Iterator[Finding]:
    rule = settings.large_http
    if not rule.enabled:
        return
    large = [call for call in calls if call.bytes >= rule.bytes and call.duration_ns >= rule.duration_ms * MS]
    for pattern, theirs in _by_pattern(large).items():
        total = sum(call.duration_ns for call in theirs)
        yield Finding("large_http", pattern, theirs, total, total)


def _reads(call: Call) -> bool:
    return call.text.lstrip("( ").upper().startswith(("SELECT", "WITH", "FIND", "{"))


def _consecutive(calls: list[Call], detector: str, rule: InARow) -> Iterator[Finding]:
    """The run without overlaps that could save most, if it is enough."""
    best: Finding | None = None
    for run in _runs(calls) if rule.enabled else ():
        total = sum(call.duration_ns for call in run)
        savable = total - max(call.duration_ns for call in run)
        if len(run) < rule.count or savable < rule.savable_ms * MS:
            continue
        if best is None or savable > best.savable_ns:
            best = Finding(detector, "\n".join(list(_by_pattern(run))[:10]), run, total, savable)
    if best is not None:
        yield best


def _runs(calls: Iterable[Call]) -> Iterator[list[Call]]:
    run: list[Call] = []
    for call in calls:
        if run and call.start_ns < run[-1].end_ns:
            yield run
            run = []
        run.append(call)
    if run:
        yield run
