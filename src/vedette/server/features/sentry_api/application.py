"""The part of Sentry's web API that `sentry-cli` calls, under `/api/0/`, as an application of its own: errors are in
its language, and the token says which organisation is meant, whatever the path says.
"""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vedette.server.http.access import Services
from vedette.server.http.errors import RequestError
from vedette.server.store.errors import StoreError


def sentry_api(services: Services, routers: Iterable[APIRouter]) -> FastAPI:
    """The application, to be mounted at `/api/0`."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    api.state.services = services
    for router in routers:
        api.include_router(router)
    api.add_exception_handler(RequestError, _render_request_error)
    api.add_exception_handler(RequestValidationError, _render_validation_error)
    api.add_exception_handler(HTTPException, _render_http_exception)
    api.add_exception_handler(StoreError, _render_unavailable)
    return api


def _detail(message: str, hint: str = "") -> dict[str, Any]:
    return {"detail": f"{message}: {hint}" if hint else message}


async def _render_request_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestError)
    return JSONResponse(_detail(error.message, error.hint), error.status)


async def _render_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return JSONResponse(_detail(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"), 400)


async def _render_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse(_detail(f"{request.method} {request.url.path}: {error.detail}"), error.status_code)


async def _render_unavailable(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(_detail("the store does not answer", "retry later"), 503, {"retry-after": "5"})
