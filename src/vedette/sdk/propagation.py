"""The context on the wire: W3C traceparent, tracestate and baggage; sentry-trace; PostHog's headers; X-Request-ID.

Trace Context https://www.w3.org/TR/trace-context/, Baggage https://www.w3.org/TR/baggage/, sentry-trace
https://develop.sentry.dev/sdk/telemetry/traces/, PostHog's headers: posthog-js `tracing_headers`.

Who a user is comes from the application. What a browser claims in PostHog's headers or in baggage is at most an
anonymous id. Baggage is believed where the setting `trust_baggage` says so, and from our own queues (`jobs`).
"""

import re
from collections.abc import Callable, MutableMapping
from fnmatch import fnmatchcase
from functools import lru_cache
from random import getrandbits
from typing import Any
from urllib.parse import quote, unquote

from opentelemetry import baggage
from opentelemetry.context import Context, get_current
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    TraceState,
    get_current_span,
    set_span_in_context,
)

from vedette.sdk.client import get_client
from vedette.sdk.context import Scope, current
from vedette.sdk.settings import OWN_HOSTS
from vedette.semconv import GROUP_PREFIX, ORGANIZATION_ID, SESSION_ID, USER_ID, group_attribute

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
BAGGAGE = "baggage"
SENTRY_TRACE = "sentry-trace"
POSTHOG_SESSION = "x-posthog-session-id"
POSTHOG_DISTINCT = "x-posthog-distinct-id"
REQUEST_ID = "x-request-id"
# All that `extract` reads: a caller with many headers needs to look for no others.
HEADERS = frozenset((TRACEPARENT, TRACESTATE, BAGGAGE, SENTRY_TRACE, POSTHOG_SESSION, POSTHOG_DISTINCT, REQUEST_ID))

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z")
_SENTRY_TRACE = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})(?:-([01]))?\Z")
_REQUEST_ID = re.compile(r"[\w.:-]{1,128}\Z", re.ASCII)
_TOKEN = "!#$&'*+-.^_`|~"  # what a baggage key may have beside letters and digits
LONGEST_ID = 200
LONGEST_HEADER = 8192  # W3C: baggage of up to 8192 bytes must be carried
LONGEST_TRACESTATE = 512

Get = Callable[[str], str | None]


def extract(get: Get, *, trusted: bool | None = None) -> tuple[Context, Scope]:
    """What a caller said: the context its span is the parent of, and a new scope with the ids it sent.

    `get` finds a header by its name in lower case. `trusted` is whether baggage may name the user; the setting, unless
    given. Headers that are malformed are as good as absent.
    """
    scope = Scope()
    context = Context()
    parent = _parent(get)
    if parent is not None:
        context = set_span_in_context(NonRecordingSpan(parent), context)
    if header := get(BAGGAGE):
        context = _from_baggage(header, context, scope, _trusts() if trusted is None else trusted)
    if session := _id(get(POSTHOG_SESSION)):
        scope.session_id = session
    if distinct := _id(get(POSTHOG_DISTINCT)):
        scope.anonymous_id = distinct
    request_id = get(REQUEST_ID)
    scope.request_id = request_id if request_id and _REQUEST_ID.match(request_id) else new_request_id()
    return context, scope


def inject(headers: MutableMapping[str, str], host: str | None = None, *, own: bool = False) -> None:
    """Write the current span and baggage into headers. User, session and groups only go to hosts of our own (setting
    `propagate_to`, or `own`: a queue of ours); without a host they stay here."""
    span = get_current_span().get_span_context()
    if span.is_valid:
        headers[TRACEPARENT] = format_traceparent(span)
        if span.trace_state:
            headers[TRACESTATE] = span.trace_state.to_header()
    entries = {name: str(value) for name, value in baggage.get_all().items()}
    if own or (host is not None and is_own_host(host)):
        scope = current()
        entries |= identity(scope)
        if scope.request_id:
            headers.setdefault(REQUEST_ID, scope.request_id)
    if entries:
        headers[BAGGAGE] = format_baggage(entries)


def identity(scope: Scope) -> dict[str, str]:
    """The ids of a scope as baggage carries them."""
    ids = {USER_ID: scope.user_id, SESSION_ID: scope.session_id}
    ids |= {group_attribute(kind): key for kind, key in scope.groups.items()}
    return {name: value for name, value in ids.items() if value}


def parse_traceparent(header: str) -> SpanContext | None:
    """A span context of a W3C traceparent; None where it is not one. Versions to come are read as far as known."""
    found = _TRACEPARENT.match(header.strip())
    if found is None or found[1] == "ff" or (found[1] == "00" and found[5]):
        return None
    context = SpanContext(
        int(found[2], 16), int(found[3], 16), is_remote=True, trace_flags=TraceFlags(int(found[4], 16))
    )
    return context if context.is_valid else None


