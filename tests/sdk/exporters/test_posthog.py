"""PostHog's capture endpoint: rust/capture of PostHog/posthog, and posthog-python for `$exception`."""

import json
import uuid
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from tests.sdk.exporters.conftest import Answer, Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Signal
from vedette.sdk.exporters.posthog import PostHog, exception_event


def capture(request: Request) -> Answer:
    """v0 is all or nothing: one event without an id, and the batch is refused."""
    if request.path.startswith("/i/v1/"):
        allowed = request.headers.get("authorization") == "Bearer phc_k" and len(request.body) <= 2 << 20
        return (200, {"content-type": "application/json"}, b"{}") if allowed else (401, {}, b"")
    if request.path != "/batch/":
        return 404, {}, b""
    if len(request.body) > 20 << 20:
        return 413, {}, b""
    body = request.json
    if body["api_key"] != "phc_k":
        return 401, {}, b"API key is invalid"
    for event in body["batch"]:
        uuid.UUID(event["uuid"])
        if not event.get("distinct_id"):
            return 400, {}, b"missing distinct_id"
    return 200, {"content-type": "application/json"}, b'{"status":1}'


def posthog(backend: Backend, **more: Any) -> dict[Signal, Lane]:
    backend.rules = capture
    lanes = PostHog(api_key="phc_k", host=backend.url, **more).lanes(SERVICE)
    return {lane.signal: lane for lane in lanes}


def test_events_go_as_they_are(backend: Backend) -> None:
    events = [product_event(seats=number) for number in range(3)]
    lanes = posthog(backend)
    assert set(lanes) == {Signal.EVENTS, Signal.ERRORS}
    assert lanes[Signal.EVENTS].deliver(events, 5) == Delivered()
    body = backend.accepted[0].json
    assert body["batch"] == events
    assert body["sent_at"].endswith("Z")


def test_an_error_is_an_exception_event(backend: Backend) -> None:
    event = error()
    assert posthog(backend)[Signal.ERRORS].deliver([event], 5) == Delivered()
    (sent,) = backend.accepted[0].json["batch"]
    properties = sent["properties"]
    raised, cause = properties["$exception_list"]
    assert (sent["event"], sent["distinct_id"], uuid.UUID(sent["uuid"]).hex) == ("$exception", "u1", event["event_id"])
    assert (raised["type"], raised["value"], cause["type"]) == ("ValueError", "no card", "KeyError")
    assert raised["mechanism"] == {"type": "vedette", "handled": False}
    frame = cause["stacktrace"]["frames"][-1]
    assert cause["stacktrace"]["type"] == "raw"
    assert (frame["platform"], frame["function"], frame["in_app"]) == ("python", "_pay", True)
    assert frame["context_line"].strip() == 'card["number"]'
    assert "vars" not in frame
    assert properties["$sentry_event_id"] == event["event_id"]
    assert properties["$trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert (properties["$session_id"], properties["$request_id"]) == ("s1", "r1")
    assert properties["$groups"] == {"organization": "acme"}
    assert (properties["service"], properties["environment"], properties["release"]) == ("checkout", "test", "1.4.2")
    assert "$process_person_profile" not in properties


def test_an_error_of_nobody_makes_no_person() -> None:
    event = exception_event(error(user_id=""))
    assert event["distinct_id"] == event["uuid"]
    assert event["properties"]["$process_person_profile"] is False


def test_a_message_is_an_exception_too() -> None:
    event = exception_event({"event_id": uuid.uuid4().hex, "logentry": {"message": "disk full"}, "level": "warning"})
    assert event["properties"]["$exception_list"][0]["value"] == "disk full"
    assert event["properties"]["$exception_level"] == "warning"


def test_shapes_agree_with_posthogs_own_client() -> None:
    from posthog.exception_utils import exceptions_from_error_tuple

    try:
        try:
            raise KeyError("a")
        except KeyError as cause:
            raise ValueError("b") from cause
    except ValueError as raised:
        theirs = exceptions_from_error_tuple((type(raised), raised, raised.__traceback__))
    ours = exception_event(error())["properties"]["$exception_list"]
    assert [each["type"] for each in ours] == [each["type"] for each in theirs] == ["ValueError", "KeyError"]
    known = set(theirs[0]["stacktrace"]["frames"][0]) | {"in_app"}
    assert set(ours[0]["stacktrace"]["frames"][0]) <= known
    assert set(ours[0]) <= set(theirs[0])


def test_a_bad_event_is_taken_apart_from_its_neighbours(backend: Backend) -> None:
    lane = posthog(backend)[Signal.EVENTS]
    bad = {**product_event(), "distinct_id": ""}
    verdict = lane.deliver([product_event(), bad], 5)
    assert isinstance(verdict, Refused) and not verdict.whole, "delivery looks for the one to blame"


def test_what_is_over_the_quota_is_not_called_sent(backend: Backend) -> None:
    lane = posthog(backend)[Signal.EVENTS]
    backend.answers = [
        (200, {}, json.dumps({"status": 1, "quota_limited": ["events"]}).encode()),
        (200, {}, json.dumps({"status": 1, "quota_limited": ["recordings"]}).encode()),
    ]
    assert lane.deliver([product_event()], 5) == Refused("over the quota of events", whole=True)
    assert lane.deliver([product_event()], 5) == Delivered()


def test_a_wrong_key_is_refused(backend: Backend) -> None:
    backend.rules = capture
    (lane, _) = PostHog(api_key="phc_wrong", host=backend.url).lanes(SERVICE)
    verdict = lane.deliver([product_event()], 5)
    assert isinstance(verdict, Refused)
    assert "phc_wrong" not in verdict.reason


@pytest.mark.parametrize("errors_too", [True, False])
def test_the_rest_by_otlp(backend: Backend, errors_too: bool) -> None:
    signals = frozenset(Signal) if errors_too else frozenset(Signal) - {Signal.ERRORS}
    lanes = posthog(backend, signals=signals)
    assert set(lanes) == signals
    span, logs = span_and_logs(error_id="a" * 32)
    for signal, items in ((Signal.TRACES, [span]), (Signal.LOGS, logs), (Signal.METRICS, [collection()])):
        assert lanes[signal].deliver(items, 5) == Delivered()
    assert [request.path for request in backend.accepted] == ["/i/v1/traces", "/i/v1/logs", "/i/v1/metrics"]
    record = ExportLogsServiceRequest.FromString(backend.accepted[1].body).resource_logs[0].scope_logs[0].log_records[0]
    assert ("exception.type" in {pair.key for pair in record.attributes}) is not errors_too
