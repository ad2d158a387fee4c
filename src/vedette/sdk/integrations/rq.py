"""rq: jobs go on in the trace, and for the user, of whoever enqueued them.

The carrier is an entry of the job's `meta`. A work horse leaves by `os._exit`, so it flushes when its job is done.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from types import ModuleType
from typing import Any

from vedette import semconv
from vedette.sdk import jobs
from vedette.sdk.delivery import shutdown
from vedette.sdk.guard import failed
from vedette.sdk.integrations import running

ENTRY = "vedette"  # of the job's meta


class WorkHorseKilled(Exception):
    """The process that ran a job ended before the job did: out of memory, a crash, a time-out that did not help."""


class RetriesExceeded(Exception):
    """A job returned `Retry` once more than that allows."""


def patch(module: ModuleType) -> None:
    """Patch `rq.job` and `rq.worker`."""
    if module.__name__ == "rq.job":
        module.Job.create = classmethod(_carrying(module.Job.create.__func__))
        return
    for name, wrap in {
        "perform_job": _performing,
        "handle_exception": _failing,
        "handle_job_retry": _repeating,
        "handle_work_horse_killed": _losing,
    }.items():
        for owner in {module.Worker, module.BaseWorker}:
            if name in vars(owner):
                setattr(owner, name, wrap(vars(owner)[name]))


def _carrying(create: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create)
    def create_with_carrier(*args: Any, **named: Any) -> Any:
        job = create(*args, **named)
        carried = jobs.carrier() if running("rq") is not None else None
        if carried:
            job.meta = {**job.meta, ENTRY: carried}  # what was given is the application's
        return job

    return create_with_carrier


def _begin(job: Any) -> jobs.Job | None:
    try:
        if running("rq") is None:
            return None
        about = {semconv.MESSAGING_MESSAGE_ID: job.id, semconv.MESSAGING_DESTINATION_NAME: job.origin}
        return jobs.begin(job.func_name, job.meta.get(ENTRY), "rq", about)
    except Exception as error:  # its name, too, is in what may not be readable
        failed("rq", error)
        return None


def _performing(perform_job: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(perform_job)
    def perform(self: Any, job: Any, *args: Any, **named: Any) -> Any:
        hand = _begin(job)
        try:
            done = perform_job(self, job, *args, **named)
        except BaseException as error:
            if hand is not None:
                hand.end(error)
            raise
        else:
            if hand is not None:
                hand.end()
            return done
        finally:
            if self.is_horse:
                shutdown.close_all()

    return perform


def _failing(handle_exception: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handle_exception)
    def handle(self: Any, job: Any, *exc_info: Any) -> Any:
        hand = jobs.current_job()
        error = exc_info[1] if len(exc_info) > 1 else None
        if hand is not None and hand.system == "rq" and error is not None:
            if (job.retries_left or 0) > 0:
                hand.defer("retry", error)
            else:
                hand.fail(error)
        return handle_exception(self, job, *exc_info)

    return handle


def _repeating(handle_job_retry: Callable[..., Any]) -> Callable[..., Any]:
    """The job returned a `Retry`."""
    told = signature(handle_job_retry)

    @wraps(handle_job_retry)
    def handle(self: Any, *args: Any, **named: Any) -> Any:
        hand = jobs.current_job()
        if hand is not None and hand.system == "rq":
            given = told.bind(self, *args, **named).arguments
            tries = given["job"].number_of_retries or 0
            if 0 < tries >= given["retry"].max:
                hand.fail(RetriesExceeded(f"{hand.name} asked to be tried again for more than {tries} times"))
            else:
                hand.defer("retry")
        return handle_job_retry(self, *args, **named)

    return handle


def _losing(handle_work_horse_killed: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handle_work_horse_killed)
    def handle(self: Any, job: Any, retpid: Any, ret_val: Any, rusage: Any) -> Any:
        hand = _begin(job)
        if hand is not None:
            if job.started_at:
                hand.backdate(max(0.0, (datetime.now(UTC) - job.started_at).total_seconds()))
            by_signal = ret_val is not None and os.WIFSIGNALED(ret_val)
            how = f"by signal {os.WTERMSIG(ret_val)}" if by_signal else f"with wait status {ret_val}"
            hand.fail(WorkHorseKilled(f"the work horse of {job.func_name} ended {how}"))
            hand.end()
        return handle_work_horse_killed(self, job, retpid, ret_val, rusage)

    return handle
