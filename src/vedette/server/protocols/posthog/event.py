"""One event as sent → one row of `events`, or the reason why not.

Rules: PostHog `rust/capture/src/v0_request.rs` (distinct_id, uuid), `nodejs/src/worker/ingestion` ($set at the top
level belongs into properties). Nothing here raises for bad input; it returns `Rejected`.
"""

import hashlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import orjson

from vedette.server.grouping import Names
from vedette.server.http.rules import NONE_SET, ProjectRules
from vedette.server.protocols.posthog.clock import DAY_US, EventTime, event_time, time_text
from vedette.server.protocols.posthog.shape import Shape, Shapes
from vedette.server.protocols.posthog.text import (
    depth,
    dump,
    dump_exactly,
    dump_line,
    for_engine,
    may_blur,
)

MAX_DISTINCT_ID = 200
MAX_EVENT_NAME = 200
MAX_NAMES = 10_000  # of the JSON column: each costs the engine 3 µs, once there are more than it keeps as columns
FLAT_OBJECTS = 2  # the row and its properties
MAX_DEPTH = 100  # of the JSON column: what reads it, orjson for one, gives up at 254
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
# Sent beside `properties` by some SDKs (python's set(), mobile), read inside by everyone.
INSIDE = ("$set", "$set_once", "$unset", "$groups")


@dataclass(slots=True)
class Rejected:
    """An event that cannot be stored. `reason` is a stable word, `detail` says what was wrong."""

    reason: str
    detail: str


@dataclass(slots=True)
class Event:
    """An event that can. `row` is its row in `events` without `properties`; `changes` are (reason, detail)."""

    name: str
    distinct_id: str
    uuid: str
    time_us: int
    properties: dict[str, Any]
    row: dict[str, Any]
    shape: Shape
    changes: list[tuple[str, str]]


@dataclass(frozen=True)
class Sending:
    """What the events of one request share. `clock_error_us` is how far ahead the client's clock is; `names` what the
    frames of an error are called in their source, by its place in the batch."""

    project_id: int
    now_us: int
    kept_days: int
    errors_kept_days: int
    clock_error_us: int
    ip: str
    user_agent: str
    host: str
    shapes: Shapes = field(default_factory=Shapes)
    rules: ProjectRules = NONE_SET
    names: Mapping[int, Names] = field(default_factory=dict)

    @cached_property
    def oldest_us(self) -> int:
        """What happened before is past retention."""
        return self.now_us - self.kept_days * DAY_US

    @cached_property
    def oldest_error_us(self) -> int:
        """The same for errors."""
        return self.now_us - self.errors_kept_days * DAY_US

    @cached_property
    def received(self) -> str:
        """`received_at`."""
        return time_text(self.now_us)


def read_event(raw: Any, sending: Sending) -> Event | Rejected:
    """Check one event and map it onto columns."""
    if not isinstance(raw, dict):
        return Rejected("invalid_event", f"an event must be an object, got {type(raw).__name__}")
    name = raw.get("event")
    if not isinstance(name, str) or not name:
        return Rejected("missing_event", "event must be a non-empty string")
    properties = _properties(raw)
    if properties is None:
        return Rejected("invalid_properties", f"properties must be an object, got {type(raw['properties']).__name__}")
    uuid = _uuid(raw.get("uuid"), sending.now_us)
    if uuid is None:
        return Rejected("invalid_uuid", f"uuid {str(raw['uuid'])[:80]!r} is not a UUID")
    distinct_id = _distinct_id(raw, properties)
    if not distinct_id:
        return Rejected("missing_distinct_id", "distinct_id is missing or empty")
    if properties.get("$cookieless_mode") is True:
        distinct_id = _cookieless_id(sending)
    changes: list[tuple[str, str]] = []
    if len(distinct_id) > MAX_DISTINCT_ID:
        changes.append(("cut_distinct_id", f"distinct_id of {len(distinct_id)} characters, cut to {MAX_DISTINCT_ID}"))
        distinct_id = distinct_id[:MAX_DISTINCT_ID]
    if len(name) > MAX_EVENT_NAME:
        changes.append(("cut_event_name", f"event name of {len(name)} characters, cut to {MAX_EVENT_NAME}"))
        name = name[:MAX_EVENT_NAME]
    when = event_time(
        raw.get("timestamp"),
        raw.get("offset"),
        clock_error_us=0 if properties.get("$ignore_sent_at") else sending.clock_error_us,
        now_us=sending.now_us,
    )
    if when.changed:
        changes.append((when.changed, f"timestamp {str(raw.get('timestamp', raw.get('offset')))[:80]!r}"))
    shape = sending.shapes.of(properties)
    row = _row(sending, name, distinct_id, uuid, when, properties, shape)
    return Event(name, distinct_id, uuid, when.time_us, properties, row, shape, changes)


def encode_row(event: Event) -> bytes:
    """The event as a line of JSONEachRow."""
    try:
        line = orjson.dumps({**event.row, "properties": event.properties}, option=orjson.OPT_APPEND_NEWLINE)
    except (TypeError, orjson.JSONEncodeError):
        return _encode_with_care(event)
    objects = line.count(b"{")
    lists = line.count(b"[")
    is_plain = (
        b"null" not in line
        and objects + lists <= MAX_DEPTH
        and not event.shape.escaped
        and (objects <= FLAT_OBJECTS or not (b"{}" in line or b"%2E" in line))
        and not (lists and may_blur(line))
        and not _too_many_names(line)
    )
    return line if is_plain else _encode_with_care(event)


