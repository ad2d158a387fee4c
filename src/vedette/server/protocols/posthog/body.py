"""A capture request's body in every form SDKs have used → token, events, and when it was sent.

Forms (PostHog `rust/capture/src/v0_request.rs`, `payload/*.rs`): an array of events, `{api_key, batch: […]}`, one
event; as JSON, as a form with `data=`, in the query of a GET; plain, gzip (recognised by its first bytes, whatever
the headers declare), lz64 or base64.
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from vedette.server.http.body import decompress
from vedette.server.http.errors import BadRequest, TooLarge
from vedette.server.http.ingest import OFF_LOOP_BYTES, IngestRequest
from vedette.server.protocols.posthog.lz64 import decompress_lz64
from vedette.server.protocols.posthog.text import Parsed, Unreadable, parse

MIB = 1024 * 1024
MAX_BYTES = 20 * MIB  # PostHog's limit on /batch/; theirs on single-event routes is 2 MB
MAX_EVENTS = 100_000  # of one request; 20 MiB hold ten million empty ones
MAX_LZ64_BYTES = 2 * MIB  # it is undone in Python
TOKENS = frozenset({"token", "$token", "api_key"})
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(slots=True)
class Batch:
    """What one request carries. `events` are as sent, in order, of any type; `sent_at` is not parsed yet."""

    tokens: list[str]
    events: list[Any]
    sent_at: Any = None
    historical: bool = False
    repairs: set[str] = field(default_factory=set)
    broken: list[tuple[bytes, str]] = field(default_factory=list)
    size: int = 0
    top: Mapping[str, Any] = field(default_factory=dict)


async def read_value(request: IngestRequest, *, max_bytes: int = MAX_BYTES) -> tuple[Parsed, int]:
    """The body as a parsed JSON value, and its size in bytes once decompressed.

    Raises:
        BadRequest: no body, or not JSON in any known form.
        TooLarge: over the limits.
    """
    limit = min(max_bytes, request.ingest.settings.max_body_bytes)
    raw = b""
    if request.method != "GET":
        raw = await request.raw_body(max_bytes=limit)
    if len(raw) <= OFF_LOOP_BYTES:
        # The key is inside, so strangers get this far: what a small body unfolds to may not hold up everyone else.
        with suppress(TooLarge):
            return _read(request, raw, min(limit, OFF_LOOP_BYTES))
    return await asyncio.to_thread(_read, request, raw, limit)


def _read(request: IngestRequest, raw: bytes, limit: int) -> tuple[Parsed, int]:
    compression = request.query.get("compression", "")
    if request.method == "GET":
        data = request.query.get("data", "").encode("latin-1", "replace")
    else:
        data = _decompressed(raw, request.headers.get("content-encoding", ""), limit)
        if data.startswith((b"data=", b"compression=")) or request.content_type.endswith("form-urlencoded"):
            data, compression = _from_form(data, compression)
    data = _unwrap(data, compression.lower(), limit)
    if not data.strip():
        raise BadRequest("empty body", hint='send {"api_key": "…", "batch": [{"event": "…", …}]}', code="empty_body")
    try:
        return parse(data), len(data)
    except Unreadable as error:
        raise BadRequest(f"body is not valid JSON: {error}", code="invalid_json") from None


async def read_batch(request: IngestRequest) -> Batch:
    """The request's events. Raises as `read_value`, and BadRequest when it is JSON of another shape."""
    parsed, size = await read_value(request)
    value = parsed.value
    top: dict[str, Any] = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        events = value
    elif isinstance(top.get("batch"), list):
        events = top["batch"]
    elif "event" in top or ("batch" not in top and ("$set" in top or "$set_once" in top)):
        events = [value]
    elif "batch" in top:
        raise BadRequest(f"batch must be an array, got {type(top['batch']).__name__}", code="invalid_batch")
    else:
        raise BadRequest("body is neither an event, nor an array of events, nor a batch", code="invalid_batch")
    if len(events) > MAX_EVENTS:
        raise TooLarge(f"{len(events)} events; the limit is {MAX_EVENTS}", hint="send smaller batches")
    return Batch(
        tokens=_tokens(request, top, events),
        events=events,
        sent_at=_sent_at(request, top, events),
        historical=top.get("historical_migration") is True,
        repairs=parsed.repairs,
        broken=parsed.broken,
        size=size,
        top=top,
    )


