"""PostHog: product events and errors to `/batch/`, logs, traces and metrics over OTLP if wanted.

https://posthog.com/docs/api/capture · posthog-python's `exception_utils.py` for the shape of `$exception`.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vedette import __version__, semconv
from vedette.sdk.delivery.lane import HttpLane, Lane, Refused, Response, Signal, Verdict
from vedette.sdk.exporters.configuration import base_url, chosen_signals, required
from vedette.sdk.exporters.entries import exceptions_of
from vedette.sdk.exporters.json_encoding import dump, iso_time, seconds_of
from vedette.sdk.exporters.otlp_encoding import Endpoint

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

CLOUD = "https://us.i.posthog.com"
BATCH_BYTES = 5 << 20  # of one request; the server's limit is 20 MB, of one event 1 MB
OTLP_BYTES = 2 << 20
OTLP_SIGNALS = frozenset({Signal.LOGS, Signal.TRACES, Signal.METRICS})


@dataclass(frozen=True, kw_only=True)
class PostHog:
    """Sends product events and errors to a PostHog project; logs, traces and metrics too when `signals` has them."""

    api_key: str = field(repr=False)
    host: str = CLOUD
    name: str = "posthog"
    signals: frozenset[Signal] = frozenset({Signal.EVENTS, Signal.ERRORS})

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PostHog":
        """`POSTHOG_API_KEY`, `POSTHOG_HOST`; `VEDETTE_POSTHOG_SIGNALS` of all five."""
        what = "the project's API key (phc_…), from Project settings"
        return cls(
            api_key=required(env, ("POSTHOG_API_KEY", "POSTHOG_PROJECT_API_KEY"), what),
            host=base_url(env.get("POSTHOG_HOST") or CLOUD, "POSTHOG_HOST"),
            signals=chosen_signals(env, "posthog", cls.signals),
        )

    def lanes(self, service: "Resource") -> list[Lane]:
        """Events and errors to `/batch/`, the rest to `/i/v1/…`."""
        lanes: list[Lane] = []
        if Signal.EVENTS in self.signals:
            lanes.append(events_lane(self.name, self.host, self.api_key))
        if Signal.ERRORS in self.signals:
            lanes.append(_batch_lane(self.name, Signal.ERRORS, self.host, self.api_key, exception_event))
        endpoint = Endpoint(
            target=self.name,
            urls={signal: f"{self.host}/i/v1/{signal}" for signal in OTLP_SIGNALS},
            headers={"authorization": f"Bearer {self.api_key}"},
            max_bytes=OTLP_BYTES,
        )
        return lanes + endpoint.lanes(self.signals & OTLP_SIGNALS, service, errors_apart=Signal.ERRORS in self.signals)


def events_lane(target: str, host: str, api_key: str) -> Lane:
    """Product events to a server of PostHog's protocol."""
    return _batch_lane(target, Signal.EVENTS, host, api_key, dict)


def _batch_lane(
    target: str, signal: Signal, host: str, api_key: str, shape: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Lane:
    def encode(items: Sequence[Any]) -> bytes:
        # The server corrects each timestamp by how far `sent_at` is from its own clock.
        return dump({"api_key": api_key, "sent_at": iso_time(time.time()), "batch": [shape(item) for item in items]})

    return HttpLane(
        target=target,
        signal=signal,
        url=f"{host}/batch/",
        encode=encode,
        content_type="application/json",
        max_items=100,
        max_bytes=BATCH_BYTES,
        interpret=verdict,
    )


def verdict(response: Response) -> Verdict:
    """What an answer means. One bad event makes the server refuse its whole batch: delivery then looks for it."""
    from vedette.sdk.delivery.http import by_status  # noqa: PLC0415

    if response.status == 200 and (limited := _quota_limited(response.body)):
        return Refused(f"over the quota of {limited}", whole=True)
    return by_status(response)


def _quota_limited(body: bytes) -> str:
    """The server says 200 to what is over the quota, "because clients retry", and throws it away."""
    if b"quota_limited" not in body:
        return ""
    try:
        resources = json.loads(body).get("quota_limited") or ()
    except (ValueError, AttributeError):
        return ""
    return ", ".join(name for name in resources if name in ("events", "exceptions"))


def exception_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An error of Sentry's shape as PostHog's `$exception`: the exception raised comes first, its causes after it."""
    tags = dict(event.get("tags") or {})
    trace = (event.get("contexts") or {}).get("trace") or {}
    user_id = str((event.get("user") or {}).get("id") or "")
    event_id = uuid.UUID(event["event_id"])
    organization, session_id, request_id = (
        tags.pop(name, None) for name in ("organization", "session_id", "request_id")
    )
    fingerprint = [part for part in event.get("fingerprint") or () if part != "{{ default }}"]
    properties = {
        **tags,
        "$exception_list": [_exception(value) for value in reversed(exceptions_of(event))] or [_message(event)],
        "$exception_level": event.get("level") or "error",
        "$exception_fingerprint": ":".join(map(str, fingerprint)) or None,
        semconv.POSTHOG_SENTRY_EVENT_ID: event_id.hex,
        semconv.POSTHOG_TRACE_ID: trace.get("trace_id"),
        semconv.POSTHOG_SPAN_ID: trace.get("span_id"),
        semconv.POSTHOG_SESSION_ID: session_id,
        semconv.POSTHOG_REQUEST_ID: request_id,
        semconv.POSTHOG_GROUPS: {"organization": organization} if organization else None,
        "environment": event.get("environment"),
        "release": event.get("release"),
        semconv.POSTHOG_LIB: "vedette-python",
        semconv.POSTHOG_LIB_VERSION: __version__,
        # Where nobody is known no person is made, and the error's own id stands for one.
        semconv.POSTHOG_PROCESS_PERSON_PROFILE: None if user_id else False,
    }
    return {
        "event": "$exception",
        "uuid": str(event_id),
        "distinct_id": user_id or str(event_id),
        "timestamp": iso_time(seconds_of(event.get("timestamp"), time.time())),
        "properties": {name: value for name, value in properties.items() if value is not None},
    }


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or ()
    shaped = {name: value[name] for name in ("type", "value", "module", "mechanism") if value.get(name) is not None}
    if frames:
        names = ("filename", "abs_path", "function", "module", "lineno", "in_app")
        source = ("pre_context", "context_line", "post_context")
        kept = [{name: frame[name] for name in (*names, *source) if name in frame} for frame in frames]
        shaped["stacktrace"] = {"type": "raw", "frames": [{"platform": "python", **frame} for frame in kept]}
    return shaped


def _message(event: Mapping[str, Any]) -> dict[str, Any]:
    text = (event.get("logentry") or {}).get("message") or event.get("message") or ""
    return {"type": "Message", "value": text, "mechanism": {"type": "generic", "handled": True, "synthetic": True}}
