"""The official Python SDK's exporters: HTTP (plain and gzip) and gRPC, all signals, by value."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from tests.conftest import ProjectClient

RESOURCE = Resource.create(
    {"service.name": "køb", "service.version": "1.0", "deployment.environment.name": "prod", "args": ["-m", "shop"]}
)
HTTP = {"logs": HttpLogs, "traces": HttpSpans, "metrics": HttpMetrics}
GRPC = {"logs": GrpcLogs, "traces": GrpcSpans, "metrics": GrpcMetrics}

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")

Exporter = Callable[[str], Any]


@pytest.fixture(params=["http", "http-gzip", "grpc"])
def exporter(request: pytest.FixtureRequest, project: ProjectClient) -> Exporter:
    """A function from signal to the SDK's exporter for it."""
    headers = {"authorization": f"Bearer {project.key}"}

    def make(kind: str) -> Any:
        if request.param == "grpc":
            endpoint = json.loads((project.server.data / "address.json").read_text())["grpc_endpoint"]
            return GRPC[kind](endpoint=endpoint, headers=headers, insecure=True)
        compression = Compression.Gzip if request.param == "http-gzip" else Compression.NoCompression
        return HTTP[kind](endpoint=f"{project.server.url}/v1/{kind}", headers=headers, compression=compression)

    return make


def test_logs(project: ProjectClient, exporter: Exporter) -> None:
    provider = LoggerProvider(resource=RESOURCE)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter("logs")))
    logger = logging.Logger("shop.orders")
    logger.addHandler(LoggingHandler(logger_provider=provider))
    logger.warning("smørrebrød %s 🥪", "ok", extra={"order": 7, "list": ["a", 1]})
    try:
        raise KeyError("missing")
    except KeyError:
        logger.exception("failed")
    provider.shutdown()
    rows = project.sql("SELECT * FROM logs ORDER BY time")
    assert [row["body"] for row in rows] == ["smørrebrød ok 🥪", "failed"]
    assert (rows[0]["service"], rows[0]["release"], rows[0]["environment"]) == ("køb", "1.0", "prod")
    assert rows[0]["resource"]["args"] == '["-m","shop"]'
    assert (rows[0]["attributes"]["order"], rows[0]["severity_number"]) == ("7", 13)
    [error] = project.sql("SELECT type, value, frames, platform FROM errors")
    assert (error["type"], error["platform"]) == ("KeyError", "python")
    assert error["frames"][-1]["function"] == "test_logs"


def test_traces(project: ProjectClient, exporter: Exporter) -> None:
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(exporter("traces")))
    tracer = provider.get_tracer("shop", "2")
    zone = timezone(timedelta(hours=5, minutes=45))
    at = datetime.now(zone) - timedelta(minutes=5)
    start = int(at.timestamp() * 1e9)
    with tracer.start_as_current_span("outer", kind=SpanKind.SERVER) as outer:
        context = outer.get_span_context()
        inner = tracer.start_span("inner", start_time=start, links=[Link(context, {"why": "test"})])
        inner.add_event("step", {"n": 1, "ok": True}, timestamp=start + 5)
        inner.record_exception(ValueError("bad"))
        inner.set_status(Status(StatusCode.ERROR, "bad"))
        inner.end(end_time=start + 1000)
    provider.shutdown()
    rows = project.sql("SELECT *, toUnixTimestamp64Nano(time) AS t FROM spans ORDER BY name")
    inner_row, outer_row = rows
    assert (inner_row["t"], inner_row["duration_ns"], inner_row["status_code"]) == (start, 1000, "error")
    assert inner_row["parent_span_id"] == outer_row["span_id"] == f"{context.span_id:016x}"
    assert inner_row["trace_id"] == f"{context.trace_id:032x}"
    assert inner_row["links"][0]["attributes"] == {"why": "test"}
    assert [event["name"] for event in inner_row["events"]] == ["step", "exception"]
    assert (outer_row["kind"], outer_row["is_segment"], outer_row["scope_name"]) == ("server", True, "shop")
    [error] = project.sql("SELECT type, value, span_id FROM errors")
    assert error == {"type": "ValueError", "value": "bad", "span_id": inner_row["span_id"]}


def test_metrics(project: ProjectClient, exporter: Exporter) -> None:
    def observe(value: float) -> Callable[[CallbackOptions], Iterator[Observation]]:
        def callback(options: CallbackOptions) -> Iterator[Observation]:
            yield Observation(value, {"where": "here"})

        return callback

    reader = PeriodicExportingMetricReader(exporter("metrics"), export_interval_millis=3_600_000)
    view = View(
        instrument_type=Histogram, instrument_name="h.exponential", aggregation=ExponentialBucketHistogramAggregation()
    )
    provider = MeterProvider(metric_readers=[reader], resource=RESOURCE, views=[view])
    meter = provider.get_meter("shop")
    meter.create_counter("c", unit="1", description="count").add(3, {"é": "ü"})
    meter.create_up_down_counter("u").add(-2)
    meter.create_gauge("g").set(1.5)
    for name in ("h.explicit", "h.exponential"):
        histogram = meter.create_histogram(name)
        for value in (0.0, 1.0, 7.0, 300.0):
            histogram.record(value)
    meter.create_observable_counter("oc", [observe(5)])
    meter.create_observable_up_down_counter("ou", [observe(-5)])
    meter.create_observable_gauge("og", [observe(0.25)])
    provider.shutdown()
    points = {row["metric_name"]: row for row in project.sql("SELECT * FROM metric_points")}
    series = {row["metric_name"]: row for row in project.sql("SELECT * FROM metric_series")}
    assert {name: points[name]["value"] for name in ("c", "u", "g", "oc", "ou", "og")} == {
        "c": 3,
        "u": -2,
        "g": 1.5,
        "oc": 5,
        "ou": -5,
        "og": 0.25,
    }
    assert (series["c"]["attributes"], series["c"]["is_monotonic"], series["c"]["description"]) == (
        {"é": "ü"},
        True,
        "count",
    )
    assert (series["u"]["is_monotonic"], series["u"]["temporality"]) == (False, "cumulative")
    assert series["og"]["type"] == "gauge"
    explicit, exponential = points["h.explicit"], points["h.exponential"]
    for row in (explicit, exponential):
        assert (row["count"], row["value"], row["min"], row["max"]) == (4, 308, 0, 300)
    assert sum(explicit["bucket_counts"]) == 4
    assert len(explicit["bucket_counts"]) == len(explicit["explicit_bounds"]) + 1
    assert exponential["zero_count"] == 1
    assert sum(exponential["positive_counts"]) == 3
