"""Servers in miniature: one request to an ASGI or WSGI application, as the specifications have it, without a client
library, for those are under test too."""

import asyncio
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    error: BaseException | None = None  # what left the application


def asgi(
    app: Any,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    leave_after: int | None = None,
    **scope: Any,
) -> Answer:
    """`leave_after`: the client goes away after so many parts of the body."""
    return asyncio.run(asgi_async(app, path, headers, method=method, leave_after=leave_after, **scope))


async def asgi_async(
    app: Any,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    leave_after: int | None = None,
    **scope: Any,
) -> Answer:
    given = {"host": "shop.example:8000", **(headers or {})}
    about = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "client": ("10.0.0.9", 4711),
        "server": ("shop.example", 8000),
        **scope,
    }
    answer = Answer(0, {}, b"")
    asked = False
    parts = 0
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal parts
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")
            parts += 1
            if parts == leave_after or not message.get("more_body"):
                gone.set()

    try:
        await app(about, receive, send)
    except Exception as error:
        answer.error = error
    return answer


def wsgi(app: Any, path: str, headers: Mapping[str, str] | None = None, **environ: Any) -> Answer:
    """As a server does it that reads the response part by part, and closes it."""
    given = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in (headers or {}).items()}
    about = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.0.0.9",
        "HTTP_HOST": "shop.example:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **given,
        **environ,
    }
    answer = Answer(0, {}, b"")

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        answer.status = int(status[:3])
        answer.headers = {name.lower(): value for name, value in headers}
        return lambda data: None

    try:
        response = app(about, start_response)
        try:
            for part in response:
                answer.body += part
        finally:
            if hasattr(response, "close"):
                response.close()
    except Exception as error:
        answer.error = error
    return answer


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def served(app: Any) -> Iterator[str]:
    """A WSGI application behind a real socket; its URL."""
    server = make_server("127.0.0.1", 0, app, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
