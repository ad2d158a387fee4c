"""What the applications under test do, and what must then be in every record, whatever the framework."""

import logging
from typing import Any

import vedette
from tests.sdk.integrations.drive import Answer
from vedette.testing import Capture

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE}-{PARENT}-01",
    "x-request-id": "req-7",
    "x-posthog-session-id": "sess-1",
    # A browser may claim to be anybody.
    "x-posthog-distinct-id": "victim",
    "baggage": "user.id=victim,organization.id=victims,colour=blue",
}
log = vedette.get_logger("shop")


class Broken(Exception):
    """Nobody handles it."""


class Refused(Exception):
    """The framework's own handler makes a 500 of it."""


def identify() -> None:
    """What authentication does."""
    vedette.identify("u1")


def say(place: str) -> None:
    """One record of each signal."""
    log.info(f"said in {place}")
    logging.getLogger("shop.std").warning("told in %s", place)
    with vedette.span(f"work in {place}"):
        vedette.count("orders", place=place)
        vedette.track("ordered", {"place": place})


def say_and_handle(place: str) -> None:
    """And an error that is dealt with."""
    say(place)
    try:
        raise Broken("handled")
    except Broken:
        vedette.error()


# place → (status, what error is reported)
CASES: dict[str, tuple[int, type[Exception] | str | None]] = {
    "handler": (200, None),
    "handled": (200, Broken),
    "unhandled": (500, Broken),
    "refused": (500, Refused),
    "unavailable": (503, "HTTPException"),
    "conflict": (409, None),
    "thread": (200, None),
    "executor": (200, None),
    "dependency": (200, None),
    "stream": (200, None),
    "stream_breaks": (200, Broken),
}
ASYNC_CASES = {**CASES, "task": (200, None), "background": (200, None), "background_breaks": (200, Broken)}


def check(sent: Capture, answer: Answer, case: str, route: str) -> None:
    """Everything the request sent: one trace, one user, one session, one request; its error once."""
    status, kind = ASYNC_CASES[case]
    assert answer.status == status
    assert answer.headers["x-request-id"] == "req-7"
    root = next(span for span in sent.spans if span.kind == "server")
    work = next(span for span in sent.spans if span.name == f"work in {case}")
    assert [span for span in sent.spans if span.kind == "server"] == [root], "one span a request"
    assert (root.name, root.trace_id, root.parent_id) == (f"GET {route}", TRACE, PARENT)
    assert (work.trace_id, work.parent_id) == (TRACE, root.span_id)
    logs = [each for each in sent.logs if each.logger.partition(".")[0] in ("shop", "vedette")]
    line = next(each for each in logs if each.logger == "vedette.requests")
    assert line.message == f"GET {route} {status}"
    assert {each.message for each in logs} == {f"said in {case}", f"told in {case}", line.message}
    assert (line.trace_id, line.span_id) == (TRACE, root.span_id)
    for attributes in (root.attributes, work.attributes, *(each.attributes for each in logs)):
        assert attributes["user.id"] == "u1"
        assert attributes["session.id"] == "sess-1"
        assert attributes["request.id"] == "req-7"
        assert "organization.id" not in attributes, "a group that the client claims is not believed"
    assert {each.trace_id for each in logs} == {TRACE}
    check_event(sent.events, work)
    check_metrics(sent, case, route, status)
    check_error(sent, kind, root, line)
    errors = [{**error, "exception": "with the headers among its local variables"} for error in sent.errors]
    assert "victim" not in repr((sent.logs, sent.spans, sent.events, sent.metrics, errors))


def check_event(events: list[dict[str, Any]], work: Any) -> None:
    [event] = events
    about = event["properties"]
    assert event["distinct_id"] == "u1"
    assert (about["$trace_id"], about["$span_id"]) == (TRACE, work.span_id)
    assert (about["$session_id"], about["$request_id"]) == ("sess-1", "req-7")
    assert "$process_person_profile" not in about, "who an authenticated user is, is known"


def check_metrics(sent: Capture, case: str, route: str, status: int) -> None:
    points = [point for point in sent.metrics if point.attributes.get("place") == case]
    assert [(point.value, point.exemplars) for point in points] == [(1, [TRACE])]
    [duration] = [
        point
        for point in sent.metrics
        if point.name == "http.server.request.duration" and point.attributes.get("http.route") == route
    ]
    assert (duration.count, duration.exemplars) == (1, [TRACE])
    assert duration.attributes["http.response.status_code"] == status


def check_error(sent: Capture, kind: type[Exception] | str | None, root: Any, line: Any) -> None:
    if kind is None:
        assert sent.errors == []
        assert (root.status, line.level) == ("unset", "INFO")
        return
    [error] = sent.errors
    last = error["exception"]["values"][-1]
    name = kind if isinstance(kind, str) else kind.__name__
    assert last["type"] == name or name in last["type"] or last["type"] == "ServiceUnavailable"
    assert last["stacktrace"]["frames"], "the framework took the stack away before it was read"
    assert last["mechanism"]["handled"] is (error["exception"]["values"][-1]["value"] == "handled")
    assert error["contexts"]["trace"]["trace_id"] == TRACE
    assert error["user"]["id"] == "u1"
    assert error["tags"]["session_id"] == "sess-1"
    assert error["tags"]["request_id"] == "req-7"
    handled = last["mechanism"]["handled"]
    assert root.events == []
    if not handled and root.attributes.get("sentry.event_id"):
        assert (root.status, line.level) == ("error", "ERROR")
        assert root.attributes["sentry.event_id"] == line.attributes["sentry.event_id"] == error["event_id"]
