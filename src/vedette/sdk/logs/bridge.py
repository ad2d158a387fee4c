"""The standard library's loggers, and OpenTelemetry's, on the same way out."""

import logging
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LogRecordProcessor, ReadableLogRecord, ReadWriteLogRecord

from vedette import semconv
from vedette.sdk import context
from vedette.sdk.client import get_client
from vedette.sdk.guard import failed
from vedette.sdk.logs.record import emit, ship
from vedette.sdk.values import plain

if TYPE_CHECKING:
    from vedette.sdk.client import Client

# https://docs.python.org/3/library/logging.html#logrecord-attributes; the last three are added by others for printing.
OWN = frozenset((
    "args", "asctime", "created", "exc_info", "exc_text", "filename", "funcName", "levelname", "levelno", "lineno",
    "message", "module", "msecs", "msg", "name", "pathname", "process", "processName", "relativeCreated", "stack_info",
    "thread", "threadName", "taskName", "color_message", "_logger", "_name",
))  # fmt: skip
DELIVERY = "vedette-"  # our own threads: what is logged while delivering would be delivered, and so on


class Bridge(logging.Handler):
    """On the root logger: what any logger lets through is sent. It is printed only where nobody else prints it."""

    def createLock(self) -> None:
        """None is needed: records of several threads need not wait for each other."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Translate one record. Never raises, and never logs about itself."""
        try:
            client = get_client()
            if client is None or (record.threadName or "").startswith(DELIVERY):
                return
            if record.name == "vedette" or record.name.startswith("vedette."):
                self._print(client, record)
            elif record.levelno >= client.levels.least(record.name):
                self._send(client, record)
        except Exception as error:
            failed("logging bridge", error)

    def _send(self, client: "Client", record: logging.LogRecord) -> None:
        attributes: dict[str, Any] = {key: value for key, value in record.__dict__.items() if key not in OWN}
        message: Any = record.msg
        if isinstance(message, dict) and "event" in message:  # structlog's wrap_for_formatter
            told = {key: value for key, value in message.items() if key not in ("level", "timestamp", "logger")}
            attributes = {**told, **attributes}
            message = attributes.pop("event")
        elif record.args or not isinstance(message, str):
            message = record.getMessage()
        attributes[semconv.CODE_FILE_PATH] = record.pathname
        attributes[semconv.CODE_FUNCTION_NAME] = record.funcName
        attributes[semconv.CODE_LINE_NUMBER] = record.lineno
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        emit(
            client, record.levelno, record.name, str(message), attributes,
            error=error, when_ns=int(record.created * 1e9), quiet=self._printed_elsewhere(),
        )  # fmt: skip

    def _print(self, client: "Client", record: logging.LogRecord) -> None:
        if client.write_line is not None and not self._printed_elsewhere():
            error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
            when = int(record.created * 1e9)
            client.write_line(when, record.levelno, record.name, record.getMessage(), {}, (0, 0), error)

    def _printed_elsewhere(self) -> bool:
        return any(handler is not self for handler in logging.getLogger().handlers)


class OpenTelemetryLogs(LogRecordProcessor):
    """What is written with OpenTelemetry's logs API."""

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """One record, with the scope added to what it says itself."""
        try:
            client = get_client()
            if client is None:
                return
            record = log_record.log_record
            given = {key: plain(value) for key, value in (record.attributes or {}).items()}
            record.attributes = {**context.attributes(context.current()), **client.scrubber.attributes(given)}
            if isinstance(record.body, str):
                record.body = client.scrubber.text(record.body)
            number = record.severity_number.value if record.severity_number else 9
            level = min(max((number + 3) // 4, 1), 5) * 10 if number < 5 else ((number - 1) // 4) * 10
            ship(client, level, ReadableLogRecord(record, client.resource, log_record.instrumentation_scope))
        except Exception as error:
            failed("logs", error)

    def shutdown(self) -> None:
        """Nothing is held here."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is held here."""
        return True
