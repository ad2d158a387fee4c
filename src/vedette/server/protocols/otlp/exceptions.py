"""Exceptions inside log records and span events → rows in `errors`, so that they become issues.

Source: https://opentelemetry.io/docs/specs/semconv/exceptions/ — `exception.type`, `.message`, `.stacktrace`.
Called only for requests whose bytes contain `exception.`, so the ordinary request never pays for it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from vedette.server import grouping
from vedette.server.http.ingest import Ingest
from vedette.server.http.rules import NONE_SET, ProjectRules
from vedette.server.protocols.otlp.batches import COLUMNS, Receipt
from vedette.server.protocols.otlp.kinds import DAY_NS, LOGS, Kind
from vedette.server.protocols.otlp.messages import Message
from vedette.server.protocols.otlp.stacktraces import Frame, parse
from vedette.server.protocols.otlp.values import text
from vedette.server.store.commit import Inbound
from vedette.server.store.retention import kept_days

INBOUND = Inbound("errors", "JSONEachRow", {"date_time_input_format": "best_effort"})
KEYS = ("exception.type", "exception.message", "exception.stacktrace")
LEVELS = ((21, "fatal"), (17, "error"), (13, "warning"), (9, "info"), (1, "debug"))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One exception where it was found. `position` tells it from others of the same span and time."""

    attributes: Mapping[str, str]
    resource: Mapping[str, str]
    holder: Mapping[str, str]
    time_ns: int
    trace_id: str
    span_id: str
    position: str
    level: str
    logger: str
    transaction: str
    handled: bool | None = None


def rows(kind: Kind, message: Message, receipt: Receipt, rules: ProjectRules = NONE_SET) -> list[dict[str, Any]]:
    """Rows for `errors`, one an exception; the same request always gives the same `event_id`s."""
    found = _in_logs(message) if kind is LOGS else _in_spans(message)
    return [_row(occurrence, receipt, rules) for occurrence in found]


async def commit(ingest: Ingest, receipt: Receipt, found: list[dict[str, Any]]) -> None:
    """Store the rows; when this returns they are on disk. Logs and spans may be kept for longer than errors are."""
    days = kept_days(ingest.settings)["errors"]
    earliest = _iso(receipt.received_ns - days * DAY_NS)
    in_time = [row for row in found if row["time"] >= earliest]
    rules = ingest.rules.of(receipt.project_id)
    kept = [row for row in in_time if not rules.discards(row["fingerprints"])]
    if len(kept) < len(in_time):
        await ingest.outcomes.dropped(
            receipt.project_id,
            "otlp",
            "error",
            "discarded",
            outcome="filtered",
            quantity=len(in_time) - len(kept),
            detail="their issues are discarded; the log records or spans themselves are stored",
        )
    if kept:
        block = b"".join(orjson.dumps(row) + b"\n" for row in kept)
        await ingest.committer.commit(INBOUND, block, rows=len(kept))
        ingest.outcomes.accepted(receipt.project_id, "otlp", "error", len(kept), len(block))
    if len(in_time) < len(found):
        await ingest.outcomes.dropped(
            receipt.project_id,
            "otlp",
            "error",
            "older_than_retention",
            quantity=len(found) - len(in_time),
            detail=f"errors are kept for {days} days; the log records or spans themselves are stored",
        )


def _in_logs(message: Message) -> Iterator[Occurrence]:
    for g, group in enumerate(message.resource_logs):
        resource: dict[str, str] | None = None
        for s, scope in enumerate(group.scope_logs):
            for index, record in enumerate(scope.log_records):
                if not _is_exception(record.attributes):
                    continue
                resource = _texts(group.resource.attributes) if resource is None else resource
                attributes = _texts(record.attributes)
                if "exception.message" not in attributes and record.HasField("body"):
                    attributes["exception.message"] = text(record.body)
                yield Occurrence(
                    attributes=attributes,
                    resource=resource,
                    holder={},
                    time_ns=record.time_unix_nano or record.observed_time_unix_nano,
                    trace_id=record.trace_id.hex(),
                    span_id=record.span_id.hex(),
                    position=f"{g}.{s}.{index}",
                    level=next((name for least, name in LEVELS if record.severity_number >= least), "error"),
                    logger=scope.scope.name,
                    transaction="",
                )


def _in_spans(message: Message) -> Iterator[Occurrence]:
    parents: dict[bytes, bytes] = {}
    found: list[tuple[bytes, Occurrence]] = []
    for group in message.resource_spans:
        resource: dict[str, str] | None = None
        for scope in group.scope_spans:
            for span in scope.spans:
                parents[span.span_id] = span.parent_span_id
                for index, event in enumerate(span.events):
                    if not _is_exception(event.attributes):
                        continue
                    resource = _texts(group.resource.attributes) if resource is None else resource
                    found.append((span.span_id, _of_event(span, event, index, resource, scope.scope.name)))
    yield from _innermost(found, parents)


def _of_event(span: Message, event: Message, index: int, resource: dict[str, str], scope_name: str) -> Occurrence:
    attributes = _texts(event.attributes)
    escaped = attributes.get("exception.escaped", "").lower()
    return Occurrence(
        attributes=attributes,
        resource=resource,
        holder=_texts(span.attributes),
        time_ns=event.time_unix_nano or span.end_time_unix_nano,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        position=str(index),
        level="error",
        logger=scope_name,
        transaction=span.name,
        handled={"true": False, "false": True}.get(escaped),
    )


