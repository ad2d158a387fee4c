"""Requests that go out: spans, and what they tell to whom; services in a chain."""

import asyncio
from typing import Any

import httpx
import pytest
import requests
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, detach, set_value
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import vedette
from tests.sdk.integrations import drive, test_flask, test_starlette
from tests.sdk.integrations.shop import HEADERS, PARENT, TRACE, Broken
from vedette.testing import Capture, capture

OURS, FOREIGN = "http://billing.internal/", "https://user:secret@api.stripe.com/charges?key=sk_live"


def sent_to(url: str, headers: dict[str, str] | None = None, *, redirect: str = "") -> list[httpx.Request]:
    """The requests that httpx makes for a GET, as they leave."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if redirect and len(seen) == 1:
            return httpx.Response(302, headers={"location": redirect})
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True) as client:
        client.get(url, headers=headers)
    return seen


def test_ids_of_people_go_to_our_own_hosts_only(sent: Capture) -> None:
    with vedette.context(user="u1", session="s1", group={"organization": "acme"}), vedette.span("charge"):
        [ours], [foreign] = sent_to(OURS), sent_to(FOREIGN)
    spans = {span.attributes["server.address"]: span for span in sent.spans if span.kind == "client"}
    for request, host in ((ours, "billing.internal"), (foreign, "api.stripe.com")):
        span = spans[host]
        assert request.headers["traceparent"] == f"00-{span.trace_id}-{span.span_id}-03"
    assert ours.headers["baggage"] == "user.id=u1,session.id=s1,organization.id=acme"
    assert "baggage" not in foreign.headers
    assert spans["api.stripe.com"].attributes["url.full"] == "https://api.stripe.com/charges"
    assert "sk_live" not in repr(sent.spans)


def test_a_redirect_to_another_host_takes_no_ids_along(sent: Capture) -> None:
    with vedette.context(user="u1"):
        first, second = sent_to(OURS, {"baggage": "colour=blue"}, redirect="https://elsewhere.example/")
    assert set(first.headers["baggage"].split(",")) == {"colour=blue", "user.id=u1"}
    assert second.headers["baggage"] == "colour=blue"
    assert first.headers["traceparent"] != second.headers["traceparent"]
    assert [span.attributes["server.address"] for span in sent.spans] == ["billing.internal", "elsewhere.example"]


def test_headers_that_are_sent_on_give_no_ids_away(sent: Capture) -> None:
    [request] = sent_to(FOREIGN, {"baggage": "user.id=u1,group.team=core,session.id=s,colour=blue"})
    assert request.headers["baggage"] == "colour=blue"


def test_requests_follows_a_redirect_with_the_ids_that_are_due() -> None:
    seen: list[dict[str, str]] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.append({"baggage": environ.get("HTTP_BAGGAGE", ""), "traceparent": environ["HTTP_TRACEPARENT"]})
        if environ["PATH_INFO"] == "/":
            start_response("302 Found", [("Location", f"http://127.0.0.1:{environ['SERVER_PORT']}/there")])
        else:
            start_response("200 OK", [])
        return [b""]

    # One host is ours by its name; the same place by its address is not.
    with capture(propagate_to=("localhost",)) as sent, drive.served(app) as url, vedette.context(user="u1"):
        assert requests.get(url.replace("127.0.0.1", "localhost"), timeout=10).status_code == 200
        assert [each["baggage"] for each in seen] == ["user.id=u1", ""]
        assert [span.attributes["http.response.status_code"] for span in sent.spans] == [302, 200]
        assert len({each["traceparent"] for each in seen}) == 2
        assert sent.failures == {}


@pytest.mark.parametrize("library", ["httpx", "requests"])
def test_a_refused_connection(sent: Capture, library: str) -> None:
    get: Any = {"httpx": httpx.get, "requests": requests.get}[library]
    with pytest.raises((httpx.ConnectError, requests.ConnectionError)), vedette.span("outer"):
        get("http://127.0.0.1:1/")
    client = next(span for span in sent.spans if span.kind == "client")
    assert client.status == "error"
    assert client.attributes["error.type"].endswith(("ConnectError", "ConnectionError"))
    assert sent.errors == [], "the application may well deal with it"
    [point] = [point for point in sent.metrics if point.name == "http.client.request.duration"]
    assert (point.count, point.exemplars) == (1, [client.trace_id])


def test_an_answer_of_an_error(sent: Capture) -> None:
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(404))) as client:
        client.get(OURS)
    [span] = sent.spans
    assert (span.status, span.attributes["error.type"]) == ("error", "404")


def test_exporters_are_left_alone(sent: Capture) -> None:
    token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
    try:
        [request] = sent_to(OURS)
    finally:
        detach(token)
    assert "traceparent" not in request.headers
    assert sent.spans == []


def test_opentelemetrys_own_instrumentation_makes_the_span_if_it_is_there(sent: Capture) -> None:
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument()
    try:
        with drive.served(echo) as url, vedette.context(user="u1"):
            told = httpx.get(url).text
    finally:
        instrumentor.uninstrument()
    [span] = sent.spans
    assert told == f"00-{span.trace_id}-{span.span_id}-03 user.id=u1"


def echo(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [f"{environ.get('HTTP_TRACEPARENT')} {environ.get('HTTP_BAGGAGE')}".encode()]


def front(client: httpx.AsyncClient) -> Starlette:
    """A service that asks another."""

    async def buy(request: Any) -> PlainTextResponse:
        vedette.identify("u1")
        answer = await client.get("http://orders.internal/orders/handled")
        return PlainTextResponse(answer.text)

    return Starlette(routes=[Route("/buy", buy)])


def check_chain(sent: Capture, second_route: str) -> None:
    """One trace and one user from the first service's request to the second's error."""
    # By name: the first may have its answer before the second's span has ended.
    servers = {span.name: span for span in sent.spans if span.kind == "server"}
    [client] = [span for span in sent.spans if span.kind == "client"]
    first, second = servers.pop("GET /buy"), servers.pop(f"GET {second_route}")
    assert servers == {}
    assert (first.parent_id, client.parent_id) == (PARENT, first.span_id)
    assert second.parent_id == client.span_id
    records = [each for each in sent.logs if each.logger.partition(".")[0] in ("shop", "vedette")]
    assert len(records) == 4
    for each in (*sent.spans, *records):
        assert each.trace_id == TRACE
        assert each.attributes["user.id"] == "u1"
        assert each.attributes["session.id"] == "sess-1"
        assert each.attributes["request.id"] == "req-7"
    [error], [event] = sent.errors, sent.events
    assert (error["contexts"]["trace"]["trace_id"], error["user"]["id"]) == (TRACE, "u1")
    assert (event["properties"]["$trace_id"], event["distinct_id"]) == (TRACE, "u1")
    assert event["properties"]["$session_id"] == error["tags"]["session_id"] == "sess-1"
    timed = {point.name: point.exemplars for point in sent.metrics if point.name.endswith("request.duration")}
    assert timed["http.client.request.duration"] == [TRACE]
    assert timed["http.server.request.duration"] == [TRACE]
    assert sent.failures == {}


def test_two_services_by_httpx() -> None:
    async def run() -> None:
        behind = httpx.ASGITransport(test_starlette.make_fastapi())
        async with httpx.AsyncClient(transport=behind) as client:
            assert (await drive.asgi_async(front(client), "/buy", HEADERS)).status == 200

    with capture(trust_baggage=True) as sent:
        asyncio.run(run())
        check_chain(sent, "/orders/{case}")


def test_two_services_by_requests() -> None:
    with capture(trust_baggage=True) as sent:
        with drive.served(test_flask.make()) as url:
            first = test_flask.flask.Flask(__name__)

            @first.get("/buy")
            def buy() -> str:
                vedette.identify("u1")
                return requests.get(f"{url}/orders/handled", timeout=10).text

            assert drive.wsgi(first, "/buy", HEADERS).status == 200
        check_chain(sent, "/orders/<case>")  # now that the second has ended, and its span with it


def test_a_service_that_does_not_believe_baggage_learns_no_user() -> None:
    async def whoami(request: Any) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", whoami)])
    with capture() as sent:
        drive.asgi(app, "/", {**HEADERS, "x-posthog-distinct-id": ""})
        [root] = sent.spans
        assert "user.id" not in root.attributes
        assert root.attributes["anonymous.id"] == "victim"
    with capture(trust_baggage=True) as believing:
        drive.asgi(app, "/", {"baggage": "user.id=u2"})
        drive.asgi(vedette.asgi(app, user=lambda scope: "u1"), "/", {"baggage": "user.id=u2"})
        assert [span.attributes["user.id"] for span in believing.spans] == ["u2", "u1"], "the application knows best"


def test_unhandled_in_the_second_is_one_error_there(sent: Capture) -> None:
    async def run() -> None:
        behind = httpx.ASGITransport(test_starlette.make_starlette())
        async with httpx.AsyncClient(transport=behind) as client:
            await client.get("http://orders.internal/orders/unhandled")

    with pytest.raises(Broken):
        asyncio.run(run())
    assert len(sent.errors) == 1
