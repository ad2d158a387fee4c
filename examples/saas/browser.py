"""A browser tab, seen from the network: what posthog-js, Sentry's JavaScript SDK and OpenTelemetry's send from it."""

import contextlib
import gzip
import json
import logging
import os
import random
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from saas import page_loads, services
from saas.people import SITE, Person, uuid7
from saas.services import RELEASE

log = logging.getLogger("saas.browser")
ENVIRONMENT = "production"
IDLE_SECONDS = 30 * 60
POSTHOG_JS = "1.290.0"
SENTRY_JS = {"name": "sentry.javascript.react", "version": "10.25.0"}

Frame = tuple[str, str, int, int]
"""File, function, line, column of a JavaScript stack frame."""


@dataclass(frozen=True)
class Backends:
    """Where the browser's telemetry goes. Empty addresses: nowhere."""

    posthog_host: str = ""
    posthog_key: str = ""
    sentry_url: str = ""
    otlp_url: str = ""
    otlp_headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> "Backends":
        """From the one variable that the services read: all three protocols have the same host and key."""
        dsn = urlsplit(os.environ.get("VEDETTE_DSN", ""))
        if not dsn.hostname:
            return cls()
        host, key = f"{dsn.scheme}://{dsn.netloc.rpartition('@')[2]}", dsn.username or ""
        query = f"sentry_version=7&sentry_key={key}&sentry_client={SENTRY_JS['name']}%2F{SENTRY_JS['version']}"
        return cls(
            posthog_host=host,
            posthog_key=key,
            sentry_url=f"{host}/api{dsn.path}/envelope/?{query}",
            otlp_url=host,
            otlp_headers={"authorization": f"Bearer {key}"},
        )


