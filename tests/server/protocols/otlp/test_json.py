"""OTLP/JSON: the examples of opentelemetry-proto, ids in either case, integers as text, records that do not read."""

import json
from typing import Any

import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import JSON, assert_stored, now_ns, outcomes, send_json

TRACE = "5B8EFFF798038103D269B633813FC60C"


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    scope = {"scope": {"name": "my.library", "version": "1.0.0"}, "logRecords": list(records)}
    return {"resourceLogs": [{"resource": {"attributes": [text("service.name", "my.service")]}, "scopeLogs": [scope]}]}


def test_logs_example(project: ProjectClient) -> None:
    """After opentelemetry-proto's examples/logs.json, with a time within the retention."""
    time = now_ns()
    record = {
        "timeUnixNano": str(time),
        "observedTimeUnixNano": time,
        "severityNumber": 10,
        "severityText": "Information",
        "traceId": TRACE,
        "spanId": "EEE19B7EC3C1B174",
        "body": {"stringValue": "Example log record"},
        "eventName": "e",
        "flags": 1,
        "fromTheFuture": {"a": [1]},
        "attributes": [
            text("string.attribute", "some string"),
            {"key": "boolean.attribute", "value": {"boolValue": True}},
            {"key": "int.attribute", "value": {"intValue": "9007199254740993"}},
            {"key": "int.number", "value": {"intValue": 10}},
            {"key": "double.attribute", "value": {"doubleValue": 637.704}},
            {"key": "double.nan", "value": {"doubleValue": "NaN"}},
            {"key": "bytes", "value": {"bytesValue": "aGk="}},
            {"key": "empty", "value": {}},
            {
                "key": "array.attribute",
                "value": {"arrayValue": {"values": [{"stringValue": "many"}, {"intValue": "2"}]}},
            },
            {"key": "map.attribute", "value": {"kvlistValue": {"values": [text("some.map.key", "some value")]}}},
        ],
    }
    answer = send_json(project, "logs", logs(record))
    assert answer.headers["content-type"] == JSON
    assert_stored(answer)
    [row] = project.sql("SELECT *, toUnixTimestamp64Nano(time) AS t FROM logs")
    assert (row["t"], row["trace_id"], row["span_id"]) == (time, TRACE.lower(), "eee19b7ec3c1b174")
    assert (row["body"], row["severity_number"], row["service"]) == ("Example log record", 10, "my.service")
    assert row["attributes"] == {
        "array.attribute": '["many",2]',
        "boolean.attribute": "true",
        "bytes": "aGk=",
        "double.attribute": "637.704",
        "double.nan": "nan",
        "empty": "",
        "int.attribute": "9007199254740993",
        "int.number": "10",
        "map.attribute": '{"some.map.key":"some value"}',
        "string.attribute": "some string",
    }


def test_trace_example(project: ProjectClient) -> None:
    start = now_ns()
    span = {
        "traceId": TRACE.lower(),
        "spanId": "EEE19B7EC3C1B174",
        "parentSpanId": "EEE19B7EC3C1B173",
        "name": "I'm a server span",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 10**9),
        "kind": 2,
        "status": {"code": 2, "message": "no"},
        "attributes": [text("my.span.attr", "some value")],
        "events": [{"name": "e", "timeUnixNano": str(start), "attributes": [text("k", "v")]}],
        "links": [{"traceId": TRACE, "spanId": "EEE19B7EC3C1B170"}],
    }
    document = {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "l"}, "spans": [span]}]}]}
    assert_stored(send_json(project, "traces", document))
    [row] = project.sql("SELECT * FROM spans")
    assert (row["parent_span_id"], row["kind"], row["status_code"]) == ("eee19b7ec3c1b173", "server", "error")
    assert row["duration_ns"] == 10**9
    assert row["events"][0]["attributes"] == {"k": "v"}
    assert row["links"][0]["span_id"] == "eee19b7ec3c1b170"