def _innermost(found: list[tuple[bytes, Occurrence]], parents: dict[bytes, bytes]) -> Iterator[Occurrence]:
    """One error that passes through nested spans is recorded by each of them; keep the deepest."""
    covered: set[tuple[bytes, str, str]] = set()
    for span_id, occurrence in found:
        what = (occurrence.attributes.get(KEYS[0], ""), occurrence.attributes.get(KEYS[1], ""))
        seen, parent = {span_id}, parents.get(span_id, b"")
        while parent and parent not in seen:
            covered.add((parent, *what))
            seen.add(parent)
            parent = parents.get(parent, b"")
    for span_id, occurrence in found:
        what = (occurrence.attributes.get(KEYS[0], ""), occurrence.attributes.get(KEYS[1], ""))
        if (span_id, *what) not in covered:
            yield occurrence


def _is_exception(attributes: Any) -> bool:
    return any(pair.key in KEYS for pair in attributes) if attributes else False


def _texts(attributes: Any) -> dict[str, str]:
    return {pair.key: text(pair.value) for pair in attributes}


def _row(occurrence: Occurrence, receipt: Receipt, rules: ProjectRules) -> dict[str, Any]:
    attributes = occurrence.attributes
    kind, value, stacktrace = (attributes.get(key, "") for key in KEYS)
    platform, frames = parse(stacktrace)
    time_ns = occurrence.time_ns
    if not receipt.earliest_ns <= time_ns <= receipt.latest_ns:
        time_ns = receipt.received_ns
    look = _lookup(attributes, occurrence.holder, occurrence.resource)
    platform = {"nodejs": "node", "": platform}.get(look("telemetry.sdk.language"), look("telemetry.sdk.language"))
    in_app = next((frame for frame in reversed(frames) if frame.in_app), frames[-1] if frames else None)
    row: dict[str, Any] = {
        "project_id": receipt.project_id,
        "time": _iso(time_ns),
        "received_at": _iso(receipt.received_ns),
        "event_id": _event_id(occurrence, kind, value),
        "source": "otlp",
        "platform": platform,
        "level": occurrence.level,
        "type": kind,
        "value": value,
        "title": f"{kind}: {first_line(value)}" if kind and value else kind or first_line(value),
        "culprit": f"{in_app.module} in {in_app.function}" if in_app else occurrence.transaction,
        "handled": occurrence.handled,
        "mechanism": "otlp",
        "logger": occurrence.logger,
        "transaction": occurrence.transaction,
        "service": look(*COLUMNS["service"]),
        "environment": look(*COLUMNS["environment"]),
        "release": look(*COLUMNS["release"]),
        "server_name": look("host.name"),
        "trace_id": occurrence.trace_id,
        "span_id": occurrence.span_id,
        "session_id": look(*COLUMNS["session_id"]),
        "user_id": look(*COLUMNS["user_id"]),
        "user_email": look("user.email"),
        "user_name": look("user.name"),
        "url": look("url.full", "http.url"),
        "sdk_name": look("telemetry.sdk.name"),
        "sdk_version": look("telemetry.sdk.version"),
        "tags": {key: item for key, item in attributes.items() if key not in KEYS and len(item) <= 200},
        "frames": [asdict(frame) for frame in frames],
    }
    row["payload"] = _payload(row, occurrence, stacktrace, frames)
    rules.scrubbing.scrub(row)
    found = grouping.group(row["payload"], rules.grouping)
    row |= {"fingerprint": found.fingerprint, "fingerprints": found.fingerprints, "grouping": found.why}
    row["payload"] = orjson.dumps(row["payload"]).decode()
    return row


def _lookup(*sources: Mapping[str, str]) -> Any:
    def look(*names: str) -> str:
        return next((source[name] for source in sources for name in names if source.get(name)), "")

    return look


def first_line(value: str) -> str:
    """The first line of a message, for titles."""
    return value.strip().partition("\n")[0][:200]


def _event_id(occurrence: Occurrence, kind: str, value: str) -> str:
    parts = (
        occurrence.trace_id,
        occurrence.span_id,
        str(occurrence.time_ns),
        occurrence.position,
        kind,
        value,
    )
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _iso(time_ns: int) -> str:
    seconds, rest = divmod(time_ns, 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def _payload(row: dict[str, Any], occurrence: Occurrence, stacktrace: str, frames: list[Frame]) -> dict[str, Any]:
    """The event in the shape of Sentry's, which is what error screens read; the trace's text is kept as sent."""
    exception: dict[str, Any] = {"type": row["type"], "value": row["value"]}
    if frames:
        exception["stacktrace"] = {"frames": [asdict(frame) for frame in frames]}
    if stacktrace:
        exception["raw_stacktrace_text"] = stacktrace
    return {
        "event_id": row["event_id"],
        "timestamp": row["time"],
        "platform": row["platform"],
        "level": row["level"],
        "logger": row["logger"],
        "transaction": row["transaction"],
        "exception": {"values": [exception]},
        "contexts": {
            "trace": {"trace_id": row["trace_id"], "span_id": row["span_id"]},
            "resource": dict(occurrence.resource),
            "span": dict(occurrence.holder),
        },
        "tags": row["tags"],
    }
