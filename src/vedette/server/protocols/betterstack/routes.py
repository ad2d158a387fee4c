"""`POST /` and `POST /logs`. Answers as Better Stack does: 202 without a body, 403, 406, 413 in plain text."""

import asyncio
import hashlib

from starlette.routing import Route

from vedette.server.http.errors import RequestError
from vedette.server.http.ingest import OFF_LOOP_BYTES, Ingest, IngestRequest, Response, authorize, route
from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.protocols.betterstack.decode import Decoded, decode
from vedette.server.protocols.betterstack.mapping import SECOND_NS, Received, row
from vedette.server.store.inbound import Inbound, RequestId

LOGS = Inbound("logs", "JSONEachRow", {"max_partitions_per_insert_block": 0})
DAY_NS = 24 * 3600 * SECOND_NS


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes; the web app has pages at the same paths."""
    return [route(path, logs, ingest=ingest, render_error=render_error, share_path=True) for path in ("/", "/logs")]


def render_error(error: RequestError, request: IngestRequest) -> Response:
    """Plain text; 403 for a key that is missing or unknown."""
    status = 403 if error.status == 401 else error.status
    headers = [("retry-after", str(error.retry_after_seconds))] if error.retry_after_seconds else []
    return Response(status, error.message.encode(), "text/plain; charset=utf-8", headers)


async def logs(request: IngestRequest) -> Response:
    """Store the records of one body. Those that do not read go to `outcomes`, and the others in."""
    key = authorize(request, "betterstack")
    body = await request.body()
    received = Received(
        project_id=key.project_id,
        time_ns=int(request.received_at * SECOND_NS),
        request_id=int.from_bytes(hashlib.blake2b(body, digest_size=8).digest()),
        oldest_ns=int(request.received_at * SECOND_NS) - request.ingest.settings.retention_logs_days * DAY_NS,
    )
    rules = request.ingest.rules.of(key.project_id).scrubbing
    if len(body) < OFF_LOOP_BYTES:
        decoded, block, moved, filtered = _rows(body, request.content_type, received, rules)
    else:
        decoded, block, moved, filtered = await asyncio.to_thread(_rows, body, request.content_type, received, rules)
    recent = request.ingest.recent_requests
    if decoded.records and not recent.already_stored(LOGS.table, key.project_id, received.request_id):
        with recent.answering(LOGS.table, key.project_id, received.request_id):
            sent = RequestId(LOGS.table, key.project_id, received.request_id)
            await request.ingest.committer.commit(LOGS, block, rows=len(decoded.records), request=sent)
        request.ingest.outcomes.accepted(key.project_id, "betterstack", "log", len(decoded.records), len(body))
        request.ingest.outcomes.scrubbed(key.project_id, "betterstack", "log", filtered)
    await _report(request, key.project_id, decoded, moved)
    return Response(202)


def _rows(body: bytes, content_type: str, received: Received, rules: ScrubbingRules) -> tuple[Decoded, bytes, int, int]:
    """The decoded body, its records as rows, how many had a time out of range, and how many values were filtered."""
    decoded = decode(body, content_type)
    rows = [row(record, received) for record in decoded.records]
    lines, filtered = rules.scrub_rows([line for line, _ in rows])
    return decoded, b"".join(lines), sum(moved for _, moved in rows), filtered


async def _report(request: IngestRequest, project_id: int, decoded: Decoded, moved: int) -> None:
    """What was not stored as sent, a line a reason with its first example."""
    dropped = request.ingest.outcomes.dropped
    for reason in dict.fromkeys(reason for reason, _, _ in decoded.bad):
        same = [(detail, sample) for found, detail, sample in decoded.bad if found == reason]
        detail, sample = same[0]
        await dropped(project_id, "betterstack", "log", reason, quantity=len(same), detail=detail, sample=sample)
    if moved:
        await dropped(
            project_id,
            "betterstack",
            "log",
            "time_out_of_range",
            outcome="changed",
            quantity=moved,
            detail="dt lies before the retention time or over a day ahead; the time of receipt was stored",
        )
