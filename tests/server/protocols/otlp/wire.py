"""OTLP requests by the official protobuf classes, and what the tests ask of the server."""

import json
import time
from typing import Any

import httpx
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from tests.conftest import ProjectClient

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


def now_ns() -> int:
    return time.time_ns()


def any_value(value: Any) -> AnyValue:
    """A Python value as AnyValue."""
    out = AnyValue()
    if isinstance(value, bool):
        out.bool_value = value
    elif isinstance(value, int):
        out.int_value = value
    elif isinstance(value, float):
        out.double_value = value
    elif isinstance(value, str):
        out.string_value = value
    elif isinstance(value, bytes):
        out.bytes_value = value
    elif isinstance(value, list):
        out.array_value.SetInParent()
        out.array_value.values.extend(any_value(item) for item in value)
    elif isinstance(value, dict):
        out.kvlist_value.SetInParent()
        for key, item in value.items():
            out.kvlist_value.values.add(key=key, value=any_value(item))
    return out


def fill(attributes: Any, values: dict[str, Any]) -> None:
    for key, value in values.items():
        attributes.add(key=key, value=any_value(value))


def logs_request(*records: dict[str, Any], resource: dict[str, Any] | None = None) -> ExportLogsServiceRequest:
    """Records by field name; `body` and `attributes` as Python values, `time_unix_nano` now unless given."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    fill(group.resource.attributes, resource or {})
    scope = group.scope_logs.add()
    scope.scope.name, scope.scope.version = "tests", "1"
    for fields in records:
        record = scope.log_records.add(time_unix_nano=now_ns())
        for name, value in fields.items():
            if name == "attributes":
                fill(record.attributes, value)
            elif name == "body":
                record.body.CopyFrom(any_value(value))
            else:
                setattr(record, name, value)
    return request


def trace_request(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> ExportTraceServiceRequest:
    """Spans by field name; `events` are (name, attributes), `links` (trace id, span id, attributes)."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    fill(group.resource.attributes, resource or {})
    scope = group.scope_spans.add()
    scope.scope.name = "tests"
    for fields in spans:
        start = fields.get("start_time_unix_nano", now_ns())
        span = scope.spans.add(start_time_unix_nano=start, end_time_unix_nano=start + 1_000_000)
        for name, value in fields.items():
            if name == "attributes":
                fill(span.attributes, value)
            elif name == "events":
                for event_name, attributes in value:
                    event = span.events.add(name=event_name, time_unix_nano=start + 10)
                    fill(event.attributes, attributes)
            elif name == "links":
                for trace_id, span_id, attributes in value:
                    fill(span.links.add(trace_id=trace_id, span_id=span_id).attributes, attributes)
            elif name == "status":
                span.status.code, span.status.message = value
            else:
                setattr(span, name, value)
    return request


def metrics_request(resource: dict[str, Any] | None = None) -> tuple[ExportMetricsServiceRequest, Any]:
    """An empty request and its list of metrics."""
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    fill(group.resource.attributes, resource or {})
    scope = group.scope_metrics.add()
    scope.scope.name = "tests"
    return request, scope.metrics


def send(project: ProjectClient, kind: str, request: Any, **headers: str) -> httpx.Response:
    """POST a message or bytes as protobuf with the project's key."""
    body = request if isinstance(request, bytes) else request.SerializeToString()
    headers = {"content_type": PROTOBUF, "authorization": f"Bearer {project.key}", **headers}
    return project.post(f"/v1/{kind}", body, **headers)


def send_json(project: ProjectClient, kind: str, document: Any, **headers: str) -> httpx.Response:
    """POST a document as JSON with the project's key."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"content_type": JSON, "authorization": f"Bearer {project.key}", **headers}
    return project.post(f"/v1/{kind}", body, **headers)


def assert_stored(answer: httpx.Response) -> None:
    """200, and nothing to report."""
    assert answer.status_code == 200, answer.content
    assert answer.content in (b"", b"{}")


def partial(answer: httpx.Response) -> tuple[int, str]:
    """(rejected, message) of a protobuf answer."""
    assert answer.status_code == 200, answer.content
    success = ExportTraceServiceResponse.FromString(answer.content).partial_success
    return success.rejected_spans, success.error_message


def status(answer: httpx.Response) -> Status:
    """The `google.rpc.Status` of a protobuf error."""
    assert answer.headers["content-type"] == PROTOBUF
    return Status.FromString(answer.content)


def outcomes(project: ProjectClient, outcome: str, reason: str = "") -> list[dict[str, Any]]:
    """Rows of `outcomes` of this kind, waited for."""
    condition = f"outcome = '{outcome}'" + (f" AND reason = '{reason}'" if reason else "")
    return project.wait_for(f"SELECT category, reason, quantity, detail, sample FROM outcomes WHERE {condition}")