def _encode_with_care(event: Event) -> bytes:
    """As `encode_row`, for properties that the engine's JSON type may not take as they are."""
    text, exact = dump_exactly(event.properties)
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH and depth(text) > MAX_DEPTH:
        event.changes.append(("properties_kept_as_text", f"nested deeper than {MAX_DEPTH} levels"))
        return dump_line({**event.row, "properties_text": text.decode()})
    if _too_many_names(text):
        event.changes.append(("properties_kept_as_text", f"more than {MAX_NAMES} names"))
        return dump_line({**event.row, "properties_text": text.decode()})
    row = event.row
    # The JSON type drops nulls and empty objects, takes no integers beyond 64 bits, reads an escaped dot like a dot
    # and wants one type in a list: then the text is kept beside it.
    if not exact or b"null" in text or (b"{}" in text and len(text) > 2) or b"%2E" in text or may_blur(text):
        row = {**row, "properties_text": text.decode()}
    return dump_line(row)[:-2] + b',"properties":' + (text if exact else for_engine(text)) + b"}\n"


def _too_many_names(text: bytes) -> bool:
    return len(text) > 4 * MAX_NAMES and text.count(b'":') > MAX_NAMES  # a name and its value are four bytes at least


def with_properties_as_text(line: bytes) -> bytes:
    """The line of `encode_row` with properties as text only: for what the engine's JSON type refuses."""
    row = orjson.loads(line)
    properties = row.pop("properties", {})
    return dump_line({"properties_text": dump(properties).decode(), **row})


def uuid7(now_us: int) -> str:
    """A time-ordered random UUID (RFC 9562 §5.7) for an event that came without one."""
    value = (now_us // 1000 & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _properties(raw: dict[str, Any]) -> dict[str, Any] | None:
    properties = raw.get("properties")
    if properties is None:
        properties = {}
    elif not isinstance(properties, dict):
        return None
    if raw.keys().isdisjoint(INSIDE):  # nearly all events
        return properties
    for key in INSIDE:
        if raw.get(key) is not None:
            inner = properties.get(key)
            if isinstance(inner, dict) and isinstance(raw[key], dict):
                properties = {**properties, key: {**inner, **raw[key]}}
            else:
                properties = {**properties, key: raw[key]}
    return properties


def _uuid(value: Any, now_us: int) -> str | None:
    """Canonical text; a new one for None and ""; None for what is not a UUID."""
    if value is None or value == "":
        return uuid7(now_us)
    if not isinstance(value, str):
        return None
    if UUID_TEXT(value):
        return value
    digits = value.strip().lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{32}", digits):
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _distinct_id(raw: dict[str, Any], properties: dict[str, Any]) -> str:
    """At the top, else in properties; numbers, booleans and objects as their JSON text; empty when there is none."""
    for value in (raw.get("distinct_id"), raw.get("$distinct_id"), properties.get("distinct_id")):
        if isinstance(value, str):
            text = value.replace("\x00", "\ufffd").strip()
        elif value is None:
            continue
        else:
            text = dump(value).decode()
        if text:
            return text
    return ""


def _cookieless_id(sending: Sending) -> str:
    """A visitor without a cookie: the same for one day, one site, one browser; not to be traced back or on."""
    day = sending.now_us // DAY_US
    parts = f"{_day_salt(day)}|{sending.project_id}|{sending.ip}|{sending.user_agent}|{sending.host}"
    return "cookieless_" + hashlib.blake2b(parts.encode("utf-8", "replace"), digest_size=16).hexdigest()


_salts: dict[int, str] = {}


def _day_salt(day: int) -> str:
    if day not in _salts:
        _salts.clear()
        _salts[day] = os.urandom(16).hex()
    return _salts[day]


def _row(
    sending: Sending, name: str, distinct_id: str, uuid: str, when: EventTime, properties: dict[str, Any], shape: Shape
) -> dict[str, Any]:
    time = time_text(when.time_us)
    row: dict[str, Any] = {
        "project_id": sending.project_id,
        "time": time,
        "received_at": sending.received,
        "uuid": uuid,
        "event": name,
        "distinct_id": distinct_id,
    }
    if when.sent_us is not None:
        row["sent_time"] = time if when.sent_us == when.time_us else time_text(when.sent_us)
    elif uuid_day := _uuid_day(uuid, sending.now_us):
        row["sent_day"] = uuid_day
    for column, property_name in shape.columns:
        value = properties[property_name]
        if value and column not in row:
            row[column] = value if type(value) is str else _text(value)
    if properties.get("$process_person_profile") is False:
        row["process_person_profile"] = False
    if ip := properties.get("$ip"):
        row["ip"] = _text(ip)
    elif not properties.get("$geoip_disable"):  # it is then a server's own address, and says nothing about the user
        row["ip"] = sending.ip
    return row


def _uuid_day(uuid: str, now_us: int) -> str:
    """The day in a version 7 UUID, if plausible: an event without a timestamp then still counts once when re-sent."""
    if uuid[14] != "7":
        return ""
    milliseconds = int(uuid[:8] + uuid[9:13], 16)
    if abs(milliseconds * 1000 - now_us) > 7 * DAY_US:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")


def _text(value: Any) -> str:
    """A property in a text column."""
    return value if isinstance(value, str) else dump(value).decode()


def now_us() -> int:
    """The server's clock."""
    return time.time_ns() // 1000
