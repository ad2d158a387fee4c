"""Spans: `span()` for the application, and the processor that hands every finished span to the delivery."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from contextvars import Token
from copy import copy
from dataclasses import replace
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import TracebackType
from typing import Any, TypeVar, cast

from opentelemetry import trace
from opentelemetry.context import _RUNTIME_CONTEXT, Context, get_current
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace import Span as SDKSpan
from opentelemetry.trace import Span, SpanContext, SpanKind, Status, StatusCode, set_span_in_context

from vedette import semconv
from vedette.sdk import context
from vedette.sdk.client import get_client
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.guard import failed
from vedette.sdk.recording import Clean, RecordedSpan, start_span
from vedette.sdk.sampling import Tail, finish, new_tail

F = TypeVar("F")
# Kept with exceptions: the event that one was reported as, and the span it came through first.
REPORTED = "__vedette_event_id__"
SPAN = "__vedette_span__"
_ERROR = Status(StatusCode.ERROR)


def attach(parent: Context) -> Token[Context]:
    """Make a context the current one. Give the token to `detach`."""
    return _RUNTIME_CONTEXT.attach(parent)


def detach(token: Token[Context]) -> None:
    """Back to the context before. OpenTelemetry's own `detach` logs an error where the block ended in another context
    than it began in (a generator closed elsewhere); there is nothing to go back to then."""
    with suppress(ValueError):
        _RUNTIME_CONTEXT.detach(token)


class span:
    """A span around a block or a function; `with` yields OpenTelemetry's span.

    An exception that leaves the block sets the status and `exception.type` and `exception.message`. It is reported
    where it ends up, once, with the trace of the innermost span it came through.
    """

    __slots__ = ("_attributes", "_entered", "_name", "_scope", "_span", "_tail", "_token", "kind")

    def __init__(self, name: str, /, *, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any) -> None:
        self._name = name
        self._attributes = attributes
        self.kind = kind
        self._span: Span = trace.INVALID_SPAN
        self._token: Token[Context] | None = None
        self._scope: Token[context.Scope | None] | None = None
        self._tail: Tail | None = None
        self._entered = False

    def __enter__(self) -> Span:
        try:
            self._start()
        except Exception as error:
            failed("span", error)
        return self._span

    def _start(self) -> None:
        client = get_client()
        if client is None:
            return
        scope = context.current()
        if scope.tail is None and not trace.get_current_span().get_span_context().is_valid:
            self._tail = new_tail(client.settings, trace.INVALID_SPAN_CONTEXT)
            if self._tail is not None:
                self._scope = context.enter(replace(scope, tail=self._tail))
        self._span = start_span(client, self._name, None, self.kind, dict(self._attributes))
        self._token = attach(set_span_in_context(self._span))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._end(error)
        except Exception as failure:
            failed("span", failure)

    def _end(self, error: BaseException | None) -> None:
        if self._token is None:
            return
        if error is not None and is_failure(error):
            fail(self._span, error)
        self._span.end()
        detach(self._token)
        client = get_client()
        if self._tail is not None and client is not None:
            finish(self._tail, client.settings, self._span, erred=error is not None and is_failure(error),
                   duration_ms=duration_ms(self._span))  # fmt: skip
        if self._scope is not None:
            context.leave(self._scope)

    def __call__(self, function: F) -> F:
        """The function with a span around each call; of a coroutine function, around the awaiting."""
        call = cast(Any, function)
        again = self._again
        if isgeneratorfunction(call) or isasyncgenfunction(call):
            raise TypeError("@span() is for functions and coroutine functions; in a generator use `with span():`")
        if iscoroutinefunction(call):

            @wraps(call)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                with again():
                    return await call(*args, **kwargs)

            return cast(F, awaited)

        @wraps(call)
        def called(*args: Any, **kwargs: Any) -> Any:
            with again():
                return call(*args, **kwargs)

        return cast(F, called)

    def _again(self) -> "span":
        return span(self._name, kind=self.kind, **self._attributes)


def is_failure(error: BaseException) -> bool:
    """Whether an exception says that something went wrong: a cancelled task, an exit, a closed generator do not."""
    return isinstance(error, Exception) or not isinstance(
        error, (GeneratorExit, KeyboardInterrupt, SystemExit, _cancelled())
    )


def _cancelled() -> type[BaseException]:
    asyncio = sys.modules.get("asyncio")
    return asyncio.CancelledError if asyncio else GeneratorExit


def fail(failing: Span, error: BaseException) -> None:
    """Mark a span as failed by this exception, and the exception as having come through this span first."""
    name = type_name(error)
    failing.set_status(Status(StatusCode.ERROR, f"{name}: {error}"[:500]))
    failing.set_attribute(semconv.ERROR_TYPE, name)
    failing.set_attribute(semconv.EXCEPTION_TYPE, name)
    failing.set_attribute(semconv.EXCEPTION_MESSAGE, str(error))
    at = failing.get_span_context()
    renew(error, at)
    if at.is_valid and not hasattr(error, SPAN):
        mark(error, SPAN, at)


def renew(error: BaseException, here: SpanContext) -> None:
    """An instance that is raised again in another trace (some libraries keep theirs) is another error there."""
    seen = getattr(error, SPAN, None)
    if seen is not None and here.is_valid and seen.trace_id != here.trace_id:
        for name in (SPAN, REPORTED):
            with suppress(AttributeError):
                delattr(error, name)


def mark(error: BaseException, name: str, value: Any) -> None:
    """Keep something with an exception. Some classes do not let one; then the last to see it is who tells of it."""
    with suppress(AttributeError, TypeError):
        setattr(error, name, value)


def type_name(error: BaseException) -> str:
    """The exception's class as OpenTelemetry names it: with its module, unless built in."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ in ("builtins", None) else f"{kind.__module__}.{kind.__qualname__}"


