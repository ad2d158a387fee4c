"""What one request leaves behind: a span, a duration, a line, an id; and that it leaves nothing else."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

import vedette
from vedette.sdk import context, requests
from vedette.sdk.requests import Request
from vedette.testing import Capture, capture


def begin(method: str = "GET", path: str = "/plans/7", headers: dict[str, str] | None = None) -> Request:
    made = requests.begin(
        method, path, (headers or {}).get, scheme="http", host="shop", client_address="10.0.0.1", user_agent="curl/8"
    )
    assert made is not None
    return made


def test_a_request(sent: Capture) -> None:
    request = begin()
    request.end(200, route="/plans/{id}")
    [span] = sent.spans
    assert (span.name, span.kind, span.status, span.parent_id) == ("GET /plans/{id}", "server", "unset", "")
    assert span.attributes == {
        "request.id": request.request_id, "url.path": "/plans/7", "url.scheme": "http", "server.address": "shop",
        "client.address": "10.0.0.1", "user_agent.original": "curl/8", "http.request.method": "GET",
        "http.response.status_code": 200, "http.route": "/plans/{id}",
    }  # fmt: skip
    [line] = sent.logs
    assert (line.message, line.level, line.logger) == ("GET /plans/{id} 200", "INFO", "vedette.requests")
    assert line.attributes.pop("duration_ms") >= 0
    assert line.attributes == {
        "request.id": request.request_id, "http.request.method": "GET", "url.path": "/plans/7",
        "http.response.status_code": 200, "http.route": "/plans/{id}",
    }  # fmt: skip
    [point] = sent.metrics
    assert (point.name, point.unit, point.count) == ("http.server.request.duration", "s", 1)
    assert point.attributes == {
        "http.request.method": "GET", "http.response.status_code": 200, "http.route": "/plans/{id}",
    }  # fmt: skip
    assert point.exemplars == [span.trace_id]


def test_a_request_of_no_route_makes_no_series_of_its_own(sent: Capture) -> None:
    for number in range(20):
        begin(path=f"/wp-login-{number}").end(404)
    begin(method="HACK").end(400)
    assert {frozenset(point.attributes.items()) for point in sent.metrics} == {
        frozenset({("http.request.method", "GET"), ("http.response.status_code", 404)}),
        frozenset({("http.request.method", "_OTHER"), ("http.response.status_code", 400)}),
    }
    odd = sent.spans[-1]
    assert (odd.attributes["http.request.method"], odd.attributes["http.request.method_original"]) == ("_OTHER", "HACK")


def test_a_5xx_is_an_error_and_a_4xx_is_not(sent: Capture) -> None:
    begin().end(404)
    begin().end(503)
    assert [span.status for span in sent.spans] == ["unset", "error"]
    assert [line.level for line in sent.logs] == ["INFO", "ERROR"]
    assert sent.spans[1].attributes["error.type"] == "503"
    assert sent.errors == []


def test_it_ends_once(sent: Capture) -> None:
    request = begin()
    request.end(200)
    request.end(500, route="/late")
    assert [span.name for span in sent.spans] == ["GET"]
    assert len(sent.logs) == 1


def test_it_leaves_the_context_as_it_was(sent: Capture) -> None:
    before, span = context.current(), trace.get_current_span()
    request = begin()
    assert context.current() is request.scope
    request.end(200)
    assert context.current() is before
    assert trace.get_current_span() is span


def test_inside_of_someone_elses_span(sent: Capture) -> None:
    with vedette.span("server of theirs") as outer:
        begin().end(200)
        begin(headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}).end(200)
    mine, called, _ = sent.spans
    assert mine.parent_id == f"{outer.get_span_context().span_id:016x}"
    assert called.trace_id == "a" * 32


def test_secrets_in_a_path(sent: Capture) -> None:
    begin(path="/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3").end(200)
    assert sent.spans[0].attributes["url.path"] == "/reset/[Filtered]"
    assert sent.logs[0].attributes["url.path"] == "/reset/[Filtered]"
    assert sent.logs[0].message == "GET /reset/[Filtered] 200"


def test_what_the_handler_puts_on_the_span(sent: Capture) -> None:
    request = begin()
    span = trace.get_current_span()
    span.set_attribute("order.id", 7)
    span.set_attributes({"password": "x", "tags": ("a", "b"), "odd": {1}})
    span.add_event("charged", {"amount": 3, "api_key": "k"})
    span.add_link(trace.SpanContext(1, 2, is_remote=True))
    span.update_name("renamed")
    request.end(200)
    [made] = sent.spans
    assert (made.name, made.links) == ("renamed", [(f"{1:032x}", f"{2:016x}")])
    assert made.attributes["order.id"] == 7
    assert made.attributes["password"] == "[Filtered]"
    assert (made.attributes["tags"], made.attributes["odd"]) == (["a", "b"], [1])
    assert made.events == [("charged", {"amount": 3, "api_key": "[Filtered]"})]
    span.set_attribute("late", 1)
    assert "late" not in sent.spans[0].attributes


def test_other_processors_of_our_provider_see_our_spans(sent: Capture) -> None:
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

    seen: list[str] = []

    class Theirs(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            seen.append(span.name)

    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.add_span_processor(Theirs())
    begin().end(200, route="/theirs")
    assert seen == ["GET /theirs"]


def test_the_line_can_be_left_out() -> None:
    with capture(log_levels={"vedette.requests": "ERROR"}) as sent:
        begin().end(200)
        begin().end(500)
    assert [line.message for line in sent.logs] == ["GET /plans/7 500"]


def test_nothing_runs() -> None:
    assert requests.begin("GET", "/", {}.get) is None


def test_a_fault_inside_does_not_reach_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    before = context.current()
    with capture() as sent:
        request = begin()
        monkeypatch.setattr(requests, "_log", lambda *_: 1 / 0)
        request.end(200)
        monkeypatch.setattr(requests, "start_span", lambda *_: 1 / 0)
        assert requests.begin("GET", "/", {}.get) is None
        assert sent.failures == {"requests: ZeroDivisionError": 2}
    assert context.current() is before
