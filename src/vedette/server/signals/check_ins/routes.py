"""`GET /projects/{project_id}/check_ins`; contract: `docs/api.md`."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import ListQuery, Page, ProjectId, answer
from vedette.server.signals.check_ins import queries

router = APIRouter(tags=["check_ins"])


class CheckIn(BaseModel):
    """A run of a cron monitor in its latest state."""

    check_in_id: str
    time: str
    monitor_slug: str
    status: str
    duration_ms: int | None
    environment: str
    release: str
    trace_id: str


@router.get("/projects/{project_id}/check_ins", response_model=Page[CheckIn])
def check_ins(project: ProjectId, store: StoreDep, question: ListQuery) -> Response:
    """Cron check-ins, newest first."""
    return answer(queries.list_check_ins(store, project, question))
