"""`/s/`: session recording. Not stored yet; counted as such, and answered so that SDKs do not retry."""

from vedette.server.http.ingest import IngestRequest, Response
from vedette.server.protocols.posthog.body import read_batch
from vedette.server.protocols.posthog.capture import find_key


async def replay(request: IngestRequest) -> Response:
    """Count the recording's parts as filtered."""
    batch = await read_batch(request)
    key = find_key(request.ingest, batch.tokens)
    await request.ingest.outcomes.dropped(
        key.project_id,
        "posthog",
        "replay",
        "not_supported_yet",
        outcome="filtered",
        quantity=len(batch.events) or 1,
        detail=f"session recording of {batch.size} bytes",
    )
    return Response(204) if request.query.get("beacon") == "1" else Response(200, b'{"status":1}')
