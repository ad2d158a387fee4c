"""`GET /projects/{project_id}/overview`: what Home shows; contract: `docs/api.md`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.features.overview import queries
from vedette.server.http.access import StoreDep
from vedette.server.http.listing import ProjectId, SignalQuery, answer
from vedette.server.signals.errors.routes import ErrorGroup
from vedette.server.signals.events.routes import ProductEvent

router = APIRouter(tags=["overview"])


class Counts(BaseModel):
    """How much happened; `p95_ns` is the 95th percentile of request durations, null when there was none."""

    events: int
    errors: int
    requests: int
    failed_requests: int
    logs: int
    spans: int
    p95_ns: float | None


class Bucket(Counts):
    """Counts of one bucket of time."""

    time: str


class SlowEndpoint(BaseModel):
    """One request name of one service."""

    name: str
    service: str
    count: int
    p95_ns: float
    error_rate: float


class Reason(BaseModel):
    """Items that were not stored as sent."""

    protocol: str
    category: str
    outcome: str
    reason: str
    quantity: int


class Ingestion(BaseModel):
    """What became of everything received."""

    accepted: int
    rejected: int
    by_reason: list[Reason]


class Overview(BaseModel):
    """What is happening now, and how that compares with the range before."""

    bucket_seconds: int
    buckets: list[Bucket]
    totals: Counts
    previous: Counts
    users: int
    newest_errors: list[ErrorGroup]
    newest_events: list[ProductEvent]
    slowest: list[SlowEndpoint]
    ingestion: Ingestion


@router.get("/projects/{project_id}/overview", response_model=Overview)
def overview(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    buckets: Annotated[int, Query(ge=1, le=500)] = 60,
) -> Response:
    """Rates over time, totals against the range before, and the newest of what matters."""
    return answer(queries.overview(store, project, question, buckets))
