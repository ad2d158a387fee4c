"""OTLP/HTTP: `POST /v1/logs`. Source: https://opentelemetry.io/docs/specs/otlp/."""

from starlette.routing import Route

from vedette.server.http.errors import RequestError
from vedette.server.http.ingest import Ingest, IngestRequest, Response, route


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes."""
    return [route("/v1/logs", logs, ingest=ingest, render_error=render_error)]


def render_error(error: RequestError, request: IngestRequest) -> Response:
    return Response(error.status, error.message.encode())


async def logs(request: IngestRequest) -> Response:
    return Response()
