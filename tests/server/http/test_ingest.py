"""The frame around ingest handlers, driven as a server drives it."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Router

from vedette.server.config import Settings
from vedette.server.http.errors import RequestError, TooLarge
from vedette.server.http.ingest import (
    Ingest,
    IngestRequest,
    Response,
    authorize,
    client_ip,
    route,
    sent_keys,
)
from vedette.server.http.keys import IngestKey, KeyRing
from vedette.server.http.outcomes import Outcomes
from vedette.server.store.errors import InsertRejected, StoreFull, StoreUnavailable

KEY = "0123456789abcdef0123456789abcdef"


def ingest() -> Ingest:
    keys = KeyRing(lambda: {KEY: IngestKey(1, KEY, 7)})
    nothing: Any = SimpleNamespace()
    return Ingest(Settings(), keys, nothing, Outcomes(nothing))


def render_error(error: RequestError, request: IngestRequest) -> Response:
    return Response(error.status, error.message.encode(), "text/plain")


class Answer:
    """What came out of the application."""

    def __init__(self, messages: list[Any], asked: int) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = messages[1]["body"]
        self.body_messages_read = asked


def call(
    handler: Callable[[IngestRequest], Awaitable[Response]],
    *,
    method: str = "POST",
    path: str = "/in",
    headers: dict[str, str] | None = None,
    body: list[bytes] | None = None,
    share_path: bool = False,
    of: Ingest | None = None,
) -> Answer:
    """One request through routing, frame and handler."""
    chunks = body or [b""]
    asked = 0
    sent: list[Any] = []

    async def receive() -> Any:
        nonlocal asked
        asked += 1
        if asked > len(chunks):
            await asyncio.sleep(60)
        return {"type": "http.request", "body": chunks[asked - 1], "more_body": asked < len(chunks)}

    async def send(message: Any) -> None:
        sent.append(message)

    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})

    app = Router(
        [route("/in", handler, ingest=of or ingest(), render_error=render_error, share_path=share_path)], default=page
    )
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"a=1&a=2&b=",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
        "client": ("127.0.0.1", 5),
    }
    asyncio.run(app(scope, receive, send))
    return Answer(sent, asked)


async def fine(request: IngestRequest) -> Response:
    return Response(200, await request.body())


def test_a_body_comes_in_and_goes_out() -> None:
    answer = call(fine, body=[b"ab", b"c"])
    assert (answer.status, answer.body) == (200, b"abc")
    assert answer.headers["content-length"] == "3"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TooLarge("x"), 413),
        (StoreFull("/srv/secret is full"), 503),
        (StoreUnavailable("http://secret.internal:8123 does not answer"), 503),
        (InsertRejected("HTTPDriver for http://secret.internal:8123 returned code 400"), 400),
        (ZeroDivisionError("secret detail"), 500),
    ],
)
def test_errors_become_answers(error: Exception, status: int) -> None:
    async def fails(request: IngestRequest) -> Response:
        raise error

    answer = call(fails)
    assert answer.status == status
    assert b"secret" not in answer.body


def test_other_methods() -> None:
    assert call(fine, method="GET").status == 405
    assert call(fine, method="HEAD").status == 405
    assert call(fine, method="GET", share_path=True).status == 299, "the page of the web app at that path"
    assert call(fine, method="POST", share_path=True).status == 200
    assert call(fine, method="OPTIONS", share_path=True).status == 204


def test_a_browser_asks_first() -> None:
    asked = {"origin": "https://shop.example", "access-control-request-headers": "authorization, x-foo"}
    answer = call(fine, method="OPTIONS", headers=asked)
    assert answer.status == 204
    assert "content-length" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-headers"] == "authorization, x-foo"


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer   {KEY}"},
        {"x-vedette-key": KEY},
        {"x-vedette-key": "01234567-89AB-CDEF-0123-456789ABCDEF"},
        {"authorization": basic(f"{KEY}:")},
        {"authorization": basic(f"anyone:{KEY}")},
        {"authorization": "Bearer of-someone-else", "x-vedette-key": KEY},
    ],
)
def test_where_a_key_may_be(headers: dict[str, str]) -> None:
    async def handler(request: IngestRequest) -> Response:
        return Response(200, str(authorize(request, "betterstack").project_id).encode())

    assert call(handler, headers=headers).body == b"7"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "no_key"),
        ({"authorization": "Bearer x"}, "unknown_key"),
        ({"authorization": "Basic %%%"}, "no_key"),
        ({"authorization": "Basic " + "A" * 9}, "no_key"),
    ],
)
def test_without_a_good_key_the_body_is_not_kept(headers: dict[str, str], reason: str) -> None:
    async def handler(request: IngestRequest) -> Response:
        authorize(request, "betterstack")
        return await fine(request)

    context = ingest()
    answer = call(handler, headers=headers, body=[b"x" * 100_000] * 1000, of=context)
    assert answer.status == 401
    assert answer.body_messages_read < 20, "a little is read, so that the client gets to read the answer"
    assert context.outcomes._counts == {(0, "betterstack", "request", "rejected", reason): [1, 0]}


def test_an_answer_does_not_wait_for_a_body_that_has_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.server.http.ingest.DRAIN_SECONDS", 60.0)

    async def handler(request: IngestRequest) -> Response:
        await request.body()
        raise TooLarge("x")

    started = time.monotonic()
    assert call(handler, body=[b"abc"]).status == 413
    assert time.monotonic() - started < 30


def test_sizes() -> None:
    assert call(fine, headers={"content-length": str(1 << 40)}).status == 413
    assert call(fine, headers={"content-length": "²"}).status == 200


def test_query_and_content_type() -> None:
    async def handler(request: IngestRequest) -> Response:
        assert request.query == {"a": "2", "b": ""}
        return Response(200, request.content_type.encode())

    assert call(handler, headers={"content-type": "Application/JSON; charset=utf-8"}).body == b"application/json"


@given(st.text(alphabet=st.characters(max_codepoint=255)))
def test_no_authorization_header_breaks_it(text: str) -> None:
    request: Any = SimpleNamespace(headers={"authorization": text})
    assert all(isinstance(key, str) and key for key in sent_keys(request))


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ("", 0, "10.0.0.1"),
        ("1.1.1.1", 0, "10.0.0.1"),
        ("6.6.6.6, 1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1, 10.0.0.9", 2, "1.1.1.1"),
        ("1.1.1.1", 3, "1.1.1.1"),
        ("", 1, "10.0.0.1"),
    ],
)
def test_whose_address_it_is(forwarded: str, proxies: int, found: str) -> None:
    assert client_ip({"client": ("10.0.0.1", 5)}, forwarded, proxies) == found
