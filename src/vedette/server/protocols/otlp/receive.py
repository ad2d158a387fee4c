"""One OTLP request from bytes to stored rows, whichever transport brought it.

    read → repair what needs it → note exceptions → scrub → store → count

The engine parses the protobuf; Python only makes sure that it can, and walks records only of requests that hold
arrays, broken text, texts of megabytes, exceptions, or secrets.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import xxhash
from google.protobuf.message import DecodeError

from vedette.server.http.errors import BadRequest, TooLarge
from vedette.server.http.ingest import OFF_LOOP_BYTES, Ingest
from vedette.server.protocols.otlp import batches, exceptions
from vedette.server.protocols.otlp.json_encoding import Rejected, read_json
from vedette.server.protocols.otlp.kinds import METRICS, Kind
from vedette.server.protocols.otlp.messages import Message
from vedette.server.protocols.otlp.values import BROKEN_TEXT, LONG_TEXT, TEXT_BYTES, has_long_item, repair
from vedette.server.store.errors import InsertRejected
from vedette.server.store.inbound import RequestId

# Of one request, and far more than SDKs send: what Python looks at one by one.
MAX_PARTS = 200_000  # resources, scopes, and their attributes
MAX_RECORDS = 500_000
MAX_JSON_PARTS = 5_000_000  # objects and arrays, a few dozen bytes each in what SDKs send
PATIENCE_NS = 5 * 10**9  # SDKs give up after 10 s and send the request again

T = TypeVar("T")

WARNINGS = {
    BROKEN_TEXT: "{} texts were not valid UTF-8: stored with U+FFFD where they were broken",
    LONG_TEXT: "{} texts were longer than 1 MiB: stored cut, with a marker at the end",
}


@dataclass(slots=True)
class Request:
    """A request that can be stored, and what became of its parts."""

    message: Message
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
        TooLarge: it holds more resources, scopes or JSON values than any SDK sends (counted too).
        StoreFull, StoreUnavailable: retry later.
    """
    received_ns = time.time_ns()
    try:
        request = await _off_loop(len(body), read, kind, body, as_json=as_json)
    except (BadRequest, TooLarge) as error:
        await ingest.outcomes.dropped(project_id, "otlp", kind.category, error.code, detail=error.message, sample=body)
        raise
    count = await _off_loop(len(body), kind.count, request.message)
    # OTLP requests carry no id, so theirs is a hash of the body (blake2b would cost 0.2 CPU-s per million records).
    request_id = xxhash.xxh3_64_intdigest(body)
    if count and not ingest.recent_requests.already_stored(kind.table, project_id, request_id):
        earliest_ns, latest_ns = kind.time_range_ns(ingest.settings, received_ns)
        receipt = batches.Receipt(project_id, request_id, received_ns, earliest_ns, latest_ns)
        # Ready before the first await that counts as "stored all the same": a client may go away during this.
        errors: list[dict[str, Any]] = []
        rules = ingest.rules.of(project_id)
        if kind is not METRICS and b"exception." in body:
            errors = await _off_loop(len(body), exceptions.rows, kind, request.message, receipt, rules)
        block, filtered = await _off_loop(len(body), batches.rows, kind, request.message, receipt, rules.scrubbing)
        try:
            await _store(ingest, kind, request, receipt, count, block, errors)
        except asyncio.CancelledError:  # the client went away; what is queued is stored all the same
            ingest.recent_requests.unacknowledged(kind.table, project_id, request_id)
            raise
        if time.time_ns() - received_ns > PATIENCE_NS:
            ingest.recent_requests.unacknowledged(kind.table, project_id, request_id)
        ingest.outcomes.accepted(project_id, "otlp", kind.category, count, len(body))
        ingest.outcomes.scrubbed(project_id, "otlp", kind.category, filtered)
    await _report(ingest, kind, project_id, request)
    return request


def read(kind: Kind, body: bytes, *, as_json: bool = False) -> Request:
    """Parse a body; text that is broken or too long is mended. Raises BadRequest or TooLarge."""
    if as_json:
        if body.count(b"{") + body.count(b"[") > MAX_JSON_PARTS:
            raise TooLarge(f"more than {MAX_JSON_PARTS} objects and arrays", hint="send smaller batches")
        message, rejected = read_json(kind, body)
        request = Request(message, rejected=rejected)
    else:
        try:
            request = Request(kind.checked.FromString(body))
        except DecodeError:
            return _mended(kind, body)
    _check_parts(kind, request.message)
    if len(body) > TEXT_BYTES and has_long_item(kind, request.message):
        mended = _mended(kind, request.message.SerializePartialToString())
        mended.rejected = request.rejected
        return mended
    return request


def _check_parts(kind: Kind, message: Message) -> None:
    """An empty scope takes two bytes and the server a microsecond: thirty million fit one body. Raises TooLarge."""
    parts = len(getattr(message, kind.groups))
    records = 0
    for group in getattr(message, kind.groups) if parts <= MAX_PARTS else ():
        parts += len(getattr(group, kind.scopes)) + len(group.resource.attributes)
        if parts > MAX_PARTS:
            break
        for scope in getattr(group, kind.scopes):
            parts += len(scope.scope.attributes)
            records += len(getattr(scope, kind.items))
    if parts > MAX_PARTS:
        raise TooLarge(f"more than {MAX_PARTS} resources, scopes and their attributes", hint="send smaller batches")
    if records > MAX_RECORDS:
        raise TooLarge(f"{records} {kind.name}; the limit is {MAX_RECORDS}", hint="send smaller batches")


async def _off_loop(size: int, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """The work's result; for large requests done on a thread, so that others need not wait."""
    if size < OFF_LOOP_BYTES:
        return work(*arguments, **named)
    return await asyncio.to_thread(work, *arguments, **named)


def _mended(kind: Kind, body: bytes) -> Request:
    """Read a request with text that is broken or too long, and mend it. Raises BadRequest if that is not all."""
    try:
        message = kind.lenient.FromString(body)
    except DecodeError as error:
        raise BadRequest(f"body is not an {kind.request}: {error}", code="invalid_protobuf") from error
    _check_parts(kind, message)
    changes = repair(message)
    return Request(kind.checked.FromString(message.SerializeToString()), changes)


async def _store(
    ingest: Ingest,
    kind: Kind,
    request: Request,
    receipt: batches.Receipt,
    count: int,
    block: bytes,
    errors: list[dict[str, Any]],
) -> None:
    """Commit the records, and the exceptions among them to `errors`, together."""
    work = [_commit(ingest, kind, request, receipt, count, block)]
    if errors:
        work.append(exceptions.commit(ingest, receipt, errors))
    await asyncio.gather(*work)


async def _commit(
    ingest: Ingest, kind: Kind, request: Request, receipt: batches.Receipt, count: int, block: bytes
) -> None:
    sent = RequestId(kind.table, receipt.project_id, receipt.request_id)
    try:
        await ingest.committer.commit(kind.inbound, block, rows=count, request=sent)
    except InsertRejected as first:
        # Unknown fields are kept as sent, and odd ones (groups, say) may stop the engine's parser: try without.
        request.message.DiscardUnknownFields()
        block, _ = batches.rows(kind, request.message, receipt, ingest.rules.of(receipt.project_id).scrubbing)
        try:
            await ingest.committer.commit(kind.inbound, block, rows=count, request=sent)
        except InsertRejected:
            await ingest.outcomes.dropped(
                receipt.project_id, "otlp", kind.category, "refused", quantity=count, detail=str(first), sample=block
            )
            raise BadRequest("the records could not be stored; outcomes say why", code="refused") from first


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
