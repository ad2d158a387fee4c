"""WSGI: one middleware around the whole application.

https://peps.python.org/pep-3333/
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextvars import Context, copy_context
from typing import Any

from vedette.sdk import propagation
from vedette.sdk.integrations.users import User, ask_user
from vedette.sdk.requests import Request, begin

Environ = MutableMapping[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

MARK = "vedette.request"  # in environs that have been seen: explicit and automatic middlewares meet
_KEYS = {name: "HTTP_" + name.upper().replace("-", "_") for name in propagation.HEADERS}
_HEADER = "X-Request-ID"


class wsgi:
    """Every request of a WSGI application as one span, duration, log line and scope; its error as one error. The
    response says `X-Request-ID`.

        application = vedette.wsgi(application, user=lambda environ: environ.get("REMOTE_USER"))

    Make it the outermost middleware. `user` says who calls, from the WSGI environ: it is asked when the request comes
    in, and again when it is done where nobody knew (or it raised) by then. What is known in between is told by
    `vedette.identify()`. Applications of Django and Flask need none of this: `vedette.init()` does it.
    """

    def __init__(self, app: App, *, user: User | None = None) -> None:
        self.app = app
        self.user = user

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        return serve(self.app, environ, start_response, self.user)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["app"], name)


def serve(app: App, environ: Environ, start_response: StartResponse, user: User | None = None) -> Iterable[bytes]:
    """Run an application for one request, as `wsgi` does."""
    exchange = None if MARK in environ else _begin(environ, start_response, user)
    if exchange is None:
        return app(environ, start_response)
    try:
        response = app(environ, exchange.start_response)
    except BaseException as error:
        exchange.finish(error)
        exchange.request.end(exchange.status)
        raise
    return exchange.leave(response)


def _begin(environ: Environ, start_response: StartResponse, user: User | None) -> "_Exchange | None":
    request = begin(
        environ.get("REQUEST_METHOD", "GET"),
        _path(environ),
        lambda name: environ.get(_KEYS[name]),
        scheme=environ.get("wsgi.url_scheme", ""),
        host=environ.get("HTTP_HOST", ""),
        client_address=environ.get("REMOTE_ADDR", ""),
        user_agent=environ.get("HTTP_USER_AGENT", ""),
    )
    if request is None:
        return None
    environ[MARK] = request
    if user is not None:
        ask_user(request, user, environ, last=False)
    return _Exchange(request, environ, start_response, user)


def _path(environ: Environ) -> str:
    """The path as it was asked for. WSGI has its bytes as latin-1."""
    raw: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return raw if raw.isascii() else raw.encode("latin-1", "replace").decode("utf-8", "replace")


class _Exchange:
    """One request and its response."""

    __slots__ = ("_environ", "_start_response", "_user", "request", "status")

    def __init__(self, request: Request, environ: Environ, start_response: StartResponse, user: User | None) -> None:
        self.request = request
        self.status = 0
        self._environ = environ
        self._start_response = start_response
        self._user = user

    def start_response(self, status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
        """WSGI's, with our header in it."""
        code = status[:3]
        self.status = int(code) if code.isdigit() else 500
        if not any(name.lower() == "x-request-id" for name, _ in headers):
            headers = [*headers, (_HEADER, self.request.scope.request_id)]
        self.request.respond(self.status)
        return self._start_response(status, headers, *error)

    def finish(self, error: BaseException | None) -> None:
        """The response is done, or `error` left the application."""
        if self._user is not None and self.request.within is not None:
            ask_user(self.request, self._user, self._environ, last=True)
        self.request.finish(self.status, error)

    def leave(self, response: Iterable[bytes]) -> Iterable[bytes]:
        """The application has returned. What is left of its code runs as the response is read and closed: there, and
        not in what the server or a test does in between, the request goes on."""
        files = self._environ.get("wsgi.file_wrapper")
        if type(response) in (list, tuple) or (isinstance(files, type) and isinstance(response, files)):
            self.finish(None)
            self.request.end(self.status)
            return response  # as it is: servers look at its length, or send the file by themselves
        within = copy_context()
        self.request.leave()
        return _Response(self, response, within)


class _Response:
    """A response that is made while it is read."""

    def __init__(self, exchange: _Exchange, response: Iterable[bytes], within: Context) -> None:
        self._exchange = exchange
        self._response = response
        self._within = within
        self._iterator: Iterator[bytes] | None = None
        self._inside = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._within.run(self._next)

    def _next(self) -> bytes:
        self._inside = True
        try:
            if self._iterator is None:
                self._iterator = iter(self._response)
            return next(self._iterator)
        except StopIteration:
            raise
        except BaseException as error:
            self._exchange.finish(error)
            raise
        finally:
            self._inside = False

    def close(self) -> None:
        """The server is done with it, maybe while a part is being made: a context cannot be entered twice."""
        within = self._within.copy() if self._inside else self._within
        within.run(self._close)

    def _close(self) -> None:
        failure: BaseException | None = None
        try:
            close = getattr(self._response, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            failure = error
            raise
        finally:
            self._exchange.finish(failure)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_response"], name)
