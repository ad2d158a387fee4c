"""Datadog's intakes by their documentation: https://docs.datadoghq.com/api/latest/logs/, /events/, OTLP intake."""

import json
import time
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from tests.sdk.exporters.conftest import Answer, Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Retry, Signal, Split
from vedette.sdk.exporters.datadog import Datadog


def intake(request: Request) -> Answer:
    """Limits and status codes of the three hosts."""
    if "dd-api-key" not in request.headers:
        return 401, {}, b""
    if request.headers["dd-api-key"] != "k":
        return 403, {}, b'{"errors":["Forbidden"]}'
    rules = {"/api/v2/logs": logs, "/api/v1/events": events, "/v1/metrics": metrics, "/v1/traces": traces}
    return rules[request.path](request)


def logs(request: Request) -> Answer:
    if len(request.body) > 5_000_000:
        return 413, {}, b""
    entries = request.json
    too_long = any(len(json.dumps(entry, ensure_ascii=False).encode()) > 1_000_000 for entry in entries)
    if not isinstance(entries, list) or len(entries) > 1000 or too_long:
        return 400, {}, b""
    assert all(time.time() * 1000 - entry["timestamp"] < 18 * 3600 * 1000 for entry in entries)
    return 202, {}, b"{}"


def events(request: Request) -> Answer:
    event = request.json
    fine = event["title"] and len(event["text"]) <= 4000 and time.time() - event["date_happened"] < 18 * 3600
    return (202, {}, b'{"status":"ok"}') if fine and len(event["aggregation_key"]) <= 100 else (400, {}, b"")


def metrics(request: Request) -> Answer:
    if request.wire_bytes > 500_000 or len(request.body) > 5_000_000:
        return 413, {}, b""
    for group in ExportMetricsServiceRequest.FromString(request.body).resource_metrics:
        for metric in (metric for scope in group.scope_metrics for metric in scope.metrics):
            data = getattr(metric, metric.WhichOneof("data"))
            temporality = getattr(data, "aggregation_temporality", None)
            if temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE:
                return 400, {}, b"cumulative metrics are not supported"
    return 202, {}, b""


def traces(request: Request) -> Answer:
    return (200, {}, b"") if request.headers.get("compute_stats") == "true" else (400, {}, b"")


def datadog(backend: Backend, **more: Any) -> dict[Signal, Lane]:
    backend.rules = intake
    url = backend.url
    exporter = Datadog(**{"api_key": "k", **more}, logs_url=url, otlp_url=url, api_url=url)
    return {lane.signal: lane for lane in exporter.lanes(SERVICE)}


def test_the_sites_hosts() -> None:
    lanes = {lane.signal: lane for lane in Datadog(api_key="k", site="datadoghq.eu").lanes(SERVICE)}
    urls: dict[Signal, str] = {signal: lane.url for signal, lane in lanes.items()}  # type: ignore[attr-defined]
    assert urls == {
        Signal.TRACES: "https://otlp.datadoghq.eu/v1/traces",
        Signal.METRICS: "https://otlp.datadoghq.eu/v1/metrics",
        Signal.LOGS: "https://http-intake.logs.datadoghq.eu/api/v2/logs",
        Signal.ERRORS: "https://http-intake.logs.datadoghq.eu/api/v2/logs",
        Signal.EVENTS: "https://api.datadoghq.eu/api/v1/events",
    }
    assert lanes[Signal.METRICS].temporality == "delta"


def test_logs_carry_datadogs_ids(backend: Backend) -> None:
    span, records = span_and_logs()
    assert datadog(backend)[Signal.LOGS].deliver(records, 5) == Delivered()
    (log,) = backend.accepted[0].json
    assert log["dd.trace_id"] == str(span.context.trace_id & (1 << 64) - 1)
    assert log["dd.span_id"] == str(span.context.span_id)
    assert log["otel.trace_id"] == f"{span.context.trace_id:032x}"
    assert (log["ddsource"], log["ddtags"]) == ("python", "env:test,service:checkout,version:1.4.2")
    assert (log["service"], log["hostname"], log["status"]) == ("checkout", "box", "info")
    assert (log["message"], log["usr.id"], log["nested"]) == ("order 0 of größe", "u1", {"a": [1, 2.5, True]})
    assert abs(log["timestamp"] / 1000 - time.time()) < 60


