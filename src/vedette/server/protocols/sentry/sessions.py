"""Release health: `session` and `sessions` items → `sessions`.

Format: https://develop.sentry.dev/sdk/telemetry/sessions/. A single session sends states, each replacing the last;
servers send counts of sessions started within a minute.
"""

import hashlib
from typing import Any

from vedette.server.protocols.sentry.batch import SESSIONS, Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import (
    BadItem,
    count,
    hex_id,
    load_object,
    mapping,
    milliseconds,
    objects,
    text,
)
from vedette.server.protocols.sentry.times import time_text

STATUSES = frozenset(("ok", "exited", "crashed", "abnormal", "errored", "unhandled"))
AGGREGATED = ("exited", "errored", "crashed", "abnormal", "unhandled")
MAX_AGGREGATES = 1000


def add_session(item: Item, batch: Batch) -> None:
    """One state of one session. Raises BadItem."""
    update = load_object(item.payload)
    session_id = text(update.get("sid"), 64)
    if not session_id:
        raise BadItem("missing_sid", "a session needs a sid")
    status = text(update.get("status")) or "ok"
    if status not in STATUSES:
        raise BadItem("invalid_status", f"session status {status!r}; expected one of {', '.join(sorted(STATUSES))}")
    row = _row(batch, mapping(update.get("attrs")), update.get("started"))
    time = batch.time_of(update.get("timestamp"), category="session", item_id=f"session {session_id}")
    row |= {
        "time": time_text(time),
        "session_id": hex_id(session_id, 32) or session_id,
        # Relay's rule: a state without a number is ordered by its time.
        "seq": count(update["seq"], limit=2**63) if update.get("seq") is not None else round(time * 1000),
        "row_id": _hash(item.payload),
        "user_id": text(update.get("did"), 200),
        "status": status,
        "is_init": update.get("init") is True,
        "errors": count(update.get("errors")),
        "duration_ms": milliseconds(update.get("duration")),
    }
    batch.add(SESSIONS, row)
    batch.accept("session", len(item.payload))


def add_aggregates(item: Item, batch: Batch) -> None:
    """Counts per minute, a row a status. Raises BadItem."""
    payload = load_object(item.payload)
    aggregates = objects(payload.get("aggregates"))
    if len(aggregates) > MAX_AGGREGATES:
        raise BadItem("too_large", f"{len(aggregates)} aggregates in one item; the limit is {MAX_AGGREGATES}")
    attributes = mapping(payload.get("attrs"))
    total = 0
    for position, aggregate in enumerate(aggregates):
        for status in AGGREGATED:
            quantity = count(aggregate.get(status))
            if not quantity:
                continue
            row = _row(batch, attributes, aggregate.get("started"))
            row |= {
                "time": row["started"],
                # Two processes may well send equal counts for a minute: only the same request counts once.
                "row_id": _hash(f"{batch.request_id} {position} {status}".encode() + item.payload),
                "user_id": text(aggregate.get("did"), 200),
                "status": status,
                "is_init": True,
                "errors": 1 if status == "errored" else 0,
                "quantity": quantity,
            }
            batch.add(SESSIONS, row)
            total += quantity
    batch.accept("session", len(item.payload), total)


def _row(batch: Batch, attributes: dict[str, Any], started: Any) -> dict[str, Any]:
    return {
        "started": time_text(batch.time_of(started, category="session")),
        "received_at": batch.received,
        "release": text(attributes.get("release"), 200),
        "environment": text(attributes.get("environment"), 64),
    }


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
