"""Events of Sentry's protocol, made by sentry-sdk's serialiser. Importing this loads sentry-sdk, which takes 80 ms.

Ours is a client of sentry-sdk that has no transport, session, monitor or integration: it turns what is captured into
an event and hands it to the delivery. Where the application has no client of its own, its calls of
`sentry_sdk.capture_exception` come here too.
"""

import re
import sysconfig
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import sentry_sdk
from opentelemetry.trace import get_current_span
from sentry_sdk.client import BaseClient, get_options
from sentry_sdk.serializer import serialize
from sentry_sdk.utils import iter_event_frames

from vedette import __version__, semconv
from vedette.sdk import context
from vedette.sdk.client import Client
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.errors import reported
from vedette.sdk.guard import failed
from vedette.sdk.requests import current_request
from vedette.sdk.traces import REPORTED, SPAN, mark

_STANDARD = "|".join(re.escape(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
_FOREIGN = re.compile(rf"<frozen|.*[\\/](?:dist|site)-packages[\\/]|(?:{_STANDARD})[\\/]")


class Serialiser(BaseClient):
    """A sentry client that reports to ours."""

    def __init__(self, client: Client) -> None:
        settings = client.settings
        super().__init__(
            get_options(
                dsn="",
                include_local_variables=settings.local_variables,
                release=settings.release,  # None would run git to find one
                environment=settings.environment,
                server_name=str(client.resource.attributes.get(semconv.HOST_NAME, "")),
            )
        )
        self._client = client
        if not sentry_sdk.get_client().is_active():
            sentry_sdk.get_global_scope().set_client(self)

    def is_active(self) -> bool:
        """Whether events are wanted."""
        return not self._client.closed

    def capture_event(
        self, event: Any, hint: Any = None, scope: "sentry_sdk.Scope | None" = None, **_: Any
    ) -> str | None:
        """Complete an event, with what was set on sentry's scopes where one is given, and hand it on. Its id, or None
        where it is none to be sent. Never raises: sentry's callers do not expect it."""
        try:
            return self._capture(event, dict(hint or ()), scope)
        except Exception as failure:
            failed("errors", failure)
            return None

    def _capture(self, event: Any, hint: dict[str, Any], scope: "sentry_sdk.Scope | None") -> str | None:
        if event.get("type") is not None:  # transactions, check-ins: traces are OpenTelemetry's
            return None
        event_id = str(event.setdefault("event_id", uuid4().hex))
        error = (hint.get("exc_info") or (None, None, None))[1]
        if error is not None:
            if (known := reported(error)) and known != event_id:
                return None
            mark(error, REPORTED, event_id)
        event.setdefault("timestamp", datetime.now(UTC))
        event.setdefault("platform", "python")
        if scope is not None:
            event = scope.apply_to_event(event, hint, self.options)
            if event is None:  # one of the application's event processors said so
                return None
        for key in ("release", "environment", "server_name"):
            if not event.get(key) and self.options[key]:
                event[key] = self.options[key]
        tell_own_frames(event)
        event = serialize(event, max_value_length=self.options.get("max_value_length"))
        event["sdk"] = {"name": "vedette.python", "version": __version__}
        put_scope(self._client, event, error)
        self._client.put(Signal.ERRORS, self._client.scrubber.document(event))
        return event_id


def tell_own_frames(event: dict[str, Any]) -> None:
    """Say which frames are the application's: all but those of the standard library, of installed packages and ours.

    sentry-sdk asks whether a file is below the working directory, which for a service may be any.
    """
    for frame in iter_event_frames(cast(Any, event)):
        path, module = frame.get("abs_path") or "", frame.get("module") or ""
        frame.setdefault("in_app", not (_FOREIGN.match(path) or f"{module}.".startswith("vedette.sdk.")))


def put_scope(client: Client, event: dict[str, Any], error: BaseException | None) -> None:
    """Say in an event which trace, user, session, request and group it belongs to."""
    scope = context.current()
    contexts = event.setdefault("contexts", {})
    here = getattr(error, SPAN, None) or get_current_span().get_span_context()
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
        **{semconv.GROUP_PREFIX + kind: key for kind, key in scope.groups.items() if kind != "organization"},
        **scope.tags,
    }
    event["tags"] = {**{key: value for key, value in told.items() if value}, **dict(event.get("tags") or {})}
    request = current_request()
    route = scope.route or (request.known_route() if request is not None else "")
    if request is not None:
        event.setdefault("request", request.told())
    if route and not event.get("transaction"):
        event["transaction"] = route


def forget(serialiser: Serialiser) -> None:
    """Give the application's calls of sentry-sdk back to nobody."""
    if sentry_sdk.get_global_scope().client is serialiser:
        sentry_sdk.get_global_scope().set_client(None)
