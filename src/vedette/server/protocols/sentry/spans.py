"""Spans in the shape of transactions (root and children in one item) and of the older standalone `span` item → `spans`.

Format: https://develop.sentry.dev/sdk/data-model/event-payloads/transaction/ and …/span/.
"""

from collections.abc import Mapping
from typing import Any

from vedette.server.protocols.sentry.batch import SPANS, Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.event import service, session_id
from vedette.server.protocols.sentry.normalise import normalise
from vedette.server.protocols.sentry.shapes import (
    BadItem,
    hex_id,
    load_object,
    mapping,
    number,
    objects,
    string_map,
    text,
)
from vedette.server.protocols.sentry.times import parse_time, time_text

MAX_SPANS = 5000
MAX_ATTRIBUTES = 256
NAME = 500
LONGEST_TEXT = 4000
# https://develop.sentry.dev/sdk/telemetry/traces/span-operations/ → OpenTelemetry's span kinds
KINDS = {
    "http.server": "server",
    "websocket.server": "server",
    "rpc.server": "server",
    "http.client": "client",
    "grpc.client": "client",
    "rpc.client": "client",
    "queue.publish": "producer",
    "queue.submit": "producer",
    "queue.process": "consumer",
    "queue.receive": "consumer",
    "queue.task": "consumer",
}
# https://getsentry.github.io/sentry-conventions/attributes/browser/
WEB_VITALS = ("lcp", "inp", "cls", "fcp", "ttfb", "fp")
NOT_FAILED = frozenset(("ok", "cancelled", "unknown", ""))


def span_kind(op: str) -> str:
    """OpenTelemetry's kind for a Sentry operation."""
    if op == "db" or op.startswith(("db.", "cache.")):
        return "client"
    return KINDS.get(op, "internal")


def add_transaction(item: Item, batch: Batch) -> None:
    """A `transaction` item: one span for itself and one for each child. Raises BadItem."""
    event = batch.scrub(load_object(item.payload))
    normalise(event, event_id=batch.event_id or hex_id(event.get("event_id"), 32), client_ip=batch.client_ip)
    contexts = mapping(event.get("contexts"))
    trace = mapping(contexts.get("trace"))
    common = _common(event)
    root = _span_row(batch, {**trace, "start_timestamp": event.get("start_timestamp")}, event.get("timestamp"), common)
    root |= {
        "is_segment": True,
        "name": text(event.get("transaction"), NAME) or "<unnamed>",
        "attributes": _root_attributes(event, trace, contexts, batch),
        "measurements": measurements(event.get("measurements")),
    }
    rows = [root]
    children = objects(event.get("spans"))
    for position, child in enumerate(children[:MAX_SPANS]):
        try:
            rows.append(_child_row(batch, child, common, root))
        except BadItem as bad:
            batch.drop("span", bad.reason, f"span {position + 1} of {root['name']!r}: {bad.detail}")
    if len(children) > MAX_SPANS:
        left_out = len(children) - MAX_SPANS
        batch.drop("span", "too_many_spans", f"more than {MAX_SPANS} in a transaction", quantity=left_out)
    store_spans(batch, rows, len(item.payload))


def add_span(item: Item, batch: Batch) -> None:
    """A standalone `span` item of the first version, such as a web vital. Raises BadItem."""
    span = batch.scrub(load_object(item.payload))
    data = mapping(span.get("data"))
    common = {
        "service": text(data.get("service.name"), 200),
        "environment": text(data.get("environment") or data.get("sentry.environment"), 64),
        "release": text(data.get("release") or data.get("sentry.release"), 200),
        "user_id": text(data.get("user") or data.get("user.id"), 200),
    }
    row = _child_row(batch, span, common, {})
    row["is_segment"] = span.get("is_segment") is True
    if row["measurements"] and batch.trace.get("sample_rate"):  # how many page loads a web vital stands for
        row["attributes"].setdefault("sentry.sample_rate", text(batch.trace["sample_rate"], NAME))
    store_spans(batch, [row], len(item.payload))


def store_spans(batch: Batch, rows: list[dict[str, Any]], size: int) -> None:
    """Add span rows; the engine keeps the time range of their traces."""
    for row in rows:
        batch.add(SPANS, row)
    batch.accept("span", size, len(rows))


def _common(event: dict[str, Any]) -> dict[str, Any]:
    """What the event says about all of its spans."""
    resource = {"host.name": event.get("server_name"), "sentry.dist": event.get("dist")}
    sdk = event.get("sdk") or {}
    return {
        "service": service(event),
        "environment": text(event.get("environment"), 64),
        "release": text(event.get("release"), 200),
        "user_id": text((event.get("user") or {}).get("id"), 200),
        "session_id": session_id(event),
        "scope_name": text(sdk.get("name"), 200),
        "scope_version": text(sdk.get("version"), 200),
        "resource": string_map(resource),
    }


