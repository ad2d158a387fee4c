"""What queues without an integration use: a carrier, a job, and how the two are joined."""

import time

import vedette
from vedette.sdk.jobs import SENT_AT, begin, current_job
from vedette.testing import Capture, capture


def sent_before(seconds: float) -> dict[str, str]:
    return {**vedette.carrier(), SENT_AT: str(int((time.time() - seconds) * 1000))}


def test_a_job_that_waited_long_is_a_trace_of_its_own_linked_to_its_sender() -> None:
    with capture(link_jobs_after_seconds=60) as sent:
        with vedette.context(user="u1", session="s1"), vedette.span("request"):
            soon, late = sent_before(50), sent_before(70)
        for carried in (soon, late):
            with vedette.job("mail", carried, "rq"):
                vedette.track("mailed")
    request, first, second = sent.spans
    assert (first.trace_id, first.parent_id, first.links) == (request.trace_id, request.span_id, [])
    assert second.trace_id != request.trace_id
    assert second.parent_id == ""
    assert second.links == [(request.trace_id, request.span_id)]
    assert 70_000 <= second.attributes["job.wait_ms"] < 80_000
    assert [event["distinct_id"] for event in sent.events] == ["u1", "u1"]
    assert {span.attributes["session.id"] for span in (first, second)} == {"s1"}


def test_whoever_is_not_known_goes_along_too(sent: Capture) -> None:
    carried = {"x-posthog-distinct-id": "browser-9"}
    with vedette.job("outer", carried):
        carried = vedette.carrier()
    with vedette.job("inner", carried):
        vedette.track("seen")
    assert sent.events[0]["distinct_id"] == "browser-9"
    assert sent.events[0]["properties"]["$process_person_profile"] is False


def test_the_line_of_a_job(sent: Capture) -> None:
    with vedette.context(user="u1"):
        carried = vedette.carrier()
    job = begin("mail", carried, "rq", {"messaging.message.id": "m1"})
    assert job is not None
    assert current_job() is job
    job.defer("retry", ConnectionError("redis://worker:hunter2@queue/0"))
    job.end()
    job.end()
    assert current_job() is None
    [line] = sent.logs
    [span] = sent.spans
    assert (line.logger, line.level, line.message) == ("vedette.jobs", "WARN", "mail retry")
    assert (line.trace_id, line.span_id) == (span.trace_id, span.span_id)
    for attributes in (line.attributes, span.attributes):
        assert attributes["user.id"] == "u1"
        assert attributes["messaging.message.id"] == "m1"
        assert attributes["job.reason"].startswith("ConnectionError: redis://")
        assert "hunter2" not in attributes["job.reason"]
        assert not any(name.startswith("exception.") for name in attributes), "a retry is no error"
    assert line.attributes["duration_ms"] >= 0
    assert sent.errors == []
    assert [point.attributes["job.outcome"] for point in sent.metrics] == ["retry"]
