"""Which traces are kept: decided by the trace id alone, so that all services agree, and again when a request ends.

The rule is OpenTelemetry's consistent probability sampling: the last 56 bits of a random trace id are a number R, and
a trace is kept when R >= T, where T is the rejection threshold, (1 - share) * 2**56. T goes along as `ot=th:…` in the
tracestate, so that whoever counts spans can weigh each by 2**56 / (2**56 - T).
https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/

A head decision cannot know of errors. So where not everything is kept, the records of a request wait in its `Tail`:
it is let go whole when the request erred or was slow (each record then stands for itself: `th:0`), sent as the head
decided otherwise, and what is not sent is counted. Metrics do not take part: they count every request.
"""

import os
import threading
from collections import Counter, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Span, SpanContext, TraceFlags, TraceState, get_current_span

from vedette.sdk.client import get_client
from vedette.sdk.context import current
from vedette.sdk.delivery.lane import Signal

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from vedette.sdk.client import Client
    from vedette.sdk.settings import Settings

RANDOM_BITS = 56
ALL = 1 << RANDOM_BITS
_MASK = ALL - 1
MOST_HELD = 1000  # records of one request that wait; beyond, the oldest go
_EMPTY = TraceState()
_lock = threading.Lock()
_sampled_out: Counter[Signal] = Counter()


def threshold(share: float) -> int:
    """The least R of the traces that are kept; 2**56 where none is."""
    return round((1 - share) * ALL)


def kept(trace_id: int, at_least: int) -> bool:
    """Whether a trace is among those kept by this threshold."""
    return (trace_id & _MASK) >= at_least


def weighted(state: TraceState | None, at_least: int) -> TraceState:
    """The tracestate with this threshold in its `ot` entry; other vendors' and sub-keys are left as they are."""
    state = state or _EMPTY
    digits = f"{at_least:014x}".rstrip("0") or "0"
    others = [part for part in (state.get("ot") or "").split(";") if part and not part.startswith("th:")]
    entry = ";".join((f"th:{digits}", *others))
    return state.update("ot", entry) if "ot" in state else state.add("ot", entry)


def threshold_of(state: TraceState | None) -> int | None:
    """The threshold a tracestate tells, None when it tells none or nonsense."""
    for part in ((state.get("ot") if state else None) or "").split(";"):
        if part.startswith("th:") and 0 < len(digits := part[3:]) <= 14:
            try:
                return int(digits.ljust(14, "0"), 16)
            except ValueError:
                return None
    return None


def sampled_out(signal: Signal, count: int = 1) -> None:
    """Count records that sampling left out. That is no loss: it was asked for."""
    with _lock:
        _sampled_out[signal] += count


def counts() -> dict[str, int]:
    """Records left out by sampling, by signal."""
    with _lock:
        return {signal.value: count for signal, count in _sampled_out.items() if count}


def reset() -> None:
    """Forget the counts."""
    with _lock:
        _sampled_out.clear()


class Tail:
    """Records of one request that wait for its end, and what is known of their fate until then."""

    __slots__ = ("_head", "_held", "_lock", "_settled", "erred", "sampled", "threshold")

    def __init__(self, at_least: int, sampled: bool | None = None) -> None:
        self.threshold = at_least  # of what is sampled
        self.sampled = sampled  # the head decision; None until the trace has an id
        self.erred = False
        self._head = at_least  # what the spans themselves say
        self._held: deque[tuple[Signal, Any]] = deque()
        self._settled: tuple[bool, int | None] | None = None  # (kept, the threshold to write on spans)
        self._lock = threading.Lock()

    def hold(self, signal: Signal, item: Any) -> None:
        """Keep a record until the request ends; one that comes later goes the way of the others."""
        with self._lock:
            settled = self._settled
            if settled is None:
                self._held.append((signal, item))
                if len(self._held) <= MOST_HELD:
                    return
                signal, item = self._held.popleft()
                settled = (bool(self.sampled), None)  # too many to wait: the oldest goes as the head decided
        _release(signal, item, *settled)

    def decide(self, sampled: bool, at_least: int) -> None:
        """Replace the head decision, now that the route is known."""
        self.sampled, self.threshold = sampled, at_least

    @property
    def sent(self) -> bool:
        """Whether the records were let go, now that it is settled."""
        return self._settled is not None and self._settled[0]

    def settle(self, keep: bool) -> None:
        """The request ended. `keep`: it erred or was slow, so all of it is worth sending and stands for itself."""
        sampled, at_least = (True, 0) if keep else (bool(self.sampled), self.threshold)
        unsaid = at_least != self._head or not self.sampled
        with self._lock:
            self._settled = settled = (sampled, at_least if unsaid else None)
            held, self._held = self._held, deque()
        for signal, item in held:
            _release(signal, item, *settled)


