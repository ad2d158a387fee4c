"""Questions to `spans` about calls, and to `errors` about what was found; each is the `.sql` file of its name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.server.features.detectors.detect import MS, Call, Parent, call_of
from vedette.server.features.detectors.rows import Kept
from vedette.server.features.detectors.shapes import DetectorSettings
from vedette.server.http.listing import SECOND, TimeRange, sql_time
from vedette.server.store.client import Store
from vedette.server.store.sql import fill, load

MOST_CALLS = 2000  # of one trace
MOST_LATE = 1000
LATE_SECONDS = 60  # what is received so long after it began is looked for by its trace
REACH_SECONDS = 86400  # what began longer ago is not looked at
NEVER = 2**62


@dataclass(frozen=True, slots=True)
class Window:
    """What was received in `after`…`before`, in nanoseconds since 1970."""

    after_ns: int
    before_ns: int

    @property
    def recent_ns(self) -> int:
        """What began before is late."""
        return self.after_ns - LATE_SECONDS * SECOND

    def parameters(self) -> dict[str, Any]:
        """To bind."""
        reach = TimeRange(max(0, self.before_ns - REACH_SECONDS * SECOND), self.before_ns + 3600 * SECOND)
        return {
            **reach.parameters(), "after": sql_time(self.after_ns), "before": sql_time(self.before_ns),
            "recent": sql_time(self.recent_ns),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trace that a detector may find something in."""

    trace_id: str
    began_ns: int
    ended_ns: int
    received_ms: int


def busy(store: Store, projects: Sequence[int], window: Window) -> set[int]:
    """The projects that received something in the window."""
    parameters = {**window.parameters(), "project_ids": list(projects)}
    return {project_id for (project_id,) in store.query(load(__package__, "busy.sql"), parameters).rows}


def arrived(store: Store, project_id: int, window: Window) -> tuple[int, int]:
    """How many spans came in the window, and how many of them late."""
    found = store.query(load(__package__, "arrived.sql"), {**window.parameters(), "project_id": project_id}).rows
    spans, late = found[0]
    return int(spans), int(late)


def recent_candidates(
    store: Store, project_id: int, window: Window, settings: DetectorSettings, limit: int
) -> tuple[list[Candidate], int]:
    """Candidates among the traces of which something came in the window soon after it began, and how many there are."""
    near = TimeRange(max(0, window.recent_ns), window.before_ns + 3600 * SECOND)
    # Of that many traces most granules have some: looking into each one's index costs more than reading them.
    return _candidates(
        store, project_id, load(__package__, "touched.sql"), {**window.parameters(), **near.parameters()}, settings,
        limit, ignore_data_skipping_indices="trace_id_bloom",
    )  # fmt: skip


def late_candidates(
    store: Store, project_id: int, window: Window, settings: DetectorSettings, limit: int
) -> tuple[list[Candidate], int]:
    """Candidates among the traces of which something came in the window long after it began."""
    parameters = {**window.parameters(), "project_id": project_id, "limit": MOST_LATE}
    rows = store.query(load(__package__, "late.sql"), parameters).rows
    left_out = int(rows[0][3]) - len(rows) if rows else 0
    found, total = of_traces(store, project_id, [row[:3] for row in rows], settings, limit)
    return found, total + left_out


def of_traces(
    store: Store, project_id: int, traces: Sequence[Sequence[Any]], settings: DetectorSettings, limit: int
) -> tuple[list[Candidate], int]:
    """Candidates among traces that are known by id, first and last time."""
    if not traces:
        return [], 0
    range_ = TimeRange(min(first for _, first, _ in traces), max(last for _, _, last in traces) + 1000)
    parameters = {**range_.parameters(), "traces": [trace for trace, _, _ in traces]}
    return _candidates(store, project_id, "trace_id IN {traces:Array(String)}", parameters, settings, limit)


def times_of(store: Store, project_id: int, traces: Iterable[str]) -> list[list[Any]]:
    """(trace, first, last) of the traces that there are."""
    parameters = {"project_id": project_id, "traces": list(traces)}
    return store.query(load(__package__, "times.sql"), parameters).rows