def duration_ms(ended: Any) -> float:
    """How long a finished span took; 0 where it was not recorded."""
    start, end = getattr(ended, "start_time", None), getattr(ended, "end_time", None)
    return (end - start) / 1e6 if start and end else 0.0


class Spans(SpanProcessor):
    """Puts the scope on spans as they start, and hands them to the delivery, or the request's tail, as they end.

    In a provider that is not ours, other processors get the same span: there we change a copy.
    """

    def __init__(self, *, shared: bool = False) -> None:
        self._shared = shared

    def on_start(self, span: SDKSpan, parent_context: Context | None = None) -> None:
        """Copy the ids known so far. Spans of ours do so at their end, when more may be known."""
        if not isinstance(span, RecordedSpan):
            attributes = context.attributes(context.current())
            if attributes:
                span.set_attributes(attributes)

    def on_end(self, span: ReadableSpan) -> None:
        """A span is finished."""
        client = get_client()
        if client is None:
            return
        try:
            if self._shared:
                span = copy(span)
                span._events = [copy(event) for event in span._events]
            _tidy(span)
            if type(span._attributes) is not Clean:
                client.scrubber.span(span)
            if span._events:
                client.scrubber.events(span)
            tail = context.current().tail
            if tail is not None:
                if tail.sampled is None:  # a sampler that is not ours decided
                    tail.sampled = span.context.trace_flags.sampled
                tail.hold(Signal.TRACES, span)
            elif span.context.trace_flags.sampled:
                client.put(Signal.TRACES, span)
        except Exception as error:
            failed("traces", error)


def _tidy(span: ReadableSpan) -> None:
    """Take out `exception` events of exceptions that are reported as errors: one error is one record.

    That is so where the span carries the id of its error, or where the exception is still on its way out of the block
    that this span ends with: it is reported where it ends up.
    """
    if not span._events:
        return
    leaving = sys.exc_info()[1]
    reported = bool(span._attributes and semconv.SENTRY_EVENT_ID in span._attributes)
    if not reported and leaving is None:
        return
    kept = []
    for event in span.events:
        if event.name == "exception" and (reported or _tells_of(event.attributes, leaving)):
            continue
        kept.append(event)
    if len(kept) < len(span.events):
        span._events = kept


def _tells_of(attributes: Mapping[str, Any] | None, error: BaseException | None) -> bool:
    attributes = attributes or {}
    return (
        error is not None
        and attributes.get(semconv.EXCEPTION_TYPE) == type_name(error)
        and attributes.get(semconv.EXCEPTION_MESSAGE) == str(error)
    )


__all__ = ["Spans", "attach", "detach", "get_current", "span"]
