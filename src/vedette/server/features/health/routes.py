"""`GET /health`: for load balancers and for people; needs no login and tells no secrets. Contract: `docs/api.md`."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text

from vedette import __version__
from vedette.server.http.access import Services, ServicesDep
from vedette.server.http.errors import Overloaded
from vedette.server.store.disk import free_bytes

router = APIRouter(tags=["health"])

MIB = 1024 * 1024


class Check(BaseModel):
    """One thing that must hold for the server to be ready."""

    name: str
    ok: bool
    detail: str


class Health(BaseModel):
    """`live`: the process answers. `ready`: it can take data and answer questions."""

    live: bool
    ready: bool
    checks: list[Check]
    version: str


@router.get("/health")
def health(services: ServicesDep, response: Response) -> Health:
    """Whether the server is live and ready, and why not; 503 when not ready."""
    checks = [_run(name, check, services) for name, check in CHECKS.items()]
    ready = all(check.ok for check in checks)
    response.status_code = 200 if ready else 503
    return Health(live=True, ready=ready, checks=checks, version=__version__)


def _run(name: str, check: Callable[[Services], str], services: Services) -> Check:
    try:
        return Check(name=name, ok=True, detail=check(services))
    except Overloaded as error:
        return Check(name=name, ok=False, detail=error.message)
    except Exception as error:
        # The type says what kind of trouble it is; the text may hold an address or a password.
        return Check(name=name, ok=False, detail=f"does not answer ({type(error).__name__})")


def _store(services: Services) -> str:
    services.store.query("SELECT 1")
    return "answers"


def _metadata(services: Services) -> str:
    with services.metadata.session() as session:
        session.execute(text("SELECT 1"))
    return "answers"


def _disk(services: Services) -> str:
    free = free_bytes(services.settings.data)
    least = services.settings.min_free_disk_bytes
    if free < least:
        raise Overloaded(f"{free // MIB} MiB free, {least // MIB} MiB wanted: new data is answered 503")
    return f"{free // MIB} MiB free"


def _queue(services: Services) -> str:
    status = services.committer.status()
    if status.queued_bytes > services.settings.queue_max_bytes * 0.9:
        raise Overloaded(f"{status.queued_bytes // MIB} MiB wait to be stored: the store is too slow")
    return f"{status.queued_bytes} bytes wait to be stored"


def _spool(services: Services) -> str:
    spool = services.committer.status().spool
    if spool.bytes > services.settings.spool_max_bytes * 0.9:
        raise Overloaded(f"{spool.bytes // MIB} MiB spooled: nearly full")
    return f"{spool.bytes} bytes spooled for a store that is away" if spool.bytes else "empty"


CHECKS: dict[str, Callable[[Services], str]] = {
    "store": _store,
    "metadata": _metadata,
    "disk": _disk,
    "queue": _queue,
    "spool": _spool,
}
