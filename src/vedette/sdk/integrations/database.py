"""One call to a database: a span of the request or job in hand, and its duration. Calls outside of any trace (a pool's
pings, a worker that polls its queue) are no spans: they would be traces of one.

https://opentelemetry.io/docs/specs/semconv/database/database-spans/
"""

import sys
from functools import lru_cache
from time import perf_counter_ns
from typing import Any

from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_current
from opentelemetry.metrics import Histogram, Meter
from opentelemetry.trace import Span, SpanKind, get_current_span, set_span_in_context

from vedette import semconv
from vedette.sdk.client import Client
from vedette.sdk.guard import failed
from vedette.sdk.integrations import running
from vedette.sdk.recording import start_span
from vedette.sdk.traces import fail, is_failure, type_name

# https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientoperationduration
DURATION_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
# OpenTelemetry's instrumentations: where the application has set one up, it makes the spans.
_THEIRS = {
    "sqlalchemy": ("opentelemetry.instrumentation.sqlalchemy", "SQLAlchemyInstrumentor"),
    "redis": ("opentelemetry.instrumentation.redis", "RedisInstrumentor"),
}


class Call:
    """A call on its way, from `begin` to `end`."""

    __slots__ = ("_client", "_labels", "_span", "_started_ns")

    def __init__(self, client: Client, system: str, operation: str, attributes: dict[str, Any]) -> None:
        self._client = client
        self._labels = _labels(system, operation)
        self._span: Span = start_span(client, operation, None, SpanKind.CLIENT, {**self._labels, **attributes})
        self._started_ns = perf_counter_ns()

    def end(self, error: BaseException | None = None) -> None:
        """It is answered, or `error` came instead. Never raises."""
        took_ns = perf_counter_ns() - self._started_ns
        try:
            span, labels = self._span, self._labels
            if error is not None and is_failure(error):
                fail(span, error)
                labels = {**labels, semconv.ERROR_TYPE: type_name(error)}
            _duration(self._client.meter).record(took_ns / 1e9, labels, set_span_in_context(span))
            span.end()
        except Exception as failure:
            failed("database", failure)


def begin(library: str, system: str, operation: str, attributes: dict[str, Any]) -> Call | None:
    """A call goes out: `end` what this gives. None where it is to be left alone. Never raises. `attributes` with the
    value None are left out; secrets are taken out of the others."""
    client = running(library)
    if client is None or not get_current_span().get_span_context().is_valid:
        return None
    try:
        if get_current().get(_SUPPRESS_INSTRUMENTATION_KEY) or _instrumented(library):
            return None
        known = {name: value for name, value in attributes.items() if value is not None}
        return Call(client, system, operation, known)
    except Exception as failure:
        failed("database", failure)
        return None


def _instrumented(library: str) -> bool:
    module, name = _THEIRS[library]
    theirs = getattr(sys.modules.get(module), name, None)
    return bool(theirs is not None and theirs().is_instrumented_by_opentelemetry)


@lru_cache(maxsize=1024)
def _labels(system: str, operation: str) -> dict[str, Any]:
    return {semconv.DB_SYSTEM_NAME: system, semconv.DB_OPERATION_NAME: operation}


@lru_cache(maxsize=8)
def _duration(meter: Meter) -> Histogram:
    return meter.create_histogram(
        semconv.DB_CLIENT_OPERATION_DURATION, "s", "Duration of database client operations.",
        explicit_bucket_boundaries_advisory=DURATION_SECONDS,
    )  # fmt: skip
