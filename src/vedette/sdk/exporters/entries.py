"""A log record, an error or a product event as one entry of a log: for backends that take nothing but logs.

Attributes keep OpenTelemetry's names, an error those of its conventions for exceptions.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vedette import semconv
from vedette.sdk.exporters.json_encoding import seconds_of

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.resources import Resource

SEVERITIES = {"trace": 1, "debug": 5, "info": 9, "warning": 13, "error": 17, "fatal": 21}
STACK_ATTRIBUTES = (semconv.EXCEPTION_TYPE, semconv.EXCEPTION_MESSAGE, semconv.EXCEPTION_STACKTRACE)
DIRECT = "The above exception was the direct cause of the following exception:"
DURING = "During handling of the above exception, another exception occurred:"


@dataclass(slots=True)
class Entry:
    """One line, with everything known of it. `level` is a key of `SEVERITIES`."""

    seconds: float
    level: str
    message: str
    resource: Mapping[str, Any]
    trace_id: str = ""  # 32 hex digits
    span_id: str = ""  # 16 hex digits
    logger: str = ""
    event_name: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


def entry_of_log(record: "ReadableLogRecord", *, errors_apart: bool) -> Entry:
    """A log record. Where errors go to the same target by a lane of their own, it leaves the exception to them."""
    log = record.log_record
    attributes = dict(log.attributes or {})
    if errors_apart and semconv.SENTRY_EVENT_ID in attributes:
        attributes = {name: value for name, value in attributes.items() if name not in STACK_ATTRIBUTES}
    number = getattr(log.severity_number, "value", None) or 9
    return Entry(
        seconds=(log.timestamp or log.observed_timestamp or time.time_ns()) / 1e9,
        level=next(name for name, least in reversed(SEVERITIES.items()) if number >= least),
        message=log.body if isinstance(log.body, str) else "" if log.body is None else str(log.body),
        resource=record.resource.attributes,
        trace_id=f"{log.trace_id:032x}" if log.trace_id else "",
        span_id=f"{log.span_id:016x}" if log.span_id else "",
        logger=record.instrumentation_scope.name if record.instrumentation_scope else "",
        event_name=log.event_name or "",
        attributes=attributes,
    )


def entry_of_error(event: Mapping[str, Any], service: "Resource") -> Entry:
    """An error, with its stack as Python prints it."""
    trace = _mapping(_mapping(event.get("contexts")).get("trace"))
    tags = _tags(event)
    user = _mapping(event.get("user"))
    thrown = exceptions_of(event)[-1:]
    kind = qualified_type(thrown[0]) if thrown else ""
    value = str(thrown[0].get("value") or "") if thrown else ""
    logentry = _mapping(event.get("logentry"))
    message = f"{kind}: {value}" if kind and value else kind or str(logentry.get("message") or event.get("message"))
    handled = _mapping(thrown[0].get("mechanism")).get("handled") if thrown else None
    attributes = {
        semconv.EXCEPTION_TYPE: kind,
        semconv.EXCEPTION_MESSAGE: value,
        semconv.EXCEPTION_STACKTRACE: stack_text(event),
        "exception.handled": handled,
        semconv.SENTRY_EVENT_ID: event.get("event_id"),
        semconv.USER_ID: user.get("id"),
        semconv.SESSION_ID: tags.pop("session_id", None),
        semconv.REQUEST_ID: tags.pop("request_id", None),
        semconv.ORGANIZATION_ID: tags.pop("organization", None),
        **tags,
    }
    return Entry(
        seconds=seconds_of(event.get("timestamp"), time.time()),
        level=level if (level := str(event.get("level") or "error")) in SEVERITIES else "error",
        message=message,
        resource=service.attributes,
        trace_id=str(trace.get("trace_id") or ""),
        span_id=str(trace.get("span_id") or ""),
        logger=str(event.get("logger") or ""),
        event_name="exception",
        attributes={name: value for name, value in attributes.items() if value not in (None, "")},
    )


def entry_of_event(event: Mapping[str, Any], service: "Resource") -> Entry:
    """A product event: its name is the message, its properties are the attributes."""
    properties = dict(_mapping(event.get("properties")))
    groups = _mapping(properties.pop(semconv.POSTHOG_GROUPS, None))
    names = {
        semconv.POSTHOG_SESSION_ID: semconv.SESSION_ID,
        semconv.POSTHOG_REQUEST_ID: semconv.REQUEST_ID,
        semconv.POSTHOG_SENTRY_EVENT_ID: semconv.SENTRY_EVENT_ID,
    }
    trace_id = str(properties.pop(semconv.POSTHOG_TRACE_ID, "") or "")
    span_id = str(properties.pop(semconv.POSTHOG_SPAN_ID, "") or "")
    name = str(event.get("event") or "")
    attributes = {
        **{names.get(key, key): value for key, value in properties.items() if value is not None},
        **{semconv.group_attribute(str(kind)): key for kind, key in groups.items()},
        semconv.USER_ID: event.get("distinct_id"),
        "event.id": event.get("uuid"),
    }
    return Entry(
        seconds=seconds_of(event.get("timestamp"), time.time()),
        level="info",
        message=name,
        resource=service.attributes,
        trace_id=trace_id,
        span_id=span_id,
        event_name=name,
        attributes=attributes,
    )


def exceptions_of(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The exceptions of an error: the first cause first, the one raised last."""
    values = event.get("exception") or ()
    values = values.get("values") if isinstance(values, Mapping) else values
    return [value for value in values or () if isinstance(value, Mapping)]


def qualified_type(exception: Mapping[str, Any]) -> str:
    """`package.module.Error`, and `ValueError` for what is built in."""
    name, module = str(exception.get("type") or "Error"), str(exception.get("module") or "")
    return name if module in ("", "builtins", "exceptions", "__main__") else f"{module}.{name}"


def stack_text(event: Mapping[str, Any]) -> str:
    """The stacks of an error as Python's own traceback prints them."""
    blocks = []
    exceptions = exceptions_of(event)
    for exception in exceptions:
        lines = []
        frames = _mapping(exception.get("stacktrace")).get("frames") or ()
        if frames:
            lines.append("Traceback (most recent call last):")
        for frame in frames:
            file = frame.get("abs_path") or frame.get("filename") or "<unknown>"
            lines.append(f'  File "{file}", line {frame.get("lineno") or 0}, in {frame.get("function") or "<unknown>"}')
            if source := str(frame.get("context_line") or "").strip():
                lines.append(f"    {source}")
        lines.append(f"{qualified_type(exception)}: {exception.get('value') or ''}".rstrip(": "))
        blocks.append("\n".join(lines))
        if exception is not exceptions[-1]:
            implied = _mapping(exception.get("mechanism")).get("source") == "__context__"
            blocks.append(DURING if implied else DIRECT)
    return "\n\n".join(blocks)


def _tags(event: Mapping[str, Any]) -> dict[str, Any]:
    tags = event.get("tags") or {}
    return {str(key): value for key, value in (tags.items() if isinstance(tags, Mapping) else tags)}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
