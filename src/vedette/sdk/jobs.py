"""One job of a worker: a queued task, a scheduled run, a function that is called by an event.

The producer sends `carrier()` along with the job; the worker runs it in `job(name, carrier, system)`. Carriers come
from our own queues, so the ids of user, session and groups in them are believed. Integrations of queues that run a job
between two calls of theirs use `begin` and `Job.end` instead.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import partial
from time import perf_counter_ns, time_ns
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    INVALID_SPAN_CONTEXT,
    Span,
    SpanContext,
    SpanKind,
    get_current_span,
    set_span_in_context,
)

from vedette import semconv
from vedette.sdk import context, errors, propagation
from vedette.sdk.client import Client, get_client
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.guard import failed
from vedette.sdk.logs.record import describe, write
from vedette.sdk.recording import RecordedSpan, start_span, tell
from vedette.sdk.sampling import Tail, finish, new_tail, sampled_out
from vedette.sdk.traces import attach, detach, fail, is_failure, type_name
from vedette.sdk.values import make_plain

LOGGER = "vedette.jobs"  # of the line that each job writes
SENT_AT = "x-vedette-sent-at"  # in a carrier: when, in milliseconds since 1970
CARRIED = (
    propagation.TRACEPARENT, propagation.TRACESTATE, propagation.BAGGAGE, propagation.REQUEST_ID,
    propagation.POSTHOG_DISTINCT, SENT_AT,
)  # fmt: skip
REASON = "job.reason"  # of an outcome that is no error: what was raised. `exception.*` would make it one, to backends
_LEVELS = {"error": logging.ERROR, "retry": logging.WARNING, "interrupted": logging.WARNING}
_current: ContextVar["Job | None"] = ContextVar("vedette_job", default=None)


def carrier() -> dict[str, str]:
    """What a job needs to go on in the context of now: a few short strings. Empty when the SDK does not run. Never
    raises."""
    headers: dict[str, str] = {}
    try:
        if get_client() is not None:
            propagation.inject(headers, own=True)
            scope = context.current()
            if scope.anonymous_id and not scope.user_id:
                headers[propagation.POSTHOG_DISTINCT] = scope.anonymous_id
            headers[SENT_AT] = str(time_ns() // 1_000_000)
    except Exception as failure:
        failed("jobs", failure)
    return headers


def current_job() -> "Job | None":
    """The job in hand, for what a queue tells of it."""
    return _current.get()


@contextmanager
def job(
    name: str, carried: Mapping[str, str] | None = None, system: str = "", **attributes: Any
) -> "Iterator[Job | None]":
    """Run a job in its own scope, in the trace it was sent from: one span, one duration, one log line, its error
    reported.

    `system` is the queue's name as OpenTelemetry has it (celery, rq, …). What the job raises goes on to the worker.
    Yields None when the SDK does not run.
    """
    made = begin(name, carried, system, _safe(attributes) if attributes else None)
    if made is None:
        yield None
        return
    try:
        yield made
    except BaseException as error:
        made.end(error)
        raise
    else:
        made.end()


def begin(
    name: str, carried: Mapping[str, Any] | None = None, system: str = "", attributes: Mapping[str, Any] | None = None
) -> "Job | None":
    """Start a job in this context, to be ended by `Job.end` in the same. None when the SDK does not run.

    `attributes` are plain and without secrets: what a queue tells of its message.
    """
    client = get_client()
    if client is None:
        return None
    try:
        return Job(client, name, carried or {}, system, attributes or {})
    except Exception as failure:
        failed("jobs", failure)
        return None


class Job:
    """A job in hand. How it ended is its `outcome`: ok, error, retry, or a word of the queue's own."""

    __slots__ = (
        "attributes", "client", "error", "name", "outcome", "scope", "span", "started_ns", "system", "tail", "tokens"
    )  # fmt: skip

    client: Client
    span: Span
    scope: context.Scope
    tail: Tail | None
    tokens: "tuple[Token[context.Scope | None], Token[Context], Token[Job | None]] | None"

    def __init__(
        self, client: Client, name: str, carried: Mapping[str, Any], system: str, attributes: Mapping[str, Any]
    ) -> None:
        self.client, self.name, self.system = client, name, system
        self.outcome = ""
        self.error: BaseException | None = None
        lower = {key.lower(): value for key, value in carried.items() if isinstance(value, str)}
        outer, self.scope = propagation.extract(lower.get, trusted=True)
        self.scope.route = name
        self.attributes = {"job.name": name, **({semconv.MESSAGING_SYSTEM: system} if system else {}), **attributes}
        waited_ms = _waited_ms(lower)
        if waited_ms is not None:
            self.attributes["job.wait_ms"] = waited_ms
        sender, outer = _sender(client, outer, waited_ms)
        self.tail = self.scope.tail = new_tail(client.settings, get_current_span(outer).get_span_context(), name)
        entered = context.enter(self.scope)
        try:
            self.span = start_span(client, name, outer, SpanKind.CONSUMER, {})
            tell(self.span, self.attributes)
            if sender.is_valid:
                self.span.add_link(sender)
            attached = attach(set_span_in_context(self.span, outer))
        except BaseException:
            context.leave(entered)
            raise
        self.tokens = (entered, attached, _current.set(self))
        self.started_ns = perf_counter_ns()

    @property
    def failed(self) -> bool:
        """Whether an error was reported that is the job's end."""
        return self.outcome == "error"

    def fail(self, error: BaseException) -> None:
        """The job failed with an error that its worker caught: report it, and count the job as failed."""
        self.outcome, self.error = "error", error
        try:
            fail(self.span, error)
            errors.report(error, handled=False, mechanism="job")
        except Exception as failure:
            failed("jobs", failure)

    def defer(self, outcome: str, reason: BaseException | None = None) -> None:
        """The job ended early, and that is no error: it is tried again (`retry`), rejected, expected to raise."""
        self.outcome, self.error = outcome, reason

    def backdate(self, seconds: float) -> None:
        """The job began so long ago, in a process that is no more."""
        self.started_ns -= int(seconds * 1e9)
        if type(self.span) is RecordedSpan:
            self.span.start_time -= int(seconds * 1e9)

    def end(self, error: BaseException | None = None) -> None:
        """The job is done, or `error` left it. Ends the span, writes the log line, counts the duration and reports
        the error. Once; later calls do nothing. Never raises."""
        tokens, self.tokens = self.tokens, None
        if tokens is None:
            return
        try:
            self._end(error)
        except Exception as failure:
            failed("jobs", failure)
        finally:
            _reset(tokens[2])
            detach(tokens[1])
            context.leave(tokens[0])

    def _end(self, error: BaseException | None) -> None:
        took_ns = perf_counter_ns() - self.started_ns
        if error is not None and not self.outcome:
            if is_failure(error):
                self.fail(error)
            else:
                self.defer("interrupted", error)
        self.outcome = self.outcome or "ok"
        labels = {"job.name": self.name, "job.outcome": self.outcome}
        if self.system:
            labels[semconv.MESSAGING_SYSTEM] = self.system
        self.client.job_duration.record(took_ns / 1e9, labels)
        self.attributes["job.outcome"] = self.outcome
        if self.error is not None and not self.failed:
            self.attributes[REASON] = self.client.scrubber.text(f"{type_name(self.error)}: {self.error}"[:500])
        ids = {} if self.client.own_spans else context.attributes(self.scope)
        tell(self.span, {**self.attributes, **ids})
        self.span.end()
        if self.tail is not None:
            finish(
                self.tail, self.client.settings, self.span, erred=self.failed, duration_ms=took_ns / 1e6,
                route=self.name,
            )  # fmt: skip
        self._log(took_ns)

    def _log(self, took_ns: int) -> None:
        level = _LEVELS.get(self.outcome, logging.INFO)
        if level < self.client.levels.least(LOGGER):
            return
        if not self.client.levels.sampled(level, self.span.get_span_context().trace_id):
            sampled_out(Signal.LOGS)
            return
        about = {**self.attributes, "duration_ms": round(took_ns / 1e6, 3)}
        error = self.error if self.failed else None
        if error is not None:
            describe(error, level, about)
            self.client.scrubber.attributes(about)
        message = f"{self.name} {self.outcome}"
        write(self.client, level, LOGGER, message, {**context.attributes(self.scope), **about}, error)


