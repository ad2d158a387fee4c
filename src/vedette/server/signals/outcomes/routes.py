"""`GET /projects/{project_id}/outcomes`, their summary and histogram; contract: `docs/api.md`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import Items, ListQuery, Page, ProjectId, SignalQuery, answer
from vedette.server.signals.outcomes import queries

router = APIRouter(tags=["outcomes"])


class Outcome(BaseModel):
    """What happened to items of one kind in one minute."""

    time: str
    protocol: str
    category: str
    outcome: str
    reason: str
    quantity: int
    bytes: int


class OutcomeTotal(BaseModel):
    """What happened to items of one kind in the range, with the newest detail and sample."""

    protocol: str
    category: str
    outcome: str
    reason: str
    quantity: int
    last_time: str
    detail: str
    sample: str


class OutcomeBucket(BaseModel):
    """Items of one bucket by what happened to them; an outcome without any is left out."""

    time: str
    counts: dict[str, int]


class OutcomeHistogram(BaseModel):
    """Counts over time, without gaps."""

    bucket_seconds: int
    buckets: list[OutcomeBucket]


@router.get("/projects/{project_id}/outcomes", response_model=Page[Outcome])
def outcomes(project: ProjectId, store: StoreDep, question: ListQuery) -> Response:
    """What happened to items received, per minute, newest first."""
    return answer(queries.list_outcomes(store, project, question))


@router.get("/projects/{project_id}/outcomes/summary", response_model=Items[OutcomeTotal])
def outcomes_summary(project: ProjectId, store: StoreDep, question: SignalQuery) -> Response:
    """Totals of the range."""
    return answer(queries.summary(store, project, question))


@router.get("/projects/{project_id}/outcomes/histogram", response_model=OutcomeHistogram)
def outcomes_histogram(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    buckets: Annotated[int, Query(ge=1, le=1000)] = 60,
) -> Response:
    """Items per bucket by what happened to them."""
    return answer(queries.histogram(store, project, question, buckets))
