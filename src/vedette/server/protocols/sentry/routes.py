"""Routes of the Sentry protocol, as official SDKs call them: `/api/{project_id}/…`, with and without a final slash.

https://develop.sentry.dev/sdk/overview/ and https://github.com/getsentry/relay/blob/master/relay-server/src/endpoints.
"""

import asyncio
import base64
import binascii
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.routing import Route

from vedette.server.http.body import DECODERS, decompress
from vedette.server.http.errors import BadRequest, RequestError, TooLarge
from vedette.server.http.ingest import Handler, Ingest, IngestRequest, Response, route
from vedette.server.http.keys import IngestKey
from vedette.server.protocols.sentry.attachments import MAX_BYTES, store_attachment
from vedette.server.protocols.sentry.auth import authenticate
from vedette.server.protocols.sentry.batch import Batch
from vedette.server.protocols.sentry.check_ins import store_check_in
from vedette.server.protocols.sentry.embed import DIALOG, DIALOG_HEADERS, event_asked, form_errors
from vedette.server.protocols.sentry.envelope import Item, parse_envelope
from vedette.server.protocols.sentry.feedback import store_user_report
from vedette.server.protocols.sentry.items import add_item, store_event
from vedette.server.protocols.sentry.minified import read_names
from vedette.server.protocols.sentry.reports import MINIDUMP_MAGIC, minidump_event, multipart, security_events
from vedette.server.protocols.sentry.shapes import BadItem, hex_id, load_object, mapping, text
from vedette.server.protocols.sentry.times import Clock, FirstTimes
from vedette.server.store.retention import kept_days

SMALL = 1024 * 1024
OFF_LOOP_BYTES = 256 * 1024  # an envelope of this size takes 5 ms or more: others need not wait for it
OVERLOADED_SECONDS = 5


def routes(ingest: Ingest) -> list[Route]:
    """The protocol's HTTP routes."""
    first_times = FirstTimes()
    found: list[Route] = []

    def add(path: str, handler: Any, methods: Sequence[str] = ("POST",)) -> None:
        bound: Handler = partial(handler, first_times=first_times)
        found.extend(
            route(each, bound, ingest=ingest, render_error=render_error, methods=methods) for each in (path + "/", path)
        )

    project = "/api/{project_id:project}"
    add(f"{project}/envelope", envelope)
    add(f"{project}/store", store)
    add("/api/store", store)
    for name in ("security", "csp-report", "nel"):
        add(f"{project}/{name}", security)
    add(f"{project}/minidump", minidump)
    add(f"{project}/cron/{{slug}}", cron, ("GET", "POST"))
    add(f"{project}/cron/{{slug}}/{{key}}", cron, ("GET", "POST"))
    add(f"{project}/events/{{event_id}}/attachments", event_attachments)
    add("/api/embed/error-page", error_page, ("GET", "POST"))
    return found


def render_error(error: RequestError, request: IngestRequest) -> Response:
    """An error as SDKs read it: `detail` and `causes`, and integer rate limits that make them wait."""
    headers = [("x-sentry-error", error.message.replace("\n", " ")[:200])]
    if error.retry_after_seconds or error.status in (429, 503):
        seconds = error.retry_after_seconds or OVERLOADED_SECONDS
        headers.append(("retry-after", str(seconds)))
        # All categories; SDKs obey this header on any status, Retry-After only with 429.
        headers.append(("x-sentry-rate-limits", f"{seconds}::organization:{error.code}"))
    body = {"detail": error.message, "causes": [error.hint] if error.hint else []}
    return Response(error.status, orjson.dumps(body), headers=headers)