def token_of(event: Any) -> str:
    """The project token an event names itself; empty when none."""
    if not isinstance(event, dict):
        return ""
    properties = event.get("properties")
    inner = properties.get("token") if isinstance(properties, dict) else None
    if inner is None and TOKENS.isdisjoint(event):  # nearly all events of a batch
        return ""
    for value in (event.get("token"), event.get("$token"), event.get("api_key"), inner):
        if isinstance(value, str) and value:
            return value
    return ""


def _tokens(request: IngestRequest, top: Mapping[str, Any], events: list[Any]) -> list[str]:
    """Every place that may name the project, in order of precedence."""
    outer = [top.get("api_key"), top.get("token"), top.get("$token")]
    outer += [request.query.get("token"), request.query.get("api_key")]
    found = [value for value in outer if isinstance(value, str) and value]
    if not found:
        found = [token for token in map(token_of, events) if token]
    return found


def _sent_at(request: IngestRequest, top: Mapping[str, Any], events: list[Any]) -> Any:
    """In the body, on the first event (posthog-js without a batch), or in the query in milliseconds."""
    if value := top.get("sent_at") or top.get("sentAt"):
        return value
    if events and isinstance(events[0], dict) and events[0].get("sent_at"):
        return events[0]["sent_at"]
    milliseconds = request.query.get("sent_at") or request.query.get("_") or ""
    return int(milliseconds) if milliseconds.isdigit() and len(milliseconds) < 16 else None


def _decompressed(raw: bytes, encoding: str, limit: int) -> bytes:
    """SDKs send gzip under any headers, and other encodings only as declared (capture v1)."""
    if raw.startswith(GZIP_MAGIC):
        return decompress(raw, "gzip", max_bytes=limit)
    declared = ",".join(name for name in encoding.split(",") if name.strip().lower() not in ("gzip", "x-gzip"))
    return decompress(raw, declared, max_bytes=limit)


def _from_form(data: bytes, compression: str) -> tuple[bytes, str]:
    if data.startswith(b"data=") and b"&" not in data:
        return _restore_plus(unquote_to_bytes(data[5:].replace(b"+", b" "))), compression
    fields = (
        {
            name: value
            for name, value in parse_qsl(
                data.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=100
            )
        }
        if data.count(b"&") < 100
        else {}
    )
    if "data" not in fields:
        return data, compression
    return _restore_plus(fields["data"].encode("latin-1")), fields.get("compression", compression)


def _restore_plus(data: bytes) -> bytes:
    """Base64 that was put into a form unescaped has lost its `+` to blanks."""
    return data if data.lstrip()[:1] in (b"{", b"[") else data.replace(b" ", b"+")


def _unwrap(data: bytes, compression: str, limit: int) -> bytes:
    """Undo what the body is wrapped in; what already reads as JSON is left alone, whatever is declared."""
    if compression in ("lz64", "lz-string") and data.lstrip()[:1] not in (b"{", b"["):
        if len(data) > MAX_LZ64_BYTES:
            raise TooLarge(f"lz64 body of {len(data)} bytes; the limit is {MAX_LZ64_BYTES}", hint="send gzip")
        return decompress_lz64(data.replace(b" ", b"+"), max_bytes=limit)
    for _ in range(3):
        if data.startswith(GZIP_MAGIC):
            data = decompress(data, "gzip", max_bytes=limit)
        elif data.lstrip()[:1] in (b"{", b"[", b"", b"\xef"):
            return data
        else:
            unwrapped = _from_base64(data)
            if unwrapped is None:
                return data
            data = unwrapped
    return data


def _from_base64(data: bytes) -> bytes | None:
    compact = b"".join(data.split()).replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