def test_metrics_example(project: ProjectClient) -> None:
    time = str(now_ns())
    exponential = {
        "aggregationTemporality": 2,
        "dataPoints": [
            {
                "timeUnixNano": time,
                "count": "4",
                "sum": 10.0,
                "scale": 0,
                "zeroCount": "1",
                "positive": {"offset": 1, "bucketCounts": ["0", 2]},
            }
        ],
    }
    histogram = {
        "aggregationTemporality": 1,
        "dataPoints": [
            {"timeUnixNano": time, "count": 2, "sum": 2, "bucketCounts": ["1", "1"], "explicitBounds": [1]},
        ],
    }
    metrics = [
        {
            "name": "a",
            "sum": {
                "aggregationTemporality": 1,
                "isMonotonic": True,
                "dataPoints": [{"timeUnixNano": time, "asDouble": 5}],
            },
        },
        {"name": "b", "gauge": {"dataPoints": [{"timeUnixNano": time, "asInt": "7"}]}},
        {"name": "c", "histogram": histogram},
        {"name": "d", "exponentialHistogram": exponential},
        {
            "name": "e",
            "summary": {
                "dataPoints": [
                    {"timeUnixNano": time, "count": "1", "sum": 1, "quantileValues": [{"quantile": 0.5, "value": 2}]}
                ]
            },
        },
    ]
    assert_stored(send_json(project, "metrics", {"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}))
    rows = project.sql(
        "SELECT type, value, count, bucket_counts, positive_counts, quantiles FROM metric_points ORDER BY metric_name"
    )
    assert [(row["type"], row["value"], row["count"]) for row in rows] == [
        ("sum", 5, 0),
        ("gauge", 7, 0),
        ("histogram", 2, 2),
        ("exponential_histogram", 10, 4),
        ("summary", 1, 1),
    ]
    assert rows[2]["bucket_counts"] == [1, 1]
    assert rows[3]["positive_counts"] == [0, 2]
    assert rows[4]["quantiles"] == [{"quantile": 0.5, "value": 2}]


@pytest.mark.parametrize(
    "bad",
    [
        {"traceId": "xyz"},
        {"timeUnixNano": "yesterday"},
        {"timeUnixNano": -5},
        {"severityNumber": "SEVERITY_NUMBER_INFO"},
        {"attributes": {"a": 1}},
        {"attributes": [{"key": 5}]},
        {"attributes": [{"key": "k", "value": "text"}]},
        {"attributes": [{"key": "k", "value": {"intValue": 1.5}}]},
        {"body": {"arrayValue": {"values": "x"}}},
        {"body": {"bytesValue": "%%%"}},
        "not a record",
        None,
    ],
)
def test_a_bad_record_does_not_take_its_neighbours_down(project: ProjectClient, bad: Any) -> None:
    good = {"timeUnixNano": str(now_ns()), "body": {"stringValue": "good"}}
    answer = send_json(project, "logs", logs(good, bad, good))
    success = answer.json()["partialSuccess"]
    assert success["rejectedLogRecords"] == "1"
    assert "logRecords[1]" in success["errorMessage"]
    assert project.sql("SELECT body FROM logs") == [{"body": "good"}] * 2
    [row] = outcomes(project, "rejected")
    assert (row["category"], row["reason"], row["quantity"]) == ("log", "invalid_record", 1)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b'{"resourceLogs": 5}', b'{"resourceLogs": [5]}', b"\xff", b'{"a":"\xff"}']
)
def test_not_a_request(project: ProjectClient, body: bytes) -> None:
    answer = send_json(project, "logs", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == JSON
    assert answer.json()["code"] == 3
    assert answer.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"resourceLogs": []}', b'{"resourceLogs": null}'])
def test_empty(project: ProjectClient, body: bytes) -> None:
    assert_stored(send_json(project, "logs", body))


def test_deep_nesting_is_kept(project: ProjectClient) -> None:
    value: dict[str, Any] = {"intValue": "1"}
    for _ in range(100):
        value = {"arrayValue": {"values": [value]}}
    answer = send_json(project, "logs", logs({"timeUnixNano": str(now_ns()), "body": value}))
    assert_stored(answer)
    [row] = project.sql("SELECT body FROM logs")
    assert row["body"].startswith("[" * 60)
    assert "intValue" in row["body"]
    assert (
        send_json(project, "logs", json.dumps(logs({"body": value})).replace("[", "[" * 2000).encode()).status_code
        == 400
    )
