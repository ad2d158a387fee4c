"""What users wrote: `feedback` events and the older `user_report` → `feedback`."""

import hashlib
from typing import Any

from vedette.server.protocols.sentry.batch import FEEDBACK, Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.normalise import normalise
from vedette.server.protocols.sentry.shapes import BadItem, dump, hex_id, load_object, mapping, text
from vedette.server.protocols.sentry.times import time_text

MESSAGE = 8192


def add_feedback(item: Item, batch: Batch) -> None:
    """A `feedback` item. Raises BadItem."""
    store_feedback(load_object(item.payload), batch, size=len(item.payload))


def store_feedback(event: dict[str, Any], batch: Batch, *, size: int) -> None:
    """An event with `contexts.feedback`. Raises BadItem."""
    batch.scrub(event)
    event_id = batch.event_id or hex_id(event.get("event_id"), 32)
    if not event_id:
        raise BadItem("missing_event_id", "feedback needs an event_id")
    normalise(event, event_id=event_id, client_ip=batch.client_ip)
    contexts = mapping(event.get("contexts"))
    said = mapping(contexts.get("feedback"))
    user = mapping(event.get("user"))
    if not text(said.get("message")).strip():
        raise BadItem("missing_message", "feedback without a message")
    row = {
        "time": time_text(batch.time_of(event.get("timestamp"), category="feedback", item_id=event_id)),
        "feedback_id": event_id,
        "event_id": hex_id(said.get("associated_event_id"), 32),
        "name": text(said.get("name") or user.get("username"), 200),
        "email": text(said.get("contact_email") or user.get("email"), 200),
        "message": text(said.get("message"), MESSAGE),
        "url": text(said.get("url"), 2048),
        "replay_id": hex_id(said.get("replay_id"), 32),
        "trace_id": hex_id(mapping(contexts.get("trace")).get("trace_id"), 32),
        "user_id": text(user.get("id"), 200),
        "environment": text(event.get("environment"), 64),
        "release": text(event.get("release"), 200),
        "payload": dump(event),
    }
    _add(batch, row, size)


def add_user_report(item: Item, batch: Batch) -> None:
    """A `user_report` item. Raises BadItem."""
    store_user_report(load_object(item.payload), batch, size=len(item.payload))


def store_user_report(report: dict[str, Any], batch: Batch, *, size: int) -> None:
    """`{event_id, name, email, comments}`, also sent by the crash-report dialog. Raises BadItem."""
    comments = text(report.get("comments"), MESSAGE)
    event_id = hex_id(report.get("event_id"), 32) or batch.event_id
    if not event_id or not comments.strip():
        raise BadItem("missing_field", "a user report needs an event_id and comments")
    payload = dump(batch.scrub(report))
    feedback_id = hashlib.blake2b(f"{event_id} {payload}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    row = {
        "time": time_text(batch.first_times.keep(batch.project_id, feedback_id, batch.received_at)),
        "feedback_id": feedback_id,
        "event_id": event_id,
        "name": text(report.get("name"), 200),
        "email": text(report.get("email"), 200),
        "message": text(report.get("comments"), MESSAGE),
        "payload": payload,
    }
    _add(batch, row, size)


def _add(batch: Batch, row: dict[str, Any], size: int) -> None:
    row["received_at"] = batch.received
    batch.add(FEEDBACK, row)
    batch.accept("feedback", size)
