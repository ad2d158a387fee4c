"""`GET /projects/{project_id}/outcomes` and their summary; contract: `docs/api.md`."""

from fastapi import APIRouter
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


@router.get("/projects/{project_id}/outcomes", response_model=Page[Outcome])
def outcomes(project: ProjectId, store: StoreDep, question: ListQuery) -> Response:
    """What happened to items received, per minute, newest first."""
    return answer(queries.list_outcomes(store, project, question))


@router.get("/projects/{project_id}/outcomes/summary", response_model=Items[OutcomeTotal])
def outcomes_summary(project: ProjectId, store: StoreDep, question: SignalQuery) -> Response:
    """Totals of the range."""
    return answer(queries.summary(store, project, question))
