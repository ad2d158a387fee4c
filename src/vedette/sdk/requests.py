"""One request to this service: its span, its duration, its log line, its ids and its error, in one place.

Integrations of web frameworks are thin: `begin` where a request comes in, `Request.end` where its response is done.

    request = begin("GET", "/plans/7", headers.get)
    ...                                    # response header: X-Request-ID: request.request_id
    request.end(200, route="/plans/{id}")

What a framework knows in between (the route, an exception that its handlers turn into a response), it tells the
`current_request()`.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
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

    __slots__ = (
        "about", "claimed", "client", "connection", "error", "find_route", "method", "path", "route", "scope", "span",
        "started_ns", "tail", "tokens", "within",
    )  # fmt: skip

    client: Client
    span: Span
    scope: context.Scope
    method: str
    path: str
    route: str
    about: tuple[str, str, str, str]  # scheme, host, the client's address, user agent
    find_route: Callable[[], str] | None  # asks the framework, which tells nobody when it finds the route
    tail: Tail | None
    started_ns: int
    claimed: str  # the user that the caller named, where it is believed: until the application says who it is
    error: BaseException | None  # what the framework made a response of; an error where that is a 5xx
    connection: bool  # a websocket: how long it is open is not how long anyone waited
    within: Context | None  # what its last records are made in; None when they are
    tokens: tuple[Token[context.Scope | None], Token[Context], "Token[Request | None]"] | None

    @property
    def request_id(self) -> str:
        """To be sent back as `X-Request-ID`."""
        return self.scope.request_id

    @property
    def user_known(self) -> bool:
        """Whether the application has said who the user is."""
        return self.scope.user_id != self.claimed

    def known_route(self) -> str:
        """The route's template, as far as it is known by now."""
        if not self.route and self.find_route is not None:
            self.route = self.find_route()
        return self.route or self.scope.route

    def told(self) -> dict[str, Any]:
        """What an error says of its request, as Sentry's protocol has it. Headers by allow-list, no query, no body:
        https://develop.sentry.dev/sdk/foundations/transport/event-payloads/request/"""
        scheme, host, _, user_agent = self.about
        url = f"{scheme}://{host}{self.path}" if scheme and host else self.path
        headers = {"User-Agent": _clean(self.client, user_agent)} if user_agent else {}
        return {"method": self.method, "url": url, **({"headers": headers} if headers else {})}

    def respond(self, status: int) -> None:
        """The response begins. An exception that the framework made a 5xx of is reported now: frameworks take its
        stack away when they are done with it. Never raises."""
        if self.error is not None and status >= 500:
            errors.report(self.error, handled=False, mechanism="http")

    def crash(self, error: BaseException) -> None:
        """The framework is about to make a 500 of an exception, and to log it: report it before that. Never raises."""
        self.error = error
        self.respond(500)

    def finish(self, status: int, error: BaseException | None = None, *, route: str = "") -> None:
        """The response is done, or `error` left the application. Ends the span, writes the log line, counts the
        duration and reports the error. Once; of a later call only the error is news. What goes on in the context of
        the request (background tasks) still has it, until `end`. Never raises."""
        within, self.within = self.within, None
        if within is None and error is None:
            return
        entered, attached = context.enter(self.scope), attach(within) if within is not None else None
        try:
            if within is not None:
                _finish(self, status, error, route)
            elif error is not None:
                errors.report(error, handled=False, mechanism="http")
        except Exception as failure:
            failed("requests", failure)
        finally:
            self.error = self.find_route = None  # what they hold may hold the request
            if attached is not None:
                detach(attached)
            context.leave(entered)

    def end(self, status: int, error: BaseException | None = None, *, route: str = "") -> None:
        """`finish`, unless that was; then leave the context of the request. Where `begin` was called. Never raises."""
        self.finish(status, error, route=route)
        self.leave()

    def leave(self) -> None:
        """Leave the context of the request, which is not finished yet. Where `begin` was called."""
        tokens, self.tokens = self.tokens, None
        if tokens is not None:
            detach(tokens[1])
            context.leave(tokens[0])
            with suppress(ValueError):  # another context than `begin`'s
                _current.reset(tokens[2])


_current: ContextVar[Request | None] = ContextVar("vedette_request", default=None)


def current_request() -> Request | None:
    """The request in hand, however deep in it: in a task or thread that it started, too."""
    return _current.get()


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
    request.client, request.method, request.path, request.route = client, method, _clean(client, path), ""
    request.scope, request.tail, request.error, request.connection = scope, tail, None, False
    request.find_route, request.about = None, about
    request.claimed = scope.user_id
    entered = context.enter(scope)
    try:
        span = request.span = start_span(client, method, outer, SpanKind.SERVER, {})
        tell(span, _about(client, method, request.path, about))
        request.within = set_span_in_context(span, outer)
        attached = attach(request.within)
    except BaseException:
        context.leave(entered)
        raise
    request.tokens = (entered, attached, _current.set(request))
    request.started_ns = perf_counter_ns()
    return request


def _about(client: Client, method: str, path: str, about: tuple[str, str, str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {semconv.URL_PATH: path}
    if method not in METHODS:
        found[semconv.HTTP_REQUEST_METHOD_ORIGINAL] = _clean(client, method)
    scheme, host, client_address, user_agent = about
    if scheme:
        found[semconv.URL_SCHEME] = scheme
    if host:
        found[semconv.SERVER_ADDRESS] = _name_of(host)
    if client_address:
        found[semconv.CLIENT_ADDRESS] = client_address
    if user_agent:
        found[semconv.USER_AGENT_ORIGINAL] = _clean(client, user_agent)
    return found


_cleaned: dict[str, str] = {}
_MOST_CLEANED = 2000
_LONGEST_CLEANED = 200


def _clean(client: Client, text: str) -> str:
    """A text without secrets. Paths and user agents come again: looking one up takes a tenth of looking into it."""
    clean = _cleaned.get(text)
    if clean is None:
        clean = client.scrubber.text(text)
        if len(text) <= _LONGEST_CLEANED:
            if len(_cleaned) >= _MOST_CLEANED:
                _cleaned.clear()
            _cleaned[text] = clean
    return clean


def _name_of(host: str) -> str:
    """A `Host` header without its port."""
    end = host.rfind(":")
    return host[:end] if end > host.rfind("]") else host


def _finish(request: Request, status: int, error: BaseException | None, route: str) -> None:
    took_ns = perf_counter_ns() - request.started_ns
    client, span, scope = request.client, request.span, request.scope
    route = route or request.known_route()
    if error is not None and not is_failure(error):
        error = None
    if error is None and status >= 500:
        error = request.error
    if error is not None:
        status = status or 500
        fail(span, error)
        errors.report(error, handled=False, mechanism="http")
    erred = status >= 500 or error is not None  # a response may break off after its 200
    method = request.method if request.method in METHODS else "_OTHER"
    measured = _labels(method, route, status)
    if not request.connection:
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
        waited_ms = 0 if request.connection else took_ns / 1e6
        finish(request.tail, client.settings, span, erred=erred, duration_ms=waited_ms, route=route or request.path)
        quiet = not request.tail.sent and client.settings.routes.get(route or request.path) == 0
    _log(request, error, route, status, took_ns, quiet)


def _log(request: Request, error: BaseException | None, route: str, status: int, took_ns: int, quiet: bool) -> None:
    levels = request.client.levels
    level = logging.ERROR if status >= 500 or error is not None else logging.INFO
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
