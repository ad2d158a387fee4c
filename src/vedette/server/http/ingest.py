"""The frame around every ingest handler: CORS, errors → responses, store errors → 503.

A protocol's handler is `async def handler(request: IngestRequest) -> Response`. It raises `RequestError`s; the
frame renders them with the protocol's own `render_error`, so that each client reads errors in its own language.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from starlette.routing import Route

from vedette.server.config import Settings
from vedette.server.http.body import ClientDisconnected, decompress, read_body
from vedette.server.http.errors import Overloaded, RequestError
from vedette.server.http.keys import KeyRing
from vedette.server.http.outcomes import Outcomes
from vedette.server.store.commit import Committer
from vedette.server.store.errors import InsertRejected, StoreFull, StoreUnavailable

log = logging.getLogger("vedette.ingest")


@dataclass(frozen=True, slots=True)
class Ingest:
    """What every protocol is given: settings, keys, the committer and the outcomes counter."""

    settings: Settings
    keys: KeyRing
    committer: Committer
    outcomes: Outcomes


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
        self._receive = receive

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name; of a repeated one the last counts."""
        return {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.scope["headers"]
        }

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))

    @cached_property
    def client_ip(self) -> str:
        """The client's address; X-Forwarded-For is believed as far as `trusted_proxies` says."""
        hops = self.ingest.settings.trusted_proxies
        forwarded = [
            part.strip() for part in self.headers.get("x-forwarded-for", "").split(",") if part.strip()
        ]
        if hops and forwarded:
            return forwarded[-min(hops, len(forwarded))]
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty when the client sent none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def raw_body(self, *, max_bytes: int | None = None) -> bytes:
        """The body as sent. Raises TooLarge."""
        length = self.headers.get("content-length", "")
        return await read_body(
            self._receive,
            max_bytes=max_bytes or self.ingest.settings.max_compressed_bytes,
            content_length=int(length) if length.isdigit() else None,
        )

    async def body(self, *, max_bytes: int | None = None) -> bytes:
        """The body with its Content-Encoding undone. Raises TooLarge, BadRequest, UnsupportedMedia."""
        limit = max_bytes or self.ingest.settings.max_body_bytes
        encoding = self.headers.get("content-encoding", "")
        # An uncompressed body may be as large as a decompressed one.
        raw = await self.raw_body(max_bytes=None if encoding.strip() else limit)
        return decompress(raw, encoding, max_bytes=limit)


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
            log.warning("%s answered 503: %s", request.path, error)
            response = self._render_error(
                Overloaded(f"cannot store right now: {error}", hint="retry later", retry_after_seconds=5),
                request,
            )
        except InsertRejected as error:
            # The handler let through what the engine refuses: a gap in our checks, worth a report.
            log.error("%s: the engine refused a block: %s", request.path, error)
            response = self._render_error(RequestError(f"the data could not be stored: {error}"), request)
        except Exception:
            log.exception("%s failed", request.path)
            failure = RequestError("internal error; the server's log has the details")
            failure.status, failure.code = 500, "internal"
            response = self._render_error(failure, request)
        await _send(send, response, cors_headers(request))


def route(
    path: str,
    handler: Handler,
    *,
    ingest: Ingest,
    render_error: RenderError,
    methods: Sequence[str] = ("POST",),
) -> Route:
    """A route for one ingest handler; OPTIONS is answered for browsers on all of them."""
    return Route(path, IngestEndpoint(ingest, handler, render_error), methods=[*methods, "OPTIONS"])


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
    headers = [*response.headers, *extra, ("content-length", str(len(response.body)))]
    if response.body:
        headers.append(("content-type", response.content_type))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers
            ],
        }
    )
    await send({"type": "http.response.body", "body": response.body})
