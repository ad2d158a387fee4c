"""One exception is one record, with its frames, its trace and nobody's secrets."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from opentelemetry import trace

import vedette
from vedette.sdk import errors, hooks, requests
from vedette.testing import Capture, capture


class Broken(Exception):
    pass


class _Now(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        return False


def fail(password: str = "hunter2") -> None:
    details = {"api_key": "k-123", "plan": "pro"}
    raise Broken(f"no luck with {details['plan']}")


def test_an_error_has_frames_source_and_locals(sent: Capture) -> None:
    with vedette.span("work") as span:
        try:
            fail()
        except Broken as error:
            event_id = vedette.error(error, level="warning", fingerprint=["card", "declined"], step="pay")
    [event] = sent.errors
    assert event["event_id"] == event_id
    assert (event["level"], event["fingerprint"], event["platform"]) == ("warning", ["card", "declined"], "python")
    assert event["environment"] == "test"
    assert "release" not in event
    assert event["tags"] == {"service": "test", "step": "pay"}
    [value] = event["exception"]["values"]
    assert (value["type"], value["value"]) == ("Broken", "no luck with pro")
    assert value["mechanism"]["handled"] is True
    frame = value["stacktrace"]["frames"][-1]
    assert frame["function"] == "fail"
    assert frame["in_app"] is True
    assert "raise Broken" in frame["context_line"]
    assert frame["vars"]["password"] == "[Filtered]"
    assert frame["vars"]["details"] == {"api_key": "[Filtered]", "plan": "'pro'"}
    ids = span.get_span_context()
    assert event["contexts"]["trace"] == {"trace_id": f"{ids.trace_id:032x}", "span_id": f"{ids.span_id:016x}"}


def test_local_variables_can_be_left_out() -> None:
    with capture(local_variables=False) as sent:
        try:
            fail()
        except Broken:
            vedette.error()
    assert "vars" not in sent.errors[0]["exception"]["values"][0]["stacktrace"]["frames"][-1]


def test_outside_of_any_span_there_is_no_trace(sent: Capture) -> None:
    vedette.error(Broken("x"))
    assert "trace" not in sent.errors[0].get("contexts", {})


def test_causes_come_along(sent: Capture) -> None:
    try:
        try:
            fail()
        except Broken as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        vedette.error()
    assert {each["type"] for each in sent.errors[0]["exception"]["values"]} == {"Broken", "RuntimeError"}


def test_an_exception_is_reported_once(sent: Capture) -> None:
    error = Broken("x")
    first = vedette.error(error)
    assert vedette.error(error) == first
    made = requests.begin("GET", "/x", {}.get)
    assert made is not None
    made.end(500, error)
    assert [each["event_id"] for each in sent.errors] == [first]
    assert sent.spans[0].attributes["exception.type"] == f"{__name__}.Broken"


def test_exceptions_that_take_no_marks(sent: Capture) -> None:
    class Closed(Exception):
        def __setattr__(self, name: str, value: Any) -> None:
            raise AttributeError(name)

    with pytest.raises(Closed), vedette.span("s"):
        raise Closed("x")
    assert vedette.error(Closed("y"))
    assert len(sent.errors) == 1


def test_what_is_no_failure(sent: Capture) -> None:
    async def cancelled() -> None:
        with vedette.span("cancelled"):
            await asyncio.sleep(10)

    async def main() -> None:
        task = asyncio.create_task(cancelled())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    with pytest.raises(SystemExit), vedette.span("exit"):
        raise SystemExit(3)
    assert vedette.error(KeyboardInterrupt()) == ""
    assert {span.status for span in sent.spans} == {"unset"}
    assert sent.errors == []


def test_nothing_to_report(sent: Capture) -> None:
    assert vedette.error() == ""
    assert sent.errors == []


def test_sentrys_own_calls_come_here(sent: Capture) -> None:
    errors._warm(_Now())  # what init() does in the background
    with vedette.context(user="u1", session="s1"), vedette.span("work") as span:
        sentry_sdk.set_tag("theirs", "yes")
        try:
            fail()
        except Broken as error:
            sentry_sdk.capture_exception(error)
            sentry_sdk.capture_exception(error)
            vedette.error(error)
        sentry_sdk.capture_message("hello password=x Bearer abc123456789")
    event, message = sent.errors
    assert event["exception"]["values"][-1]["type"] == "Broken"
    assert event["tags"] == {"service": "test", "session_id": "s1", "theirs": "yes"}
    assert event["user"] == {"id": "u1"}
    assert event["contexts"]["trace"]["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert message["message"].endswith("Bearer [Filtered]")


def test_a_sentry_client_of_the_application_keeps_its_own(sent: Capture) -> None:
    before = sentry_sdk.get_global_scope().client
    theirs: list[Any] = []

    class Theirs(sentry_sdk.Transport):
        def capture_envelope(self, envelope: Any) -> None:
            theirs.append(envelope.get_event())

    sentry_sdk.get_global_scope().set_client(
        sentry_sdk.Client(dsn="http://a@localhost/1", transport=Theirs(), default_integrations=False)
    )
    try:
        sentry_sdk.capture_exception(Broken("theirs"))
        vedette.error(Broken("ours"))
    finally:
        sentry_sdk.get_global_scope().set_client(before)
    assert [each["exception"]["values"][0]["value"] for each in theirs] == ["theirs"]
    assert [each["exception"]["values"][0]["value"] for each in sent.errors] == ["ours"]


def test_the_end_gives_sentrys_calls_back() -> None:
    with capture() as sent:
        vedette.error(Broken("x"))
        assert sentry_sdk.get_client().is_active()
        assert len(sent.errors) == 1
    assert not sentry_sdk.get_client().is_active()


def test_threads_that_fail(sent: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    undo = hooks.install()
    try:
        with vedette.context(user="u1"), vedette.span("work"):
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
    finally:
        undo()
    [event] = sent.errors
    assert event["exception"]["values"][0]["mechanism"] == {"type": "threading", "handled": False}
    assert event["user"] == {"id": "u1"}
    assert event["contexts"]["trace"]["trace_id"] == sent.spans[0].trace_id
    assert len(told) == 1, "whoever was there before is told too"


def test_tasks_that_nobody_waits_for(sent: Capture) -> None:
    async def broken() -> None:
        fail()

    async def main() -> None:
        with vedette.context(user="u1"), vedette.span("work"):
            task = asyncio.create_task(broken())
            await asyncio.wait([task])
        del task

    asyncio.run(main())
    [event] = sent.errors
    assert event["exception"]["values"][0]["mechanism"] == {"type": "asyncio", "handled": False}
    assert event["user"] == {"id": "u1"}
    assert event["contexts"]["trace"]["trace_id"] == sent.spans[0].trace_id
    [line] = [each for each in sent.logs if each.logger == "asyncio"]
    assert line.attributes["sentry.event_id"] == event["event_id"]


def test_opentelemetrys_spans_tell_of_no_exception_twice(sent: Capture) -> None:
    tracer = trace.get_tracer("someone else's")
    made = requests.begin("GET", "/x", {}.get)
    assert made is not None
    leaving: BaseException | None = None
    try:
        with tracer.start_as_current_span("query"):
            fail()
    except Broken as error:
        leaving = error
    made.end(500, leaving)
    query, root = sent.spans
    assert query.events == []
    assert query.status == "error"
    assert root.attributes["sentry.event_id"] == sent.errors[0]["event_id"]


def test_an_exception_recorded_by_hand_stays(sent: Capture) -> None:
    for tracer in (trace.get_tracer("someone else's"), None):
        with tracer.start_as_current_span("query") if tracer else vedette.span("query") as span:
            try:
                fail()
            except Broken as error:
                span.record_exception(error, {"attempt": 1})
    for span in sent.spans:
        [(name, attributes)] = span.events
        assert name == "exception"
        assert attributes["exception.type"] == f"{__name__}.Broken"
        assert attributes["attempt"] == 1


def test_a_fault_inside_is_counted_and_goes_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    with capture() as sent:
        monkeypatch.setattr(errors, "_send", lambda *_: 1 / 0)
        assert vedette.error(Broken("x")) == ""
        assert sent.failures == {"errors: ZeroDivisionError": 1}
        assert vedette.health().failures["errors: ZeroDivisionError"] >= 1


def test_frames_of_the_application_are_its_own_wherever_it_was_started(
    sent: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def parse() -> None:
        json.loads("{")

    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError) as caught:
        vedette.span("work")(parse)()
    vedette.error(caught.value)
    frames = sent.errors[0]["exception"]["values"][-1]["stacktrace"]["frames"]
    own = [frame["module"] for frame in frames if frame["in_app"]]
    assert set(own) == {__name__} and own[-1] == __name__
    assert {"vedette.sdk.traces", "json.decoder"} <= {frame["module"] for frame in frames if not frame["in_app"]}
