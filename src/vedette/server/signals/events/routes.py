"""`GET /projects/{project_id}/events`, one event and their names; contract: `docs/api.md`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import Items, ListQuery, Page, ProjectId, SignalQuery, answer, parse_time
from vedette.server.signals.events import queries

router = APIRouter(tags=["events"])


class ProductEvent(BaseModel):
    """One product event; `properties` is everything the SDK sent."""

    uuid: str
    time: str
    event: str
    distinct_id: str
    session_id: str
    trace_id: str
    current_url: str
    lib: str
    properties: dict[str, Any]


class EventName(BaseModel):
    """An event's name, how often it came, and when last."""

    event: str
    count: int
    last_time: str


@router.get("/projects/{project_id}/events", response_model=Page[ProductEvent])
def events(project: ProjectId, store: StoreDep, question: ListQuery, event: str | None = None) -> Response:
    """Product events, newest first. `q` looks in event, distinct_id and current_url."""
    return answer(queries.list_events(store, project, question, event))


@router.get("/projects/{project_id}/events/names", response_model=Items[EventName])
def event_names(project: ProjectId, store: StoreDep, question: SignalQuery) -> Response:
    """Which events there are, the most frequent first."""
    return answer(queries.names(store, project, question))


@router.get("/projects/{project_id}/events/{uuid}", response_model=ProductEvent)
def event(
    project: ProjectId,
    store: StoreDep,
    uuid: UUID,
    time: Annotated[str | None, Query(description="the event's time, to find it sooner")] = None,
) -> Response:
    """One product event."""
    return answer(queries.one(store, project, uuid, None if time is None else parse_time(time, now_ns=0)))
