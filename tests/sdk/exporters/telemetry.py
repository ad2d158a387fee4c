"""Records of every signal, made by OpenTelemetry's SDK and sentry-sdk as the client makes them."""

import json
import time
import uuid
from typing import Any

import sentry_sdk
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader, MetricsData
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

SERVICE = Resource(
    {
        "service.name": "checkout",
        "service.version": "1.4.2",
        "deployment.environment.name": "test",
        "service.instance.id": "worker-1",
        "host.name": "box",
    }
)
CONTEXT = {"user.id": "u1", "session.id": "s1", "request.id": "r1", "organization.id": "acme"}


def span_and_logs(
    *, name: str = "charge", error_id: str = "", count: int = 1
) -> tuple[ReadableSpan, list[ReadableLogRecord]]:
    """A span, and log records written within it. With an error id, each record also has the exception's stack."""
    spans, logs = InMemorySpanExporter(), InMemoryLogRecordExporter()
    tracers, loggers = TracerProvider(resource=SERVICE, shutdown_on_exit=False), LoggerProvider(SERVICE, False)
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    loggers.add_log_record_processor(SimpleLogRecordProcessor(logs))
    with tracers.get_tracer("tests").start_as_current_span(name, attributes={**CONTEXT, "amount": 4900}) as span:
        for number in range(count):
            attributes: dict[str, Any] = {**CONTEXT, "order": number, "nested": {"a": [1, 2.5, True]}}
            if error_id:
                stack = 'Traceback (most recent call last):\n  File "app.py", line 1, in pay\nValueError: no card'
                attributes |= {
                    "sentry.event_id": error_id,
                    "exception.type": "ValueError",
                    "exception.message": "no card",
                    "exception.stacktrace": stack,
                }
                span.set_attribute("sentry.event_id", error_id)
            loggers.get_logger("app.orders").emit(
                timestamp=time.time_ns(),
                severity_number=SeverityNumber.ERROR if error_id else SeverityNumber.INFO,
                severity_text="ERROR" if error_id else "INFO",
                body=f"order {number} of größe",
                attributes=attributes,
            )
    (finished,) = spans.get_finished_spans()
    return finished, [each for each in logs.get_finished_logs()]


def collection(*, delta: bool = False, series: int = 1) -> MetricsData:
    """A counter, a gauge and a histogram with an exemplar, each of so many series."""
    kind = AggregationTemporality.DELTA if delta else AggregationTemporality.CUMULATIVE
    reader = InMemoryMetricReader(preferred_temporality={Counter: kind, Histogram: kind, ObservableCounter: kind})
    meters = MeterProvider([reader], SERVICE, shutdown_on_exit=False)
    meter = meters.get_meter("tests")
    orders = meter.create_counter("shop.orders", unit="{order}", description='Orders, by "größe"')
    waits = meter.create_histogram("shop.wait", unit="s", explicit_bucket_boundaries_advisory=[0.1, 1.0])
    depth = meter.create_gauge("shop.queue.depth")
    tracers = TracerProvider(resource=SERVICE, shutdown_on_exit=False)
    with tracers.get_tracer("tests").start_as_current_span("request"):
        for number in range(series):
            orders.add(3, {"size": f'größe "{number}"\n'})
            depth.set(7.5, {"queue": str(number)})
            for wait in (0.05, 0.5, 2.0):
                waits.record(wait, {"queue": str(number)})
    data = reader.get_metrics_data()
    meters.shutdown()
    assert data is not None
    return data


def error(message: str = "no card", *, user_id: str = "u1", **more: Any) -> dict[str, Any]:
    """An error as the client spools it: sentry-sdk's event of a chained exception, in JSON."""
    caught: list[dict[str, Any]] = []

    class Caught(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            caught.append(json.loads(envelope.items[0].get_bytes()))

    client = sentry_sdk.Client(
        dsn="http://key@localhost/1",
        default_integrations=False,
        auto_enabling_integrations=False,
        transport=Caught,
        release="1.4.2",
        environment="test",
    )
    try:
        try:
            _pay(message)
        except KeyError as cause:
            raise ValueError(message) from cause
    except ValueError as raised:
        event, hint = sentry_sdk.utils.event_from_exception(raised, mechanism={"type": "vedette", "handled": False})
    event |= {
        "event_id": uuid.uuid4().hex,
        "user": {"id": user_id} if user_id else {},
        "tags": {"session_id": "s1", "request_id": "r1", "organization": "acme", "service": "checkout"},
        "contexts": {"trace": {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331"}},
        **more,
    }
    client.capture_event(event, hint, scope=sentry_sdk.Scope())
    client.close(0)
    return caught[0]


def _pay(message: str) -> None:
    card = {"holder": message}
    card["number"]


def product_event(name: str = "plan_upgraded", **properties: Any) -> dict[str, Any]:
    """A product event as the client spools it."""
    return {
        "event": name,
        "distinct_id": "u1",
        "uuid": str(uuid.uuid4()),
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.123456Z", time.gmtime()),
        "properties": {
            "$session_id": "s1",
            "$trace_id": "0af7651916cd43dd8448eb211c80319c",
            "$span_id": "b7ad6b7169203331",
            "$request_id": "r1",
            "$groups": {"organization": "acme"},
            "service": "checkout",
            "environment": "test",
            "release": "1.4.2",
            "$lib": "vedette-python",
            "plan": "pro",
            **properties,
        },
    }
