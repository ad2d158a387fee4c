"""Routes of the PostHog protocol, each with and without a trailing slash (PostHog `rust/capture/src/router.rs`)."""

from starlette.routing import Route

from vedette.server.http.ingest import Handler, Ingest, IngestRequest, RenderError, Response, route
from vedette.server.protocols.posthog import capture_v1, flags, remote_config
from vedette.server.protocols.posthog.capture import capture, render_error
from vedette.server.protocols.posthog.replay import replay

CAPTURE = ("/batch", "/e", "/i/v0/e", "/capture", "/track", "/engage", "/i/v0/ai", "/i/v0/ai/batch")
STUBS = ("/api/surveys", "/api/product_tours", "/api/web_experiments", "/api/early_access_features")
DEFINITIONS = ("/flags/definitions", "/api/feature_flag/local_evaluation")
BOTH = ("GET", "POST")


async def alive(request: IngestRequest) -> Response:
    """Probes: the process answers."""
    return Response(200, b"ok", "text/plain")


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes."""
    table: list[tuple[str, Handler, tuple[str, ...], RenderError]] = [
        *((path, capture, BOTH, render_error) for path in CAPTURE),
        ("/i/v1/analytics/events", capture_v1.capture_v1, ("POST",), capture_v1.render_error_v1),
        ("/s", replay, BOTH, render_error),
        ("/flags", flags.flags, BOTH, render_error),
        ("/decide", flags.decide, BOTH, render_error),
        *((path, flags.definitions, ("GET",), render_error) for path in DEFINITIONS),
        ("/api/projects/{project}/feature_flags/{key}/remote_config", flags.flag_payload, ("GET",), render_error),
        *((path, flags.nothing_to_show, ("GET",), render_error) for path in STUBS),
        ("/array/{token}/config.js", remote_config.config_script, ("GET",), render_error),
        ("/array/{token}/config", remote_config.config_json, ("GET",), render_error),
        ("/_liveness", alive, ("GET",), render_error),
        ("/_readiness", alive, ("GET",), render_error),
    ]
    found = [
        route(path + slash, handler, ingest=ingest, render_error=render, methods=methods)
        for path, handler, methods, render in table
        for slash in ("", "/")
    ]
    script = remote_config.static_script
    found.append(route("/static/{kind}.js", script, ingest=ingest, render_error=render_error, methods=("GET",)))
    found.append(
        route("/static/{version}/{kind}.js", script, ingest=ingest, render_error=render_error, methods=("GET",))
    )
    return found