def test_errors_are_error_logs_and_their_log_lines_leave_the_stack_to_them(backend: Backend) -> None:
    event = error()
    _, records = span_and_logs(error_id=event["event_id"])
    lanes = datadog(backend)
    assert lanes[Signal.ERRORS].deliver([event], 5) == lanes[Signal.LOGS].deliver(records, 5) == Delivered()
    (tracked,), (line,) = (request.json for request in backend.accepted)
    assert (tracked["status"], tracked["error.kind"], tracked["error.message"]) == ("error", "ValueError", "no card")
    assert tracked["error.stack"].startswith("Traceback (most recent call last):\n  File ")
    assert tracked["sentry.event_id"] == line["sentry.event_id"] == event["event_id"]
    assert not [name for name in line if name.startswith(("exception.", "error."))]


def test_a_long_log_is_cut_by_us(backend: Backend) -> None:
    _, records = span_and_logs()
    (record,) = records
    record.log_record.body = "ä" * 900_000
    record.log_record.attributes = {"payload": "x" * 900_000, "user.id": "u1"}
    assert datadog(backend)[Signal.LOGS].deliver(records, 5) == Delivered()
    (log,) = backend.accepted[0].json
    assert log["message"] == "ä" * 200_000
    assert (len(log["payload"]), log["user.id"]) == (20_000, "u1")


def test_a_body_over_five_megabytes_is_split_before_it_is_sent(backend: Backend) -> None:
    _, records = span_and_logs(count=10)
    for record in records:
        record.log_record.body = "x" * 900_000
    assert datadog(backend)[Signal.LOGS].deliver(records, 5) == Split()
    assert backend.requests == []
    assert datadog(backend)[Signal.LOGS].deliver(records[:5], 5) == Delivered()


def test_metrics_are_deltas_with_the_instance_as_a_tag(backend: Backend) -> None:
    lane = datadog(backend)[Signal.METRICS]
    assert lane.deliver([collection(delta=True)], 5) == Delivered()
    assert json.loads(backend.accepted[0].headers["dd-otel-metric-config"]) == {"resource_attributes_as_tags": True}
    assert isinstance(lane.deliver([collection()], 5), Refused), "the intake refuses cumulative ones"


def test_traces_ask_for_their_statistics(backend: Backend) -> None:
    span, _ = span_and_logs()
    assert datadog(backend)[Signal.TRACES].deliver([span], 5) == Delivered()


def test_product_events_are_events(backend: Backend) -> None:
    lane = datadog(backend)[Signal.EVENTS]
    assert lane.max_items == 1
    assert lane.deliver([product_event(note="n" * 9000)], 5) == Delivered()
    sent = backend.accepted[0].json
    assert (sent["title"], len(sent["text"])) == ("plan_upgraded", 4000)
    assert {"env:test", "service:checkout", "event:plan_upgraded", "usr.id:u1"} <= set(sent["tags"])


def test_what_waited_for_days_is_dated_now_and_says_so(backend: Backend) -> None:
    old = "2026-01-01T00:00:00.000000Z"
    lanes = datadog(backend)
    assert lanes[Signal.ERRORS].deliver([error(timestamp=old)], 5) == Delivered()
    assert lanes[Signal.EVENTS].deliver([{**product_event(), "timestamp": old}], 5) == Delivered()
    tracked, event = backend.accepted[0].json[0], backend.accepted[1].json
    assert tracked["original_timestamp"] == old
    assert json.loads(event["text"])["timestamp"] == old


def test_limits_and_refusals(backend: Backend) -> None:
    _, records = span_and_logs()
    lane = datadog(backend)[Signal.LOGS]
    backend.answers = [(429, {"x-ratelimit-reset": "31"}, b""), (408, {}, b""), (500, {}, b""), (413, {}, b"")]
    assert lane.deliver(records, 5) == Retry("rate limited", 31)
    assert isinstance(lane.deliver(records, 5), Retry)
    assert isinstance(lane.deliver(records, 5), Retry)
    assert lane.deliver(records, 5) == Split()
    verdict = datadog(backend, api_key="s3cr3t")[Signal.LOGS].deliver(records, 5)
    assert isinstance(verdict, Refused) and "s3cr3t" not in verdict.reason
