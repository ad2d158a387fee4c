"""Cron check-ins → `check_ins`: the `check_in` item and the plain URL `/cron/{slug}/`.

Format: https://develop.sentry.dev/sdk/telemetry/check-ins/.
"""

import uuid
from typing import Any

from vedette.server.protocols.sentry.batch import CHECK_INS, Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, dump, hex_id, load_object, mapping, milliseconds, text
from vedette.server.protocols.sentry.times import time_text

STATUSES = frozenset(("in_progress", "ok", "error"))


def add_check_in(item: Item, batch: Batch) -> None:
    """A `check_in` item. Raises BadItem."""
    store_check_in(load_object(item.payload), batch, size=len(item.payload))


def store_check_in(check_in: dict[str, Any], batch: Batch, *, size: int) -> str:
    """One check-in; returns its id, a new one when the sender gave none. Raises BadItem."""
    batch.scrub(check_in)
    slug = text(check_in.get("monitor_slug"), 128)
    if not slug:
        raise BadItem("missing_monitor_slug", "a check-in needs a monitor_slug")
    status = text(check_in.get("status")).lower()
    if status not in STATUSES:
        raise BadItem("invalid_status", f"check-in status {status!r}; expected one of {', '.join(sorted(STATUSES))}")
    given = hex_id(check_in.get("check_in_id"), 32)
    check_in_id = given if given.strip("0") else uuid.uuid4().hex
    config = check_in.get("monitor_config")
    row = {
        "time": time_text(batch.first_times.keep(batch.project_id, f"{check_in_id} {status}", batch.received_at)),
        "received_at": batch.received,
        "check_in_id": check_in_id,
        "monitor_slug": slug,
        "status": status,
        "duration_ms": milliseconds(check_in.get("duration")),
        "environment": text(check_in.get("environment"), 64) or "production",
        "release": text(check_in.get("release"), 200),
        "trace_id": hex_id(mapping(mapping(check_in.get("contexts")).get("trace")).get("trace_id"), 32),
        "monitor_config": dump(config) if isinstance(config, dict) else "",
    }
    batch.add(CHECK_INS, row)
    batch.accept("check_in", size)
    return check_in_id
