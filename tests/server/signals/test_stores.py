"""Every read on the store that `--store` chose: what the embedded engine plans, a sharded cluster must plan too."""

import json
import time
from typing import Any

import pytest

from tests.conftest import ProjectClient

TRACE = "0af7651916cd43dd8448eb211c80319c"
READS = [
    "logs", "logs?q=line", "logs?limit=3", "logs/histogram", "spans", "spans?root=true", "spans?filter=attributes.n=3",
    f"traces/{TRACE}", "errors", "errors/groups", "events", "events/names", "metrics", "metrics/gauge",
    "metrics/gauge?aggregate=p95", "metrics/gauge?aggregate=rate&group_by=service", "metrics/sizes?aggregate=p95",
    "metrics/sizes?aggregate=avg", "outcomes", "outcomes/summary", "sessions", "check_ins", "overview",
    "related?user_id=ada", "fields?signal=logs", "fields/values?signal=events&field=properties.plan",
]  # fmt: skip
QUERIES = [
    "SELECT count() FROM logs",
    "SELECT l.body, s.name FROM logs AS l JOIN spans AS s ON l.trace_id = s.trace_id LIMIT 2",
    "SELECT count() FROM logs WHERE trace_id IN (SELECT trace_id FROM spans)",
    "WITH t AS (SELECT trace_id FROM spans) SELECT count() FROM logs WHERE trace_id IN t",
    "SELECT properties.plan, user_id FROM events",
    "SELECT count() FROM persons",
    "SELECT count() FROM metric_points JOIN metric_series USING (series_id)",
    "SELECT attribute_items FROM logs LIMIT 1",
]


def send(project: ProjectClient, path: str, body: dict[str, Any]) -> None:
    answer = project.post(path, json.dumps(body).encode(), content_type="application/json", x_vedette_key=project.key)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def filled(project: ProjectClient) -> ProjectClient:
    """A project with something of most signals."""
    now = time.time_ns()
    moment = {"timeUnixNano": str(now)}
    records = [
        {**moment, "body": {"stringValue": f"line {i}"}, "traceId": TRACE,
         "attributes": [{"key": "n", "value": {"intValue": str(i)}}]}
        for i in range(20)
    ]  # fmt: skip
    send(project, "/v1/logs", {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})
    ends = {"startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 5)}
    spans = [{"traceId": TRACE, "spanId": f"b7ad6b71692033{i}", "name": "x", "kind": 2, **ends} for i in range(10, 20)]
    send(project, "/v1/traces", {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    sizes = [
        {"timeUnixNano": str(now - (3 - i) * 10**9), "startTimeUnixNano": str(now - 10**10), "count": str(3 * i),
         "sum": 1.5 * i, "bucketCounts": [str(i), str(2 * i)], "explicitBounds": [1.0]}
        for i in range(1, 4)
    ]  # fmt: skip
    metrics = [
        {"name": "gauge", "gauge": {"dataPoints": [{**moment, "asDouble": 2.5}]}},
        {"name": "sizes", "histogram": {"aggregationTemporality": 2, "dataPoints": sizes}},
    ]
    send(project, "/v1/metrics", {"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]})
    event = {"event": "paid", "distinct_id": "ada", "properties": {"plan": "pro"}}
    send(project, "/batch/", {"api_key": project.key, "batch": [event]})
    return project


def test_every_read_is_answered(filled: ProjectClient) -> None:
    filled.wait_for("SELECT 1 FROM events")
    refused = []
    for path in READS:
        answer = filled.http.get(f"/api/v1/projects/{filled.id}/{path}")
        if answer.status_code != 200:
            refused.append((path, answer.text))
    for sql in QUERIES:
        answer = filled.http.post(f"/api/v1/projects/{filled.id}/sql", json={"sql": sql})
        if answer.status_code != 200:
            refused.append((sql, answer.text))
    assert not refused
    assert [row["body"] for row in filled.get("logs", filter="attributes.n=3")["items"]] == ["line 3"]