def format_traceparent(span: SpanContext) -> str:
    """The W3C traceparent of a span."""
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def parse_sentry_trace(header: str) -> SpanContext | None:
    """A span context of Sentry's own header. A deferred decision (no flag) counts as sampled."""
    found = _SENTRY_TRACE.match(header.strip())
    if found is None:
        return None
    flags = TraceFlags(TraceFlags.DEFAULT if found[3] == "0" else TraceFlags.SAMPLED)
    context = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=flags)
    return context if context.is_valid else None


def parse_baggage(header: str) -> dict[str, str]:
    """Entries of a W3C baggage header, decoded; properties after `;` are not kept."""
    if len(header) > LONGEST_HEADER:
        return {}
    pairs = (member.partition(";")[0].partition("=") for member in header.split(",") if "=" in member)
    return {key.strip(): unquote(value.strip()) for key, _, value in pairs if key.strip()}


def format_baggage(entries: dict[str, str]) -> str:
    """A W3C baggage header; entries that would make it longer than carriers must take are left out."""
    members: list[str] = []
    length = 0
    for key, value in entries.items():
        member = f"{quote(key, safe=_TOKEN)}={quote(value, safe='')}"
        length += len(member) + 1
        if length > LONGEST_HEADER:
            break
        members.append(member)
    return ",".join(members)


def new_request_id() -> str:
    """32 hex digits."""
    return f"{getrandbits(128):032x}"


def is_own_host(host: str) -> bool:
    """Whether ids of people may be sent to this host (with or without a port)."""
    client = get_client()
    return _matches(host, client.settings.propagate_to if client else OWN_HOSTS)


@lru_cache(maxsize=1024)
def _matches(host: str, patterns: tuple[str, ...]) -> bool:
    name = host.lower().rstrip(".")
    name = name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]
    return any(_match(name, pattern) for pattern in patterns)


def _match(name: str, pattern: str) -> bool:
    if pattern == "<single-label>":
        return bool(name) and "." not in name and not name.startswith("[")
    return fnmatchcase(name, pattern.lower().replace("[", "[[]"))


def _parent(get: Get) -> SpanContext | None:
    header = get(TRACEPARENT)
    if header:
        parent = parse_traceparent(header)
        state = get(TRACESTATE)
        if parent is not None and state and len(state) <= LONGEST_TRACESTATE:
            parent = SpanContext(
                parent.trace_id, parent.span_id, True, parent.trace_flags, TraceState.from_header([state])
            )  # fmt: skip
        if parent is not None:
            return parent
    header = get(SENTRY_TRACE)
    return parse_sentry_trace(header) if header else None


def _from_baggage(header: str, context: Context, scope: Scope, trusted: bool) -> Context:
    """Ids go to the scope; Sentry's entries end here; the rest travels on."""
    groups: dict[str, str] = {}
    for name, value in parse_baggage(header).items():
        if name == SESSION_ID:
            scope.session_id = _id(value)
        elif name == USER_ID and trusted:
            scope.user_id = _id(value)
        elif name == USER_ID:
            scope.anonymous_id = _id(value)
        elif name == ORGANIZATION_ID or name.startswith(GROUP_PREFIX):
            if trusted:
                groups["organization" if name == ORGANIZATION_ID else name.removeprefix(GROUP_PREFIX)] = _id(value)
        elif not name.startswith("sentry-"):
            context = baggage.set_baggage(name, value, context)
    scope.groups = groups
    return context


def _id(value: str | None) -> str:
    """An id from outside: printable and short, else none."""
    if not value:
        return ""
    value = value.strip()
    return value if len(value) <= LONGEST_ID and value.isprintable() else ""


def _trusts() -> bool:
    client = get_client()
    return client is not None and client.settings.trust_baggage


class Propagator(TextMapPropagator):
    """The same for OpenTelemetry's instrumentations: they do not say which host, so ids of people stay here."""

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """The caller's span and baggage, in `context`."""

        def get(name: str) -> str | None:
            values = getter.get(carrier, name)
            return ",".join(values) if values else None

        context = get_current() if context is None else context
        parent = _parent(get)
        if parent is not None:
            context = set_span_in_context(NonRecordingSpan(parent), context)
        if header := get(BAGGAGE):
            context = _from_baggage(header, context, Scope(), trusted=False)
        return context

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """The span and baggage of `context`."""
        span = get_current_span(context).get_span_context()
        if span.is_valid:
            setter.set(carrier, TRACEPARENT, format_traceparent(span))
            if span.trace_state:
                setter.set(carrier, TRACESTATE, span.trace_state.to_header())
        entries: dict[str, Any] = {name: str(value) for name, value in baggage.get_all(context).items()}
        if entries:
            setter.set(carrier, BAGGAGE, format_baggage(entries))

    @property
    def fields(self) -> set[str]:
        """Headers that `inject` writes."""
        return {TRACEPARENT, TRACESTATE, BAGGAGE}
