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
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.guard import failed
from vedette.sdk.traces import is_failure, mark, type_name

if TYPE_CHECKING:
    from sentry_sdk import Client as SentryClient

Level = Literal["fatal", "error", "warning", "info", "debug"]
_REPORTED = "__vedette_event_id__"
_serialisers: dict[int, "SentryClient"] = {}  # by id of the client they report to
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
    known = reported(error)
    if known:
        return known
    event_id = uuid4().hex
    mark(error, _REPORTED, event_id)
    try:
        _send(client, error, event_id, {
            "level": level,
            **({"fingerprint": [str(part) for part in fingerprint]} if fingerprint else {}),
            "tags": {key: str(value) for key, value in tags.items()},
        }, {"type": mechanism, "handled": handled})  # fmt: skip
    except Exception as failure:
        failed("errors", failure)
        return ""
    context.current().error_id = event_id
    tail = context.current().tail
    if tail is not None:
        tail.erred = True
    _tell_span(get_current_span(), error, event_id, handled)
    return event_id


def reported(error: BaseException) -> str:
    """The id of the event this exception was reported as, or `""`."""
    return str(getattr(error, _REPORTED, ""))


def from_log(error: BaseException, level: int) -> str:
    """Report the exception of a log record: at WARNING and above, for below it is told in passing."""
    known = reported(error)
    if known or level < logging.WARNING:
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
        serialiser.capture_event(made, hint, sentry_sdk.Scope())


def _serialiser(client: Client) -> "SentryClient":
    with _loading:
        made = _serialisers.get(id(client))
        if made is None:
            made = _serialisers[id(client)] = _make(client)
            client.on_close.append(lambda: _forget(client))
        return made


def _make(client: Client) -> "SentryClient":
    import sentry_sdk  # noqa: PLC0415 — 80 ms and 5 MB that a process without errors need not wait for
    from sentry_sdk.envelope import Envelope  # noqa: PLC0415

    class Transport(sentry_sdk.Transport):
        """What sentry-sdk would send goes to our delivery. All but errors is ours to make, and none is expected."""

        def capture_envelope(self, envelope: Envelope) -> None:
            for item in envelope.items:
                event = item.get_event()
                if event is not None:
                    client.put(Signal.ERRORS, event)

    settings = client.settings
    made = sentry_sdk.Client(
        dsn="http://vedette@localhost/0",  # never used: without one nothing is serialised
        transport=Transport(),
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        enable_backpressure_handling=False,
        include_local_variables=settings.local_variables,
        release=settings.release or None,
        environment=settings.environment,
        server_name=str(client.resource.attributes.get(semconv.HOST_NAME, "")),
        before_send=lambda event, hint: _finish(client, event, hint),
        shutdown_timeout=0,
        traces_sample_rate=None,
        spotlight=False,
        debug=False,
    )
    if not sentry_sdk.get_client().is_active():  # `sentry_sdk.capture_exception()` of the application comes here too
        sentry_sdk.get_global_scope().set_client(made)
    return made


def _forget(client: Client) -> None:
    import sentry_sdk  # noqa: PLC0415

    made = _serialisers.pop(id(client), None)
    if made is not None and sentry_sdk.get_global_scope().client is made:
        sentry_sdk.get_global_scope().set_client(None)


def _finish(client: Client, event: Any, hint: dict[str, Any]) -> Any:
    """The last look at an event, whoever captured it: the scope goes in, secrets go out, a second one is no news."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    if error is not None:
        known = reported(error)
        if known and known != event.get("event_id"):
            return None
        mark(error, _REPORTED, event["event_id"])
    _put_scope(client, event, error)
    return client.scrubber.document(event)


def _put_scope(client: Client, event: dict[str, Any], error: BaseException | None) -> None:
    scope = context.current()
    contexts = event.setdefault("contexts", {})
    here = getattr(error, "__vedette_span__", None) or get_current_span().get_span_context()
    if here.is_valid:
        contexts["trace"] = {"trace_id": f"{here.trace_id:032x}", "span_id": f"{here.span_id:016x}"}
    else:
        contexts.pop("trace", None)  # sentry-sdk makes one up
    if scope.distinct_id:
        event["user"] = {"id": scope.distinct_id, **event.get("user", {})}
    told = {
        "service": client.settings.service,
        "session_id": scope.session_id,
        "request_id": scope.request_id,
        "organization": scope.groups.get("organization", ""),
        **{f"group.{kind}": key for kind, key in scope.groups.items() if kind != "organization"},
        **scope.tags,
    }
    given = event.get("tags") or {}
    event["tags"] = {**{key: value for key, value in told.items() if value}, **dict(given)}
    if scope.route and not event.get("transaction"):
        event["transaction"] = scope.route


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