async def envelope(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`POST /api/{project_id}/envelope/`: every item is stored or accounted for before the answer."""
    key = _authenticate_early(request)
    body = await _body(request)
    large = len(body) >= OFF_LOOP_BYTES
    parsed = await asyncio.to_thread(parse_envelope, body) if large else parse_envelope(body)
    if key is None:
        key = authenticate(request, request.path_params["project_id"], dsn=parsed.headers.get("dsn"))
    event_id = hex_id(parsed.headers.get("event_id"), 32) or _payload_event_id(parsed.items)
    batch = _batch(request, key, first_times, body=body, sent_at=parsed.headers.get("sent_at"))
    batch.event_id = event_id
    batch.trace = mapping(parsed.headers.get("trace"))
    batch.names = await read_names(request.ingest, key.project_id, parsed.items)
    bad = await asyncio.to_thread(_add_items, parsed.items, batch) if large else _add_items(parsed.items, batch)
    if parsed.broken:
        batch.drop("envelope", "malformed_envelope", parsed.broken, sample=body[:4096])
    await batch.store(request.ingest)
    if parsed.broken:
        raise BadRequest(f"malformed envelope: {parsed.broken}", hint="the items before that were stored")
    if bad and len(bad) == len(parsed.items):
        raise _as_request_error(bad[0])
    return _answer(event_id)


def _add_items(items: Sequence[Item], batch: Batch) -> list[BadItem]:
    return [problem for item in items if (problem := add_item(item, batch))]


def _authenticate_early(request: IngestRequest) -> IngestKey | None:
    """Refuse strangers before reading their body; None when only the envelope itself can hold the key."""
    project_id = request.path_params["project_id"]
    headers = request.headers
    if headers.get("x-sentry-auth") or headers.get("authorization") or "sentry_key" in request.query:
        return authenticate(request, project_id)
    return None


def _payload_event_id(items: list[Item]) -> str:
    """The id when the header has none: of the event in the envelope, or a new one if there is an event without."""
    for item in items:
        if item.type in ("event", "transaction", "feedback") and len(item.payload) <= SMALL:
            try:
                found = hex_id(load_object(item.payload).get("event_id"), 32)
            except BadItem:
                continue
            return found or uuid.uuid4().hex
    return ""


async def store(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`POST /api/{project_id}/store/` and `/api/store/`: one JSON event, of the time before envelopes."""
    key = authenticate(request, request.path_params.get("project_id"))
    body = _unwrap(await _body(request), SMALL * 4)
    batch = _batch(request, key, first_times, body=body)
    try:
        event = load_object(body)
        batch.event_id = hex_id(event.get("event_id"), 32) or uuid.uuid4().hex
        kind = "transaction" if event.get("type") == "transaction" else "event"
        item = Item(kind, {}, body)
        batch.names = await read_names(request.ingest, key.project_id, [item])
        bad = add_item(item, batch)
    except BadItem as unreadable:
        bad = unreadable
        batch.drop("error", bad.reason, bad.detail, sample=body[:4096])
    await batch.store(request.ingest)
    if bad:
        raise _as_request_error(bad)
    return _answer(batch.event_id)


def _unwrap(body: bytes, limit: int) -> bytes:
    """Old clients (raven) send base64 of zlib without saying so. JSON starts with a brace."""
    if body.lstrip()[:1] in (b"{", b""):
        return body
    try:
        packed = base64.b64decode(body.strip(), validate=True)
    except (binascii.Error, ValueError):
        packed = body
    return decompress(packed, "deflate", max_bytes=limit) if packed[:1] == b"\x78" else packed


async def security(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`POST /api/{project_id}/security/`, `/csp-report/`, `/nel/`: browsers' own reports. Answers 201."""
    key = authenticate(request, request.path_params["project_id"])
    body = await request.body(max_bytes=SMALL)
    batch = _batch(request, key, first_times, body=body)
    try:
        for event in security_events(body):
            for name in ("release", "environment"):
                event[name] = request.query.get(f"sentry_{name}")
            batch.event_id = uuid.uuid4().hex
            store_event(event, batch, size=len(body))
    except BadItem as bad:
        batch.drop("error", bad.reason, bad.detail, sample=body[:4096])
        await batch.store(request.ingest)
        raise _as_request_error(bad) from bad
    await batch.store(request.ingest)
    return Response(201)


async def minidump(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`POST /api/{project_id}/minidump/`: multipart or the bare dump. Answers its event id as text."""
    key = authenticate(request, request.path_params["project_id"])
    body = await request.body(max_bytes=MAX_BYTES + SMALL)
    if body.startswith(MINIDUMP_MAGIC):
        fields = {"upload_file_minidump": ("minidump.dmp", "application/x-dmp", body)}
    else:
        fields = multipart(body, request.headers.get("content-type", ""))
    content = fields.get("upload_file_minidump", ("", "", b""))[2]
    if not content.startswith(MINIDUMP_MAGIC):
        raise BadRequest("no minidump in the field upload_file_minidump")
    batch = _batch(request, key, first_times, body=body)
    try:
        event = minidump_event(fields)
        batch.event_id = hex_id(event.get("event_id"), 32) or uuid.uuid4().hex
        store_event(event, batch, size=len(content))
        for name, (filename, content_type, data) in fields.items():
            if filename:
                kind = "event.minidump" if name == "upload_file_minidump" else "event.attachment"
                store_attachment(
                    batch, batch.event_id, data, filename=filename, content_type=content_type, attachment_type=kind
                )
    except BadItem as bad:
        raise _as_request_error(bad) from bad
    await batch.store(request.ingest)
    return Response(200, str(uuid.UUID(batch.event_id)).encode(), "text/plain")


async def cron(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`GET|POST /api/{project_id}/cron/{slug}[/{key}]/`: a check-in by curl. Answers 202."""
    key = authenticate(request, request.path_params["project_id"])
    body = await request.body(max_bytes=SMALL)
    batch = _batch(request, key, first_times, body=body)
    try:
        check_in: dict[str, Any] = {**request.query}
        if body.strip():
            check_in |= load_object(body)
        check_in["monitor_slug"] = request.path_params["slug"]
        check_in_id = store_check_in(check_in, batch, size=len(body))
    except BadItem as bad:
        batch.drop("check_in", bad.reason, bad.detail, sample=body[:4096])
        await batch.store(request.ingest)
        raise _as_request_error(bad) from bad
    await batch.store(request.ingest)
    return Response(202, orjson.dumps({"id": check_in_id}))


async def event_attachments(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`POST /api/{project_id}/events/{event_id}/attachments/`: more files for a known event. Answers 201."""
    key = authenticate(request, request.path_params["project_id"])
    body = await request.body(max_bytes=MAX_BYTES + SMALL)
    batch = _batch(request, key, first_times, body=body)
    event_id = hex_id(request.path_params["event_id"], 32)
    try:
        for filename, content_type, content in multipart(body, request.headers.get("content-type", "")).values():
            store_attachment(batch, event_id, content, filename=filename, content_type=content_type)
    except BadItem as bad:
        raise _as_request_error(bad) from bad
    await batch.store(request.ingest)
    return Response(201)


async def error_page(request: IngestRequest, *, first_times: FirstTimes) -> Response:
    """`/api/embed/error-page/`: GET is the dialog's script, POST what the user wrote."""
    project_id, event_id = event_asked(request.query)
    key = authenticate(request, project_id)
    if request.method == "GET":
        return Response(200, DIALOG, "text/javascript; charset=utf-8", DIALOG_HEADERS)
    body = await request.body(max_bytes=SMALL)
    form = {name: value.strip() for name, value in parse_qsl(body.decode("utf-8", "replace"))}
    if errors := form_errors(form):
        refused = {"detail": "the report was refused", "causes": sorted(errors), "errors": errors}
        return Response(400, orjson.dumps(refused))
    batch = _batch(request, key, first_times, body=body)
    report = {name: form.get(name, "") for name in ("name", "email", "comments")}
    try:
        store_user_report({**report, "event_id": event_id}, batch, size=len(body))
    except BadItem as bad:
        raise _as_request_error(bad) from bad
    await batch.store(request.ingest)
    return Response(200, b"{}")


async def _body(request: IngestRequest) -> bytes:
    """The decompressed body. An encoding nobody knows is taken as none at all, as Sentry does."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in DECODERS or "," in encoding:
        return await request.body()
    return await request.raw_body(max_bytes=request.ingest.settings.max_body_bytes)


def _batch(
    request: IngestRequest, key: IngestKey, first_times: FirstTimes, *, body: bytes, sent_at: Any = None
) -> Batch:
    return Batch(
        project_id=key.project_id,
        received_at=request.received_at,
        clock=Clock(request.received_at, sent_at),
        first_times=first_times,
        kept_days=kept_days(request.ingest.settings),
        client_ip=request.client_ip,
        body=body,
        rules=request.ingest.rules.of(key.project_id),
    )


def _answer(event_id: str) -> Response:
    return Response(200, b'{"id":"%s"}' % event_id.encode() if event_id else b"{}")


def _as_request_error(bad: BadItem) -> RequestError:
    return TooLarge(bad.detail) if bad.reason == "too_large" else BadRequest(text(bad.detail))