def _span_row(batch: Batch, span: dict[str, Any], end: Any, common: dict[str, Any]) -> dict[str, Any]:
    trace_id, span_id = hex_id(span.get("trace_id"), 32), hex_id(span.get("span_id"), 16)
    if not trace_id or not span_id:
        raise BadItem("missing_ids", "a span needs a trace_id of 32 and a span_id of 16 hex digits")
    op, status = text(span.get("op"), 200), text(span.get("status"), 200)
    return {
        **common,
        "time": time_text(batch.time_of(span.get("start_timestamp"), category="span")),
        "duration_ns": duration_ns(span.get("start_timestamp"), end),
        "received_at": batch.received,
        "request_id": batch.request_id,
        "source": "sentry",
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": hex_id(span.get("parent_span_id"), 16),
        "is_segment": False,
        "op": op,
        "kind": span_kind(op),
        "status_code": "ok" if status == "ok" else ("unset" if status in NOT_FAILED else "error"),
        "status_message": "" if status in NOT_FAILED else status,
    }


def _child_row(batch: Batch, span: dict[str, Any], common: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    row = _span_row(batch, {"trace_id": root.get("trace_id"), **span}, span.get("timestamp"), common)
    attributes = {**mapping(span.get("tags")), **mapping(span.get("data"))}
    attributes |= {"sentry.origin": span.get("origin"), "sentry.segment.id": span.get("segment_id")}
    attributes["sentry.exclusive_time"] = span.get("exclusive_time")
    description = text(span.get("description"), LONGEST_TEXT)
    row["name"] = description[:NAME] or row["op"] or "<unnamed>"
    if len(description) > NAME:  # a statement is often longer than a name may be
        attributes["sentry.description"] = description
    row["attributes"] = string_map(attributes, limit=MAX_ATTRIBUTES)
    row["measurements"] = measurements(span.get("measurements"))
    return row


def duration_ns(start: Any, end: Any) -> int:
    """Between two client times; 0 when one is missing or they run backwards."""
    first, last = parse_time(start), parse_time(end)
    if first is None or last is None or last < first:
        return 0
    return min(round((last - first) * 1_000_000) * 1000, 2**63 - 1)


def measurements(value: Any) -> dict[str, float]:
    """`{name: {value, unit}}` → `{name: value}`; what is no number falls out."""
    found = {name[:200]: number(mapping(entry).get("value")) for name, entry in mapping(value).items()}
    return {name: amount for name, amount in list(found.items())[:100] if amount is not None}


def web_vitals(attributes: Mapping[str, str]) -> dict[str, float]:
    """What span v2 says in attributes and transactions as measurements: `browser.web_vital.lcp.value` → `lcp`."""
    found = {name: number(attributes.get(f"browser.web_vital.{name}.value")) for name in WEB_VITALS}
    return {name: amount for name, amount in found.items() if amount is not None}


def _user_agent(headers: Any) -> str | None:
    found = (value for name, value in mapping(headers).items() if name.lower() == "user-agent")
    return text(next(found, ""), 1000) or None


def _root_attributes(
    event: dict[str, Any], trace: dict[str, Any], contexts: dict[str, Any], batch: Batch
) -> dict[str, str]:
    request = event.get("request") or {}
    user = event.get("user") or {}
    attributes: dict[str, Any] = {
        **mapping(event.get("tags")),
        **mapping(trace.get("data")),
        "sentry.origin": trace.get("origin"),
        "sentry.source": mapping(event.get("transaction_info")).get("source"),
        "sentry.sample_rate": batch.trace.get("sample_rate") or mapping(trace.get("data")).get("sentry.sample_rate"),
        "sentry.platform": event.get("platform"),
        "sentry.event_id": event.get("event_id") or None,
        "url.full": request.get("url"),
        "http.request.method": request.get("method"),
        "user_agent.original": _user_agent(request.get("headers")),
        "user.email": user.get("email"),
        "user.name": user.get("username"),
        "client.address": user.get("ip_address"),
        "user.geo.country_code": mapping(user.get("geo")).get("country_code"),
    }
    for name, context in contexts.items():
        if name not in ("trace", "profile"):
            for key, value in mapping(context).items():
                if isinstance(value, (str, int, float, bool)):
                    attributes.setdefault(f"{name}.{key}", value)
    return string_map(attributes, limit=MAX_ATTRIBUTES)
