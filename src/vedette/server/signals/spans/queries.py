"""Questions to the `spans` table."""

from typing import Any

from vedette.server.http.errors import NotFound
from vedette.server.http.listing import LATEST, SECOND, Listing, Question, TimeRange, contains, exact_time
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import load

FIELDS = Fields(
    columns={
        **dict.fromkeys(
            ("name", "op", "kind", "status_code", "status_message", "service", "environment", "release", "trace_id",
             "span_id", "parent_span_id", "session_id", "user_id", "scope_name", "source", "transaction_op"), "String"
        ),
        "duration_ns": "UInt64",
        "http_status_code": "UInt16",
        **dict.fromkeys(("is_segment", "is_transaction", "is_failed"), "UInt8"),
    },
    maps=("attributes", "resource", "scope_attributes"),
    items={"attributes": "attribute_items"},
)  # fmt: skip
LISTING = Listing(
    load(__package__, "list.sql"), FIELDS, "span_id", "String", contains("name"), edge=load(__package__, "edge.sql")
)
MAX_TRACE_SPANS = 50_000
TRACE_COLUMNS = ("start_ns", "duration_ns", "service", "status_code")  # of trace.sql, that its sums need


def list_spans(
    store: Store, project_id: int, question: Question, *, root: bool, min_duration_ms: float | None
) -> dict[str, Any]:
    """A page of spans; `root`: only those a trace begins with."""
    extra, parameters = [], {}
    if root:
        extra.append("parent_span_id = ''")
    if min_duration_ms is not None:
        extra.append("duration_ns >= {min_duration_ns:UInt64}")
        parameters["min_duration_ns"] = int(min_duration_ms * 1_000_000)
    return LISTING.page(store, project_id, question, extra=extra, parameters=parameters)


def trace(store: Store, project_id: int, trace_id: str) -> dict[str, Any]:
    """One trace with what a waterfall shows of its spans, by their start, at most MAX_TRACE_SPANS. Raises NotFound."""
    bound = {"project_id": project_id, "trace_id": trace_id}
    parameters = {**bound, **_when(store, bound).parameters(), "limit": MAX_TRACE_SPANS + 1}
    found = store.query(load(__package__, "trace.sql"), parameters)
    rows = found.rows[:MAX_TRACE_SPANS]
    if not rows:
        raise NotFound(f"no spans of trace {trace_id}", hint="they may not have arrived yet, or be past retention")
    at = {name: found.columns.index(name) for name in TRACE_COLUMNS}
    start, duration, service, status = at["start_ns"], at["duration_ns"], at["service"], at["status_code"]
    began = rows[0][start]
    for row in rows:  # nanoseconds since 1970 are more than a JavaScript number holds
        row[start] -= began
    return {
        "trace_id": trace_id,
        "time": exact_time(began),
        "duration_ns": max(row[start] + row[duration] for row in rows),
        "services": list(dict.fromkeys(row[service] for row in rows if row[service])),
        "span_count": len(rows),
        "error_count": sum(row[status] == "error" for row in rows),
        "truncated": len(found.rows) > MAX_TRACE_SPANS,
        "columns": found.columns,
        "rows": rows,
    }


def span(store: Store, project_id: int, trace_id: str, span_id: str) -> dict[str, Any]:
    """One span with everything it carried. Raises NotFound."""
    bound = {"project_id": project_id, "trace_id": trace_id}
    parameters = {**bound, **_when(store, bound).parameters(), "span_id": span_id}
    found = store.query(load(__package__, "span.sql"), parameters).dicts()
    if not found:
        raise NotFound(f"no span {span_id} in trace {trace_id}", hint="it may not have arrived yet")
    return found[0]


def _when(store: Store, bound: dict[str, Any]) -> TimeRange:
    """When a trace was, as every writer keeps it; where that is missing, the index on trace_id has to do."""
    times = store.query(load(__package__, "trace_times.sql"), bound).rows
    return TimeRange(int(times[0][0]), int(times[0][1]) + SECOND) if times else TimeRange(0, LATEST)
