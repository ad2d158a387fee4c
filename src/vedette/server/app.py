"""Composition: every slice is one line here. Builds the ASGI application and runs its background work.

Ingest routes are plain ASGI (one routing step, no per-request machinery); the read API is FastAPI; the rest is
the web app's static files with a fallback to its index page.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import ModuleType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Router

from vedette import __version__
from vedette.server import web
from vedette.server.config import Settings
from vedette.server.features import (
    correlation,
    crons,
    detectors,
    event_schema,
    feedback,
    health,
    issues,
    live,
    overview,
    performance,
    projects,
    releases,
    rules,
    source_maps,
    sql,
    web_vitals,
)
from vedette.server.features.projects.bootstrap import bootstrap, load_ingest_keys
from vedette.server.features.rules.documents import load_rules
from vedette.server.features.sentry_api import sentry_api
from vedette.server.http.access import Services, api_error
from vedette.server.http.body import Reading
from vedette.server.http.bounded import Bounded
from vedette.server.http.compressed import Compressed
from vedette.server.http.errors import RequestError
from vedette.server.http.ingest import Ingest
from vedette.server.http.keys import KeyRing
from vedette.server.http.outcomes import Outcomes
from vedette.server.http.rules import RuleBook
from vedette.server.http.settled import Settled
from vedette.server.metadata.engine import Metadata
from vedette.server.protocols import betterstack, otlp, posthog, prometheus, sentry
from vedette.server.signals import (
    check_ins,
    errors,
    events,
    logs,
    metrics,
    outcomes,
    persons,
    sessions,
    spans,
)
from vedette.server.store.client import READ_SETTINGS
from vedette.server.store.errors import QueryFailed, QueryLimitExceeded, StoreUnavailable
from vedette.server.store.filters import BadFilter
from vedette.server.store.telemetry import Telemetry

log = logging.getLogger("vedette")

# A signal owns tables and may have an API router; order matters only for views over other signals' tables.
SIGNALS: tuple[ModuleType, ...] = (
    logs,
    spans,
    metrics,
    events,
    persons,
    errors,
    sessions,
    check_ins,
    outcomes,
)
# A protocol has `routes(ingest)`, and may own inbound tables and `services(ingest)` that run beside HTTP.
PROTOCOLS: tuple[ModuleType, ...] = (otlp, sentry, posthog, prometheus, betterstack)
# A feature has an API router, and may have `running(api, services)` that runs beside HTTP, and
# `stopping(api)` that ends requests which would go on for ever, and `sentry_router` with what sentry-cli calls.
FEATURES: tuple[ModuleType, ...] = (
    projects,
    overview,
    issues,
    feedback,
    releases,
    source_maps,
    detectors,
    crons,
    performance,
    web_vitals,
    live,
    correlation,
    event_schema,
    rules,
    sql,
    health,
)


class Server:
    """One running vedette: stores, committer, background tasks, and the ASGI application `asgi`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metadata = Metadata(settings.metadata_url)
        self.telemetry = Telemetry(settings, read_settings=read_settings(settings))
        self.committer = self.telemetry.committer
        self.outcomes = Outcomes(self.committer)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Server"]:
        """Migrate, start the background work, and at the end store what is waiting and close."""
        self.metadata.migrate()
        bootstrap(self.metadata, self.settings.data)
        packages = [slice_.__name__ for slice_ in (*SIGNALS, *PROTOCOLS)]
        async with AsyncExitStack() as stack:
            stack.callback(self.metadata.close)
            await stack.enter_async_context(self.telemetry.running(packages))
            stack.push_async_callback(self.outcomes.flush)
            self.committer.on_refused(self.outcomes.refused_late)
            stack.push_async_callback(self.committer.settle)
            keys = KeyRing(lambda: load_ingest_keys(self.metadata))
            book = self.outcomes.rules = RuleBook(lambda: load_rules(self.metadata))
            # One body of the largest size may always be read.
            reading = Reading(max_bytes=max(self.settings.queue_max_bytes, self.settings.max_body_bytes))
            maps = source_maps.keeping_of(self.settings, self.metadata)
            arriving = source_maps.Arriving(maps)
            stack.callback(arriving.close)
            ingest = Ingest(
                self.settings, keys, self.committer, self.outcomes, self.telemetry.recent, reading, book, arriving
            )
            reader = self.telemetry.reader
            self.services = Services(self.settings, reader, self.metadata, keys, self.committer, book)
            self.api = api = read_api(self.services)
            api.state.source_maps = maps
            self.asgi = _application(api, ingest)
            for work in (keys.keep_fresh(), book.keep_fresh(), arriving.keep_fresh(), self.outcomes.run()):
                stack.push_async_callback(_cancel, asyncio.create_task(work))
            for feature in FEATURES:
                if hasattr(feature, "running"):
                    await stack.enter_async_context(feature.running(api, self.services))
            for protocol in PROTOCOLS:
                if hasattr(protocol, "services"):
                    await stack.enter_async_context(protocol.services(ingest))
            yield self

    def stopping(self) -> None:
        """Tell features that hold requests open to let go of them; call on the event loop before HTTP stops."""
        for feature in FEATURES:
            if hasattr(feature, "stopping"):
                feature.stopping(self.api)


