"""One log record: the scope in it, secrets out of it, sampled, printed, and handed to the delivery."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from time import time_ns
from traceback import format_exception
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import get_current_span

from vedette import semconv
from vedette.sdk import context, errors
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.sampling import sampled_out
from vedette.sdk.traces import scope_attributes, type_name

if TYPE_CHECKING:
    from vedette.sdk.client import Client

# https://opentelemetry.io/docs/specs/otel/logs/data-model/#mapping-of-severitynumber
SEVERITIES = {
    logging.DEBUG: (SeverityNumber.DEBUG, "DEBUG"),
    logging.INFO: (SeverityNumber.INFO, "INFO"),
    logging.WARNING: (SeverityNumber.WARN, "WARN"),
    logging.ERROR: (SeverityNumber.ERROR, "ERROR"),
    logging.CRITICAL: (SeverityNumber.FATAL, "FATAL"),
}
_PLAIN = frozenset((str, int, float, bool, type(None)))
DEEPEST = 8


def emit(
    client: "Client",
    level: int,
    logger: str,
    message: str,
    attributes: dict[str, Any],
    *,
    error: BaseException | None = None,
    when_ns: int = 0,
    quiet: bool = False,
) -> None:
    """Write one record. `attributes` becomes the record's own. An `error` is reported as one, unless it has been, and
    the record carries its id. `quiet` leaves out the console."""
    span = get_current_span().get_span_context()
    if not client.levels.sampled(level, span.trace_id):
        sampled_out(Signal.LOGS)
        return
    scope = context.current()
    if error is not None:
        _describe(error, level, attributes)
    for key, value in attributes.items():
        if type(value) not in _PLAIN:
            attributes[key] = plain(value)
    client.scrubber.attributes(attributes)
    attributes = {**scope_attributes(scope), **attributes}
    message = client.scrubber.text(message)
    when_ns = when_ns or time_ns()
    severity = SEVERITIES.get(level) or _severity(level)
    record = LogRecord(
        timestamp=when_ns, observed_timestamp=when_ns, severity_number=severity[0], severity_text=severity[1],
        body=message, attributes=attributes,
    )  # fmt: skip
    if client.write_line is not None and not quiet:
        client.write_line(when_ns, level, logger, message, attributes, (span.trace_id, span.span_id), error)
    ship(client, level, ReadableLogRecord(record, client.resource, _named(logger)))


def ship(client: "Client", level: int, record: ReadableLogRecord) -> None:
    """Hand a finished record to the delivery, or to the tail of its request."""
    tail = context.current().tail
    if tail is not None and level >= logging.ERROR:
        tail.erred = True
    if level < logging.WARNING:
        if tail is not None:
            tail.hold(Signal.LOGS, record)
            return
        inner = record.log_record
        if inner.trace_id and not (inner.trace_flags or 0) & 1:
            sampled_out(Signal.LOGS)
            return
    client.put(Signal.LOGS, record)


def plain(value: Any, depth: int = 0) -> Any:
    """A value as OTLP and JSON have it: text, numbers, lists and maps of them; anything else as text."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if depth < DEEPEST:
        if isinstance(value, Mapping):
            return {str(key): plain(entry, depth + 1) for key, entry in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [plain(entry, depth + 1) for entry in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    try:
        return str(value)
    except Exception:  # an object's own __str__ may do anything
        return f"<{kind.__name__}>"


def _describe(error: BaseException, level: int, attributes: dict[str, Any]) -> None:
    """Report the error and name it in the record. Exporters leave the stack out where they send the error itself."""
    event_id = errors.from_log(error, level)
    attributes[semconv.EXCEPTION_TYPE] = type_name(error)
    attributes[semconv.EXCEPTION_MESSAGE] = plain(error)
    attributes[semconv.EXCEPTION_STACKTRACE] = "".join(format_exception(error))
    if event_id:
        attributes[semconv.SENTRY_EVENT_ID] = event_id


def _severity(level: int) -> tuple[SeverityNumber, str]:
    """Levels between the standard ones belong to the one below."""
    nearest = max((known for known in SEVERITIES if known <= level), default=logging.DEBUG)
    return SEVERITIES[nearest][0], logging.getLevelName(level)


@lru_cache(maxsize=4096)
def _named(logger: str) -> InstrumentationScope:
    return InstrumentationScope(logger)
