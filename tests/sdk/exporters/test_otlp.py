"""OTLP: https://opentelemetry.io/docs/specs/otlp/#otlphttp."""

import time
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.sdk.exporters.conftest import Answer, Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Retry, Signal, Split
from vedette.sdk.exporters.metrics_lane import pieces_of
from vedette.sdk.exporters.otlp import Otlp

PROTOBUF = {"content-type": "application/x-protobuf"}
REQUESTS = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}


def collector(request: Request) -> Answer:
    """What a collector demands of a client."""
    if request.headers.get("content-type") != "application/x-protobuf":
        return 415, {}, b""
    if request.headers.get("content-encoding") != "gzip" or request.headers.get("x-key") != "k":
        return 401, {}, b""
    REQUESTS[request.path].FromString(request.body)
    return 200, PROTOBUF, b""


def lane(backend: Backend, signal: Signal, **more: Any) -> Lane:
    backend.rules = collector
    lanes = Otlp(endpoint=backend.url, headers={"x-key": "k"}, **more).lanes(SERVICE)
    (found,) = (each for each in lanes if each.signal is signal)
    return found


def attributes(record: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in record.attributes}


def log_records(backend: Backend) -> list[Any]:
    message = ExportLogsServiceRequest.FromString(backend.accepted[-1].body)
    assert attributes(message.resource_logs[0].resource)["service.name"] == "checkout"
    return [record for group in message.resource_logs for scope in group.scope_logs for record in scope.log_records]


def test_spans_and_log_records_share_their_ids(backend: Backend) -> None:
    span, logs = span_and_logs()
    assert lane(backend, Signal.TRACES).deliver([span], 5) == Delivered()
    assert lane(backend, Signal.LOGS).deliver(logs, 5) == Delivered()
    sent = ExportTraceServiceRequest.FromString(backend.accepted[0].body).resource_spans[0].scope_spans[0].spans[0]
    (record,) = log_records(backend)
    assert (sent.trace_id, sent.span_id) == (record.trace_id, record.span_id)
    assert sent.trace_id.hex() == f"{span.context.trace_id:032x}"
    assert attributes(sent)["user.id"] == attributes(record)["user.id"] == "u1"
    assert record.body.string_value == "order 0 of größe"


def test_a_log_record_of_an_error_leaves_the_stack_to_the_error(backend: Backend) -> None:
    _, logs = span_and_logs(error_id="a" * 32)
    lane(backend, Signal.LOGS).deliver(logs, 5)
    (record,) = log_records(backend)
    assert attributes(record)["sentry.event_id"] == "a" * 32
    assert not [name for name in attributes(record) if name.startswith("exception.")]
    assert "exception.stacktrace" in logs[0].log_record.attributes, "other targets still have it"

    lane(backend, Signal.LOGS, signals=frozenset({Signal.LOGS})).deliver(logs, 5)
    (record,) = log_records(backend)
    assert attributes(record)["exception.type"] == "ValueError", "a target without errors gets them in its logs"


def test_errors_are_log_records_with_their_exception(backend: Backend) -> None:
    event = error()
    assert lane(backend, Signal.ERRORS).deliver([event], 5) == Delivered()
    (record,) = log_records(backend)
    found = attributes(record)
    assert (found["exception.type"], found["exception.message"]) == ("ValueError", "no card")
    assert "KeyError: 'number'\n\nThe above exception was the direct cause" in found["exception.stacktrace"]
    assert found["exception.stacktrace"].endswith("ValueError: no card")
    assert found["exception.handled"] is False
    assert found["sentry.event_id"] == event["event_id"]
    assert [found[name] for name in ("user.id", "session.id", "request.id", "organization.id")] == [
        "u1",
        "s1",
        "r1",
        "acme",
    ]
    assert record.trace_id.hex() == event["contexts"]["trace"]["trace_id"]
    assert record.span_id.hex() == event["contexts"]["trace"]["span_id"]
    assert (record.severity_number, record.body.string_value) == (17, "ValueError: no card")
    assert abs(record.time_unix_nano / 1e9 - time.time()) < 60


def test_product_events_are_named_log_records(backend: Backend) -> None:
    event = product_event(seats=3)
    assert lane(backend, Signal.EVENTS).deliver([event], 5) == Delivered()
    (record,) = log_records(backend)
    found = attributes(record)
    assert (record.event_name, record.body.string_value) == ("plan_upgraded", "plan_upgraded")
    assert (found["user.id"], found["session.id"], found["organization.id"], found["seats"]) == ("u1", "s1", "acme", 3)
    assert found["event.id"] == event["uuid"]
    assert record.trace_id.hex() == event["properties"]["$trace_id"]


def test_metrics_cumulative_or_delta(backend: Backend) -> None:
    cumulative, delta = lane(backend, Signal.METRICS), lane(backend, Signal.METRICS, delta=True)
    assert (cumulative.temporality, delta.temporality) == ("cumulative", "delta")
    assert cumulative.deliver([collection()], 5) == Delivered()
    metrics = (
        ExportMetricsServiceRequest.FromString(backend.accepted[0].body).resource_metrics[0].scope_metrics[0].metrics
    )
    assert {metric.name for metric in metrics} == {"shop.orders", "shop.wait", "shop.queue.depth"}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ((200, {}, b"{}"), Delivered()),
        ((200, PROTOBUF, b"\xff\xff"), Delivered()),  # taken, whatever it says
        ((202, {}, b""), Delivered()),
        ((413, {}, b""), Split()),
    ],
)
def test_answers(backend: Backend, answer: Answer, verdict: Any) -> None:
    _, logs = span_and_logs(count=2)
    sending = lane(backend, Signal.LOGS)
    backend.answers = [answer]
    assert sending.deliver(logs, 5) == verdict


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_only_these_are_tried_again(backend: Backend, status: int) -> None:
    _, logs = span_and_logs()
    sending = lane(backend, Signal.LOGS)
    backend.answers = [(status, {"retry-after": "7"}, b""), (status, {}, b"")]
    first, second = sending.deliver(logs, 5), sending.deliver(logs, 5)
    assert isinstance(first, Retry) and first.after_seconds == 7
    assert isinstance(second, Retry) and second.after_seconds is None


