"""What the containers of many records in one item have in common: span v2, log and trace_metric.

All three are `{"items": […], "ingest_settings": {…}}` with attributes `{"key": {"value": …, "type": …}}`.
Format: https://develop.sentry.dev/sdk/telemetry/logs/, …/metrics/, …/spans/span-protocol/.

Records are walked here and not in the engine: to find secrets each must be decoded and looked at anyway. Measured
with logs of 10 attributes: 18 µs a record here plus 10 µs for the insert; 9 µs + 9 µs if the engine mapped them.
"""

from collections.abc import Callable
from typing import Any

from vedette.scrubbing import FILTERED, is_secret_key
from vedette.server.protocols.sentry.batch import Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, hex_id, load_object, mapping, text

MAX_ITEMS = 5000
MAX_ATTRIBUTES = 256
MAX_VALUE = 32_768

Attributes = dict[str, str]


def each_record(item: Item, batch: Batch, category: str, store: Callable[[dict[str, Any], Attributes], None]) -> int:
    """Call `store` for each record; a bad one is dropped alone. Returns how many were stored."""
    container = batch.scrub(load_object(item.payload))
    records = container.get("items")
    if not isinstance(records, list):
        raise BadItem("invalid_shape", "a container needs a list of items")
    if len(records) > MAX_ITEMS:
        raise BadItem("too_many_items", f"{len(records)} items in a container; the limit is {MAX_ITEMS}")
    infer_ip = batch.client_ip and mapping(container.get("ingest_settings")).get("infer_ip") == "auto"
    stored = 0
    for position, record in enumerate(records):
        try:
            if not isinstance(record, dict):
                raise BadItem("invalid_shape", f"expected an object, got {type(record).__name__}")
            attributes = attributes_of(record.get("attributes"))
            if infer_ip and "client.address" not in attributes:
                attributes["client.address"] = batch.client_ip
            store(record, attributes)
            stored += 1
        except BadItem as bad:
            batch.drop(category, bad.reason, f"item {position + 1}: {bad.detail}", sample=text(record)[:4096].encode())
    return stored


def attributes_of(value: Any) -> Attributes:
    """`{"key": {"value": v, "type": t}}` → `{"key": "v"}`."""
    result: Attributes = {}
    if not isinstance(value, dict):
        return result
    for key, entry in value.items():
        if isinstance(entry, dict) and "value" in entry:
            entry = entry["value"]
        if entry is None:
            continue
        if len(result) >= MAX_ATTRIBUTES:
            break
        secret = is_secret_key(key) and not isinstance(entry, bool)
        result[key[:200]] = FILTERED if secret else text(entry, MAX_VALUE)
    return result


def shared_columns(record: dict[str, Any], attributes: Attributes) -> dict[str, Any]:
    """The columns that all signals share."""
    return {
        "source": "sentry",
        "service": attributes.get("service.name", "")[:200],
        "environment": (attributes.get("sentry.environment") or attributes.get("deployment.environment.name", ""))[:64],
        "release": (attributes.get("sentry.release") or attributes.get("service.version", ""))[:200],
        "trace_id": hex_id(record.get("trace_id"), 32),
        "span_id": hex_id(record.get("span_id"), 16),
        "session_id": attributes.get("session.id", attributes.get("session_id", ""))[:200],
        "user_id": attributes.get("user.id", "")[:200],
        "attributes": attributes,
    }
