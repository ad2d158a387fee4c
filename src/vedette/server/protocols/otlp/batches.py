"""A request → rows of the inbound table, in protobuf: a row is one scope's bytes, and what the server knows after.

The scope's bytes are what upb writes, so they are always well formed; writing them is also the one check in C for
arrays and key-value lists (see `messages`). Resources are few and shared, so Python reads them: their attributes
go with every row as plain text, and the columns made of them are found here once.
"""

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import EncodeError

from vedette.server.http.scrubbing import DEFAULT_RULES, ScrubbingRules
from vedette.server.protocols.otlp.kinds import Kind
from vedette.server.protocols.otlp.messages import Message, checked
from vedette.server.protocols.otlp.secrets import scrub_items, scrub_shared
from vedette.server.protocols.otlp.values import flatten, text

# Column → attribute names, the first that is set counts. https://opentelemetry.io/docs/specs/semconv/registry/
COLUMNS = {
    "service": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment", "sentry.environment"),
    "release": ("service.version", "sentry.release"),
    "user_id": ("user.id", "enduser.id", "posthogDistinctId"),
    "session_id": ("session.id", "sessionId", "posthogSessionId"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server knows about a request; times outside `earliest`…`latest` are stored as `received`."""

    project_id: int
    request_id: int
    received_ns: int
    earliest_ns: int
    latest_ns: int


def rows(kind: Kind, message: Message, receipt: Receipt, rules: ScrubbingRules = DEFAULT_RULES) -> tuple[bytes, int]:
    """The block for the inbound table, and how many values were filtered from it.

    Nested values still in `message` become JSON text in it, and secrets `[Filtered]`.
    """
    parts: list[bytes] = []
    filtered = 0
    known = _receipt_fields(receipt)
    for group in getattr(message, kind.groups):
        filtered += scrub_shared(group.resource, rules)
        header = known + _resource_fields(group.resource)
        for scope in getattr(group, kind.scopes):
            if not getattr(scope, kind.items):
                continue
            filtered += scrub_shared(scope.scope, rules)
            tail = header + _scope_fields(scope.scope)
            wire = _scope_bytes(scope)
            if found := scrub_items(getattr(scope, kind.items), wire, rules):
                filtered += found
                wire = scope.SerializeToString()
            parts += (varint(len(wire) + len(tail)), wire, tail)
    return b"".join(parts), filtered


def _scope_bytes(scope: Message) -> bytes:
    try:
        wire: bytes = scope.SerializeToString()
    except EncodeError:
        flatten(scope)
        wire = scope.SerializeToString()
    return wire


def _receipt_fields(receipt: Receipt) -> bytes:
    batch = checked["LogBatch"](
        project_id=receipt.project_id,
        request_id=receipt.request_id,
        received_ns=receipt.received_ns,
        earliest_ns=receipt.earliest_ns,
        latest_ns=receipt.latest_ns,
    )
    return _encoded(batch)


def _resource_fields(resource: Message) -> bytes:
    """The resource's attributes in key order, and the columns made of them, empty ones too: the last one counts."""
    attributes = {pair.key: text(pair.value) for pair in resource.attributes}
    columns = {
        column: next((attributes[name] for name in names if attributes.get(name)), "")
        for column, names in COLUMNS.items()
    }
    batch = checked["LogBatch"](**columns)
    for key in sorted(attributes):
        batch.resource.add(key=key, value=attributes[key])
    return _encoded(batch)


def _scope_fields(scope: Message) -> bytes:
    batch = checked["LogBatch"](scope_name=scope.name, scope_version=scope.version)
    attributes = {pair.key: text(pair.value) for pair in scope.attributes}
    for key in sorted(attributes):
        batch.scope_attributes.add(key=key, value=attributes[key])
    return _encoded(batch)


def _encoded(batch: Any) -> bytes:
    encoded: bytes = batch.SerializeToString()
    return encoded


def varint(number: int) -> bytes:
    """Protobuf's variable-length integer."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
