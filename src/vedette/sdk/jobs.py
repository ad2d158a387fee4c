"""One job of a worker: a queued task, a scheduled run, a function that is called by an event.

The producer sends `carrier()` along with the job; the worker runs it in `job(name, carrier, system)`. Carriers come
from our own queues, so the ids of user, session and groups in them are believed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter_ns
from typing import Any

from opentelemetry.trace import Span, SpanKind, get_current_span, set_span_in_context

from vedette import semconv
from vedette.sdk import context, errors, propagation
from vedette.sdk.client import Client, get_client
from vedette.sdk.guard import failed
from vedette.sdk.recording import start_span
from vedette.sdk.sampling import finish, new_tail
from vedette.sdk.traces import attach, detach, fail, is_failure


def carrier() -> dict[str, str]:
    """What a job needs to go on in the context of now: a few short strings. Empty when there is nothing to tell, or
    the SDK does not run. Never raises."""
    headers: dict[str, str] = {}
    try:
        if get_client() is not None:
            propagation.inject(headers, own=True)
    except Exception as failure:
        failed("jobs", failure)
    return headers


class Job:
    """A job in hand."""

    __slots__ = ("failed", "scope", "span")

    def __init__(self, scope: context.Scope, span: Span) -> None:
        self.scope = scope
        self.span = span
        self.failed = False

    def fail(self, error: BaseException) -> None:
        """The job failed with an error that its worker caught: report it, and count the job as failed."""
        self.failed = True
        fail(self.span, error)
        errors.report(error, handled=False, mechanism="job")


@contextmanager
def job(
    name: str, carried: Mapping[str, str] | None = None, system: str = "", **attributes: Any
) -> Iterator[Job | None]:
    """Run a job in its own scope, in the trace it was sent from: one span, one duration, its error reported.

    `system` is the queue's name as OpenTelemetry has it (celery, rq, …). What the job raises goes on to the worker.
    Yields None when the SDK does not run.
    """
    client = get_client()
    running = None
    if client is not None:
        try:
            running = _Running(client, name, carried or {}, system, attributes)
        except Exception as failure:
            failed("jobs", failure)
    if running is None:
        yield None
        return
    try:
        yield running.job
    except BaseException as error:
        running.end(error)
        raise
    else:
        running.end(None)


class _Running:
    def __init__(
        self, client: Client, name: str, carried: Mapping[str, str], system: str, attributes: Mapping[str, Any]
    ) -> None:
        self.client, self.name, self.system = client, name, system
        lower = {key.lower(): value for key, value in carried.items()}
        outer, scope = propagation.extract(lower.get, trusted=True)
        scope.route = name
        self.tail = scope.tail = new_tail(client.settings, get_current_span(outer).get_span_context(), name)
        self.entered = context.enter(scope)
        about = {semconv.MESSAGING_SYSTEM: system} if system else {}
        span = start_span(client, name, outer, SpanKind.CONSUMER, {**about, **attributes})
        self.attached = attach(set_span_in_context(span, outer))
        self.job = Job(scope, span)
        self.started_ns = perf_counter_ns()

    def end(self, error: BaseException | None) -> None:
        try:
            self._end(error)
        except Exception as failure:
            failed("jobs", failure)
        finally:
            detach(self.attached)
            context.leave(self.entered)

    def _end(self, error: BaseException | None) -> None:
        took_ns = perf_counter_ns() - self.started_ns
        job, span = self.job, self.job.span
        if error is not None and is_failure(error):
            job.fail(error)
        labels = {"job.name": self.name, "job.outcome": "error" if job.failed else "ok"}
        if self.system:
            labels[semconv.MESSAGING_SYSTEM] = self.system
        self.client.job_duration.record(took_ns / 1e9, labels)
        span.set_attributes({**labels, **context.attributes(job.scope)})
        span.end()
        if self.tail is not None:
            finish(self.tail, self.client.settings, span, erred=job.failed, duration_ms=took_ns / 1e6, route=self.name)
