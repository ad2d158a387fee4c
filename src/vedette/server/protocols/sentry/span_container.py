"""Span container of the second version → `spans`: what current JavaScript SDKs send instead of transactions.

Format: https://develop.sentry.dev/sdk/telemetry/spans/span-protocol/. Children may come before, with or after their
segment, so no row depends on another.
"""

from typing import Any

from vedette.server.protocols.sentry.batch import Batch
from vedette.server.protocols.sentry.containers import Attributes, attributes_of, each_record, shared_columns
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, hex_id, objects, text
from vedette.server.protocols.sentry.spans import NAME, duration_ns, span_kind, store_spans, web_vitals
from vedette.server.protocols.sentry.times import time_text


def add_spans(item: Item, batch: Batch) -> None:
    """A span container of the second version. Raises BadItem."""
    rows: list[dict[str, Any]] = []
    each_record(item, batch, "span", lambda record, attributes: rows.append(_span(record, attributes, batch)))
    store_spans(batch, rows, len(item.payload))


def _span(record: dict[str, Any], attributes: Attributes, batch: Batch) -> dict[str, Any]:
    row = shared_columns(record, attributes)
    if not row["trace_id"] or not row["span_id"]:
        raise BadItem("missing_ids", "a span needs a trace_id of 32 and a span_id of 16 hex digits")
    op = attributes.get("sentry.op", "")[:200]
    if record.get("is_segment") is True and batch.trace.get("sample_rate"):  # what one transaction stands for
        attributes.setdefault("sentry.sample_rate", text(batch.trace["sample_rate"])[:32])
    failed = text(record.get("status")) == "error"
    return row | {
        "time": time_text(batch.time_of(record.get("start_timestamp"), category="span")),
        "duration_ns": duration_ns(record.get("start_timestamp"), record.get("end_timestamp")),
        "received_at": batch.received,
        "request_id": batch.request_id,
        "parent_span_id": hex_id(record.get("parent_span_id"), 16),
        "is_segment": record.get("is_segment") is True,
        "name": text(record.get("name"), NAME) or op or "<unnamed>",
        "op": op,
        "kind": (attributes.get("sentry.kind") or span_kind(op)).lower(),
        "status_code": "error" if failed else "ok" if record.get("status") == "ok" else "unset",
        "status_message": attributes.get("sentry.status.message", "") if failed else "",
        "scope_name": attributes.get("sentry.sdk.name", "")[:200],
        "scope_version": attributes.get("sentry.sdk.version", "")[:200],
        "measurements": web_vitals(attributes),
        "links": [_link(link) for link in objects(record.get("links"))],
    }


def _link(link: dict[str, Any]) -> list[Any]:
    attributes = attributes_of(link.get("attributes"))
    return [hex_id(link.get("trace_id"), 32), hex_id(link.get("span_id"), 16), "", attributes]
