"""arq: jobs go on in the trace, and for the user, of whoever enqueued them.

arq has no headers: the carrier is one more entry of the serialized job, which a worker without this integration does
not look at. Whether a job failed, arq alone knows (retries, aborts, time-outs): we listen where it logs and stores it.
"""

import asyncio
import logging
import pickle
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from types import ModuleType
from typing import Any

from vedette import semconv
from vedette.sdk import jobs
from vedette.sdk.guard import failed
from vedette.sdk.integrations import running

ENTRY = "vedette"  # of the serialized job
_running: ContextVar[tuple[Any, str] | None] = ContextVar("vedette_arq", default=None)  # the worker, the job's id


def patch(module: ModuleType) -> None:
    """Patch `arq.connections` and `arq.worker`."""
    if module.__name__ == "arq.connections":
        module.serialize_job = _carrying(module.serialize_job)  # type: ignore[attr-defined]
        return
    module.deserialize_job_raw = _beginning(module.deserialize_job_raw)  # type: ignore[attr-defined]
    module.serialize_result = _watching(module.serialize_result)  # type: ignore[attr-defined]
    module.Worker.run_job = _ending(module.Worker.run_job)
    module.Worker.finish_job = _repeating(module.Worker.finish_job)
    logging.getLogger("arq.worker").addFilter(_hear)


def _carrying(serialize_job: Callable[..., bytes]) -> Callable[..., bytes]:
    @wraps(serialize_job)
    def serialize(*args: Any, serializer: Any = None, **named: Any) -> bytes:
        carried = jobs.carrier() if running("arq") is not None else None
        if not carried:
            return serialize_job(*args, serializer=serializer, **named)
        dump = serializer or pickle.dumps
        return serialize_job(*args, serializer=lambda job: dump({**job, ENTRY: carried}), **named)

    return serialize


def _beginning(deserialize_job_raw: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(deserialize_job_raw)
    def deserialize(data: bytes, *, deserializer: Any = None) -> Any:
        carried: dict[str, str] = {}

        def load(text: bytes) -> Any:
            job = (deserializer or pickle.loads)(text)
            carried.update(job.pop(ENTRY, None) or {})
            return job

        found = deserialize_job_raw(data, deserializer=load)
        try:
            worker, job_id = _running.get() or (None, "")
            if worker is not None and running("arq") is not None:
                about = {semconv.MESSAGING_MESSAGE_ID: job_id, semconv.MESSAGING_DESTINATION_NAME: worker.queue_name}
                jobs.begin(found[0], carried, "arq", about)
        except Exception as error:
            failed("arq", error)
        return found

    return deserialize


def _ending(run_job: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run_job)
    async def run(self: Any, job_id: str, *args: Any, **named: Any) -> Any:
        _running.set((self, job_id))  # each job has a task, and so a context, of its own
        try:
            result = await run_job(self, job_id, *args, **named)
        except BaseException as error:
            _end(error)
            raise
        _end(None)
        return result

    return run


def _end(error: BaseException | None) -> None:
    job = jobs.current_job()
    if job is not None and job.system == "arq":
        job.end(error)


def _hear(record: logging.LogRecord) -> bool:
    """arq logs the exception of a job that failed for good, in the job's own context."""
    job, told = jobs.current_job(), record.exc_info
    if job is not None and job.system == "arq" and isinstance(told, tuple) and told[1] is not None:
        job.fail(told[1])
    return True


def _watching(serialize_result: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(serialize_result)
    def serialize(*args: Any, **named: Any) -> Any:
        job = jobs.current_job()
        if job is not None and job.system == "arq" and not job.outcome:
            success = named.get("success", args[5] if len(args) > 5 else True)
            result = named.get("result", args[6] if len(args) > 6 else None)
            if isinstance(result, asyncio.CancelledError):
                job.defer("aborted")
            elif not success and isinstance(result, BaseException):
                job.fail(result)
        return serialize_result(*args, **named)

    return serialize


def _repeating(finish_job: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(finish_job)
    def finish(self: Any, job_id: str, finished: bool, *args: Any, **named: Any) -> Any:
        job = jobs.current_job()
        if job is not None and job.system == "arq" and not finished and not job.outcome:
            job.defer("retry")
        return finish_job(self, job_id, finished, *args, **named)

    return finish
