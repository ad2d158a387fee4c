"""One context: every record of every signal carries the same trace, user, session, request and group, wherever in the
process it is made."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import vedette
from vedette.sdk import requests
from vedette.sdk.jobs import carrier, job
from vedette.testing import Capture

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE}-{PARENT}-01",
    "x-request-id": "req-7",
    "x-posthog-session-id": "sess-1",
    "x-posthog-distinct-id": "browser-9",
}
log = vedette.get_logger("shop")


class Broken(Exception):
    pass


def say_everything() -> str:
    """One record of each signal; the id of the error."""
    log.info("structured")
    logging.getLogger("shop.db").warning("standard")
    vedette.count("orders")
    try:
        raise Broken("handled")
    except Broken as error:
        event_id = vedette.error(error)
    vedette.track("order_placed")
    return event_id


def check_one_context(sent: Capture, event_id: str, user: str = "u1") -> None:
    assert sent.failures == {}
    spans = {span.name: span for span in sent.spans}
    root, inner = spans["GET /orders/{id}"], spans["inner"]
    assert (root.trace_id, root.parent_id) == (TRACE, PARENT)
    assert (inner.trace_id, inner.parent_id) == (TRACE, root.span_id)
    for attributes in (root.attributes, inner.attributes, *(each.attributes for each in sent.logs)):
        assert attributes["user.id"] == user
        assert attributes["session.id"] == "sess-1"
        assert attributes["request.id"] == "req-7"
        assert attributes["organization.id"] == "acme"
    assert {each.message for each in sent.logs} == {"structured", "standard", "GET /orders/{id} 200"}
    for each in sent.logs:
        assert each.trace_id == TRACE
        assert each.span_id == (root.span_id if each.message.startswith("GET") else inner.span_id)
    [event] = sent.events
    assert event["distinct_id"] == user
    about = event["properties"]
    assert (about["$trace_id"], about["$span_id"]) == (TRACE, inner.span_id)
    assert (about["$session_id"], about["$request_id"]) == ("sess-1", "req-7")
    assert about["$groups"] == {"organization": "acme"}
    assert about["$sentry_event_id"] == event_id
    assert "$process_person_profile" not in about
    [error] = sent.errors
    assert error["event_id"] == event_id
    assert error["contexts"]["trace"] == {"trace_id": TRACE, "span_id": inner.span_id}
    assert error["user"] == {"id": user}
    assert error["tags"]["session_id"] == "sess-1"
    assert error["tags"]["request_id"] == "req-7"
    assert error["tags"]["organization"] == "acme"
    assert inner.attributes["sentry.event_id"] == event_id
    assert inner.status == "unset", "it was handled"
    counted = [point for point in sent.metrics if point.name == "orders"]
    assert [point.exemplars for point in counted] == [[TRACE]]


def inside() -> str:
    with vedette.span("inner"):
        return say_everything()


def identify() -> None:
    vedette.identify("u1", group={"organization": "acme"})


def begin() -> requests.Request:
    request = requests.begin("GET", "/orders/7", HEADERS.get)
    assert request is not None
    return request


def test_in_the_same_function(sent: Capture) -> None:
    request = begin()
    identify()
    event_id = inside()
    request.end(200, route="/orders/{id}")
    check_one_context(sent, event_id)


async def in_a_task() -> str:
    return await asyncio.create_task(asyncio.to_thread(inside))


async def in_the_loops_executor() -> str:
    return await asyncio.get_running_loop().run_in_executor(None, inside)


async def in_an_executor_of_ones_own() -> str:
    with ThreadPoolExecutor() as pool:
        return await asyncio.wrap_future(pool.submit(inside))


async def in_a_group() -> str:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(asyncio.to_thread(inside))
    return task.result()


async def in_an_async_generator() -> str:
    async def stream() -> Any:
        with vedette.span("inner"):
            yield say_everything()

    return [each async for each in stream()].pop()


@pytest.mark.parametrize(
    "work", [in_a_task, in_the_loops_executor, in_an_executor_of_ones_own, in_a_group, in_an_async_generator]
)
def test_in_asyncio(sent: Capture, work: Callable[[], Any]) -> None:
    async def handle() -> str:
        request = begin()
        await asyncio.create_task(asyncio.to_thread(identify))  # learned deep inside, in another thread
        event_id = await work()
        request.end(200, route="/orders/{id}")
        return str(event_id)

    check_one_context(sent, asyncio.run(handle()))


def in_a_thread() -> str:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(inside()))
    thread.start()
    thread.join()
    return found[0]


class Worker(threading.Thread):
    found = ""

    def run(self) -> None:
        self.found = inside()


def in_a_thread_of_a_class() -> str:
    worker = Worker()
    worker.start()
    worker.join()
    return worker.found


def in_a_generator() -> str:
    def rows() -> Iterator[str]:
        with vedette.span("inner"):
            yield say_everything()

    return list(rows()).pop()


def in_a_bound_function() -> str:
    from contextvars import Context

    return Context().run(vedette.bind(inside))


@pytest.mark.parametrize("work", [in_a_thread, in_a_thread_of_a_class, in_a_generator, in_a_bound_function])
def test_in_threads_and_generators(sent: Capture, work: Callable[[], str]) -> None:
    request = begin()
    identify()
    event_id = work()
    request.end(200, route="/orders/{id}")
    check_one_context(sent, event_id)


def test_concurrent_requests_do_not_mix(sent: Capture) -> None:
    async def handle(number: int) -> None:
        request = requests.begin("GET", f"/{number}", {"x-request-id": f"r{number}"}.get)
        assert request is not None
        await asyncio.sleep(0.001 * (number % 3))
        vedette.identify(f"user-{number}")
        await asyncio.sleep(0.001)
        log.info("inside", number=number)
        vedette.track("seen", {"number": number})
        request.end(200)

    async def main() -> None:
        await asyncio.gather(*(handle(number) for number in range(30)))

    asyncio.run(main())
    seen = [each for each in sent.logs if each.message == "inside"]
    assert len(seen) == 30
    assert all(
        each.attributes["user.id"] == f"user-{each.attributes['number']}"
        and each.attributes["request.id"] == f"r{each.attributes['number']}"
        for each in seen
    )
    assert {event["distinct_id"] for event in sent.events} == {f"user-{number}" for number in range(30)}
    assert len({each.trace_id for each in seen}) == 30


def test_an_unhandled_error_has_the_trace_of_the_innermost_span(sent: Capture) -> None:
    request = begin()
    identify()
    failure: BaseException | None = None
    try:
        with vedette.span("outer"), vedette.span("charge"):
            raise Broken("no money")
    except Broken as error:
        failure = error
    request.end(500, failure, route="/orders/{id}")
    [error] = sent.errors
    spans = {span.name: span for span in sent.spans}
    assert error["contexts"]["trace"] == {"trace_id": TRACE, "span_id": spans["charge"].span_id}
    assert error["exception"]["values"][0]["mechanism"]["handled"] is False
    assert error["exception"]["values"][0]["type"] == "Broken"
    assert error["user"] == {"id": "u1"}
    root = spans["GET /orders/{id}"]
    assert root.status == "error"
    assert root.attributes["sentry.event_id"] == error["event_id"]
    assert root.attributes["exception.type"].endswith("Broken")
    assert [span.events for span in sent.spans] == [[], [], []], "the error is one record, not one a span"
    [line] = [each for each in sent.logs if each.logger == "vedette.requests"]
    assert line.attributes["sentry.event_id"] == error["event_id"]
    assert line.level == "ERROR"


def test_a_job_goes_on_where_it_was_sent(sent: Capture) -> None:
    request = begin()
    identify()
    carried = carrier()
    request.end(202)
    assert set(carried) >= {"traceparent", "baggage"}
    with job("send_mail", carried, "celery"):
        event_id = inside()
    spans = {span.name: span for span in sent.spans}
    assert spans["send_mail"].trace_id == TRACE
    assert spans["send_mail"].parent_id == spans["GET"].span_id
    assert spans["send_mail"].kind == "consumer"
    assert spans["inner"].attributes["user.id"] == "u1"
    assert spans["inner"].attributes["organization.id"] == "acme"
    [error] = sent.errors
    assert error["event_id"] == event_id
    assert error["contexts"]["trace"]["trace_id"] == TRACE
    assert sent.events[0]["properties"]["$session_id"] == "sess-1"


def test_a_browser_cannot_say_who_the_user_is(sent: Capture) -> None:
    headers = {**HEADERS, "baggage": "user.id=admin,organization.id=evil,session.id=s9"}
    request = requests.begin("GET", "/", headers.get)
    assert request is not None
    log.info("before")
    vedette.track("before")
    vedette.identify("real")
    log.info("after")
    vedette.track("after")
    request.end(200)
    before, after = (each for each in sent.logs if each.logger == "shop")
    assert "user.id" not in before.attributes
    assert before.attributes["anonymous.id"] == "browser-9"
    assert "organization.id" not in before.attributes
    assert after.attributes["user.id"] == "real"
    assert "anonymous.id" not in after.attributes
    first, second = sent.events
    assert (first["distinct_id"], first["properties"]["$process_person_profile"]) == ("browser-9", False)
    assert second["distinct_id"] == "real"
    assert "$process_person_profile" not in second["properties"]


def test_contexts_nest_and_end(sent: Capture) -> None:
    with vedette.context(user="a", session="s", plan="pro"):
        with vedette.context(user="b", group={"team": "x"}):
            log.info("inner")
        log.info("outer")
    log.info("outside")
    inner, outer, outside = sent.logs
    assert inner.attributes == {"user.id": "b", "session.id": "s", "group.team": "x", "plan": "pro"}
    assert outer.attributes == {"user.id": "a", "session.id": "s", "plan": "pro"}
    assert outside.attributes == {}


def test_a_generator_closed_elsewhere_leaves_no_trace(sent: Capture, caplog: pytest.LogCaptureFixture) -> None:
    from contextvars import Context

    def rows() -> Iterator[int]:
        with vedette.span("rows"), vedette.context(user="u"):
            yield 1
            yield 2

    generator = rows()
    Context().run(next, generator)
    generator.close()
    log.info("after")
    assert [span.name for span in sent.spans] == ["rows"]
    assert sent.logs[-1].attributes == {}
    assert caplog.records == []
