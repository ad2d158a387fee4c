"""`GET /projects/{project_id}/live`: what arrives, as server-sent events; contract: `docs/api.md`."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse

from vedette.server.features.live.hub import STREAMS, Hub, Viewer
from vedette.server.http import access
from vedette.server.http.access import Services
from vedette.server.http.errors import BadRequest, Forbidden, NotFound, Unauthorized
from vedette.server.http.listing import ProjectId

router = APIRouter(tags=["live"])

STREAM_SECONDS = 600  # then the browser reconnects
ACCESS_SECONDS = 5  # a token or a login that was taken away ends its streams within this
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
    return StreamingResponse(_events(hub, project, wanted, request), media_type="text/event-stream", headers=HEADERS)


async def _events(hub: Hub, project_id: int, wanted: frozenset[str], request: Request) -> AsyncIterator[bytes]:
    viewer: Viewer = hub.join(project_id, wanted)
    deadline = time.monotonic() + STREAM_SECONDS
    check = time.monotonic() + ACCESS_SECONDS
    try:
        yield b"retry: 2000\n\n"
        while not viewer.ended and time.monotonic() < deadline:
            text = await viewer.take(ACCESS_SECONDS)
            if time.monotonic() >= check:
                await asyncio.to_thread(access.viewer, request)
                check = time.monotonic() + ACCESS_SECONDS
            if text:
                yield text
    except (Unauthorized, Forbidden, NotFound):
        return  # the connection ends; whoever opens the next one is told why
    finally:
        hub.leave(project_id, viewer)
