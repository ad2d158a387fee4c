"""`span()` around blocks, functions and coroutine functions."""

import asyncio
import inspect

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

import vedette
from vedette.testing import Capture, capture


def test_a_block(sent: Capture) -> None:
    with vedette.span("charge", kind=SpanKind.CLIENT, provider="stripe", name="attribute") as span:
        assert trace.get_current_span() is span
        span.set_attribute("amount", 3)
    [made] = sent.spans
    assert (made.name, made.kind, made.status) == ("charge", "client", "unset")
    assert made.attributes == {"provider": "stripe", "name": "attribute", "amount": 3}
    assert made.duration_ms >= 0
    assert made.resource["service.name"] == "test"
    assert {
        "telemetry.sdk.language",
        "telemetry.sdk.version",
        "process.pid",
        "host.name",
        "service.instance.id",
    } <= set(made.resource)


def test_functions(sent: Capture) -> None:
    @vedette.span("work", n=1)
    def work(a: int, *, b: int = 2) -> int:
        """Adds."""
        return a + b

    @vedette.span("async work")
    async def async_work(a: int) -> int:
        await asyncio.sleep(0)
        assert trace.get_current_span().is_recording()
        return work(a)

    assert (work.__name__, work.__doc__, list(inspect.signature(work).parameters)) == ("work", "Adds.", ["a", "b"])
    assert inspect.iscoroutinefunction(async_work)
    assert asyncio.run(async_work(1)) == 3
    work(1)
    first, outer, second = sent.spans
    assert (first.name, outer.name, second.name) == ("work", "async work", "work")
    assert first.parent_id == outer.span_id
    assert second.parent_id == ""
    assert first.attributes == second.attributes == {"n": 1}


def test_concurrent_calls_of_one_decorated_function(sent: Capture) -> None:
    @vedette.span("work")
    async def work(number: int) -> None:
        trace.get_current_span().set_attribute("number", number)
        await asyncio.sleep(0.001)

    async def main() -> None:
        await asyncio.gather(*(work(number) for number in range(20)))

    asyncio.run(main())
    assert sorted(span.attributes["number"] for span in sent.spans) == list(range(20))
    assert len({span.trace_id for span in sent.spans}) == 20


def test_generators_are_refused_where_they_are_defined() -> None:
    with pytest.raises(TypeError, match="generator"):

        @vedette.span("rows")
        def rows() -> object:
            yield 1


def test_a_failure(sent: Capture) -> None:
    with pytest.raises(ValueError), vedette.span("work"):
        raise ValueError("no")
    [span] = sent.spans
    assert (span.status, span.status_message) == ("error", "ValueError: no")
    assert span.attributes == {"error.type": "ValueError", "exception.type": "ValueError", "exception.message": "no"}


def test_statuses(sent: Capture) -> None:
    for before, after in ((StatusCode.OK, StatusCode.ERROR), (StatusCode.ERROR, StatusCode.UNSET)):
        with vedette.span("s") as span:
            span.set_status(before, "why" if before is StatusCode.ERROR else None)
            span.set_status(Status(after))
    assert [(span.status, span.status_message) for span in sent.spans] == [("ok", ""), ("error", "why")]


def test_limits_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.sdk import recording

    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "3")
    monkeypatch.setenv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5")
    monkeypatch.setenv("OTEL_SPAN_EVENT_COUNT_LIMIT", "2")
    monkeypatch.setattr(recording, "_limits", None)
    with capture() as sent, vedette.span("s", a="123456789", b=2, c=3, d=4, e=5) as span:
        for _ in range(5):
            span.add_event("e")
    assert sent.spans[0].attributes == {"a": "12345", "b": 2, "c": 3}
    assert len(sent.spans[0].events) == 2


def test_after_the_end_nothing_changes(sent: Capture) -> None:
    with vedette.span("s") as span:
        pass
    span.set_attribute("late", 1)
    span.set_status(StatusCode.ERROR)
    span.update_name("late")
    span.add_event("late")
    span.end()
    [made] = sent.spans
    assert (made.name, made.status, made.attributes, made.events) == ("s", "unset", {}, [])


def test_spans_of_others_carry_the_scope(sent: Capture) -> None:
    tracer = trace.get_tracer("someone else's")
    with vedette.context(user="u1", plan="pro"), vedette.span("ours"), tracer.start_as_current_span("theirs"):
        pass
    theirs, ours = sent.spans
    assert theirs.parent_id == ours.span_id
    assert theirs.attributes == ours.attributes == {"user.id": "u1", "plan": "pro"}
