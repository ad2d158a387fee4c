"""Spans of ours, cheap to make: a third of what OpenTelemetry's cost, for most of that goes into checking attributes
one by one. What leaves here is OpenTelemetry's own `ReadableSpan`, to whatever processors its provider has.

Where the application brought its tracer provider, its tracer makes our spans: its sampler and its limits hold.
"""

from collections.abc import Mapping
from random import getrandbits
from time import time_ns
from traceback import format_exception
from typing import TYPE_CHECKING, Any, cast

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanLimits, Tracer
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
)

from vedette import __version__, semconv
from vedette.sdk import context
from vedette.sdk.sampling import decide
from vedette.sdk.values import make_plain

if TYPE_CHECKING:
    from vedette.sdk.client import Client

SCOPE = InstrumentationScope("vedette", __version__)
_UNSET = Status(StatusCode.UNSET)
_FLAGS = {  # by (random, sampled)
    (random, sampled): TraceFlags(random | sampled) for random in (0, TraceFlags.RANDOM_TRACE_ID) for sampled in (0, 1)
}
_limits: SpanLimits | None = None


class Clean(dict[str, Any]):
    """Attributes that are plain and without secrets."""


def start_span(client: "Client", name: str, outer: Context | None, kind: SpanKind, attributes: dict[str, Any]) -> Span:
    """Start a span in `outer`, or in the context of now. `attributes` become the span's own."""
    if not client.own_spans:
        return client.tracer.start_span(
            name, outer, kind, attributes, record_exception=False, set_status_on_exception=False
        )
    parent: SpanContext | None = get_current_span(outer).get_span_context()
    if parent is not None and parent.is_valid:
        trace_id, random = parent.trace_id, parent.trace_flags & TraceFlags.RANDOM_TRACE_ID
    else:
        parent, trace_id, random = None, getrandbits(128) or 1, TraceFlags.RANDOM_TRACE_ID
    sampled, recorded, state = decide(client, parent, trace_id)
    flags = _FLAGS[random, sampled]
    made = SpanContext(trace_id, getrandbits(64) or 1, False, flags, state)
    if not recorded:
        return NonRecordingSpan(made)
    span = RecordedSpan(client, name, made, parent, kind, attributes)
    _processor(client).on_start(cast(Any, span), parent_context=outer)
    return span


def tell(span: Span, attributes: dict[str, Any]) -> None:
    """Set attributes that are known to be plain and without secrets."""
    if type(span) is RecordedSpan:
        span.safe.update(attributes)
    else:
        span.set_attributes(attributes)


def _processor(client: "Client") -> Any:
    return cast(Tracer, client.tracer).span_processor


class RecordedSpan(Span):
    """A span between its start and its end."""

    def __init__(
        self,
        client: "Client",
        name: str,
        made: SpanContext,
        parent: SpanContext | None,
        kind: SpanKind,
        attributes: dict[str, Any],
    ) -> None:
        self.name = name
        self.kind = kind
        self.parent = parent
        self.attributes = attributes
        self.safe: dict[str, Any] = {}  # attributes that we know to be plain and without secrets
        self.status = _UNSET
        self.events: list[Event] = []
        self.links: list[Link] = []
        self.start_time = time_ns()
        self.end_time: int | None = None
        self._client = client
        self._context = made

    def get_span_context(self) -> SpanContext:
        """The ids."""
        return self._context

    def is_recording(self) -> bool:
        """Until it ends."""
        return self.end_time is None

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute."""
        if self.end_time is None:
            self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several attributes."""
        if self.end_time is None:
            self.attributes.update(attributes)

    def add_event(self, name: str, attributes: Any = None, timestamp: int | None = None) -> None:
        """Something that happened at a moment within the span."""
        if self.end_time is None and len(self.events) < (limits().max_events or len(self.events) + 1):
            self.events.append(Event(name, dict(attributes or {}), timestamp))

    def add_link(self, context: SpanContext, attributes: Any = None) -> None:
        """Another span that this one has to do with."""
        if self.end_time is None and context.is_valid and len(self.links) < (limits().max_links or 128):
            self.links.append(Link(context, attributes))

    def update_name(self, name: str) -> None:
        """Rename the span."""
        if self.end_time is None:
            self.name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Say how it went. OK is final, and UNSET says nothing."""
        made = status if isinstance(status, Status) else Status(status, description)
        final = self.status.status_code is StatusCode.OK
        if self.end_time is None and not final and made.status_code is not StatusCode.UNSET:
            self.status = made

    def record_exception(
        self, exception: BaseException, attributes: Any = None, timestamp: int | None = None, escaped: bool = False
    ) -> None:
        """OpenTelemetry's way to tell of an exception: an event of the span, with the stack."""
        kind = type(exception)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        told = {
            semconv.EXCEPTION_TYPE: name,
            semconv.EXCEPTION_MESSAGE: str(exception),
            semconv.EXCEPTION_STACKTRACE: "".join(format_exception(exception)),
        }
        self.add_event("exception", {**told, **(attributes or {})}, timestamp)

    def end(self, end_time: int | None = None) -> None:
        """Finish the span and hand it on, with the ids that the scope has by now."""
        if self.end_time is not None:
            return
        self.end_time = end_time if end_time is not None else time_ns()
        client = self._client
        given = self.attributes
        if given:
            make_plain(given)
            client.scrubber.attributes(given)
            _bound(given)
        readable = ReadableSpan(
            name=self.name,
            context=self._context,
            parent=self.parent,
            resource=client.resource,
            attributes=Clean({**context.attributes(context.current()), **self.safe, **given}),
            events=self.events,
            links=self.links,
            kind=self.kind,
            status=self.status,
            start_time=self.start_time,
            end_time=self.end_time,
            instrumentation_scope=SCOPE,
        )
        _processor(client).on_end(readable)


def limits() -> SpanLimits:
    """OpenTelemetry's limits, from its environment variables."""
    global _limits
    if _limits is None:
        _limits = SpanLimits()
    return _limits


def _bound(attributes: dict[str, Any]) -> None:
    most, longest = limits().max_span_attributes, limits().max_span_attribute_length
    if most is not None:
        while len(attributes) > most:
            attributes.popitem()
    if longest is not None:
        for key, value in attributes.items():
            if type(value) is str and len(value) > longest:
                attributes[key] = value[:longest]
