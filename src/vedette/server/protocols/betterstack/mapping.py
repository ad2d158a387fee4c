"""One record → one row of `logs`: known fields to columns, everything else flattened to attributes with dots."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgpack
import orjson

MAX_DEPTH = 16
SECOND_NS = 1_000_000_000
FUTURE_NS = 24 * 3600 * SECOND_NS
TIME = re.compile(r"(?P<second>\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d+))?\s*(?P<zone>.*)")

# Level names of common loggers → https://opentelemetry.io/docs/specs/otel/logs/data-model/#mapping-of-severitynumber
SEVERITY = {
    "trace": 1,
    "verbose": 1,
    "debug": 5,
    "info": 9,
    "information": 9,
    "informational": 9,
    "notice": 10,
    "warn": 13,
    "warning": 13,
    "err": 17,
    "error": 17,
    "exception": 17,
    "alert": 19,
    "critical": 21,  # as the OpenTelemetry SDK maps Python's CRITICAL
    "fatal": 21,
    "panic": 21,
    "emerg": 24,
    "emergency": 24,
}

# Column → the field names it is found under, first match first; each also below `context.`, where Logtail's
# clients put what the application has set for a block of code. `otel…`: OpenTelemetry's logging instrumentation.
COLUMNS = {
    "trace_id": ("trace_id", "traceId", "trace.id", "otelTraceID", "dd.trace_id"),
    "span_id": ("span_id", "spanId", "span.id", "otelSpanID", "dd.span_id"),
    "session_id": ("session_id", "sessionId", "session.id", "$session_id"),
    "user_id": ("user_id", "userId", "user.id", "distinct_id", "enduser.id"),
    "service": ("service", "service.name", "service_name", "otelServiceName", "app", "syslog.appname"),
    "environment": ("environment", "env", "deployment.environment", "deployment.environment.name"),
    "release": ("release", "service.version", "app_version"),
}
LOGGER = ("logger", "logger_name", "context.runtime.logger_name")


@dataclass(frozen=True, slots=True)
class Received:
    """What a request adds to its rows. Records older than `oldest_ns` would be deleted at once."""

    project_id: int
    time_ns: int
    request_id: int
    oldest_ns: int


def row(record: dict[str, Any], received: Received) -> tuple[bytes, bool]:
    """The record's row as a line of JSON, and whether its time was out of range and had to be replaced."""
    attributes = dict(_flatten(record))
    time_ns = parse_time(record.get("dt"))
    in_range = time_ns is None or received.oldest_ns <= time_ns <= received.time_ns + FUTURE_NS
    if time_ns is None or not in_range:
        time_ns = received.time_ns  # `dt` stays among the attributes
    else:
        attributes.pop("dt", None)
    level = attributes.pop("level", "") or attributes.get("severity_text", "")
    columns = {
        "project_id": received.project_id,
        "time": _decimal_seconds(time_ns),
        "observed_time": _decimal_seconds(received.time_ns),
        "request_id": received.request_id,
        "source": "betterstack",
        "severity_number": SEVERITY.get(level.lower(), 0),
        "severity_text": level,
        "body": attributes.pop("message", ""),  # an object's fields are attributes by now
        "scope_name": next((attributes[name] for name in LOGGER if name in attributes), ""),
        **{column: _pick(attributes, names) for column, names in COLUMNS.items()},
        "attributes": dict(sorted(attributes.items())),
    }
    return orjson.dumps(columns) + b"\n", not in_range


def parse_time(value: Any) -> int | None:
    """Nanoseconds since 1970 of a `dt`: a number of seconds, ms, µs or ns, RFC 3339 or alike, or a MessagePack time.

    None when it does not read; Better Stack then uses the time of receipt too. A time without zone is UTC.
    """
    if isinstance(value, msgpack.Timestamp):
        return int(value.to_unix_nano())
    if isinstance(value, str):
        if match := TIME.fullmatch(value.strip()):
            return _from_text(match)
        value = _number(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**63:
        return None
    # 1e11 seconds is the year 5138; 1e11 ms is 1973: sizes tell the units apart for any time since then.
    for limit, unit_ns in ((1e11, SECOND_NS), (1e14, 1_000_000), (1e17, 1000)):
        if value < limit:
            return int(value * unit_ns) if isinstance(value, int) else round(value * unit_ns)
    return int(value)


def _number(text: str) -> int | float | None:
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return None


def _from_text(match: re.Match[str]) -> int | None:
    """datetime ends at microseconds; the fraction is read apart."""
    zone = match["zone"].upper().replace("UTC", "Z") or "Z"
    try:
        moment = datetime.fromisoformat(match["second"].upper() + zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    fraction = (match["fraction"] or "")[:9].ljust(9, "0")
    return int(moment.timestamp()) * SECOND_NS + int(fraction)


def _decimal_seconds(time_ns: int) -> str:
    return f"{time_ns // SECOND_NS}.{time_ns % SECOND_NS:09d}"


def _pick(attributes: dict[str, str], names: tuple[str, ...]) -> str:
    """The first of these fields that has a value. A context's stays with the rest of its context."""
    for name in names:
        if attributes.get(name):
            return attributes.pop(name)
    return next((value for name in names if (value := attributes.get(f"context.{name}"))), "")


def _flatten(value: dict[Any, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        name = prefix + _clean(str(key))
        if isinstance(item, dict) and item and depth < MAX_DEPTH:
            yield from _flatten(item, f"{name}.", depth + 1)
        elif item is not None:
            yield name, _text(item)


def _text(value: Any) -> str:
    match value:
        case str():
            return _clean(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case bytes():
            return value.decode("utf-8", "replace")
        case msgpack.Timestamp():
            return str(value.to_datetime().isoformat())
        case msgpack.ExtType():
            return bytes(value.data).hex()
        case _:
            return _json(value)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, default=_text, option=orjson.OPT_NON_STR_KEYS).decode()
    except (orjson.JSONEncodeError, ValueError, OverflowError):
        return _clean(repr(value))


def _clean(text: str) -> str:
    """The text with halves of surrogate pairs (a cut-off emoji of JavaScript) replaced: they have no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
