"""One log record: the scope in it, secrets out of it, sampled, printed, and handed to the delivery."""

import logging
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
from vedette.sdk.traces import type_name
from vedette.sdk.values import make_plain, plain

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
    if error is not None:
        describe(error, level, attributes)
    if not client.levels.sampled(level, get_current_span().get_span_context().trace_id):
        sampled_out(Signal.LOGS)
        return
    make_plain(attributes)
    message = client.scrubber.record(message, attributes)
    attributes = {**context.attributes(context.current()), **attributes}
    write(client, level, logger, message, attributes, error, quiet, when_ns)


def write(
    client: "Client",
    level: int,
    logger: str,
    message: str,
    attributes: dict[str, Any],
    error: BaseException | None = None,
    quiet: bool = False,
    when_ns: int = 0,
) -> None:
    """Print and send a record that is complete: plain, without secrets, with the scope in it."""
    when_ns = when_ns or time_ns()
    severity = SEVERITIES.get(level) or _severity(level)
    record = LogRecord(
        timestamp=when_ns,
        observed_timestamp=when_ns,
        severity_number=severity[0],
        severity_text=severity[1],
        body=message,
        attributes=attributes,
    )
    if client.write_line is not None and not quiet:
        ids = (record.trace_id or 0, record.span_id or 0)
        client.write_line(when_ns, level, logger, message, attributes, ids, error)
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


def describe(error: BaseException, level: int, attributes: dict[str, Any]) -> None:
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
