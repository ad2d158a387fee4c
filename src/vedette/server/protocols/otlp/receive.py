"""One OTLP request from bytes to stored rows, whichever transport brought it.

    read → repair what needs it → note exceptions → store → count

The engine parses the protobuf; Python only makes sure that it can, and walks records only of requests that hold
arrays, broken text, texts of megabytes, or exceptions.
"""

import asyncio
import struct
import time
from collections import Counter
from dataclasses import dataclass, field

import xxhash
from google.protobuf.message import DecodeError, EncodeError

from vedette.server.http.errors import BadRequest
from vedette.server.http.ingest import Ingest
from vedette.server.protocols.otlp import exceptions
from vedette.server.protocols.otlp.json_encoding import Rejected, read_json
from vedette.server.protocols.otlp.kinds import METRICS, Kind
from vedette.server.protocols.otlp.messages import Message
from vedette.server.protocols.otlp.values import (
    BROKEN_TEXT,
    LONG_TEXT,
    TEXT_BYTES,
    flatten,
    flatten_attributes,
    has_long_item,
    repair,
)
from vedette.server.store.errors import InsertRejected

WARNINGS = {
    BROKEN_TEXT: "{} texts were not valid UTF-8: stored with U+FFFD where they were broken",
    LONG_TEXT: "{} texts were longer than 1 MiB: stored cut, with a marker at the end",
}


@dataclass(slots=True)
class Request:
    """A request that can be stored: its message, the bytes for the engine, and what became of its parts."""

    message: Message
    wire: bytes
    changes: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def rejected_quantity(self) -> int:
        """Records that were left out."""
        return sum(item.quantity for item in self.rejected)

    @property
    def warning(self) -> str:
        """What to tell the sender about a request that was stored; empty when all is well."""
        parts = [f"{item.path}: {item.reason}" for item in self.rejected[:5]]
        parts += [WARNINGS[reason].format(count) for reason, count in self.changes.items()]
        return "; ".join(parts)


async def receive(ingest: Ingest, kind: Kind, project_id: int, body: bytes, *, as_json: bool = False) -> Request:
    """Store one request; when this returns, its records are on disk.

    Raises:
        BadRequest: the body is no such request (counted in outcomes).
        StoreFull, StoreUnavailable: retry later.
    """
    received_ns = time.time_ns()
    try:
        request = read(kind, body, as_json=as_json)
    except BadRequest as error:
        await ingest.outcomes.dropped(project_id, "otlp", kind.category, error.code, detail=error.message, sample=body)
        raise
    count = kind.count(request.message)
    if count:
        await _store(ingest, kind, project_id, body, request, received_ns, count)
        ingest.outcomes.accepted(project_id, "otlp", kind.category, count, len(body))
    await _report(ingest, kind, project_id, request)
    return request


def read(kind: Kind, body: bytes, *, as_json: bool = False) -> Request:
    """Parse a body and make it storable. Raises BadRequest."""
    if as_json:
        message, rejected = read_json(kind, body)
        request = Request(message, message.SerializeToString(), rejected=rejected)
    else:
        request = _read_protobuf(kind, body)
    if len(request.wire) > TEXT_BYTES and has_long_item(kind, request.message):
        return _read_broken(kind, request.wire, request.rejected)
    return request


def _read_protobuf(kind: Kind, body: bytes) -> Request:
    try:
        message = kind.checked.FromString(body)
    except DecodeError:
        return _read_broken(kind, body, [])
    # Arrays are common in resources (process.command_args) and rare in records: look at the few, then ask for all.
    changed = False
    for group, scope in kind.each_scope(message):
        changed |= flatten_attributes(group.resource.attributes) | flatten_attributes(scope.scope.attributes)
    try:
        wire = message.SerializeToString()
    except EncodeError:
        changed = flatten(message)
        wire = message.SerializeToString()
    return Request(message, wire if changed else body)