def _safe(attributes: dict[str, Any]) -> dict[str, Any]:
    """What the application gave, as what is known to be plain and without secrets."""
    client = get_client()
    try:
        make_plain(attributes)
        return attributes if client is None else client.scrubber.attributes(attributes)
    except Exception as failure:
        failed("jobs", failure)
        return {}


def _waited_ms(carried: Mapping[str, str]) -> int | None:
    sent_at = carried.get(SENT_AT, "")
    if not (sent_at.isdecimal() and len(sent_at) < 16):
        return None
    return max(0, time_ns() // 1_000_000 - int(sent_at))  # clocks of two machines may differ


def _sender(client: Client, outer: Context, waited_ms: int | None) -> tuple[SpanContext, Context]:
    """(the span to link to, the context to go on in): a job that waited too long is a trace of its own."""
    longest_seconds = client.settings.link_jobs_after_seconds
    if not longest_seconds or waited_ms is None or waited_ms <= longest_seconds * 1000:
        return INVALID_SPAN_CONTEXT, outer
    return get_current_span(outer).get_span_context(), set_span_in_context(INVALID_SPAN, outer)


def _reset(token: "Token[Job | None]") -> None:
    try:
        _current.reset(token)
    except ValueError:  # ended in another context than it began in
        _current.set(None)


def resumed(function: Callable[..., Any], carried: Mapping[str, str]) -> Callable[..., Any]:
    """The function, to be called in another process in the context that was carried there: what a function from
    `vedette.bind()` is once it was pickled. Its spans are children of the sender's."""
    return partial(_resume, function, dict(carried))


def _resume(function: Callable[..., Any], carried: Mapping[str, str], /, *args: Any, **named: Any) -> Any:
    outer, scope = propagation.extract(carried.get, trusted=True)
    entered, attached = context.enter(scope), attach(outer)
    try:
        return function(*args, **named)
    finally:
        detach(attached)
        context.leave(entered)