@pytest.mark.parametrize("status", [400, 401, 404, 408, 500, 501])
def test_these_are_not_but_for_what_is_durable(backend: Backend, status: int) -> None:
    _, logs = span_and_logs()
    sending = lane(backend, Signal.LOGS)
    refusal = ExportLogsPartialSuccess(rejected_log_records=3, error_message="no such tenant").SerializeToString()
    backend.answers = [(status, PROTOBUF, refusal)]  # google.rpc.Status: code, message
    verdict = sending.deliver(logs, 5)
    assert isinstance(verdict, Refused)
    assert verdict.reason.startswith(f"{status} ") and verdict.reason.endswith(": no such tenant")
    if status in (408, 500):
        backend.answers = [(status, {}, b"")]
        assert isinstance(lane(backend, Signal.ERRORS).deliver([error()], 5), Retry)


def test_partial_success_is_read(backend: Backend) -> None:
    _, logs = span_and_logs(count=3)
    partial = ExportLogsPartialSuccess(rejected_log_records=2, error_message="too old")
    sending = lane(backend, Signal.LOGS)
    backend.answers = [(200, PROTOBUF, ExportLogsServiceResponse(partial_success=partial).SerializeToString())]
    assert sending.deliver(logs, 5) == Delivered(2, "too old")

    metrics = ExportMetricsPartialSuccess(rejected_data_points=1, error_message="unit changed")
    sending = lane(backend, Signal.METRICS)
    backend.answers = [(200, PROTOBUF, ExportMetricsServiceResponse(partial_success=metrics).SerializeToString())]
    assert sending.deliver([collection()], 5) == Delivered(0, "1 data points: unit changed")


def points_in(backend: Backend) -> dict[tuple[str, str], int]:
    """(name, attributes) → how often it was accepted."""
    found: dict[tuple[str, str], int] = {}
    for request in backend.accepted:
        for group in ExportMetricsServiceRequest.FromString(request.body).resource_metrics:
            for metric in (metric for scope in group.scope_metrics for metric in scope.metrics):
                for point in getattr(metric, metric.WhichOneof("data")).data_points:
                    key = (metric.name, str(attributes(point)))
                    found[key] = found.get(key, 0) + 1
    return found


def test_a_large_collection_goes_in_pieces_and_no_point_twice(backend: Backend) -> None:
    data = collection(delta=True, series=1500)
    sending = lane(backend, Signal.METRICS, delta=True)
    backend.rules = lambda request: (413, {}, b"") if len(request.body) > 60_000 else (200, {}, b"")
    backend.answers = [(200, {}, b"")]
    assert sending.deliver([data], 30) == Delivered()
    assert len(points_in(backend)) == 4500
    assert set(points_in(backend).values()) == {1}


def test_pieces_that_arrived_are_not_sent_again(backend: Backend) -> None:
    data = collection(delta=True, series=1500)
    sending = lane(backend, Signal.METRICS, delta=True)
    backend.answers = [(200, {}, b""), (503, {"retry-after": "1"}, b"")]
    assert isinstance(sending.deliver([data], 30), Retry)
    assert sending.deliver([data], 30) == Delivered()
    assert len(points_in(backend)) == 4500
    assert set(points_in(backend).values()) == {1}

    later = collection(delta=True)
    assert sending.deliver([later], 30) == Delivered()
    assert len(backend.accepted) == 4, "a new collection starts anew"


def test_pieces_have_every_point_once() -> None:
    data = collection(series=7)
    pieces = list(pieces_of(data, 4))
    flat = [
        (metric.name, point)
        for piece in pieces
        for metric in piece.resource_metrics[0].scope_metrics[0].metrics
        for point in metric.data.data_points
    ]
    whole = [(m.name, p) for m in data.resource_metrics[0].scope_metrics[0].metrics for p in m.data.data_points]
    assert flat == whole
    sizes = [sum(len(m.data.data_points) for m in one.resource_metrics[0].scope_metrics[0].metrics) for one in pieces]
    assert sizes == [4, 4, 4, 4, 4, 1]


def test_opentelemetrys_variables(backend: Backend) -> None:
    env = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{backend.url}/base/",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-key=k, Authorization=Basic%20abc",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"{backend.url.replace('://', '://user:pa%20ss@')}/v1/logs",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x-traces=1",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "DELTA",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    lanes = {each.signal: each for each in Otlp.from_env(env).lanes(SERVICE)}
    span, logs = span_and_logs()
    assert lanes[Signal.METRICS].temporality == "delta"
    assert lanes[Signal.TRACES].deliver([span], 5) == lanes[Signal.LOGS].deliver(logs, 5) == Delivered()
    traces, sent = backend.requests
    assert (traces.path, sent.path) == ("/base/v1/traces", "/v1/logs")
    assert (traces.headers["x-traces"], traces.headers["authorization"]) == ("1", "Basic abc")
    assert sent.headers["authorization"] == "Basic dXNlcjpwYSBzcw=="
    assert "x-traces" not in sent.headers and "content-encoding" not in sent.headers
