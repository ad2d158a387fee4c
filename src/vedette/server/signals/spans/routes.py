"""`GET /projects/{project_id}/spans`, one trace and one span of it; contract: `docs/api.md`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import ListQuery, Page, ProjectId, answer
from vedette.server.signals.spans import queries

router = APIRouter(tags=["spans"])


class Span(BaseModel):
    """One span; `time` is its start."""

    time: str
    duration_ns: int
    trace_id: str
    span_id: str
    parent_span_id: str
    is_segment: bool
    name: str
    op: str
    kind: str
    status_code: str
    status_message: str
    service: str
    environment: str
    release: str
    session_id: str
    user_id: str
    source: str


class SpanEvent(BaseModel):
    """Something that happened at a moment of a span."""

    time: str
    name: str
    attributes: dict[str, str]


class SpanLink(BaseModel):
    """A span of another trace that belongs to this one's story."""

    trace_id: str
    span_id: str
    trace_state: str
    attributes: dict[str, str]


class SpanDetail(Span):
    """A span with everything it carried."""

    attributes: dict[str, str]
    resource: dict[str, str]
    scope_name: str
    events: list[SpanEvent]
    links: list[SpanLink]
    measurements: dict[str, float]


class Trace(BaseModel):
    """All spans of a trace by their start, a row each; `truncated` when there were too many.

    Columns and not objects, because their names would be more than half of a long trace. `start_ns` counts from the
    trace's `time`.
    """

    trace_id: str
    time: str
    duration_ns: int
    services: list[str]
    span_count: int
    error_count: int
    truncated: bool
    columns: list[str]
    rows: list[list[Any]]


@router.get("/projects/{project_id}/spans", response_model=Page[Span])
def spans(
    project: ProjectId,
    store: StoreDep,
    question: ListQuery,
    root: bool = False,
    min_duration_ms: Annotated[float | None, Query(ge=0, le=1e12)] = None,
) -> Response:
    """Spans, newest first. `root=true` gives traces: spans without a parent. `q` looks in their names."""
    return answer(queries.list_spans(store, project, question, root=root, min_duration_ms=min_duration_ms))


@router.get("/projects/{project_id}/traces/{trace_id}", response_model=Trace)
def trace(project: ProjectId, store: StoreDep, trace_id: str) -> Response:
    """One trace with what a waterfall shows of its spans."""
    return answer(queries.trace(store, project, trace_id))


@router.get("/projects/{project_id}/traces/{trace_id}/spans/{span_id}", response_model=SpanDetail)
def span(project: ProjectId, store: StoreDep, trace_id: str, span_id: str) -> Response:
    """One span with everything it carried."""
    return answer(queries.span(store, project, trace_id, span_id))