@dataclass
class Browser:
    """One person's tab. Events wait in `queue` until `flush`, as in posthog-js."""

    person: Person
    rng: random.Random
    http: httpx.AsyncClient
    backends: Backends
    session_id: str = ""
    window_id: str = ""
    url: str = ""
    last_activity: float = 0.0
    queue: list[dict[str, Any]] = field(default_factory=list)
    health: dict[str, Any] = field(default_factory=dict)
    "The release-health session that Sentry's SDK keeps for the page that is open."
    invitations: list[str] = field(default_factory=list)
    "Codes of invitations sent, for `traffic` to let somebody follow them."

    @property
    def distinct_id(self) -> str:
        """The user id once identified, the device's anonymous id before."""
        return self.person.user_id or self.person.device_id

    # posthog-js --------------------------------------------------------------------------------------------

    def capture(self, event: str, properties: dict[str, Any] | None = None, **top_level: Any) -> None:
        """`posthog.capture()`: queue an event with everything posthog-js knows."""
        now = time.time()
        if now - self.last_activity > IDLE_SECONDS:
            self.session_id = uuid7(self.rng, int(now * 1000))
            self.window_id = uuid7(self.rng, int(now * 1000))
        self.last_activity = now
        identified = bool(self.person.user_id)
        self.queue.append(
            {
                "uuid": uuid7(self.rng, int(now * 1000)),
                "event": event,
                "timestamp": _iso(now),
                "properties": {
                    **self.person.device_properties(),
                    "token": self.backends.posthog_key,
                    "distinct_id": self.distinct_id,
                    "$session_id": self.session_id,
                    "$window_id": self.window_id,
                    "$current_url": self.url,
                    "$pathname": urlsplit(self.url).path,
                    "$referrer": self.person.campaign[3],
                    "$is_identified": identified,
                    "$process_person_profile": identified,
                    "$insert_id": f"{self.rng.getrandbits(64):016x}",
                    "$time": now,
                    "service": "web",
                    "release": RELEASE,
                    "environment": ENVIRONMENT,
                    **(properties or {}),
                },
                **top_level,
            }
        )

    async def open(self, url: str, title: str) -> None:
        """Go to a page: leave the last one, view the new one."""
        if self.url:
            self.capture("$pageleave", {"$prev_pageview_pathname": urlsplit(self.url).path})
        first = not self.url
        self.url = url if url.startswith("http") else SITE + url
        self.capture("$pageview", {"title": title, **(self.person.campaign_properties if first else {})})
        if first or self.rng.random() < 0.2:
            await self._load()
        self.health = {"sid": uuid7(self.rng, int(time.time() * 1000)).replace("-", ""), "started": _iso(time.time())}
        await self._send_envelope("session", {**self._health("ok"), "init": True})
        await self.flush()

    async def _load(self) -> None:
        """A page load that is no navigation within the app: both SDKs tell what the browser measured."""
        page = page_loads.page_of(self.url)
        vitals = page_loads.measure(self.rng, self.person, page)
        self.capture("$web_vitals", page_loads.captured(self.rng, vitals))
        load = page_loads.transaction(self.rng, self.person, page, self.url, vitals)
        load |= {"release": RELEASE, "environment": ENVIRONMENT}
        load["tags"] = {"service": "web", "session.id": self.session_id}
        await self._send_envelope("transaction", load)
        if "inp" in vitals:
            await self._send_envelope("span", page_loads.interaction(self.rng, self.person, load, vitals["inp"]))

    def click(self, text: str, tag: str = "button") -> None:
        """`$autocapture` of a click."""
        self.capture(
            "$autocapture",
            {
                "$event_type": "click",
                "$el_text": text,
                "$elements_chain": f'{tag}.btn:nth-child="1"nth-of-type="1"text="{text}";'
                'div.actions:nth-child="2"nth-of-type="2";body:nth-child="2"nth-of-type="1"',
            },
        )

    def identify(self, user_id: str) -> None:
        """`posthog.identify()`: from now on the anonymous person is this user."""
        self.person.user_id = user_id
        self.capture(
            "$identify",
            {"$anon_distinct_id": self.person.device_id},
            **{
                "$set": self.person.traits,
                "$set_once": {f"$initial_{k}": v for k, v in self.person.campaign_properties.items()},
            },
        )

    async def flush(self) -> None:
        """Post what is queued, gzipped when it is worth it."""
        events, self.queue = self.queue, []
        if not events or not self.backends.posthog_host:
            return
        now = time.time()
        body = json.dumps({"api_key": self.backends.posthog_key, "batch": events, "sent_at": _iso(now)}).encode()
        content_type = "application/json"
        if len(body) > 1024:
            body, content_type = gzip.compress(body, 1), "text/plain"  # not a typo: it avoids a CORS preflight
        url = f"{self.backends.posthog_host}/e/?ip=0&_={int(now * 1000)}&ver={POSTHOG_JS}"
        await self._post(url, body, content_type)

    # fetch, with OpenTelemetry -----------------------------------------------------------------------------

    async def call(self, service: str, method: str, path: str, body: Any = None) -> httpx.Response | None:
        """`fetch()` of one of the services in a trace of its own. None when the network or the server failed."""
        trace_id, span_id = f"{self.rng.getrandbits(128):032x}", f"{self.rng.getrandbits(64):016x}"
        headers = {
            "traceparent": f"00-{trace_id}-{span_id}-01",
            "x-posthog-session-id": self.session_id,
            "x-posthog-distinct-id": self.distinct_id,
        }
        if self.person.token:
            headers["authorization"] = f"Bearer {self.person.token}"
        started = time.time_ns()
        try:
            response = await self.http.request(method, services.url(service) + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("%s %s%s: %r", method, service, path, error)
            response = None
        status = response.status_code if response is not None else 0
        await self._send_span(trace_id, span_id, method, service, path, started, status)
        if status >= 500:
            await self.report_error(
                "Error",
                f"{method} {_template(path)} failed with status {status}",
                [("api/client.ts", "request", 48, 11), (f"pages{urlsplit(self.url).path}.tsx", "onSubmit", 31, 7)],
                trace_id=trace_id,
            )
        return response

    async def _send_span(
        self, trace_id: str, span_id: str, method: str, service: str, path: str, started: int, status: int
    ) -> None:
        attributes = {
            "http.request.method": method,
            "url.full": f"https://{service}.saas.example{path}",
            "http.response.status_code": status,
            "session.id": self.session_id,
            **({"user.id": self.person.user_id} if self.person.user_id else {}),
        }
        resource = {"service.name": "web", "service.namespace": "saas", "service.version": RELEASE}
        resource["deployment.environment.name"] = ENVIRONMENT
        span = {
            "traceId": trace_id,
            "spanId": span_id,
            "name": f"{method} {_template(path)}",
            "kind": 3,
            "startTimeUnixNano": str(started),
            "endTimeUnixNano": str(time.time_ns()),
            "attributes": _otlp(attributes),
            "status": {"code": 2 if not status or status >= 500 else 0},
        }
        scope = {"name": "@opentelemetry/instrumentation-fetch", "version": "0.208.0"}
        body = {
            "resourceSpans": [
                {
                    "resource": {"attributes": _otlp(resource)},
                    "scopeSpans": [{"scope": scope, "spans": [span]}],
                }
            ]
        }
        if self.backends.otlp_url:
            url = f"{self.backends.otlp_url}/v1/traces"
            await self._post(url, json.dumps(body).encode(), "application/json", self.backends.otlp_headers)

    # Sentry's JavaScript SDK -------------------------------------------------------------------------------

    async def report_error(self, kind: str, message: str, frames: list[Frame], *, trace_id: str = "") -> str:
        """An error nobody caught, as `@sentry/react` sends it; returns its event id. `frames`: innermost first, as in a
        JS stack."""
        now = time.time()
        event = javascript_error(self.person, kind, message, frames)
        event |= {
            "event_id": f"{self.rng.getrandbits(128):032x}",
            "timestamp": now,
            "release": RELEASE,
            "environment": ENVIRONMENT,
            "request": {"url": self.url},
            "tags": {"service": "web", "session.id": self.session_id},
        }
        trace_id = trace_id or f"{self.rng.getrandbits(128):032x}"
        event["contexts"]["trace"] = {"trace_id": trace_id, "span_id": f"{self.rng.getrandbits(64):016x}"}
        await self._send_envelope("event", event)
        if self.health:  # an error nobody caught ends the session
            await self._send_envelope("session", {**self._health("crashed"), "errors": 1})
            self.health = {}
        return str(event["event_id"])

    async def write(self, message: str, about: str = "") -> None:
        """What the user writes into Sentry's feedback widget; `about` is the event of the crash it is about."""
        said = {"message": message, "url": self.url, "source": "widget"}
        if self.person.user_id:
            said |= {"name": self.person.name, "contact_email": self.person.email}
        if about:
            said["associated_event_id"] = about
        await self._send_envelope(
            "feedback",
            {
                "event_id": f"{self.rng.getrandbits(128):032x}",
                "type": "feedback",
                "timestamp": time.time(),
                "release": RELEASE,
                "environment": ENVIRONMENT,
                "user": {"id": self.person.user_id} if self.person.user_id else {},
                "contexts": {"feedback": said},
                "sdk": SENTRY_JS,
            },
        )

    def _health(self, status: str) -> dict[str, Any]:
        return {
            **self.health,
            "did": self.person.user_id or None,
            "init": False,
            "timestamp": _iso(time.time()),
            "status": status,
            "errors": 0,
            "attrs": {"release": RELEASE, "environment": ENVIRONMENT},
        }

    async def _send_envelope(self, kind: str, item: dict[str, Any]) -> None:
        if not self.backends.sentry_url:
            return
        header = {"sent_at": _iso(time.time()), "sdk": SENTRY_JS}
        if "event_id" in item:
            header["event_id"] = item["event_id"]
        # Like the JavaScript SDK: no `length`, no newline at the end, no content type of its own.
        body = "\n".join(json.dumps(part) for part in (header, {"type": kind}, item)).encode()
        await self._post(self.backends.sentry_url, body, "text/plain;charset=UTF-8")

    async def _post(self, url: str, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> None:
        """Telemetry must never hurt the page: what cannot be sent is gone."""
        with contextlib.suppress(httpx.HTTPError):
            await self.http.post(url, content=body, headers={**(headers or {}), "content-type": content_type})


def javascript_error(person: Person, kind: str, message: str, frames: list[Frame]) -> dict[str, Any]:
    """The part of a Sentry event that describes an uncaught error in this person's browser."""
    browser, version, os_name, *_ = person.browser
    stack = [
        {"filename": f"{SITE}/assets/{file}", "function": function, "lineno": line, "colno": column, "in_app": True}
        for file, function, line, column in reversed(frames)
    ]
    return {
        "platform": "javascript",
        "level": "error",
        "exception": {
            "values": [
                {
                    "type": kind,
                    "value": message,
                    "stacktrace": {"frames": stack},
                    "mechanism": {"type": "auto.browser.global_handlers.onerror", "handled": False},
                }
            ]
        },
        "user": {"id": person.user_id, "email": person.email} if person.user_id else {},
        "contexts": {"browser": {"name": browser, "version": str(version)}, "os": {"name": os_name}},
        "sdk": SENTRY_JS,
    }


def _otlp(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {str: "stringValue", int: "intValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in attributes.items()]


def _template(path: str) -> str:
    """`/workflows/wfl_1a2b/run` → `/workflows/:id/run`: names of few values."""
    return "/".join(":id" if "_" in part else part for part in path.split("/"))


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03d}Z"
