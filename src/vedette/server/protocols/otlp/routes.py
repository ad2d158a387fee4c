"""OTLP/HTTP. Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp.

The three handlers are served under OTLP's own paths and under those that Sentry, PostHog and Prometheus give
them, so that a project's key works in the form each of those configures.
"""

import re
from collections.abc import Awaitable, Callable

from starlette.routing import Route

from vedette.server.http.errors import Forbidden, RequestError, UnsupportedMedia
from vedette.server.http.ingest import Ingest, IngestRequest, Response, authorize, route
from vedette.server.protocols.otlp.kinds import KINDS, METRICS, Kind
from vedette.server.protocols.otlp.receive import receive
from vedette.server.protocols.otlp.status import (
    JSON,
    PROTOBUF,
    error_response,
    export_response,
    export_response_json,
)

PROTOBUF_TYPES = (PROTOBUF, "application/protobuf", "application/vnd.google.protobuf", "application/octet-stream")
SENTRY_KEY = re.compile(r"sentry_key\s*=\s*([0-9A-Fa-f-]+)")


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes, each with and without a slash at its end."""
    paths = {
        kind: [f"/v1/{kind.name}", f"/i/v1/{kind.name}", f"/api/{{project_id:project}}/integration/otlp/v1/{kind.name}"]
        for kind in KINDS
    }
    paths[METRICS].append("/prometheus/api/v1/otlp/v1/metrics")
    return [
        route(path + end, _handler(kind), ingest=ingest, render_error=render_error)
        for kind in KINDS
        for path in paths[kind]
        for end in ("", "/")
    ]


def _handler(kind: Kind) -> Callable[[IngestRequest], Awaitable[Response]]:
    async def export(request: IngestRequest) -> Response:
        return await _export(kind, request)

    return export


async def _export(kind: Kind, request: IngestRequest) -> Response:
    ingest = request.ingest
    project_id = _project(request)
    try:
        as_json = _is_json(request)
        body = await request.body()
    except RequestError as error:
        await ingest.outcomes.dropped(project_id, "otlp", kind.category, error.code, detail=error.message)
        raise
    stored = await receive(ingest, kind, project_id, body, as_json=as_json)
    if as_json:
        return Response(200, export_response_json(kind, stored.rejected_quantity, stored.warning), JSON)
    return Response(
        200,
        export_response(stored.rejected_quantity, stored.warning),
        PROTOBUF,
        # An empty message is no bytes, and some clients still look at its type.
        headers=[] if stored.warning else [("content-type", PROTOBUF)],
    )


def _project(request: IngestRequest) -> int:
    """The project by any form of key that these paths' clients send. Raises Unauthorized or Forbidden."""
    sentry = SENTRY_KEY.search(request.headers.get("x-sentry-auth", ""))
    further = [sentry[1] if sentry else ""]
    if request.scope.get("query_string"):
        further += [request.query.get(name, "") for name in ("sentry_key", "token", "api_key")]
    key = authorize(request, "otlp", *further)
    named = request.path_params.get("project_id", key.project_id)
    if named != key.project_id:
        raise Forbidden(f"this key is not for project {named}", hint="take DSN and key from the same project")
    return key.project_id


def _is_json(request: IngestRequest) -> bool:
    if request.content_type == JSON:
        return True
    if request.content_type in PROTOBUF_TYPES:
        return False
    sent = repr(request.content_type) if request.content_type else "missing"
    raise UnsupportedMedia(f"Content-Type is {sent}", hint=f"send {PROTOBUF} or {JSON}")


def render_error(error: RequestError, request: IngestRequest) -> Response:
    """A `google.rpc.Status` in the request's encoding; JSON when that was neither of the two."""
    return error_response(error, as_json=request.content_type not in PROTOBUF_TYPES)
