"""The frame around every ingest handler: CORS, errors → responses, store errors → 503.

A protocol's handler is `async def handler(request: IngestRequest) -> Response`. It raises `RequestError`s; the
frame renders them with the protocol's own `render_error`, so that each client reads errors in its own language.
"""

import asyncio
import base64
import binascii
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Match, Route

from vedette.server.config import Settings
from vedette.server.http.body import ClientDisconnected, Reading, decompress
from vedette.server.http.errors import Overloaded, RequestError, TooLarge, Unauthorized
from vedette.server.http.keys import IngestKey, KeyRing
from vedette.server.http.outcomes import Outcomes, Protocol
from vedette.server.http.rules import RuleBook
from vedette.server.http.symbolication import NO_MAPS, Symbolicator
from vedette.server.store.commit import Committer
from vedette.server.store.errors import InsertRejected, StoreFull, StoreUnavailable
from vedette.server.store.retries import RecentRequests

log = logging.getLogger("vedette.ingest")

DRAIN_MAX_BYTES = 1024 * 1024
DRAIN_SECONDS = 2.0
OFF_LOOP_BYTES = 128 * 1024  # decompressing less takes under a millisecond: not worth a thread
ON_LOOP_OUTPUT_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ingest:
    """What every protocol is given: settings, keys, the committer and the outcomes counter.

    `rules` are what projects have set, `symbolicator` reads minified frames. `recent_requests` tells a client's retry
    after a crash from new data, for requests without an id.
    """

    settings: Settings
    keys: KeyRing
    committer: Committer
    outcomes: Outcomes
    recent_requests: RecentRequests = field(default_factory=RecentRequests)
    reading: Reading = field(default_factory=Reading)
    rules: RuleBook = field(default_factory=RuleBook)
    symbolicator: Symbolicator = NO_MAPS


@dataclass(frozen=True, slots=True)
class Response:
    """A small, complete response."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()


class IngestRequest:
    """One request, as the handlers see it. Header names are lower case."""

    def __init__(self, scope: Any, receive: Any, ingest: Ingest) -> None:
        self.scope = scope
        self.ingest = ingest
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.path_params: dict[str, Any] = scope.get("path_params", {})
        self.received_at = time.time()
        self._receive_message = receive
        self._body_ended = False

    async def _receive(self) -> Any:
        message = await self._receive_message()
        self._body_ended = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name; of a repeated one the last counts."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.scope["headers"]}

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))

    @cached_property
    def client_ip(self) -> str:
        """The client's address; X-Forwarded-For is believed as far as `trusted_proxies` says."""
        return client_ip(self.scope, self.headers.get("x-forwarded-for", ""), self.ingest.settings.trusted_proxies)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty when the client sent none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def raw_body(self, *, max_bytes: int | None = None) -> bytes:
        """The body as sent. Raises TooLarge."""
        length = self.headers.get("content-length", "")
        return await self.ingest.reading.body(
            self._receive,
            max_bytes=max_bytes or self.ingest.settings.max_compressed_bytes,
            content_length=int(length) if length.isascii() and length.isdecimal() else None,
        )

    async def body(self, *, max_bytes: int | None = None, default_encoding: str = "") -> bytes:
        """The body with its Content-Encoding undone. Raises TooLarge, BadRequest, UnsupportedMedia.

        `default_encoding` is what the protocol takes a body without that header to be in.
        Check the key first where it is in headers or URL (`authorize`): reading is what costs memory.
        """
        limit = max_bytes or self.ingest.settings.max_body_bytes
        encoding = self.headers.get("content-encoding", "").strip() or default_encoding
        # An uncompressed body may be as large as a decompressed one.
        raw = await self.raw_body(max_bytes=None if encoding else limit)
        if not encoding:
            return raw
        if len(raw) < OFF_LOOP_BYTES:
            with suppress(TooLarge):  # a bomb: 128 KiB of gzip unfold to 128 MiB
                return decompress(raw, encoding, max_bytes=min(limit, ON_LOOP_OUTPUT_BYTES))
        return await asyncio.to_thread(decompress, raw, encoding, max_bytes=limit)

    async def drain(self) -> None:
        """Read and forget a little of a body nobody wants, so that the client gets to read why.

        Closing while a client still sends shows it a broken connection instead of the answer.
        """
        seen = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self._body_ended and seen < DRAIN_MAX_BYTES:
                    seen += len((await self._receive()).get("body", b""))


def client_ip(scope: Any, forwarded_for: str, trusted_proxies: int) -> str:
    """The client's address; of X-Forwarded-For the entry that the outermost trusted proxy appended."""
    forwarded = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    if trusted_proxies and forwarded:
        return forwarded[-min(trusted_proxies, len(forwarded))]
    client = scope.get("client")
    return str(client[0]) if client else ""