def read_settings(settings: Settings) -> dict[str, Any]:
    """Engine settings of every handle that answers the read API."""
    return {
        **READ_SETTINGS,
        "distributed_product_mode": "global",  # on a cluster, a subquery's rows go to every shard
        "max_execution_time": settings.query_max_seconds,
        "max_memory_usage": settings.query_max_memory_bytes,
    }


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _application(api: FastAPI, ingest: Ingest) -> Any:
    ingest_routes = [route for protocol in PROTOCOLS for route in protocol.routes(ingest)]
    return Router(routes=ingest_routes, default=web.with_static_files(api))


def read_api(services: Services) -> FastAPI:
    """The read API alone, with its OpenAPI document."""
    api = FastAPI(
        title="vedette",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page runs scripts from someone else's server, in the web app's origin
        redoc_url=None,
    )
    api.state.services = services
    api.add_middleware(Bounded)
    api.add_middleware(Compressed)
    api.add_middleware(Settled)
    for slice_ in (*FEATURES, *SIGNALS):
        if hasattr(slice_, "router"):
            api.include_router(slice_.router, prefix="/api/v1")
    routers = [feature.sentry_router for feature in FEATURES if hasattr(feature, "sentry_router")]
    mounted = sentry_api(services, routers)
    mounted.state = api.state  # what a feature keeps there is one for both
    api.mount("/api/0", mounted)
    api.add_exception_handler(RequestError, _render_request_error)
    api.add_exception_handler(RequestValidationError, _render_validation_error)
    api.add_exception_handler(HTTPException, _render_http_exception)
    api.add_exception_handler(BadFilter, _render_bad_filter)
    api.add_exception_handler(QueryLimitExceeded, _render_query_limit)
    api.add_exception_handler(QueryFailed, _render_query_failed)
    api.add_exception_handler(StoreUnavailable, _render_unavailable)
    return api


async def _render_request_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestError)
    headers = {"retry-after": str(error.retry_after_seconds)} if error.retry_after_seconds else {}
    return JSONResponse(api_error(error.code, error.message, error.hint), error.status, headers)


async def _render_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return JSONResponse(api_error("bad_request", f"{where}: {first['msg']}"), 400)


async def _render_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "error")
    return JSONResponse(api_error(code, f"{request.method} {request.url.path}: {error.detail}"), error.status_code)


async def _render_bad_filter(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(api_error("bad_filter", str(error)), 400)


async def _render_query_limit(request: Request, error: Exception) -> JSONResponse:
    hint = "narrow the time range or the filters"
    return JSONResponse(api_error("query_limit", str(error), hint), 422)


async def _render_query_failed(request: Request, error: Exception) -> JSONResponse:
    log.error("%s: query failed: %s", request.url.path, error)
    return JSONResponse(api_error("query_failed", str(error)), 500)


async def _render_unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("%s answered 503: %s", request.url.path, error)  # which may name a host
    body = api_error("store_unavailable", "the store does not answer", "retry later")
    return JSONResponse(body, 503, {"retry-after": "5"})