def _candidates(
    store: Store, project_id: int, condition: str, parameters: dict[str, Any], settings: DetectorSettings, limit: int,
    **engine: Any,
) -> tuple[list[Candidate], int]:  # fmt: skip
    bound = {**parameters, **_thresholds(settings), "project_id": project_id, "limit": limit}
    found = store.query(_of_calls("candidates.sql", condition), bound, settings=engine).dicts()
    total = int(found[0]["total"]) if found else 0
    names = ("trace_id", "began_ns", "ended_ns", "received_ms")
    return [Candidate(**{name: row[name] for name in names}) for row in found], total


def _of_calls(name: str, condition: str) -> str:
    calls = fill(load(__package__, "calls.sql"), condition)
    return load(__package__, name).replace("/* calls */ spans", f"({calls})")


def _thresholds(settings: DetectorSettings) -> dict[str, int]:
    """What `candidates.sql` binds; a detector that is off takes nothing."""

    def off(rule: Any, value: int) -> int:
        return value if rule.enabled else NEVER

    s = settings
    calls = (s.n_plus_one_db, s.n_plus_one_http, s.consecutive_db, s.consecutive_http)
    bound = {
        "n_db": s.n_plus_one_db.count, "n_db_ns": off(s.n_plus_one_db, s.n_plus_one_db.total_ms * MS),
        "n_http": s.n_plus_one_http.count, "n_http_ns": off(s.n_plus_one_http, s.n_plus_one_http.total_ms * MS),
        "slow_ns": off(s.slow_db, s.slow_db.duration_ms * MS),
        "row_db": s.consecutive_db.count, "row_db_ns": off(s.consecutive_db, s.consecutive_db.savable_ms * MS),
        "row_http": s.consecutive_http.count,
        "row_http_ns": off(s.consecutive_http, s.consecutive_http.savable_ms * MS),
        "large_bytes": s.large_http.bytes, "large_ns": off(s.large_http, s.large_http.duration_ms * MS),
    }  # fmt: skip
    return {
        **bound,
        "least_calls": min(rule.count for rule in calls),
        "least_total_ns": min(bound[name] for name in ("n_db_ns", "n_http_ns", "row_db_ns", "row_http_ns")),
        "least_longest_ns": min(bound["slow_ns"], bound["large_ns"]),
    }


def calls(store: Store, project_id: int, traces: Sequence[Candidate]) -> dict[str, list[Call]]:
    """Trace → its calls by their start, 2,000 at most."""
    sql = _of_calls("details.sql", "trace_id IN {traces:Array(String)}")
    found: dict[str, list[Call]] = {}
    for row in store.query(sql, {**_bound(project_id, traces), "most": MOST_CALLS}).dicts():
        found.setdefault(row["trace_id"], []).append(call_of(row))
    return found


def parents(store: Store, project_id: int, traces: Sequence[Candidate]) -> dict[str, dict[str, Parent]]:
    """Trace → its spans with children by id."""
    parameters = {**_bound(project_id, traces), "most": MOST_CALLS}
    found: dict[str, dict[str, Parent]] = {}
    for row in store.query(load(__package__, "parents.sql"), parameters).dicts():
        theirs = found.setdefault(row.pop("trace_id"), {})
        theirs[row["span_id"]] = Parent(**row)
    return found


def _bound(project_id: int, traces: Sequence[Candidate]) -> dict[str, Any]:
    range_ = TimeRange(min(one.began_ns for one in traces), max(one.ended_ns for one in traces) + 1000)
    return {**range_.parameters(), "project_id": project_id, "traces": [one.trace_id for one in traces]}


def kept(
    store: Store, project_id: int, range_: TimeRange, ids: Sequence[str], fingerprints: Sequence[str]
) -> list[Kept]:
    """What is stored already of these findings and fingerprints."""
    parameters = {
        **range_.parameters(), "project_id": project_id, "event_ids": list(ids), "fingerprints": list(fingerprints),
    }  # fmt: skip
    return [Kept(**row) for row in store.query(load(__package__, "kept.sql"), parameters).dicts()]


def met(store: Store, project_id: int, range_: TimeRange, fingerprints: Sequence[str]) -> tuple[int, int]:
    """In how many traces of the range's hours findings were met, and how many rows there are of them."""
    parameters = {**range_.parameters(), "project_id": project_id, "fingerprints": list(fingerprints)}
    (found,) = store.query(load(__package__, "met.sql"), parameters).rows
    return int(found[0]), int(found[1])