def _release(signal: Signal, item: Any, keep: bool, at_least: int | None) -> None:
    client = get_client()
    if not keep:
        sampled_out(signal)
    elif client is not None:
        if signal is Signal.TRACES and at_least is not None:
            _weigh(item, at_least)
        client.put(signal, item)


def _weigh(span: Any, at_least: int) -> None:
    """Mark a finished span as sampled with this threshold. A readable span has no public way to say so."""
    was = span.context
    flags = TraceFlags(was.trace_flags | TraceFlags.SAMPLED)
    span._context = SpanContext(was.trace_id, was.span_id, was.is_remote, flags, weighted(was.trace_state, at_least))


class TraceSampler(Sampler):
    """The head decision: a caller's, else by the trace id. What only a `Tail` may keep is recorded, not sampled."""

    def should_sample(
        self,
        parent_context: "Context | None",
        trace_id: int,
        name: str,
        kind: Any = None,
        attributes: Any = None,
        links: Sequence[Any] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide for one span. Every span inside a trace follows its root."""
        client = get_client()
        if client is None:
            return SamplingResult(Decision.DROP)
        parent = get_current_span(parent_context).get_span_context()
        sampled, recorded, state = decide(client, parent if parent.is_valid else None, trace_id)
        if sampled:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, state)
        return SamplingResult(Decision.RECORD_ONLY if recorded else Decision.DROP, attributes, state)

    def get_description(self) -> str:
        """What OpenTelemetry shows of the sampler."""
        return "vedette"


def decide(client: "Client", parent: SpanContext | None, trace_id: int) -> tuple[bool, bool, TraceState | None]:
    """(sampled, recorded, tracestate) of a new span: what is recorded and not sampled, only its tail may keep."""
    if parent is not None:
        sampled, state = parent.trace_flags.sampled, cast("TraceState | None", parent.trace_state)
    else:
        sampled, state = _head(client.settings, trace_id)
    if sampled:
        return True, True, state
    if current().tail is not None:
        return False, True, state
    sampled_out(Signal.TRACES)
    return False, False, state


def _head(settings: "Settings", trace_id: int) -> tuple[bool, TraceState | None]:
    tail = current().tail
    at_least = tail.threshold if tail is not None else threshold(settings.sample)
    sampled = kept(trace_id, at_least)
    if tail is not None and tail.sampled is None:
        tail.sampled = sampled
    return sampled, weighted(None, at_least) if sampled and at_least else None


def new_tail(settings: "Settings", caller: SpanContext, route: str = "") -> Tail | None:
    """Where the records of a request or job wait; None when it is known now that all will be sent, or none.

    `caller` is what came along: its decision stands, unless the route has one of its own.
    """
    share = settings.routes.get(route) if settings.routes else None
    if share is not None:
        at_least = threshold(share)
        return Tail(at_least, kept(caller.trace_id, at_least) if caller.is_valid else None)
    keeps = settings.keep_errors or settings.keep_slow_ms > 0
    if caller.is_valid:
        sampled = caller.trace_flags.sampled
        if settings.routes or (keeps and not sampled):
            return Tail(threshold_of(caller.trace_state) or 0, sampled)
        return None
    if settings.routes or (keeps and settings.sample < 1):
        return Tail(threshold(settings.sample))
    return None


def finish(tail: Tail, settings: "Settings", span: Span, *, erred: bool, duration_ms: float, route: str = "") -> None:
    """The request or job of this tail ended: decide what becomes of its records."""
    share = settings.routes.get(route) if settings.routes and route else None
    if share is not None:
        at_least = threshold(share)
        tail.decide(kept(span.get_span_context().trace_id, at_least), at_least)
    slow = 0 < settings.keep_slow_ms <= duration_ms
    tail.settle((settings.keep_errors and (erred or tail.erred)) or slow)


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()
    _sampled_out.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
