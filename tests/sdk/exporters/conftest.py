"""A backend that writes down what it gets and answers by a vendor's rules."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Request:
    """One request. `body` is decompressed, `wire_bytes` is how much was sent. Names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    wire_bytes: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Backend:
    """Set `rules` to what a vendor documents; `answers` are given first, one a request."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    accepted: list[Request] = field(default_factory=list)
    rules: Callable[[Request], Answer] = lambda request: (200, {}, b"")
    answers: list[Answer] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else self.rules(request)
        if 200 <= answer[0] < 300:
            self.accepted.append(request)
        return answer


@pytest.fixture
def backend() -> Iterator[Backend]:
    recorded = Backend()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw
            status, fields, content = recorded.answer(Request(self.path, headers, body, len(raw)))
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **fields}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    recorded.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield recorded
    server.shutdown()
    thread.join()
    server.server_close()
