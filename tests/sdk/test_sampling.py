"""Services agree by the trace id alone; what erred or was slow is kept; weights say what was left out."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.trace import TraceState

import vedette
from vedette.sdk import requests, sampling
from vedette.sdk.jobs import job
from vedette.sdk.sampling import ALL, kept, threshold, threshold_of, weighted
from vedette.testing import Capture, capture

log = vedette.get_logger("shop")
KEPT, LEFT = f"{2**128 - 1:032x}", f"{1 << 100:032x}"  # R of all ones, and of zero


def request(path: str = "/x", *, trace_id: str = "", sampled: bool = True, status: int = 200, route: str = "") -> str:
    headers = {"traceparent": f"00-{trace_id}-{'1' * 16}-0{int(sampled)}"} if trace_id else {}
    made = requests.begin("GET", path, headers.get)
    assert made is not None
    with vedette.span("inner"):
        log.info("info")
        log.warning("warning")
    made.end(status, route=route)
    return f"{made.span.get_span_context().trace_id:032x}"


def messages(sent: Capture) -> set[str]:
    return {each.message for each in sent.logs}


@given(st.integers(1, 2**128 - 1), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_all_that_a_smaller_one_keeps(trace_id: int, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    assert not kept(trace_id, threshold(smaller)) or kept(trace_id, threshold(larger))
    assert kept(trace_id, threshold(1))
    assert not kept(trace_id, threshold(0))


@given(st.integers(0, ALL - 1), st.sampled_from(["", "rv:abc", "rv:1;th:8", "th:c;x:1"]))
def test_the_threshold_comes_back(at_least: int, other: str) -> None:
    state = weighted(TraceState([("ot", other), ("vendor", "1")] if other else [("vendor", "1")]), at_least)
    assert threshold_of(state) == at_least
    assert state.get("vendor") == "1"
    kept_keys = [part for part in other.split(";") if part and not part.startswith("th:")]
    assert all(part in (state.get("ot") or "").split(";") for part in kept_keys)


def test_half_is_c_or_8() -> None:
    assert weighted(None, threshold(0.5)).get("ot") == "th:8"
    assert weighted(None, threshold(0.25)).get("ot") == "th:c"
    assert weighted(None, 0).get("ot") == "th:0"


@pytest.mark.parametrize("text", ["", "th:", "th:xyz", "th:123456789012345", "rv:1"])
def test_no_threshold(text: str) -> None:
    assert threshold_of(TraceState([("ot", text)]) if text else None) is None


def test_everything_is_kept_and_nothing_marked_by_default(sent: Capture) -> None:
    request()
    assert [span.trace_state for span in sent.spans] == ["", ""]
    assert messages(sent) == {"info", "warning", "GET /x 200"}
    assert sent.sampled_out == {}


def test_the_same_share_of_traces_in_every_service() -> None:
    ids = []
    with capture(sample=0.25) as first:
        ids = [request() for _ in range(300)]
    seen = {span.trace_id for span in first.spans}
    assert seen == {each for each in ids if kept(int(each, 16), threshold(0.25))}
    assert 30 < len(seen) < 130
    assert {span.trace_state for span in first.spans} == {"ot=th:c"}
    assert first.sampled_out == {"traces": 2 * (300 - len(seen)), "logs": 2 * (300 - len(seen))}
    assert len([each for each in first.logs if each.message == "warning"]) == 300
    assert sum(point.count for point in first.metrics if point.name == "http.server.request.duration") == 300


@pytest.mark.parametrize("sampled", [True, False])
def test_a_callers_decision_stands(sampled: bool) -> None:
    with capture(sample=0.5) as sent:
        request(trace_id=LEFT if sampled else KEPT, sampled=sampled)
    assert len(sent.spans) == (2 if sampled else 0)
    assert messages(sent) == ({"info", "warning", "GET /x 200"} if sampled else {"warning"})


def test_what_erred_is_kept_whole_and_stands_for_itself() -> None:
    with capture(sample=0) as sent:
        request(status=503)
    assert [span.name for span in sent.spans] == ["inner", "GET"]
    assert {span.trace_state for span in sent.spans} == {"ot=th:0"}
    assert all(span.sampled for span in sent.spans)
    assert messages(sent) == {"info", "warning", "GET /x 503"}
    assert sent.sampled_out == {}


def test_an_error_that_was_dealt_with_keeps_its_request() -> None:
    with capture(sample=0) as sent:
        made = requests.begin("GET", "/x", {}.get)
        assert made is not None
        try:
            raise ValueError
        except ValueError:
            vedette.error()
        made.end(200)
    assert [span.name for span in sent.spans] == ["GET"]


def test_a_line_of_level_error_keeps_its_request() -> None:
    with capture(sample=0) as sent:
        made = requests.begin("GET", "/x", {}.get)
        assert made is not None
        log.info("before")
        log.error("this went wrong")
        made.end(200)
    assert messages(sent) == {"before", "this went wrong", "GET /x 200"}
    assert len(sent.spans) == 1


def test_a_kept_request_of_a_sampled_share_weighs_one() -> None:
    with capture(sample=0.25) as sent:
        for _ in range(40):
            request(status=500)
    assert len(sent.spans) == 80
    assert {span.trace_state for span in sent.spans} == {"ot=th:0"}


def test_what_was_slow_is_kept() -> None:
    with capture(sample=0, keep_slow_ms=60_000) as sent:
        request()
        made = requests.begin("GET", "/slow", {}.get)
        assert made is not None
        made.started_ns -= 61 * 10**9  # as if it had begun a minute ago
        made.end(200)
    assert [span.attributes["url.path"] for span in sent.spans] == ["/slow"]
    assert "GET /slow 200" in messages(sent)


def test_nothing_waits_where_nothing_is_to_be_kept() -> None:
    with capture(sample=0, keep_errors=False, keep_slow_ms=0) as sent:
        made = requests.begin("GET", "/x", {}.get)
        assert made is not None
        assert made.tail is None
        assert not made.span.is_recording()
        log.info("info")
        made.end(500)
    assert sent.spans == []
    assert sent.sampled_out == {"traces": 1, "logs": 1}
    assert messages(sent) == {"GET /x 500"}


def test_routes_have_shares_of_their_own() -> None:
    with capture(routes={"/healthz": 0, "/plans/{id}": 0.5}) as sent:
        request("/healthz")
        request("/healthz", status=500)
        plans = [request(f"/plans/{number}", route="/plans/{id}") for number in range(100)]
        request("/other")
    names = [span.attributes.get("url.path") for span in sent.spans if span.kind == "server"]
    assert names.count("/healthz") == 1
    assert names.count("/other") == 1
    of_plans = {span.trace_id for span in sent.spans} & set(plans)
    assert of_plans == {each for each in plans if kept(int(each, 16), threshold(0.5))}
    states = {span.trace_state for span in sent.spans if span.trace_id in of_plans}
    assert states == {"ot=th:8"}
    assert {span.trace_state for span in sent.spans if span.attributes.get("url.path") == "/other"} == {""}


def test_jobs_and_roots_take_part() -> None:
    with capture(sample=0) as sent:
        with job("fine", {}):
            pass
        with pytest.raises(ValueError), job("broken", {}):
            raise ValueError("x")
        with vedette.span("fine root"):
            pass
        with pytest.raises(ValueError), vedette.span("broken root"), vedette.span("child"):
            raise ValueError("x")
    assert [span.name for span in sent.spans] == ["broken", "child", "broken root"]


def test_spans_of_others_inside_a_request_wait_too() -> None:
    with capture(sample=0) as sent:
        tracer = trace.get_tracer("someone else's")
        for status in (200, 500):
            made = requests.begin("GET", "/x", {}.get)
            with tracer.start_as_current_span(f"query {status}"):
                pass
            assert made is not None
            made.end(status)
    assert [span.name for span in sent.spans] == ["query 500", "GET"]
    assert {span.trace_state for span in sent.spans} == {"ot=th:0"}


def test_a_request_of_no_end_does_not_hold_everything() -> None:
    with capture(sample=0) as sent:
        made = requests.begin("GET", "/stream", {}.get)
        assert made is not None and made.tail is not None
        for _ in range(sampling.MOST_HELD + 50):
            log.info("again")
        assert len(made.tail._held) == sampling.MOST_HELD
        made.end(500)
        log.info("late")
    assert sent.sampled_out == {"logs": 51}, "the span at the end took the place of one more"
    assert len([each for each in sent.logs if each.message == "again"]) == sampling.MOST_HELD - 1


def test_what_comes_after_the_end_goes_the_way_of_the_rest() -> None:
    with capture(sample=0) as sent:
        for status in (200, 500):
            made = requests.begin("GET", f"/{status}", {}.get)
            assert made is not None
            later = vedette.bind(lambda: log.info("later"))
            made.end(status)
            later()
    assert [each.message for each in sent.logs] == ["GET /500 500", "later"]


def test_shares_by_level() -> None:
    with capture(log_level="DEBUG", log_sample={"DEBUG": 0, "INFO": 0.5, "ERROR": 0}) as sent:
        for _ in range(200):
            log.debug("debug")
            log.info("info")
            logging.getLogger("std").info("info")
            log.error("error")
    counted = [each.message for each in sent.logs]
    assert counted.count("debug") == 0
    assert counted.count("error") == 200, "errors are kept"
    assert 100 < counted.count("info") < 300
    assert sent.sampled_out["logs"] == 200 + 400 - counted.count("info")
