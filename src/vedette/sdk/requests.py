"""One request to this service: its span, its duration, its log line, its ids and its error, in one place.

Integrations of web frameworks are thin: `begin` where a request comes in, `Request.end` where its response is done.

    request = begin("GET", "/plans/7", headers.get)
    ...                                    # response header: X-Request-ID: request.request_id
    request.end(200, route="/plans/{id}")
"""

import logging
from contextvars import Token
from functools import lru_cache
from time import perf_counter_ns
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.trace import (
    Span,
    SpanKind,
    Status,
    StatusCode,
    get_current_span,
    set_span_in_context,
)

from vedette import semconv
from vedette.sdk import context, errors, propagation
from vedette.sdk.client import Client, get_client
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.guard import failed
from vedette.sdk.logs.record import describe, write
from vedette.sdk.recording import start_span, tell
from vedette.sdk.sampling import Tail, finish, new_tail, sampled_out
from vedette.sdk.traces import attach, detach, fail, is_failure

LOGGER = "vedette.requests"  # of the line that each request writes
_ERROR = Status(StatusCode.ERROR)
# https://opentelemetry.io/docs/specs/semconv/http/http-spans/: others are `_OTHER`
METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY"))


class Request:
    """A request in hand, between `begin` and `end`. What it learns (`route`, a user) may come at any time."""

    __slots__ = ("client", "method", "path", "route", "scope", "span", "started_ns", "tail", "tokens")

    client: Client
    span: Span
    scope: context.Scope
    method: str
    path: str
    route: str
    tail: Tail | None
    started_ns: int
    tokens: tuple[Token[context.Scope | None], Token[Context]] | None

    @property
    def request_id(self) -> str:
        """To be sent back as `X-Request-ID`."""
        return self.scope.request_id

    def end(self, status: int, error: BaseException | None = None, *, route: str = "") -> None:
        """The response is done, or `error` left the application. Ends the span, writes the log line, counts the
        duration and reports the error. Once; later calls do nothing. Never raises."""
        tokens, self.tokens = self.tokens, None
        if tokens is None:
            return
        try:
            _end(self, status, error, route)
        except Exception as failure:
            failed("requests", failure)
        finally:
            detach(tokens[1])
            context.leave(tokens[0])


def begin(
    method: str,
    path: str,
    get_header: propagation.Get,
    *,
    scheme: str = "",
    host: str = "",
    client_address: str = "",
    user_agent: str = "",
) -> Request | None:
    """A request came in: read who calls and in which trace, and start its span. `get_header` finds a header by its
    name in lower case; only `propagation.HEADERS` are asked for. None when the SDK does not run."""
    client = get_client()
    if client is None:
        return None
    try:
        return _begin(client, method, path, get_header, (scheme, host, client_address, user_agent))
    except Exception as failure:
        failed("requests", failure)
        return None


def _begin(
    client: Client, method: str, path: str, get_header: propagation.Get, about: tuple[str, str, str, str]
) -> Request:
    outer, scope = propagation.extract(get_header)
    caller = get_current_span(outer).get_span_context()
    if not caller.is_valid:
        here = get_current_span().get_span_context()  # inside of someone else's span, say of an instrumentation
        if here.is_valid:
            outer, caller = get_current(), here
    tail = scope.tail = new_tail(client.settings, caller, path)
    request = Request()
    request.client, request.method, request.path, request.route = client, method, client.scrubber.text(path), ""
    request.scope, request.tail = scope, tail
    entered = context.enter(scope)
    try:
        span = request.span = start_span(client, method, outer, SpanKind.SERVER, {})
        tell(span, _about(client, method, request.path, about))
        attached = attach(set_span_in_context(span, outer))
    except BaseException:
        context.leave(entered)
        raise
    request.tokens = (entered, attached)
    request.started_ns = perf_counter_ns()
    return request


def _about(client: Client, method: str, path: str, about: tuple[str, str, str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {semconv.URL_PATH: path}
    if method not in METHODS:
        found[semconv.HTTP_REQUEST_METHOD_ORIGINAL] = client.scrubber.text(method)
    scheme, host, client_address, user_agent = about
    if scheme:
        found[semconv.URL_SCHEME] = scheme
    if host:
        found[semconv.SERVER_ADDRESS] = host
    if client_address:
        found[semconv.CLIENT_ADDRESS] = client_address
    if user_agent:
        found[semconv.USER_AGENT_ORIGINAL] = client.scrubber.text(user_agent)
    return found


def _end(request: Request, status: int, error: BaseException | None, route: str) -> None:
    took_ns = perf_counter_ns() - request.started_ns
    client, span, scope = request.client, request.span, request.scope
    route = route or request.route or scope.route
    if error is not None and not is_failure(error):
        error = None
    if error is not None:
        status = status or 500
        fail(span, error)
        errors.report(error, handled=False, mechanism="http")
    erred = status >= 500
    method = request.method if request.method in METHODS else "_OTHER"
    measured = _labels(method, route, status)
    client.request_duration.record(took_ns / 1e9, measured)
    if span.is_recording():
        if route:
            span.update_name(f"{method} {route}")
        tell(span, measured if client.own_spans else {**measured, **context.attributes(scope)})
        if erred and error is None:
            span.set_status(_ERROR)
        span.end()
    quiet = False
    if request.tail is not None:
        finish(request.tail, client.settings, span, erred=erred, duration_ms=took_ns / 1e6, route=route or request.path)
        quiet = not request.tail.sent and client.settings.routes.get(route or request.path) == 0
    _log(request, error, route, status, took_ns, quiet)


def _log(request: Request, error: BaseException | None, route: str, status: int, took_ns: int, quiet: bool) -> None:
    levels = request.client.levels
    level = logging.ERROR if status >= 500 else logging.INFO
    if level < levels.least(LOGGER):
        return
    if not levels.sampled(level, request.span.get_span_context().trace_id):
        sampled_out(Signal.LOGS)
        return
    attributes: dict[str, Any] = {
        semconv.HTTP_REQUEST_METHOD: request.method,
        semconv.URL_PATH: request.path,
        semconv.HTTP_RESPONSE_STATUS_CODE: status,
        "duration_ms": round(took_ns / 1e6, 3),
    }
    if route:
        attributes[semconv.HTTP_ROUTE] = route
    message = f"{request.method} {route or request.path} {status}"
    if error is not None:
        describe(error, level, attributes)
    write(request.client, level, LOGGER, message, {**context.attributes(request.scope), **attributes}, error, quiet)


@lru_cache(maxsize=4096)
def _labels(method: str, route: str, status: int) -> dict[str, Any]:
    """Attributes of the metric and the span, made once a route and status. Paths are no labels: there is no end of
    them."""
    found: dict[str, Any] = {semconv.HTTP_REQUEST_METHOD: method}
    if status:
        found[semconv.HTTP_RESPONSE_STATUS_CODE] = status
    if route:
        found[semconv.HTTP_ROUTE] = route
    if status >= 500:
        found[semconv.ERROR_TYPE] = str(status)
    return found
