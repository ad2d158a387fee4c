"""One HTTP request that this service makes: its span, its duration, and what it tells the other side.

Every host gets `traceparent`. User, session and groups go in `baggage` to hosts of our own only (setting
`propagate_to`): where a redirect leads elsewhere, or headers are sent on as they came, they are taken out. Hence these
hooks rather than OpenTelemetry's instrumentations, which do not tell a propagator where a request goes. Where the
application has set one of those up, it makes the span, and we have it carry the ids.
"""

import sys
from collections.abc import MutableMapping
from contextvars import Token
from functools import lru_cache
from time import perf_counter_ns
from typing import Any

from opentelemetry import baggage
from opentelemetry.context import (
    _SUPPRESS_HTTP_INSTRUMENTATION_KEY,
    _SUPPRESS_INSTRUMENTATION_KEY,
    Context,
    get_current,
)
from opentelemetry.metrics import Histogram, Meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context

from vedette import semconv
from vedette.sdk import propagation
from vedette.sdk.client import Client
from vedette.sdk.context import current
from vedette.sdk.guard import failed
from vedette.sdk.metrics import DURATION_SECONDS
from vedette.sdk.recording import start_span, tell
from vedette.sdk.requests import METHODS
from vedette.sdk.traces import attach, detach, fail, is_failure

Headers = MutableMapping[str, str]
_ERROR = Status(StatusCode.ERROR)
_IDS = frozenset((semconv.USER_ID, semconv.SESSION_ID, semconv.ORGANIZATION_ID))
# OpenTelemetry's instrumentations: library → (module, class)
_THEIRS = {
    "httpx": ("opentelemetry.instrumentation.httpx", "HTTPXClientInstrumentor"),
    "requests": ("opentelemetry.instrumentation.requests", "RequestsInstrumentor"),
}


class Outgoing:
    """A request on its way, from `send` to `end`."""

    __slots__ = ("_attached", "_client", "_host", "_method", "_span", "_started_ns")

    def __init__(self, client: Client, method: str, url: tuple[str, str, int | None, str], headers: Headers) -> None:
        """`url` is scheme, host, port where it is said, and path."""
        scheme, host, port, path = url
        self._client, self._host = client, host
        self._method = method if method in METHODS else "_OTHER"
        place = f"{host}:{port}" if port else host
        self._span: Span = start_span(client, self._method, None, SpanKind.CLIENT, {})
        about: dict[str, Any] = {
            semconv.HTTP_REQUEST_METHOD: self._method,
            semconv.SERVER_ADDRESS: host,
            semconv.URL_FULL: client.scrubber.text(f"{scheme}://{place}{path}"),  # what is asked may be a secret
        }
        if port:
            about[semconv.SERVER_PORT] = port
        tell(self._span, about)
        self._attached: Token[Context] = attach(set_span_in_context(self._span))
        self._started_ns = perf_counter_ns()
        try:
            carry(headers, place)
        except Exception as failure:
            failed("outgoing", failure)

    def end(self, status: int, error: BaseException | None = None) -> None:
        """There is an answer, or `error` instead of one. Never raises."""
        took_ns = perf_counter_ns() - self._started_ns
        detach(self._attached)
        try:
            span, labels = self._span, _labels(self._method, self._host, status)
            if error is not None and is_failure(error):
                fail(span, error)
                labels = {**labels, semconv.ERROR_TYPE: type(error).__qualname__}
            elif status >= 400:
                span.set_status(_ERROR)
            _duration(self._client.meter).record(took_ns / 1e9, labels, set_span_in_context(span))
            tell(span, labels if error is None else {})
            span.end()
        except Exception as failure:
            failed("outgoing", failure)


class Carried:
    """A request whose span OpenTelemetry's instrumentation makes: the ids go along as its baggage."""

    __slots__ = ("_attached",)

    def __init__(self, host: str, headers: Headers) -> None:
        carry(headers, host)
        within = get_current()
        if propagation.is_own_host(host):
            for name, value in propagation.identity(current()).items():
                within = baggage.set_baggage(name, value, within)
        self._attached = attach(within)

    def end(self, status: int, error: BaseException | None = None) -> None:
        """As `Outgoing.end`."""
        detach(self._attached)


def send(
    client: Client, library: str, method: str, url: tuple[str, str, int | None, str], headers: Headers
) -> Outgoing | Carried | None:
    """A request goes out: `end` what this gives. None where it is to be left alone. Never raises."""
    try:
        here = get_current()
        if here.get(_SUPPRESS_INSTRUMENTATION_KEY) or here.get(_SUPPRESS_HTTP_INSTRUMENTATION_KEY):
            return None  # what an exporter sends
        if _instrumented(library):
            return Carried(url[1], headers)
        return Outgoing(client, method.upper(), url, headers)
    except Exception as failure:
        failed("outgoing", failure)
        return None


def carry(headers: Headers, host: str) -> None:
    """Write the current span, and for a host of our own the ids, into headers. Baggage that is there stays, but for
    ids: whether those may go to this host is not for the last one to say."""
    given = headers.get(propagation.BAGGAGE)
    if given is None:
        propagation.inject(headers, host)
        return
    del headers[propagation.BAGGAGE]
    propagation.inject(headers, host)
    kept = {name: value for name, value in propagation.parse_baggage(given).items() if not _is_id(name)}
    if kept:
        ours = propagation.parse_baggage(headers.get(propagation.BAGGAGE, ""))
        headers[propagation.BAGGAGE] = propagation.format_baggage({**kept, **ours})


def _is_id(name: str) -> bool:
    return name in _IDS or name.startswith(semconv.GROUP_PREFIX)


def _instrumented(library: str) -> bool:
    module, name = _THEIRS[library]
    theirs = getattr(sys.modules.get(module), name, None)
    return bool(theirs is not None and theirs().is_instrumented_by_opentelemetry)


@lru_cache(maxsize=4096)
def _labels(method: str, host: str, status: int) -> dict[str, Any]:
    found: dict[str, Any] = {semconv.HTTP_REQUEST_METHOD: method, semconv.SERVER_ADDRESS: host}
    if status:
        found[semconv.HTTP_RESPONSE_STATUS_CODE] = status
    if status >= 400:
        found[semconv.ERROR_TYPE] = str(status)
    return found


@lru_cache(maxsize=8)
def _duration(meter: Meter) -> Histogram:
    return meter.create_histogram(
        semconv.HTTP_CLIENT_REQUEST_DURATION, "s", "Duration of HTTP client requests.",
        explicit_bucket_boundaries_advisory=DURATION_SECONDS,
    )  # fmt: skip
