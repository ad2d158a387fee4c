"""Celery: tasks go on in the trace, and for the user, of whoever sent them.

Everything hangs on Celery's signals. The carrier travels as headers of the message, under the names that
OpenTelemetry's and other instrumentations read as well. All attempts at a task have the same parent: its first sender.
https://docs.celeryq.dev/en/stable/userguide/signals.html
"""

import logging
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from time import time
from types import ModuleType
from typing import Any

from vedette import semconv
from vedette.sdk import jobs, propagation
from vedette.sdk.client import get_client
from vedette.sdk.delivery import shutdown
from vedette.sdk.errors import report, reported
from vedette.sdk.guard import failed
from vedette.sdk.integrations import running
from vedette.sdk.logs import console
from vedette.sdk.logs.bridge import Bridge
from vedette.sdk.traces import REPORTED, mark

# Outcomes of the states that are neither a success nor a failure. None is a task that left by SystemExit.
_OUTCOMES = {"RETRY": "retry", "IGNORED": "ignored", "REJECTED": "rejected", None: "interrupted"}
_gone: ContextVar[Any] = ContextVar("vedette_celery_gone", default=None)  # the request whose process was lost


def patch(module: ModuleType) -> None:
    """Connect to `celery.signals`; follow `celery.worker.request`."""
    if module.__name__ == "celery.worker.request":
        for name in ("on_timeout", "on_failure"):
            setattr(module.Request, name, _remembering(getattr(module.Request, name)))
        return
    receivers: dict[str, Callable[..., None]] = {
        "before_task_publish": _publish,
        "task_prerun": _begin,
        "task_failure": _fail,
        "task_retry": _retry,
        "task_postrun": _end,
        "task_internal_error": _internal_error,
        "worker_process_init": _start_process,
        "after_setup_logger": _follow_logger,
        "after_setup_task_logger": _follow_logger,
    }
    for signal, receiver in receivers.items():
        getattr(module, signal).connect(_guarded(receiver), weak=False, dispatch_uid=f"vedette.{signal}")


def _guarded(receiver: Callable[..., None]) -> Callable[..., None]:
    """Celery logs a receiver that fails with its whole stack, each time."""

    def receive(**told: Any) -> None:
        try:
            if running("celery") is not None or receiver is _end:  # what began, ends
                receiver(**told)
        except Exception as error:
            failed("celery", error)

    return receive


def _publish(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is None or (headers.get("retries") and headers.get(propagation.TRACEPARENT)):
        return
    headers.update(jobs.carrier())


def _begin(task: Any, task_id: str, **_: Any) -> None:
    # An eager task runs where it is called: what is in hand there goes on.
    carried = jobs.carrier() if task.request.is_eager else {key: task.request.get(key) for key in jobs.CARRIED}
    jobs.begin(task.name, carried, "celery", _about(task_id, task.request))


def _about(task_id: str, request: Any) -> dict[str, Any]:
    delivery: Mapping[str, Any] = request.delivery_info or {}
    about = {semconv.MESSAGING_MESSAGE_ID: task_id, "job.attempt": (request.retries or 0) + 1}
    if queue := delivery.get("routing_key"):
        about[semconv.MESSAGING_DESTINATION_NAME] = queue
    return about


def _of(task_id: str) -> jobs.Job | None:
    job = jobs.current_job()
    return job if job is not None and job.attributes.get(semconv.MESSAGING_MESSAGE_ID) == task_id else None


def _fail(sender: Any, task_id: str, exception: BaseException, einfo: Any = None, **_: Any) -> None:
    job = _of(task_id)
    if job is None:
        return _lose(sender, task_id, exception, einfo)
    if isinstance(exception, tuple(sender.throws or ())):
        job.defer("expected", exception)
    else:
        job.fail(exception)


def _lose(task: Any, task_id: str, error: BaseException, einfo: Any) -> None:
    """A worker process was killed, or ran out of time: its parent tells of the task it had. Of a time limit, twice."""
    request = _gone.get()
    if request is None or getattr(request, "vedette_told", False) or type(error).__name__ == "Reject":
        return
    request.vedette_told = True
    job = jobs.begin(task.name, request.request_dict, "celery", {semconv.MESSAGING_MESSAGE_ID: task_id})
    if job is None:
        return
    if request.time_start:
        job.backdate(max(0.0, time() - request.time_start))
    job.fail(error)
    mark(einfo.exc_info[1], REPORTED, reported(error))  # what Celery logs of it next is a wrapper
    job.end()


def _remembering(handle: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handle)
    def remember(self: Any, *args: Any, **named: Any) -> Any:
        token = _gone.set(self)
        try:
            return handle(self, *args, **named)
        finally:
            _gone.reset(token)

    return remember


def _retry(request: Any, reason: Any, **_: Any) -> None:
    job = _of(request.id)
    if job is not None:
        job.defer("retry", getattr(reason, "exc", None) or reason)


def _end(task_id: str, state: str | None = None, **_: Any) -> None:
    job = _of(task_id)
    if job is not None:
        if not job.outcome and state in _OUTCOMES:
            job.defer(_OUTCOMES[state])
        job.end()


def _internal_error(exception: BaseException, **_: Any) -> None:
    """What broke was not the task but what is around it: the result's backend, a receiver of its end."""
    report(exception, handled=False, mechanism="celery")


def _start_process(**_: Any) -> None:
    """A process of the pool leaves by `os._exit`. Connected this late, we come after what the application does then."""
    signal = sys.modules["celery.signals"].worker_process_shutdown
    signal.disconnect(dispatch_uid="vedette.worker_process_shutdown")
    signal.connect(_end_process, weak=False, dispatch_uid="vedette.worker_process_shutdown")


def _end_process(**_: Any) -> None:
    shutdown.close_all()


def _follow_logger(logger: logging.Logger, **_: Any) -> None:
    """Celery took all handlers off the root logger, and its tasks' logger does not propagate to it. What it is about
    to put in place of standard error logs each line that is written to it: ours are logged already."""
    client = get_client()
    if client is None or any(isinstance(handler, Bridge) for handler in logger.handlers):
        return
    bridge = Bridge()
    logger.addHandler(bridge)
    client.on_close.append(lambda: logger.removeHandler(bridge))
    console.stream = sys.stderr