def sent_keys(request: IngestRequest) -> list[str]:
    """The ingest keys that the headers may carry: Bearer, `x-vedette-key`, Basic as user name or password."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    keys = [request.headers.get("x-vedette-key", "")]
    if scheme.lower() == "bearer":
        keys.append(credentials.strip())
    elif scheme.lower() == "basic":
        with suppress(binascii.Error):
            keys += base64.b64decode(credentials.strip(), validate=True).decode("latin-1").split(":", 1)
    return [key for key in keys if key]


def authorize(request: IngestRequest, protocol: Protocol, *further: str) -> IngestKey:
    """The valid ingest key in the headers or among `further` (a URL's, say). Call before reading the body.

    Raises:
        Unauthorized: there is none, or none that is ours; counted under project 0.
    """
    sent = [*(key for key in further if key), *sent_keys(request)]
    for key in sent:
        if found := request.ingest.keys.find(key):
            return found
    request.ingest.outcomes.unauthorized(protocol, "unknown_key" if sent else "no_key")
    hint = "send the project's ingest key: Authorization: Bearer KEY"
    raise Unauthorized("unknown ingest key" if sent else "no ingest key", hint=hint)


def cannot_store(what: str, error: StoreFull | StoreUnavailable) -> Overloaded:
    """The answer to a client whose data nothing takes now. Why is for the log: it may name a host or a path."""
    log.warning("%s answered 503: %s", what, error)
    reason = "there is no room" if isinstance(error, StoreFull) else "the store does not answer"
    return Overloaded(f"cannot store right now: {reason}", hint="retry later", retry_after_seconds=5)


Handler = Callable[[IngestRequest], Awaitable[Response]]
RenderError = Callable[[RequestError, IngestRequest], Response]


class IngestEndpoint:
    """A plain ASGI application around one handler."""

    def __init__(self, ingest: Ingest, handler: Handler, render_error: RenderError) -> None:
        self._ingest = ingest
        self._handler = handler
        self._render_error = render_error

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request = IngestRequest(scope, receive, self._ingest)
        if request.method == "OPTIONS":
            await _send(send, Response(204), cors_headers(request, preflight=True))
            return
        try:
            response = await self._handler(request)
        except ClientDisconnected:
            return
        except RequestError as error:
            response = self._render_error(error, request)
        except (StoreFull, StoreUnavailable) as error:
            response = self._render_error(cannot_store(request.path, error), request)
        except InsertRejected as error:
            # The handler let through what the engine refuses: a gap in our checks, worth a report.
            log.error("%s: the engine refused a block: %s", request.path, error)
            failure = RequestError("the data could not be stored; the server's log has the details")
            response = self._render_error(failure, request)
        except Exception:
            log.exception("%s failed", request.path)
            failure = RequestError("internal error; the server's log has the details")
            failure.status, failure.code = 500, "internal"
            response = self._render_error(failure, request)
        if response.status >= 400:
            await request.drain()
        await _send(send, response, cors_headers(request))


class ProjectIdConvertor(Convertor[int]):
    """The project in a path: digits only, so that `/api/v1/…` is left alone, and no more than a number has."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        """Path → number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Number → path."""
        return str(value)


register_url_convertor("project", ProjectIdConvertor())


class _OwnMethodsRoute(Route):
    """Takes its own methods only, and leaves the path to others for the rest."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        match, child = super().matches(scope)
        return (Match.NONE, {}) if match is Match.PARTIAL else (match, child)


def route(
    path: str,
    handler: Handler,
    *,
    ingest: Ingest,
    render_error: RenderError,
    methods: Sequence[str] = ("POST",),
    share_path: bool = False,
) -> Route:
    """A route for one ingest handler; OPTIONS is answered for browsers on all of them.

    Other methods are answered 405, unless `share_path` leaves them to a page of the web app at the same path.
    """
    kind = _OwnMethodsRoute if share_path else Route
    return kind(path, IngestEndpoint(ingest, handler, render_error), methods=[*methods, "OPTIONS"])


def cors_headers(request: IngestRequest, *, preflight: bool = False) -> list[tuple[str, str]]:
    """Any site may send telemetry: the key decides where it goes, and cookies are never looked at here."""
    headers = [
        ("access-control-allow-origin", request.headers.get("origin", "*")),
        ("vary", "origin"),
        ("access-control-expose-headers", "x-sentry-error, x-sentry-rate-limits, retry-after"),
    ]
    if "origin" in request.headers:
        # posthog-js sends with credentials; browsers then want this and an explicit origin.
        headers.append(("access-control-allow-credentials", "true"))
    if preflight:
        asked = request.headers.get("access-control-request-headers", "*")
        headers += [
            ("access-control-allow-methods", "GET, POST, OPTIONS"),
            ("access-control-allow-headers", asked),
            ("access-control-max-age", "3600"),
        ]
    return headers


async def _send(send: Any, response: Response, extra: Sequence[tuple[str, str]]) -> None:
    headers = [*response.headers, *extra]
    if response.status != 204:  # RFC 9110 §8.6: a 204 has no Content-Length
        headers.append(("content-length", str(len(response.body))))
    if response.body:
        headers.append(("content-type", response.content_type))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": response.body})
