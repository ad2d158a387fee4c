"""`GET /projects/{project_id}/live`: what arrives, as server-sent events; contract: `docs/api.md`."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse

from vedette.server.features.live.hub import STREAMS, Hub, Viewer
from vedette.server.http.access import Services
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import ProjectId

router = APIRouter(tags=["live"])

HEARTBEAT_SECONDS = 15
STREAM_SECONDS = 600  # then the browser reconnects, and its access is checked again
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@asynccontextmanager
async def running(api: FastAPI, services: Services) -> AsyncIterator[None]:
    """Keep the hub while the server runs; at the end every stream ends."""
    api.state.live = hub = Hub(services.store)
    services.committer.subscribe(hub.stored)
    try:
        yield
    finally:
        hub.close()


def stopping(api: FastAPI) -> None:
    """End every stream: the server is about to stop."""
    hub: Hub = api.state.live
    hub.close()


@router.get(
    "/projects/{project_id}/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def live(project: ProjectId, request: Request, signals: str = "log,span,error,event") -> StreamingResponse:
    """What arrives from now on, oldest first: `event: log`, `data: {…}`, and `dropped` when a viewer is too slow."""
    wanted = frozenset(part.strip() for part in signals.split(",") if part.strip())
    if not wanted or wanted - STREAMS.keys():
        raise BadRequest(f"no signals {signals!r}", hint=f"some of {', '.join(STREAMS)}")
    hub: Hub = request.app.state.live
    return StreamingResponse(_events(hub, project, wanted), media_type="text/event-stream", headers=HEADERS)


async def _events(hub: Hub, project_id: int, wanted: frozenset[str]) -> AsyncIterator[bytes]:
    viewer: Viewer = hub.join(project_id, wanted)
    deadline = time.monotonic() + STREAM_SECONDS
    try:
        yield b"retry: 2000\n\n"
        while not viewer.ended and time.monotonic() < deadline:
            if text := await viewer.take(HEARTBEAT_SECONDS):
                yield text
    finally:
        hub.leave(project_id, viewer)
