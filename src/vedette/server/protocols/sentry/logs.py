"""Log container → `logs`. Format: https://develop.sentry.dev/sdk/telemetry/logs/."""

from typing import Any

from vedette.server.protocols.sentry.batch import LOGS, Batch
from vedette.server.protocols.sentry.containers import Attributes, each_record, shared_columns
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, count, hex_id, text
from vedette.server.protocols.sentry.times import time_text

# https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
SEVERITIES = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "warning": 13, "error": 17, "fatal": 21}


def add_logs(item: Item, batch: Batch) -> None:
    """A log container. Raises BadItem."""
    stored = each_record(
        item, batch, "log", lambda record, attributes: batch.add(LOGS, _log(record, attributes, batch))
    )
    batch.accept("log", len(item.payload), stored)


def _log(record: dict[str, Any], attributes: Attributes, batch: Batch) -> dict[str, Any]:
    body = text(record.get("body"))
    if not body and not attributes:
        raise BadItem("missing_body", "a log without body and attributes")
    level = text(record.get("level"), 20).lower()
    given = record.get("severity_number") or attributes.get("sentry.severity_number")
    time = time_text(batch.time_of(record.get("timestamp"), category="log"))
    row = shared_columns(record, attributes)
    if not row["span_id"]:
        row["span_id"] = hex_id(attributes.get("sentry.trace.parent_span_id"), 16)
    return row | {
        "time": time,
        "observed_time": time,
        "received_at": batch.received,
        "request_id": batch.request_id,
        "severity_number": count(given, limit=24) or SEVERITIES.get(level, 0),
        "severity_text": level,
        "body": body,
        "scope_name": attributes.get("logger.name", attributes.get("sentry.sdk.name", ""))[:200],
        "scope_version": attributes.get("sentry.sdk.version", "")[:200],
    }