def _read_broken(kind: Kind, body: bytes, rejected: list[Rejected]) -> Request:
    """Read a request with text that is broken or too long, and mend it. Raises BadRequest if that is not all."""
    try:
        message = kind.lenient.FromString(body)
    except DecodeError as error:
        raise BadRequest(f"body is not an {kind.request}: {error}", code="invalid_protobuf") from error
    changes = repair(message)
    wire = message.SerializeToString()
    return Request(kind.checked.FromString(wire), wire, changes, rejected)


async def _store(
    ingest: Ingest, kind: Kind, project_id: int, body: bytes, request: Request, received_ns: int, count: int
) -> None:
    """Commit the records, and the exceptions among them to `errors`, together."""
    request_id = xxhash.xxh3_64_intdigest(body)
    earliest_ns, latest_ns = kind.time_range_ns(ingest.settings, received_ns)
    known = server_fields(project_id, request_id, received_ns, earliest_ns, latest_ns)
    work = [_commit(ingest, kind, project_id, request, known, count)]
    if kind is not METRICS and b"exception." in body:
        context = exceptions.Context(project_id, received_ns, earliest_ns, latest_ns)
        rows = exceptions.rows(kind, request.message, context)
        if rows:
            work.append(exceptions.commit(ingest, project_id, rows))
    await asyncio.gather(*work)


async def _commit(ingest: Ingest, kind: Kind, project_id: int, request: Request, known: bytes, count: int) -> None:
    try:
        await ingest.committer.commit(kind.inbound, frame(request.wire, known), rows=count)
    except InsertRejected as first:
        # Valid but odd encodings (groups, wrong wire types in unknown fields) may stop the engine's parser:
        # what a standard serialiser writes does not.
        request.message.DiscardUnknownFields()
        try:
            wire = request.message.SerializeToString()
            await ingest.committer.commit(kind.inbound, frame(wire, known), rows=count)
        except InsertRejected:
            await ingest.outcomes.dropped(
                project_id, "otlp", kind.category, "refused", quantity=count, detail=str(first), sample=request.wire
            )
            raise BadRequest(f"the records could not be stored: {first}", code="refused") from first


async def _report(ingest: Ingest, kind: Kind, project_id: int, request: Request) -> None:
    for reason, quantity in request.changes.items():
        await ingest.outcomes.dropped(
            project_id, "otlp", kind.category, reason, outcome="changed", quantity=quantity, detail=request.warning
        )
    if request.rejected:
        await ingest.outcomes.dropped(
            project_id,
            "otlp",
            kind.category,
            "invalid_record",
            quantity=request.rejected_quantity,
            detail=request.warning,
        )


# Tags of the fields from 1000 on in otlp.proto: field number and wire type (0 varint, 1 eight bytes).
_SERVER_FIELDS = struct.Struct("<2s5s2sQ2sQ2sQ2sQ")


def _tag(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def varint(number: int, *, width: int = 1) -> bytes:
    """Protobuf's variable-length integer, padded to at least `width` bytes."""
    out = bytearray()
    while number > 0x7F or len(out) < width - 1:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def server_fields(project_id: int, request_id: int, received_ns: int, earliest_ns: int, latest_ns: int) -> bytes:
    """What the server knows about a request, as the fields 1000 to 1004 of its message.

    They go after the client's bytes: of a scalar field sent twice the last counts, so a client cannot set them.
    """
    return _SERVER_FIELDS.pack(
        _tag(1000, 0),
        varint(project_id, width=5),
        _tag(1001, 1),
        request_id,
        _tag(1002, 1),
        received_ns,
        _tag(1003, 1),
        earliest_ns,
        _tag(1004, 1),
        latest_ns,
    )


def frame(wire: bytes, known: bytes) -> bytes:
    """A request as it stands in a block: its length, the client's bytes, what the server knows."""
    return b"".join((varint(len(wire) + len(known)), wire, known))
