"""ASGI: one middleware around the whole application, so that nothing happens outside of the request's trace.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from vedette.sdk import propagation
from vedette.sdk.api import flush
from vedette.sdk.integrations.routing import template
from vedette.sdk.integrations.users import User, ask_user
from vedette.sdk.requests import Request, begin

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MARK = "vedette.request"  # in scopes that have been seen: explicit and automatic middlewares meet
_OF_FASTAPI = "fastapi.telemetry"  # where it is set, FastAPI (0.165 and later) leaves tracing to whoever set it
_WANTED = {
    name.encode(): name for name in (*propagation.HEADERS, "host", "user-agent")
}  # ASGI gives names in lower case, as bytes
_HEADER = b"x-request-id"
_WENT_AWAY = 499  # nginx's status for a client that did not wait
_OF_CLIENTS = frozenset(("ClientDisconnect", "WebSocketDisconnect"))  # raised in the application, by the client's doing


class asgi:
    """Every request and websocket of an ASGI application as one span, duration, log line and scope; its error as one
    error. The response says `X-Request-ID`.

        app = vedette.asgi(app, user=lambda scope: scope["session"].get("user_id"))

    Make it the outermost middleware. `user` says who calls, from the ASGI scope: it is asked when the request comes
    in, and again when it is done where nobody knew (or it raised) by then. What is known in between is told by
    `vedette.identify()`. Applications of Starlette and FastAPI need none of this: `vedette.init()` does it.
    """

    def __init__(self, app: App, *, user: User | None = None) -> None:
        self.app = app
        self.user = user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope: a request, a websocket, or the application's lifespan."""
        await serve(self.app, scope, receive, send, self.user)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["app"], name)  # `app.state`, `app.routes`: still there


async def serve(app: App, scope: Scope, receive: Receive, send: Send, user: User | None = None) -> None:
    """Run an application for one ASGI scope, as `asgi` does."""
    kind = scope["type"]
    if kind == "http":
        exchange = None if MARK in scope else _begin(scope, receive, send, user)
    elif kind == "websocket":
        exchange = None if MARK in scope else _begin(scope, receive, send, user, connection=True)
    elif kind == "lifespan" and scope.setdefault(MARK, send) is send:
        await _live(app, scope, receive, send)
        return
    else:
        exchange = None
    if exchange is None:
        await app(scope, receive, send)
        return
    try:
        await app(scope, exchange.receive, exchange.send)
    except BaseException as error:
        exchange.end(error)
        raise
    exchange.end(None)


async def _live(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """The application's lifespan: send what waits before the server is told that it is over. uvicorn then dies of the
    signal it was sent, and what is registered with atexit does not run.

    An application that refuses the scope without a look at it, as Django's, has one of ours: else nobody would tell us.
    """
    looked = False

    async def look() -> Message:
        nonlocal looked
        looked = True
        return await receive()

    async def send_flushed(message: Message) -> None:
        if message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
            await asyncio.to_thread(flush)
        await send(message)

    try:
        await app(scope, look, send_flushed)
    except Exception:
        if looked:
            raise
        for phase in ("startup", "shutdown"):
            while (await receive())["type"] != f"lifespan.{phase}":
                pass
            await send_flushed({"type": f"lifespan.{phase}.complete"})


def _begin(
    scope: Scope, receive: Receive, send: Send, user: User | None, *, connection: bool = False
) -> "_Exchange | None":
    headers = {_WANTED[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _WANTED}
    client = scope.get("client")
    request = begin(
        scope.get("method", "GET"),
        scope["path"],
        headers.get,
        scheme=scope.get("scheme", ""),
        host=headers.get("host", ""),
        client_address=client[0] if client else "",
        user_agent=headers.get("user-agent", ""),
    )
    if request is None:
        return None
    scope[MARK] = request
    scope.setdefault(_OF_FASTAPI, None)
    if user is not None:
        ask_user(request, user, scope, last=False)
    made: type[_Exchange] = _Connection if connection else _Exchange
    return made(request, scope, receive, send, user)


class _Exchange:
    """One request and its response."""

    __slots__ = ("_receive", "_send", "gone", "request", "scope", "status", "user")

    def __init__(self, request: Request, scope: Scope, receive: Receive, send: Send, user: User | None) -> None:
        self.request = request
        self.scope = scope
        request.find_route = partial(template, scope, scope.get("root_path", ""))
        self.user = user
        self.status = 0
        self.gone = False  # the client
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.gone = True
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status = status = message["status"]
            self.request.respond(status)
            await self._send(named(message, self.request))
        elif kind == "http.response.body" and not message.get("more_body"):
            await self._send(message)
            if self.status < 500:  # else an error may be on its way
                self._finish(None)
        else:
            await self._send(message)

    def end(self, error: BaseException | None) -> None:
        """The application returned, or raised."""
        if error is not None and self._by_client(error):
            error = None
            self.gone = True
        if not self.status and error is None:
            self.status = _WENT_AWAY if self.gone else 500  # nothing was answered: servers make this a 500
        self._finish(error)
        self.request.end(self.status)

    def _by_client(self, error: BaseException) -> bool:
        """Whether an exception only says that the client went away, or stopped waiting."""
        return isinstance(error, asyncio.CancelledError) or type(error).__name__ in _OF_CLIENTS

    def _finish(self, error: BaseException | None) -> None:
        request = self.request
        if request.within is None and error is None:
            return
        if self.user is not None:
            ask_user(request, self.user, self.scope, last=True)
        request.finish(self.status, error)


class _Connection(_Exchange):
    """A websocket, from the handshake to its end."""

    __slots__ = ()

    def __init__(self, request: Request, scope: Scope, receive: Receive, send: Send, user: User | None) -> None:
        super().__init__(request, scope, receive, send, user)
        request.connection = True

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self.gone = True
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self.status = 101
            message = named(message, self.request)
        elif kind == "websocket.close" and not self.status:
            self.status = 403  # what servers answer to a handshake that is closed
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
            message = named(message, self.request)
        await self._send(message)


def named(message: Message, request: Request) -> Message:
    """The start of a response with the request's id in it, unless the application says one. What the application
    sends may be a constant of its own."""
    headers = message.get("headers") or ()
    for name, _ in headers:
        if name == _HEADER:
            return message
    return {**message, "headers": [*headers, (_HEADER, request.scope.request_id.encode("latin-1"))]}
