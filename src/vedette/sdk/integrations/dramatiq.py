"""dramatiq: messages go on in the trace, and for the user, of whoever sent them.

The carrier is one of the message's options, and stays with it through delays and retries. We are where the broker calls
its middleware, around all of it, so brokers that were made before `init()` are followed as well.
"""

import logging
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from vedette import semconv
from vedette.sdk import jobs
from vedette.sdk.guard import failed
from vedette.sdk.integrations import running

OPTION = "vedette"  # of the message


def patch(module: ModuleType) -> None:
    """Patch `dramatiq.broker`."""
    module.Broker.emit_before = _before(module.Broker.emit_before)
    module.Broker.emit_after = _after(module.Broker.emit_after)
    logging.getLogger("dramatiq.worker.WorkerThread").addFilter(_hear)


def _before(emit_before: Callable[..., None]) -> Callable[..., None]:
    @wraps(emit_before)
    def emit(self: Any, signal: str, *args: Any, **named: Any) -> None:
        try:
            if running("dramatiq") is not None:
                if signal == "process_message":
                    _begin(args[0])
                elif signal == "enqueue" and OPTION not in args[0].options:
                    args[0].options[OPTION] = jobs.carrier()
        except Exception as error:
            failed("dramatiq", error)
        emit_before(self, signal, *args, **named)

    return emit


def _after(emit_after: Callable[..., None]) -> Callable[..., None]:
    @wraps(emit_after)
    def emit(self: Any, signal: str, *args: Any, **named: Any) -> None:
        emit_after(self, signal, *args, **named)
        job = jobs.current_job()
        if job is None or job.system != "dramatiq" or signal not in ("process_message", "skip_message"):
            return
        try:
            if signal == "skip_message":
                job.defer("skipped")
            elif named.get("exception") is not None:
                _settle(job, self, args[0], named["exception"])
        except Exception as error:
            failed("dramatiq", error)
        finally:
            job.end()

    return emit


def _begin(message: Any) -> None:
    options = message.options
    about = {
        semconv.MESSAGING_MESSAGE_ID: message.message_id,
        semconv.MESSAGING_DESTINATION_NAME: message.queue_name,
        "job.attempt": options.get("retries", 0) + 1,
    }
    jobs.begin(message.actor_name, options.get(OPTION), "dramatiq", about)


def _hear(record: logging.LogRecord) -> bool:
    """dramatiq logs what an actor raised before it tells its middleware: there it is reported."""
    job, told = jobs.current_job(), record.exc_info
    if job is not None and job.system == "dramatiq" and isinstance(told, tuple) and told[1] is not None:
        if _interrupts(told[1]):
            job.defer("interrupted", told[1])
            record.exc_info = None  # a worker that stops is no error
        else:
            job.fail(told[1])
    return True


def _settle(job: jobs.Job, broker: Any, message: Any, error: BaseException) -> None:
    """What became of a message whose actor raised, now that the middleware has decided it.

    dramatiq tries again whatever failed, unasked, for days: so an attempt that failed is an error at once, unless the
    actor says that it is none by raising `Retry`, or what it names in `throws`.
    """
    from dramatiq.errors import RateLimitExceeded, Retry  # noqa: PLC0415 — imported wherever this is called

    if job.outcome:
        return
    throws = message.options.get("throws") or broker.get_actor(message.actor_name).options.get("throws")
    if throws and isinstance(error, throws):
        job.defer("expected", error)
    elif isinstance(error, (Retry, RateLimitExceeded)) and not message.failed:
        job.defer("retry", error)
    elif _interrupts(error):
        job.defer("interrupted", error)
    else:
        job.fail(error)


def _interrupts(error: BaseException) -> bool:
    from dramatiq.middleware import Shutdown  # noqa: PLC0415 — imported wherever this is called

    return isinstance(error, Shutdown)
