"""Routes of the posthog protocol."""

from starlette.routing import Route

from vedette.server.http.ingest import Ingest


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes."""
    return []
