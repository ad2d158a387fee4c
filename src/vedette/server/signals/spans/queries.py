"""Questions to the `spans` table."""

from typing import Any

from vedette.server.http.errors import NotFound
from vedette.server.http.listing import LATEST, SECOND, Listing, Question, TimeRange, contains
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import load

FIELDS = Fields(
    columns={
        **dict.fromkeys(
            ("name", "op", "kind", "status_code", "status_message", "service", "environment", "release", "trace_id",
             "span_id", "parent_span_id", "session_id", "user_id", "scope_name", "source"), "String"
        ),
        "duration_ns": "UInt64",
        "is_segment": "UInt8",
    },
    maps=("attributes", "resource", "scope_attributes"),
)  # fmt: skip
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "span_id", "String", contains("name"))
MAX_TRACE_SPANS = 50_000


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
    """One trace with its spans by their start, at most MAX_TRACE_SPANS. Raises NotFound."""
    bound = {"project_id": project_id, "trace_id": trace_id}
    times = store.query(load(__package__, "trace_times.sql"), bound).rows
    if times:  # kept by every writer; where it is missing, the index on trace_id has to do
        when = TimeRange(int(times[0][0]), int(times[0][1]) + SECOND)
    else:
        when = TimeRange(0, LATEST)
    parameters = {**bound, **when.parameters(), "limit": MAX_TRACE_SPANS + 1}
    spans = store.query(load(__package__, "trace.sql"), parameters).dicts()
    if not spans:
        raise NotFound(f"no spans of trace {trace_id}", hint="they may not have arrived yet, or be past retention")
    truncated = len(spans) > MAX_TRACE_SPANS
    del spans[MAX_TRACE_SPANS:]
    starts = [int(span.pop("start_ns")) for span in spans]
    return {
        "trace_id": trace_id,
        "time": spans[0]["time"],
        "duration_ns": max(start + span["duration_ns"] for start, span in zip(starts, spans, strict=True)) - starts[0],
        "services": list(dict.fromkeys(span["service"] for span in spans if span["service"])),
        "span_count": len(spans),
        "error_count": sum(span["status_code"] == "error" for span in spans),
        "truncated": truncated,
        "spans": spans,
    }
