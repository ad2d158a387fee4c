"""`POST /prometheus/api/v1/write` and `/api/v1/write`."""

import asyncio
import hashlib

from google.protobuf.message import DecodeError
from starlette.routing import Route

from vedette.server.http.errors import BadRequest, RequestError, TooLarge, UnsupportedMedia
from vedette.server.http.ingest import OFF_LOOP_BYTES, Ingest, IngestRequest, Response, authorize, route
from vedette.server.http.prefilter import LABELS
from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.protocols.prometheus.check import Checked, Counts, check_v1, check_v2
from vedette.server.protocols.prometheus.families import Families, FamiliesByProject
from vedette.server.protocols.prometheus.messages import PROTO, Request, WriteRequest, frame
from vedette.server.protocols.prometheus.secrets import scrub_labels
from vedette.server.store.commit import Inbound

MAX_SERIES = 500_000  # of one request, each looked at in Python; Prometheus sends 2000
DAY_MS = 24 * 3600 * 1000
V1, V2 = "prometheus.WriteRequest", "io.prometheus.write.v2.Request"


_SETTINGS = {
    "format_schema_source": "string",
    "format_schema": PROTO,
    "format_schema_message_name": "WriteRequest",
    "max_partitions_per_insert_block": 0,  # the retention bounds the days that one request can touch
}
SAMPLES = Inbound("prometheus_samples_inbound", "Protobuf", _SETTINGS)
HISTOGRAMS = Inbound("prometheus_histograms_inbound", "Protobuf", _SETTINGS)


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes."""
    families = FamiliesByProject()

    async def write(request: IngestRequest) -> Response:
        return await _write(request, families)

    paths = ("/prometheus/api/v1/write", "/api/v1/write")
    return [route(path, write, ingest=ingest, render_error=render_error) for path in paths]


def render_error(error: RequestError, request: IngestRequest) -> Response:
    """Plain text: senders write it to their log."""
    headers = _written(Counts())
    if error.retry_after_seconds:
        headers.append(("retry-after", str(error.retry_after_seconds)))
    text = f"{error.message} ({error.hint})" if error.hint else error.message
    return Response(error.status, text.encode(), "text/plain; charset=utf-8", headers)


async def _write(request: IngestRequest, families: FamiliesByProject) -> Response:
    """Store one request. Its good series are stored whatever the others are; then the answer is 400 with counts."""
    key = authorize(request, "prometheus")
    version = _version(request.headers.get("content-type", ""))
    body = await request.body(default_encoding="snappy")
    now_ms = int(request.received_at * 1000)
    earliest_ms = now_ms - request.ingest.settings.retention_metrics_days * DAY_MS
    rules = request.ingest.rules.of(key.project_id).scrubbing
    arguments = (body, version, families.of(key.project_id), earliest_ms, now_ms + DAY_MS, rules)
    if len(body) < OFF_LOOP_BYTES:
        checked, wire, filtered = _read(*arguments)
    else:
        checked, wire, filtered = await asyncio.to_thread(_read, *arguments)
    block = frame(
        wire,
        project_id=key.project_id,
        request_id=int.from_bytes(hashlib.blake2b(body, digest_size=8).digest()),
        received_ns=int(request.received_at * 1e9),
    )
    await _store(request.ingest, checked, block)
    request.ingest.outcomes.accepted(key.project_id, "prometheus", "metric_point", checked.written.points, len(body))
    request.ingest.outcomes.scrubbed(key.project_id, "prometheus", "metric_point", filtered)
    if not checked.refused:
        return Response(204, headers=_written(checked.written))
    for reason, (quantity, detail) in checked.refused.items():
        await request.ingest.outcomes.dropped(
            key.project_id, "prometheus", "metric_point", reason, quantity=quantity, detail=detail
        )
    text = f"{checked.complaint}; the other samples were stored".encode()
    return Response(400, text, "text/plain; charset=utf-8", _written(checked.written))


async def _store(ingest: Ingest, checked: Checked, block: bytes) -> None:
    """Commit the block to the tables that have a use for it: one takes its samples, the other its histograms."""
    # A series is of one kind or the other; a table takes those of the other kind for exemplars without a point.
    has_samples = any(series.samples or not series.histograms for series in checked.message.timeseries)
    commits = []
    if has_samples:
        commits.append(ingest.committer.commit(SAMPLES, block, rows=checked.written.samples))
    if checked.written.histograms:
        commits.append(ingest.committer.commit(HISTOGRAMS, block, rows=checked.written.histograms))
    await asyncio.gather(*commits)


def _version(content_type: str) -> str:
    """The message that a Content-Type names. Without one, or without `proto`, it is 1.0's.

    Raises UnsupportedMedia.
    """
    media_type, *parameters = (part.strip() for part in content_type.split(";"))
    if media_type.lower() not in ("", "application/x-protobuf"):
        raise UnsupportedMedia(f"content type {media_type!r}", hint="send application/x-protobuf")
    proto = V1
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "proto":
            proto = value.strip().strip('"')
    if proto not in (V1, V2):
        raise UnsupportedMedia(f"message {proto!r}", hint=f"send {V1} or {V2}")
    return proto


def _read(
    body: bytes, version: str, families: Families, earliest_ms: int, latest_ms: int, rules: ScrubbingRules
) -> tuple[Checked, bytes, int]:
    """The checked request, its good series as bytes, and how many labels of them were filtered.

    Raises BadRequest or TooLarge.
    """
    kind = WriteRequest if version == V1 else Request
    try:
        message = kind.FromString(body)
    except DecodeError as error:
        raise BadRequest(f"body is not a {version}: {error}") from error
    if len(message.timeseries) > MAX_SERIES:
        raise TooLarge(f"{len(message.timeseries)} series; the limit is {MAX_SERIES}", hint="send smaller batches")
    if version == V1:
        checked = check_v1(message, families, earliest_ms, latest_ms)
    else:
        checked = check_v2(message, earliest_ms, latest_ms)
    checked.message.DiscardUnknownFields()
    wire = checked.message.SerializeToString()
    filtered = scrub_labels(checked.message, rules) if rules.suspects(wire, known=LABELS) else 0
    return checked, checked.message.SerializeToString() if filtered else wire, filtered


def _written(counts: Counts) -> list[tuple[str, str]]:
    """The headers by which a sender learns what was stored; without them it takes us for a 1.0 receiver."""
    prefix = "X-Prometheus-Remote-Write"
    return [
        (f"{prefix}-Samples-Written", str(counts.samples)),
        (f"{prefix}-Histograms-Written", str(counts.histograms)),
        (f"{prefix}-Exemplars-Written", str(counts.exemplars)),
    ]
