"""New Relic's OTLP endpoint and its limits: https://docs.newrelic.com/docs/opentelemetry/best-practices/."""

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.sdk.exporters.conftest import Answer, Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from tests.sdk.exporters.test_otlp import REQUESTS, attributes, log_records
from vedette.sdk.delivery.lane import Delivered, Lane, Signal, Split
from vedette.sdk.exporters.newrelic import EUROPE, UNITED_STATES, NewRelic


def endpoint(request: Request) -> Answer:
    if request.headers.get("api-key") != "k":
        return 403, {}, b""
    if len(request.body) > 1_000_000:
        return 413, {}, b""
    within_limits(REQUESTS[request.path].FromString(request.body))
    return 200, {"content-type": "application/x-protobuf"}, b""


def within_limits(message: Any) -> None:
    """Attribute names of 255 characters, values of 4095, arrays of 64, wherever they are."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        parts = value if hasattr(value, "__len__") else [value]
        for part in parts:
            if descriptor.message_type.name == "KeyValue":
                assert len(part.key) <= 255
                assert len(part.value.string_value) <= 4095
                assert len(part.value.array_value.values) <= 64
            within_limits(part)


def newrelic(backend: Backend) -> dict[Signal, Lane]:
    backend.rules = endpoint
    return {lane.signal: lane for lane in NewRelic(license_key="k", endpoint=backend.url).lanes(SERVICE)}


def test_every_signal_within_the_limits(backend: Backend) -> None:
    lanes = newrelic(backend)
    assert lanes[Signal.METRICS].temporality == "delta"
    span, logs = span_and_logs()
    span._attributes = {"n" * 300: "v", "long": "v" * 5000, "list": tuple(range(100))}
    logs[0].log_record.attributes = {"deep": {"long": "v" * 5000}, "long": "v" * 5000}
    logs[0].log_record.body = "b" * 10_000
    assert lanes[Signal.TRACES].deliver([span], 5) == lanes[Signal.LOGS].deliver(logs, 5) == Delivered()
    assert lanes[Signal.METRICS].deliver([collection(delta=True)], 5) == Delivered()
    sent = ExportTraceServiceRequest.FromString(backend.accepted[0].body).resource_spans[0].scope_spans[0].spans[0]
    assert {pair.key: len(pair.value.array_value.values) for pair in sent.attributes}["list"] == 64
    record = ExportLogsServiceRequest.FromString(backend.accepted[1].body).resource_logs[0].scope_logs[0].log_records[0]
    assert len(record.body.string_value) == 10_000, "the message has no such limit"


def test_of_a_long_stack_the_end_stays(backend: Backend) -> None:
    event = error()
    event["exception"]["values"][0]["value"] = "x" * 6000
    assert newrelic(backend)[Signal.ERRORS].deliver([event], 5) == Delivered()
    found = attributes(log_records(backend)[0])
    assert len(found["exception.stacktrace"]) == 4095
    assert found["exception.stacktrace"].endswith("ValueError: no card")


def test_product_events_are_custom_events(backend: Backend) -> None:
    assert newrelic(backend)[Signal.EVENTS].deliver([product_event()], 5) == Delivered()
    found = attributes(log_records(backend)[0])
    assert (found["newrelic.event.type"], found["event.name"], found["plan"]) == (
        "ProductEvent",
        "plan_upgraded",
        "pro",
    )


def test_over_a_megabyte_is_split_before_it_is_sent(backend: Backend) -> None:
    _, logs = span_and_logs(count=3)
    for record in logs:
        record.log_record.body = "x" * 400_000
    lane = newrelic(backend)[Signal.LOGS]
    assert lane.deliver(logs, 5) == Split()
    assert backend.requests == []
    assert lane.deliver(logs[:2], 5) == Delivered()


def test_the_region_is_in_the_key() -> None:
    assert NewRelic.from_env({"NEW_RELIC_LICENSE_KEY": "eu01xxabc"}).endpoint == EUROPE
    assert NewRelic.from_env({"NEW_RELIC_LICENSE_KEY": "0123abc"}).endpoint == UNITED_STATES
