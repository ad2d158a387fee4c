"""Real items in the vendors' own formats, as small as the screens need."""

import json
import time
from typing import Any
from uuid import uuid4

from tests.conftest import ProjectClient

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def attribute(name: str, value: str) -> dict[str, Any]:
    return {"key": name, "value": {"stringValue": value}}


def _otlp(project: ProjectClient, path: str, body: dict[str, Any]) -> None:
    answer = project.post(
        path, json.dumps(body).encode(), content_type="application/json", authorization=f"Bearer {project.key}"
    )
    assert answer.status_code == 200, answer.text


def send_logs(project: ProjectClient, *bodies: str, severity: int = 9, **attributes: str) -> None:
    now = time.time_ns()
    records = [
        {
            "timeUnixNano": str(now - index * 1_000_000),
            "severityNumber": severity,
            "severityText": {9: "INFO", 13: "WARN", 17: "ERROR"}[severity],
            "body": {"stringValue": body},
            "traceId": TRACE_ID,
            "attributes": [attribute(name, value) for name, value in attributes.items()],
        }
        for index, body in enumerate(bodies)
    ]
    resource = {"attributes": [attribute("service.name", "checkout")]}
    _otlp(project, "/v1/logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]})


def send_trace(project: ProjectClient, *, children: int = 3) -> None:
    """A root span of one second with children; the last one fails."""
    start = time.time_ns() - 5_000_000_000
    root = "00f067aa0ba902b7"

    def span(index: int) -> dict[str, Any]:
        begin = start + index * 1_000_000
        return {
            "traceId": TRACE_ID,
            "spanId": f"{index:016x}" if index else root,
            **({"parentSpanId": root} if index else {}),
            "name": f"step {index}" if index else "POST /api/orders",
            "kind": 3 if index else 2,
            "startTimeUnixNano": str(begin),
            "endTimeUnixNano": str(begin + (2_000_000 if index else 1_000_000_000)),
            "attributes": [attribute("db.query.text", f"SELECT {index}")],
            "status": {"code": 2, "message": "card declined"} if index == children else {},
        }

    resource = {"attributes": [attribute("service.name", "checkout")]}
    spans = [span(index) for index in range(children + 1)]
    _otlp(project, "/v1/traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})


def send_gauge(project: ProjectClient, name: str, **labels: str) -> None:
    """A sum that may fall, as requests in flight are counted: a series a value of each label."""
    points = [
        {"asInt": str(index), "timeUnixNano": str(time.time_ns()), "attributes": [attribute(label, value)]}
        for label, values in labels.items()
        for index, value in enumerate(values.split())
    ]
    metric = {"name": name, "sum": {"aggregationTemporality": 2, "isMonotonic": False, "dataPoints": points}}
    resource = {"attributes": [attribute("service.name", "checkout")]}
    _otlp(
        project, "/v1/metrics", {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}
    )


def send_error(
    project: ProjectClient,
    type_: str = "ZeroDivisionError",
    value: str = "division by zero",
    attachment: tuple[str, bytes] | None = None,
    **fields: Any,
) -> str:
    """A chained Python exception with source lines, local variables and a breadcrumb, and fields in the place of its
    own. Returns its event id."""
    event_id = uuid4().hex
    frames = [
        {"function": "handle", "filename": "starlette/routing.py", "lineno": 716, "in_app": False},
        {
            "function": "total",
            "filename": "app/cart.py",
            "lineno": 27,
            "in_app": True,
            "pre_context": ["def total(cart):", "    count = len(cart)"],
            "context_line": "    return sum(cart) / count",
            "post_context": [""],
            "vars": {"count": "0", "note": HOSTILE},
        },
    ]
    event = {
        "event_id": event_id,
        "timestamp": time.time(),
        "platform": "python",
        "level": "error",
        "exception": {
            "values": [
                {"type": "KeyError", "value": "'price'", "stacktrace": {"frames": frames[1:]}},
                {
                    "type": type_,
                    "value": value,
                    "mechanism": {"type": "asgi", "handled": False},
                    "stacktrace": {"frames": frames},
                },
            ]
        },
        "breadcrumbs": {"values": [{"timestamp": time.time(), "category": "http", "message": "GET /prices"}]},
        "request": {"url": "javascript:alert(3)", "method": "POST"},
        "tags": {"plan": HOSTILE},
        "user": {"id": "user-5", "email": "grace@example.org"},
        **fields,
    }
    payload = json.dumps(event).encode()
    head = json.dumps({"event_id": event_id}).encode()
    item = json.dumps({"type": "event", "length": len(payload)}).encode()
    parts = [head, item, payload]
    if attachment:
        name, content = attachment
        parts += [json.dumps({"type": "attachment", "length": len(content), "filename": name}).encode(), content]
    answer = project.post(
        f"/api/{project.id}/envelope/",
        b"\n".join([*parts, b""]),
        x_sentry_auth=f"Sentry sentry_version=7, sentry_key={project.key}",
        content_type="application/x-sentry-envelope",
    )
    assert answer.status_code == 200, answer.text
    return event_id


def send_events(project: ProjectClient, *names: str, user: str = "user-5") -> None:
    batch = [{"event": name, "distinct_id": user, "properties": {"plan": "pro", "note": HOSTILE}} for name in names]
    answer = project.post(
        "/batch/", json.dumps({"api_key": project.key, "batch": batch}).encode(), content_type="application/json"
    )
    assert answer.status_code == 200, answer.text
