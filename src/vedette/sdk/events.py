"""Product events: `track`, `identify` and `group`, as PostHog's `/batch/` takes them.

https://posthog.com/docs/api/capture, posthog-python's client.py
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID, uuid4, uuid5

from opentelemetry.trace import get_current_span

from vedette import __version__, semconv
from vedette.sdk import context
from vedette.sdk.client import Client, get_client
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.guard import guarded
from vedette.sdk.values import plain

# Events with the same key are the same event, whoever sends them and however often.
NAMESPACE = UUID("7b0b5c52-6d3c-5c1e-9f0e-0b6f2f9d3c41")
LIBRARY = "vedette-python"
PERSON_EVENTS = frozenset(("$identify", "$groupidentify"))


@runtime_checkable
class Declared(Protocol):
    """An event of the registry: `vedette.Event`."""

    def __vedette_event__(self) -> tuple[str, dict[str, Any], list[Any]]:
        """Name, properties, and in what it is not as declared."""

    def __vedette_key__(self) -> str | None:
        """What makes it the same event when it is sent twice."""


@guarded(None)
def track(
    event: str | Declared,
    properties: Mapping[str, Any] | None = None,
    *,
    user: str | None = None,
    groups: Mapping[str, str] | None = None,
    key: str | None = None,
) -> None:
    """Record a product event of the user in hand, or of `user`. `groups` adds to those of the scope.

    When this returns the event is on disk (where there is a spool) and will be sent once or more; with a `key`, such
    as the id of a webhook, it counts once however often it is tracked or sent.
    """
    client = get_client()
    if client is None:
        return
    if isinstance(event, str):
        name, given = event, dict(properties or {})
    else:
        name, given, violations = event.__vedette_event__()
        given.update(properties or {})
        key = key or event.__vedette_key__()
        if violations:
            from vedette.sdk.metrics import count  # noqa: PLC0415 — only where an event is not as declared
            from vedette.sdk.schema import report  # noqa: PLC0415

            report(given, violations, count)
    _send(client, name, given, user=user, groups=groups, key=key)


@guarded(None)
def identify(user_id: str, *, traits: Mapping[str, Any] | None = None, group: Mapping[str, str] | None = None) -> None:
    """Say who the user of the request or job in hand is: every record from here on carries it. `traits` are kept with
    the person; without them nothing is sent."""
    scope = context.current()
    scope.user_id = str(user_id)
    if group:
        scope.groups = {**scope.groups, **{kind: str(value) for kind, value in group.items()}}
    span = get_current_span()
    if span.is_recording():
        span.set_attributes(context.attributes(scope))
    client = get_client()
    if client is not None and traits:
        _send(client, "$identify", {"$set": dict(traits)}, user=scope.user_id)


@guarded(None)
def group(group_type: str, key: str, traits: Mapping[str, Any] | None = None) -> None:
    """Say which group (organization, team, …) the request or job in hand is for, and what is known of it."""
    scope = context.current()
    scope.groups = {**scope.groups, group_type: str(key)}
    span = get_current_span()
    if span.is_recording():
        span.set_attribute(semconv.group_attribute(group_type), str(key))
    client = get_client()
    if client is not None and traits:
        about = {"$group_type": group_type, "$group_key": str(key), "$group_set": dict(traits)}
        _send(client, "$groupidentify", about, user=scope.distinct_id or f"${group_type}_{key}")


def _send(
    client: Client,
    name: str,
    given: dict[str, Any],
    *,
    user: str | None = None,
    groups: Mapping[str, str] | None = None,
    key: str | None = None,
) -> None:
    scope = context.current()
    distinct_id = str(user) if user else scope.distinct_id
    properties = {**_about(client, scope, groups), **{name: plain(value) for name, value in given.items()}}
    if not user and not scope.user_id and name not in PERSON_EVENTS:  # nobody, or whom only a browser has named
        properties[semconv.POSTHOG_PROCESS_PERSON_PROFILE] = False
    event = {
        "event": name,
        "distinct_id": distinct_id or str(uuid4()),
        "uuid": str(uuid5(NAMESPACE, f"{name}:{key}") if key else uuid4()),
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": client.scrubber.document(properties),
    }
    client.put(Signal.EVENTS, event)


def _about(client: Client, scope: context.Scope, groups: Mapping[str, str] | None) -> dict[str, Any]:
    """The context as PostHog's properties."""
    settings = client.settings
    trace_id, span_id = context.trace_ids()
    known = {
        semconv.POSTHOG_SESSION_ID: scope.session_id,
        semconv.POSTHOG_TRACE_ID: trace_id,
        semconv.POSTHOG_SPAN_ID: span_id,
        semconv.POSTHOG_REQUEST_ID: scope.request_id,
        semconv.POSTHOG_SENTRY_EVENT_ID: scope.error_id,
        semconv.POSTHOG_GROUPS: {**scope.groups, **(groups or {})},
        "service": settings.service,
        "environment": settings.environment,
        "release": settings.release,
        semconv.POSTHOG_LIB: LIBRARY,
        semconv.POSTHOG_LIB_VERSION: __version__,
    }
    return {**scope.tags, **{name: value for name, value in known.items() if value}}
