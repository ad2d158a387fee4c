"""Item type → handler. One bad item never takes its neighbours down: it goes to outcomes, they go to disk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vedette.server.grouping import Names
from vedette.server.http.outcomes import Outcome
from vedette.server.protocols.sentry import (
    attachments,
    check_ins,
    feedback,
    logs,
    metrics,
    sessions,
    span_container,
    spans,
)
from vedette.server.protocols.sentry.batch import ERRORS, Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.event import NO_NAMES, error_row
from vedette.server.protocols.sentry.normalise import normalise
from vedette.server.protocols.sentry.shapes import BadItem, count, hex_id, load_object, objects, text
from vedette.server.protocols.sentry.times import time_text

MIB = 1024 * 1024
MAX_REPORTED = 1000  # entries of one client report


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of item is handled, what it is counted as, and how large one may be."""

    handle: Callable[[Item, Batch], None]
    category: str
    max_bytes: int


def add_event(item: Item, batch: Batch) -> None:
    """An `event` item; SDKs that know no item for feedback send it as an event of that type. Raises BadItem."""
    event = load_object(item.payload)
    if event.get("type") == "feedback":
        feedback.store_feedback(event, batch, size=len(item.payload))
        return
    names = batch.names.get(item.payload, {}) if batch.names else {}
    store_event(event, batch, size=len(item.payload), names=names)


def store_event(event: dict[str, Any], batch: Batch, *, size: int, names: Names = NO_NAMES) -> None:
    """Scrub, normalise and add one error event of `size` bytes."""
    batch.scrub(event)
    normalise(event, event_id=batch.event_id or hex_id(event.get("event_id"), 32), client_ip=batch.client_ip)
    row = error_row(event, batch.rules.grouping, names)
    if batch.rules.discards(row["fingerprints"]):
        batch.drop("error", "discarded", "its issue is discarded", outcome="filtered")
        return
    time = batch.time_of(event.get("timestamp"), category="error", item_id=row["event_id"])
    row["time"] = time_text(time)
    row["received_at"] = batch.received
    batch.add(ERRORS, row)
    batch.accept("error", size)


def add_client_report(item: Item, batch: Batch) -> None:
    """What the SDK threw away on its side, by its own reasons: shown to people, never limited. Raises BadItem."""
    report = load_object(item.payload)
    kinds: tuple[tuple[str, Outcome], ...] = (
        ("discarded_events", "client_discarded"),
        ("rate_limited_events", "rate_limited"),
        ("filtered_events", "filtered"),
    )
    for name, outcome in kinds:
        for entry in objects(report.get(name))[:MAX_REPORTED]:
            category = text(entry.get("category"), 64) or "default"
            reason = text(entry.get("reason"), 64) or "unknown"
            quantity = count(entry.get("quantity"))
            if quantity:
                category = CATEGORIES.get(category, category)
                batch.drop(category, reason, "reported by the SDK", outcome=outcome, quantity=quantity)


# Sentry's data categories → the words of the outcomes table.
CATEGORIES = {"log_item": "log", "trace_metric": "metric_point", "monitor": "check_in"}

KINDS: dict[str, Kind] = {
    "event": Kind(add_event, "error", MIB),
    "transaction": Kind(spans.add_transaction, "span", MIB),
    "span": Kind(spans.add_span, "span", 10 * MIB),
    "log": Kind(logs.add_logs, "log", 12 * MIB),
    "trace_metric": Kind(metrics.add_metrics, "metric_point", 12 * MIB),
    "session": Kind(sessions.add_session, "session", MIB),
    "sessions": Kind(sessions.add_aggregates, "session", 10 * MIB),
    "check_in": Kind(check_ins.add_check_in, "check_in", 100 * 1024),
    "client_report": Kind(add_client_report, "client_report", 100 * 1024),
    "attachment": Kind(attachments.add_attachment, "attachment", attachments.MAX_BYTES),
    "feedback": Kind(feedback.add_feedback, "feedback", MIB),
    "user_report": Kind(feedback.add_user_report, "feedback", MIB),
}
SPAN_CONTAINER = Kind(span_container.add_spans, "span", 12 * MIB)
SPAN_CONTAINER_TYPE = "application/vnd.sentry.items.span.v2+json"
NOT_SUPPORTED_YET = frozenset(("profile", "profile_chunk", "replay_event", "replay_recording", "replay_video"))


def add_item(item: Item, batch: Batch) -> BadItem | None:
    """Handle one item: rows into the batch, or an outcome that says why not. Returns what was wrong with it."""
    kind = KINDS.get(item.type)
    if kind is None:
        if not item.type:
            return _reject(batch, "unknown", BadItem("missing_type", "the item's header names no type"), item)
        reason = "not_supported_yet" if item.type in NOT_SUPPORTED_YET else "unknown_item_type"
        # Of what is unknown a sample helps to learn it; recordings and profiles would only fill the disk.
        sample = item.payload[:4096] if reason == "unknown_item_type" else b""
        batch.drop(item.type[:64], reason, outcome="filtered", sample=sample)
        return None
    headers = item.headers
    if item.type == "span" and (headers.get("content_type") == SPAN_CONTAINER_TYPE or "item_count" in headers):
        kind = SPAN_CONTAINER
    size = len(item.payload)
    if size > kind.max_bytes:
        detail = f"{item.type} of {size} bytes; the limit is {kind.max_bytes}"
        return _reject(batch, kind.category, BadItem("too_large", detail), item)
    batch.category = kind.category
    try:
        kind.handle(item, batch)
    except BadItem as bad:
        return _reject(batch, kind.category, bad, item)
    return None


def _reject(batch: Batch, category: str, bad: BadItem, item: Item) -> BadItem:
    batch.drop(category, bad.reason, bad.detail, sample=item.payload[:4096])
    return bad
