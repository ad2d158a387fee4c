"""Sentry, and what speaks its protocol (GlitchTip, Bugsink): errors in envelopes, traces and logs over OTLP if wanted.

https://develop.sentry.dev/sdk/foundations/transport/envelopes/ · https://docs.sentry.io/concepts/otlp/
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vedette import __version__
from vedette.sdk.delivery.lane import HttpLane, Lane, Refused, Response, Retry, Signal, Verdict
from vedette.sdk.exporters.configuration import Dsn, chosen_signals, required
from vedette.sdk.exporters.json_encoding import dump, iso_time
from vedette.sdk.exporters.otlp_encoding import Endpoint

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

CLIENT = f"vedette-python/{__version__}"
EVENT_BYTES = 1_000_000  # an event over 1 MiB is dropped: relay-config/src/config.rs
ERROR_CATEGORIES = ("error", "default")
WITHOUT_LIMIT_SECONDS = 60.0  # a 429 that says nothing stands for a minute, as in Sentry's own clients


@dataclass(frozen=True)
class Links:
    """Where a person and a trace can be looked at; `{id}` stands for the id."""

    person: str = ""
    trace: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Links":
        """To the vedette server and to PostHog, where they are set up too; to PostHog's persons rather than ours."""
        person = trace = ""
        if env.get("VEDETTE_DSN"):
            vedette = Dsn.parse(env["VEDETTE_DSN"], "VEDETTE_DSN")
            trace = f"{vedette.base}/traces/{{id}}?project={vedette.project}"
            person = f"{vedette.base}/events?project={vedette.project}&user_id={{id}}"
        if (key := env.get("POSTHOG_API_KEY", "")).startswith("phc_"):
            # posthog-js's Sentry integration writes the same address: a project is found by its key, which is public.
            host = env.get("POSTHOG_HOST", "").rstrip("/") or "https://us.posthog.com"
            person = f"{host.replace('.i.posthog.com', '.posthog.com')}/project/{key}/person/{{id}}"
        return cls(person, trace)

    def of(self, event: Mapping[str, Any]) -> dict[str, str]:
        """The links of one error."""
        user_id = str((event.get("user") or {}).get("id") or "")
        trace_id = str(((event.get("contexts") or {}).get("trace") or {}).get("trace_id") or "")
        found = (("person", self.person, user_id), ("trace", self.trace, trace_id))
        return {name: url.replace("{id}", quote(key, safe="")) for name, url, key in found if url and key}


@dataclass(frozen=True, kw_only=True)
class Sentry:
    """Sends errors to a Sentry project; traces and logs too when `signals` has them. Sentry takes no OTLP metrics."""

    dsn: str = field(repr=False)
    name: str = "sentry"
    signals: frozenset[Signal] = frozenset({Signal.ERRORS})
    links: Links = field(default=Links(), repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Sentry":
        """`SENTRY_DSN`; `VEDETTE_SENTRY_SIGNALS` of errors, traces and logs."""
        dsn = required(env, "SENTRY_DSN", "the DSN of the project, from Settings → Client Keys")
        Dsn.parse(dsn, "SENTRY_DSN")
        return cls(dsn=dsn, signals=chosen_signals(env, "sentry", cls.signals), links=Links.from_env(env))

    def lanes(self, service: "Resource") -> list[Lane]:
        """Errors one an envelope; traces and logs by OTLP."""
        dsn = Dsn.parse(self.dsn, "SENTRY_DSN")
        otlp = f"{dsn.base}/api/{dsn.project}/integration/otlp/v1"
        endpoint = Endpoint(
            target=self.name,
            urls={Signal.TRACES: f"{otlp}/traces", Signal.LOGS: f"{otlp}/logs"},
            headers={"x-sentry-auth": auth(dsn)},
        )
        errors = Signal.ERRORS in self.signals
        lanes = endpoint.lanes(self.signals & {Signal.TRACES, Signal.LOGS}, service, errors_apart=errors)
        return [errors_lane(self.name, dsn, self.links), *lanes] if errors else lanes


def auth(dsn: Dsn) -> str:
    """The value of `X-Sentry-Auth`."""
    return f"Sentry sentry_version=7, sentry_client={CLIENT}, sentry_key={dsn.key}"


def errors_lane(target: str, dsn: Dsn, links: Links) -> Lane:
    """Errors to a server of Sentry's protocol."""

    def encode(items: Sequence[Any]) -> bytes:
        (event,) = items  # Relay takes one event an envelope
        return envelope(event, links)

    return HttpLane(
        target=target,
        signal=Signal.ERRORS,
        url=f"{dsn.base}/api/{dsn.project}/envelope/",
        encode=encode,
        content_type="application/x-sentry-envelope",
        headers={"x-sentry-auth": auth(dsn)},
        max_items=1,
        interpret=verdict,
    )


def envelope(event: Mapping[str, Any], links: Links) -> bytes:
    """An envelope of one event. `sent_at` is now, however long it waited: the server sets its clock by it."""
    if linked := links.of(event):
        event = {**event, "contexts": {**(event.get("contexts") or {}), "links": linked}}
    payload = _fitting(event)
    header = {"event_id": event["event_id"], "sent_at": iso_time(time.time())}
    item = {"type": "event", "content_type": "application/json", "length": len(payload)}
    return b"\n".join((dump(header), dump(item), payload, b""))


def _fitting(event: Mapping[str, Any]) -> bytes:
    """The event as JSON, without its bulkiest parts if it is too large: an error with less is better than none."""
    payload = dump(event)
    for parts in (("vars",), ("pre_context", "post_context")):
        if len(payload) <= EVENT_BYTES:
            return payload
        event = _without(event, parts)
        payload = dump(event)
    for part in ("breadcrumbs", "extra", "modules", "request", "threads"):
        if len(payload) <= EVENT_BYTES:
            return payload
        event = {name: value for name, value in event.items() if name != part}
        payload = dump(event)
    return payload


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(item, names) for key, item in value.items() if key not in names}
    return [_without(item, names) for item in value] if isinstance(value, (list, tuple)) else value


def verdict(response: Response) -> Verdict:
    """What an answer means. A limited error waits in the spool: Sentry's own clients would drop it."""
    from vedette.sdk.delivery.http import by_status  # noqa: PLC0415

    if response.status == 429:
        limits = limited_seconds(response.headers.get("x-sentry-rate-limits", ""))
        if limits is not None:
            return Retry("rate limited", limits)
        said = by_status(response)
        after = said.after_seconds if isinstance(said, Retry) else None
        return Retry("rate limited", WITHOUT_LIMIT_SECONDS if after is None else after)
    found = by_status(response)
    if isinstance(found, Refused) and (why := response.headers.get("x-sentry-error")):
        return replace(found, reason=f"{response.status}: {why}")
    return found


def limited_seconds(header: str) -> float | None:
    """How long errors must wait: `60:error;default:organization, 2700::key`. No category means all of them.

    https://develop.sentry.dev/sdk/expected-features/rate-limiting/
    """
    waits = []
    for limit in header.split(","):
        seconds, _, rest = limit.strip().partition(":")
        categories = [name for name in rest.partition(":")[0].split(";") if name]
        if categories and not set(categories) & set(ERROR_CATEGORIES):
            continue
        try:
            waits.append(float(seconds))
        except ValueError:
            continue
    return max(waits, default=None)
