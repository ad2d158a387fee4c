"""Errors: `report()` makes one record of one exception, with the trace of the span it happened in.

sentry-sdk turns an exception into an event (frames, source lines, local variables); sending it is ours. It is loaded
with the first error, or in the background after `init()`.
"""

import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from opentelemetry.trace import Span, Status, StatusCode, get_current_span

from vedette import semconv
from vedette.sdk import context
from vedette.sdk.client import Client, get_client
from vedette.sdk.guard import failed
from vedette.sdk.traces import REPORTED, SPAN, is_failure, mark, renew, type_name

if TYPE_CHECKING:
    from vedette.sdk.sentry_events import Serialiser

Level = Literal["fatal", "error", "warning", "info", "debug"]
_EXPECTED = "__vedette_expected__"
_serialisers: dict[int, "Serialiser"] = {}  # by id of the client they report to
_loading = threading.Lock()
_warming: threading.Thread | None = None
_called_off = threading.Event()
WARM_AFTER_SECONDS = 2.0


def report(
    error: BaseException,
    *,
    handled: bool = True,
    level: Level = "error",
    fingerprint: Sequence[str] | None = None,
    mechanism: str = "generic",
    **tags: str,
) -> str:
    """Report an exception, once: a second time it gives the same id. `""` when nothing is running, or it failed.

    `handled` is false where it left the application's own code. `fingerprint` groups it with others that say the same.
    """
    client = get_client()
    if client is None or not is_failure(error):
        return ""
    here = get_current_span().get_span_context()
    renew(error, here)
    known = reported(error)
    if known:
        return known
    event_id = uuid4().hex
    mark(error, REPORTED, event_id)
    try:
        _send(client, error, event_id, {
            "level": level,
            **({"fingerprint": [str(part) for part in fingerprint]} if fingerprint else {}),
            "tags": {key: str(value) for key, value in tags.items()},
        }, {"type": mechanism, "handled": handled})  # fmt: skip
    except Exception as failure:
        failed("errors", failure)
        return ""
    if here.is_valid and not hasattr(error, SPAN):
        mark(error, SPAN, here)
    context.current().error_id = event_id
    tail = context.current().tail
    if tail is not None:
        tail.erred = True
    _tell_span(get_current_span(), error, event_id, handled)
    return event_id


def reported(error: BaseException) -> str:
    """The id of the event this exception was reported as, or `""`."""
    return str(getattr(error, REPORTED, ""))


def expect(error: BaseException) -> None:
    """This exception is how a framework says that a request was wrong. Logging it does not make it an error."""
    mark(error, _EXPECTED, True)


def from_log(error: BaseException, level: int) -> str:
    """Report the exception of a log record: at WARNING and above, for below it is told in passing."""
    known = reported(error)
    if known or level < logging.WARNING or hasattr(error, _EXPECTED):
        return known
    name: Level = "fatal" if level >= logging.CRITICAL else "error" if level >= logging.ERROR else "warning"
    return report(error, handled=True, level=name, mechanism="logging")


def _tell_span(span: Span, error: BaseException, event_id: str, handled: bool) -> None:
    """The span names its error. It failed only if the error was not dealt with inside it."""
    if not span.is_recording():
        return
    span.set_attribute(semconv.SENTRY_EVENT_ID, event_id)
    span.set_attribute(semconv.EXCEPTION_TYPE, type_name(error))
    span.set_attribute(semconv.EXCEPTION_MESSAGE, str(error))
    if not handled:
        span.set_status(Status(StatusCode.ERROR, f"{type_name(error)}: {error}"[:500]))


def _send(
    client: Client, error: BaseException, event_id: str, event: dict[str, Any], mechanism: dict[str, Any]
) -> None:
    import sentry_sdk  # noqa: PLC0415 — loaded with the first error
    from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

    serialiser = _serialiser(client)
    made, hint = event_from_exception(error, client_options=serialiser.options, mechanism=mechanism)
    made.update({**event, "event_id": event_id})  # type: ignore[typeddict-item]
    if sentry_sdk.get_client() is serialiser:  # with the tags and breadcrumbs that were set by sentry_sdk's own calls
        sentry_sdk.capture_event(made, hint)
    else:
        serialiser.capture_event(made, hint)


def _serialiser(client: Client) -> "Serialiser":
    from vedette.sdk.sentry_events import Serialiser, forget  # noqa: PLC0415 — this is what loads sentry-sdk

    with _loading:
        made = _serialisers.get(id(client))
        if made is None:
            made = _serialisers[id(client)] = Serialiser(client)
            client.on_close.append(lambda: forget(_serialisers.pop(id(client))))
        return made


def warm() -> None:
    """Load what errors need in the background, a little later, so that the first one does not wait for it and the
    start of the application does not either."""
    global _warming
    _warming = threading.Thread(target=_warm, args=(_called_off,), name="vedette-warm", daemon=True)
    _warming.start()


def _warm(called_off: threading.Event) -> None:
    if called_off.wait(WARM_AFTER_SECONDS):
        return
    client = get_client()
    try:
        if client is not None:
            _serialiser(client)
    except Exception as failure:
        failed("errors", failure)


def _before_fork() -> None:
    """A child would inherit the import locks of a thread that it does not have, and wait for it forever."""
    _called_off.set()
    if _warming is not None and _warming is not threading.current_thread():
        _warming.join(10)


def _after_fork_in_parent() -> None:
    global _called_off
    if _called_off.is_set():
        _called_off = threading.Event()
        if _warming is not None and get_client() is not None and "sentry_sdk" not in sys.modules:
            warm()


def _after_fork_in_child() -> None:
    global _loading
    _loading = threading.Lock()
    _after_fork_in_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
