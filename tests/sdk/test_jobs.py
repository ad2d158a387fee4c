"""A job of a worker: its span, its duration, its error; and its context, from wherever it was sent."""

import pytest

import vedette
from vedette.sdk.jobs import carrier, job
from vedette.testing import Capture


def test_a_job(sent: Capture) -> None:
    with job("send_mail", {}, "rq", **{"messaging.destination.name": "mail"}):
        pass
    [span] = sent.spans
    assert (span.name, span.kind, span.status) == ("send_mail", "consumer", "unset")
    assert span.attributes["messaging.system"] == "rq"
    assert span.attributes["messaging.destination.name"] == "mail"
    assert span.attributes["job.outcome"] == "ok"
    [point] = sent.metrics
    assert (point.name, point.unit, point.count) == ("job.duration", "s", 1)
    assert point.attributes == {"job.name": "send_mail", "job.outcome": "ok", "messaging.system": "rq"}


def test_a_job_that_fails(sent: Capture) -> None:
    with pytest.raises(ValueError), job("send_mail"), vedette.span("smtp"):
        raise ValueError("no route")
    smtp, root = sent.spans
    [error] = sent.errors
    assert root.status == "error"
    assert root.attributes["sentry.event_id"] == error["event_id"]
    assert error["contexts"]["trace"] == {"trace_id": root.trace_id, "span_id": smtp.span_id}
    assert error["transaction"] == "send_mail"
    assert error["exception"]["values"][0]["mechanism"] == {"type": "job", "handled": False}
    assert [point.attributes["job.outcome"] for point in sent.metrics] == ["error"]


def test_a_failure_that_the_worker_caught(sent: Capture) -> None:
    with job("send_mail") as running:
        assert running is not None
        running.fail(ValueError("caught"))
    assert len(sent.errors) == 1
    assert sent.spans[0].status == "error"


def test_a_worker_that_stops_is_no_error(sent: Capture) -> None:
    with pytest.raises(SystemExit), job("send_mail"):
        raise SystemExit
    assert sent.errors == []
    assert sent.spans[0].status == "unset"


def test_carriers_carry_only_text(sent: Capture) -> None:
    with vedette.context(user="ü=1,;", session="s", request="r", group={"team": "x"}), vedette.span("out"):
        carried = carrier()
    assert all(type(part) is str for pair in carried.items() for part in pair)
    with job("j", carried) as running:
        assert running is not None
        assert running.scope.user_id == "ü=1,;"
        assert running.scope.groups == {"team": "x"}
        assert running.scope.request_id == "r"


def test_carriers_that_are_broken(sent: Capture) -> None:
    with job("j", {"traceparent": "x", "baggage": ",,=;%"}) as running:
        assert running is not None
    assert sent.spans[0].parent_id == ""


def test_nothing_runs() -> None:
    assert carrier() == {}
    with job("j", {"traceparent": "x"}) as running:
        assert running is None
