import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.sdk.delivery.backend import Answer, Backend, Behaviour, lane
from vedette.sdk.delivery import Signal
from vedette.sdk.delivery.http import by_status, post_batch
from vedette.sdk.delivery.lane import Delivered, Refused, Response, Retry, Split, Verdict

ITEMS = [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Delivered()),
        (202, Delivered()),
        (204, Delivered()),
        (301, Refused("301 Moved Permanently: to ?; set the URL that is meant", whole=True)),
        (400, Refused("400 Bad Request")),
        (401, Refused("401 Unauthorized", whole=True)),
        (403, Refused("403 Forbidden", whole=True)),
        (404, Refused("404 Not Found", whole=True)),
        (408, Retry("408 Request Timeout")),
        (413, Split()),
        (422, Refused("422 Unprocessable Entity")),
        (425, Retry("425 Too Early")),
        (429, Retry("429 Too Many Requests")),
        (500, Retry("500 Internal Server Error", suspect=True)),
        (502, Retry("502 Bad Gateway")),
        (503, Retry("503 Service Unavailable")),
        (504, Retry("504 Gateway Timeout")),
        (599, Retry("599", suspect=True)),
    ],
)
def test_by_status(status: int, verdict: Verdict) -> None:
    assert by_status(Response(status, {}, b"")) == verdict


def test_by_status_reads_retry_after() -> None:
    assert by_status(Response(429, {"retry-after": "7"}, b"")) == Retry("429 Too Many Requests", 7.0)
    assert by_status(Response(503, {"retry-after": "8"}, b"")) == Retry("503 Service Unavailable", 8.0)


def answering(backend: Backend, behave: Behaviour) -> Backend:
    backend.behave = behave
    return backend


def test_a_batch_is_posted(backend: Backend) -> None:
    assert post_batch(lane(backend.url, Signal.LOGS, headers={"x-key": "k"}), ITEMS, 5) == Delivered()
    assert post_batch(lane(backend.url, Signal.LOGS, compress=False), ITEMS, 5) == Delivered()
    first, second = backend.requests
    assert (first.headers["content-encoding"], first.headers["x-key"]) == ("gzip", "k")
    assert "content-encoding" not in second.headers
    assert first.items == second.items == ITEMS


def test_too_many_bytes_are_not_sent(backend: Backend) -> None:
    assert post_batch(lane(backend.url, Signal.LOGS, max_bytes=10), ITEMS, 5) == Split()
    assert backend.requests == []


def test_the_answer_is_interpreted(backend: Backend) -> None:
    answering(backend, lambda request: Answer(207, {"X-Kept": "1"}, b"one of two"))
    seen: list[Response] = []

    def interpret(response: Response) -> Verdict:
        seen.append(response)
        return Delivered(1, "the other")

    assert post_batch(lane(backend.url, Signal.LOGS, interpret=interpret), ITEMS, 5) == Delivered(1, "the other")
    assert (seen[0].status, seen[0].headers["x-kept"], seen[0].body) == (207, "1", b"one of two")


def test_an_answer_nobody_can_read_counts_by_its_status(backend: Backend) -> None:
    """The backend has the batch: it must not be taken for one that cannot be encoded, and sent again in halves."""

    def interpret(response: Response) -> Verdict:
        raise ValueError("not JSON")

    assert post_batch(lane(backend.url, Signal.LOGS, interpret=interpret), ITEMS, 5) == Delivered()


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_host_is_followed(backend: Backend, status: int) -> None:
    def behave(request: object) -> Answer:
        return Answer() if backend.requests[-1].path == "/v2" else Answer(status, {"location": "/v2"})

    answering(backend, behave)
    assert post_batch(lane(backend.url, Signal.LOGS), ITEMS, 5) == Delivered()
    assert backend.count("/v2").total() == 2


def test_a_redirect_to_another_host_is_not_followed(backend: Backend) -> None:
    """It would take the key along."""
    elsewhere = backend.url.replace("127.0.0.1", "localhost") + "/steal"
    answering(backend, lambda request: Answer(308, {"location": elsewhere}))
    verdict = post_batch(lane(backend.url, Signal.LOGS), ITEMS, 5)
    assert verdict == Refused(f"308 Permanent Redirect: to {elsewhere}; set the URL that is meant", whole=True)
    assert len(backend.requests) == 1


def test_redirects_in_a_circle_end(backend: Backend) -> None:
    answering(backend, lambda request: Answer(307, {"location": "/again"}))
    assert isinstance(post_batch(lane(backend.url, Signal.LOGS), ITEMS, 5), Refused)
    assert len(backend.requests) == 3


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(close=True), "RemoteDisconnected"),
        (Answer(reset=True), "reset"),
        (Answer(delay_seconds=30), "Timeout"),
        (Answer(body=b"x" * 1000, drip=True), "did not end in time"),
    ],
    ids=["closed", "reset in the body", "hangs", "drips"],
)
def test_the_network_fails(backend: Backend, answer: Answer, says: str) -> None:
    answering(backend, lambda request: answer)
    began = time.monotonic()
    verdict = post_batch(lane(backend.url, Signal.LOGS), ITEMS, 0.5)
    assert time.monotonic() - began < 20
    assert isinstance(verdict, Retry)
    assert says in verdict.reason


def test_nobody_listens() -> None:
    verdict = post_batch(lane("http://127.0.0.1:1", Signal.LOGS), ITEMS, 5)
    assert isinstance(verdict, Retry)
    assert "refused" in verdict.reason


@pytest.mark.parametrize("url", ["http://[", "ftp://example.com", "example.com", ""])
def test_what_is_not_a_url_is_refused(url: str) -> None:
    assert isinstance(post_batch(lane(url, Signal.LOGS), ITEMS, 1), Refused)


def test_an_endless_answer_is_cut_off(backend: Backend) -> None:
    answering(backend, lambda request: Answer(400, body=b"x" * (1 << 20)))
    verdict = post_batch(lane(backend.url, Signal.LOGS), ITEMS, 5)
    assert isinstance(verdict, Refused) and len(verdict.reason) < 400


def test_a_certificate_nobody_vouches_for_gets_nothing() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "self_signed.pem")
    posts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(self.path)

    class Server(HTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        verdict = post_batch(lane(f"https://localhost:{server.server_address[1]}", Signal.LOGS), ITEMS, 5)
    finally:
        server.shutdown()
        server.server_close()
    assert isinstance(verdict, Retry)
    assert "CERTIFICATE_VERIFY_FAILED" in verdict.reason
    assert posts == []
