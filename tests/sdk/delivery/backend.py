"""A backend whose behaviour is scripted, and lanes to it. Bodies are JSON arrays of items with an `id`."""

import gzip
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vedette.sdk.delivery import HttpLane, Signal, Tuning

QUICK = Tuning(
    linger_seconds=0.05,
    durable_linger_seconds=0.02,
    request_timeout_seconds=5.0,
    backoff_base_seconds=0.02,
    backoff_cap_seconds=0.3,
    sync_seconds=0.1,
    adopt_seconds=0.3,
    patience_seconds=0.3,
)


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay_seconds: float = 0.0
    reset: bool = False  # the connection, while the answer is due
    close: bool = False  # the connection, without an answer
    drip: bool = False  # one byte of the answer at a time


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    items: list[dict[str, Any]]
    size: int
    at: float


Behaviour = Callable[[Request], Answer]


def takes_all(request: Request) -> Answer:
    return Answer()


class Backend:
    """`behave` decides on each request; what it answers 2xx is in `taken`, path by path."""

    def __init__(self) -> None:
        self.behave: Behaviour = takes_all
        self.requests: list[Request] = []
        self.taken: dict[str, list[Any]] = {}
        self.lock = threading.Lock()
        self.released = threading.Event()
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                backend.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, *_: Any) -> None:  # the client went away: what half of these tests are about
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        if handler.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.path, headers, json.loads(body), len(body), time.monotonic())
        with self.lock:
            self.requests.append(request)
        answer = self.behave(request)
        if answer.delay_seconds and self.released.wait(answer.delay_seconds):
            answer = Answer(503)
        if answer.close or answer.reset:
            if answer.reset:  # RST in place of FIN
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{")
                handler.wfile.flush()
                time.sleep(0.02)
            handler.close_connection = True
            handler.connection.close()
            return
        if 200 <= answer.status < 300:
            with self.lock:
                self.taken.setdefault(request.path, []).extend(item["id"] for item in request.items)
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(answer.body)))
        handler.end_headers()
        for byte in answer.body if answer.drip else ():
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
        if not answer.drip:
            handler.wfile.write(answer.body)

    def count(self, path: str) -> Counter[Any]:
        """How often each id was taken under a path."""
        with self.lock:
            return Counter(self.taken.get(path, []))

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def running() -> Iterator[Backend]:
    backend = Backend()
    try:
        yield backend
    finally:
        backend.close()


def encode(items: Any) -> bytes:
    return json.dumps(list(items)).encode()


def lane(url: str, signal: Signal, target: str = "vedette", **options: Any) -> HttpLane:
    return HttpLane(
        target=target,
        signal=signal,
        url=f"{url}/{target}/{signal}",
        encode=options.pop("encode", encode),
        content_type="application/json",
        **options,
    )


def unavailable_for(seconds: float, answer: Answer | None = None) -> Behaviour:
    """Until `seconds` after the first request."""
    first: list[float] = []

    def behave(request: Request) -> Answer:
        first.append(request.at)
        return (answer or Answer(503)) if request.at - first[0] < seconds else Answer()

    return behave


def until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for something that other threads or processes bring about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.005)
