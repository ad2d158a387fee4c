"""`GET /projects/{project_id}/sessions`; contract: `docs/api.md`."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import ListQuery, Page, ProjectId, answer
from vedette.server.signals.sessions import queries

router = APIRouter(tags=["sessions"])


class Session(BaseModel):
    """A release-health session in its latest state; `time` is its start. Without session_id: `quantity` of them."""

    session_id: str
    time: str
    updated_at: str
    user_id: str
    status: str
    errors: int
    duration_ms: int | None
    quantity: int
    release: str
    environment: str
    service: str


@router.get("/projects/{project_id}/sessions", response_model=Page[Session])
def sessions(project: ProjectId, store: StoreDep, question: ListQuery) -> Response:
    """Release-health sessions, newest first."""
    return answer(queries.list_sessions(store, project, question))
