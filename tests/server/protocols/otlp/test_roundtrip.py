"""Properties: any request's values come back, random bytes never give a 5xx, the two readings of the format agree."""

import base64
import json
import math
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import (
    assert_stored,
    logs_request,
    metrics_request,
    now_ns,
    send,
    send_json,
    trace_request,
)
from vedette.server.protocols.otlp.json_encoding import read_json
from vedette.server.protocols.otlp.kinds import KINDS, LOGS
from vedette.server.protocols.otlp.receive import read
from vedette.server.protocols.otlp.values import text

RELAXED = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(max_size=20)
keys = st.text(min_size=1, max_size=10).filter(lambda key: not key.startswith("exception."))
scalars = st.one_of(
    texts, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.binary(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
attributes = st.dictionaries(keys, values, max_size=6)
uint32 = st.integers(0, 2**32 - 1)
ids = st.sampled_from([b"", bytes(16), bytes(range(16)), b"\xff" * 8])


def same(stored: str, value: Any) -> bool:
    """Whether the stored text says the value."""
    if isinstance(value, bool):
        return stored == str(value).lower()
    if isinstance(value, float):
        return float(stored) == value and math.copysign(1, float(stored)) == math.copysign(1, value)
    if isinstance(value, bytes):
        return base64.b64decode(stored) == value
    if isinstance(value, (list, dict)):
        return bool(json.loads(stored) == plain(value))
    return stored == str(value)


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def assert_same(stored: dict[str, str], sent: dict[str, Any]) -> None:
    assert set(stored) == set(sent)
    for key, value in sent.items():
        assert same(stored[key], value), (key, stored[key], value)


records = st.fixed_dictionaries(
    {
        "body": values,
        "attributes": attributes,
        "severity_number": st.integers(0, 24),
        "severity_text": texts,
        "event_name": texts,
        "flags": uint32,
        "dropped_attributes_count": st.integers(0, 2**31),
        "trace_id": ids,
        "span_id": ids,
    }
)


@RELAXED
@given(sent=st.lists(records, min_size=1, max_size=8), resource=attributes)
def test_logs(project: ProjectClient, sent: list[dict[str, Any]], resource: dict[str, Any]) -> None:
    start = time.time_ns() - 10**9
    sent = [{**record, "time_unix_nano": start + index} for index, record in enumerate(sent)]
    assert_stored(send(project, "logs", logs_request(*sent, resource=resource)))
    rows = project.sql(
        f"SELECT * FROM logs WHERE toUnixTimestamp64Nano(time) BETWEEN {start} AND {start + 10} ORDER BY time"
    )
    assert len(rows) == len(sent)
    for row, record in zip(rows, sent, strict=True):
        assert same(row["body"], record["body"])
        assert_same(row["attributes"], record["attributes"])
        assert_same(row["resource"], resource)
        assert (row["trace_id"], row["span_id"]) == (record["trace_id"].hex(), record["span_id"].hex())
        for name in ("severity_number", "severity_text", "event_name", "flags", "dropped_attributes_count"):
            assert row[name] == record[name]


spans = st.fixed_dictionaries(
    {
        "name": texts,
        "kind": st.integers(0, 5),
        "attributes": attributes,
        "events": st.lists(st.tuples(texts, attributes), max_size=2),
        "links": st.lists(st.tuples(ids, ids, attributes), max_size=2),
        "status": st.tuples(st.integers(0, 2), texts),
        "trace_state": texts,
        "flags": uint32,
    }
)


@RELAXED
@given(sent=st.lists(spans, min_size=1, max_size=4))
def test_spans(project: ProjectClient, sent: list[dict[str, Any]]) -> None:
    start = time.time_ns() - 10**9
    sent = [{"start_time_unix_nano": start + index, **span} for index, span in enumerate(sent)]
    assert_stored(send(project, "traces", trace_request(*sent)))
    rows = project.sql(
        f"SELECT * FROM spans WHERE toUnixTimestamp64Nano(time) BETWEEN {start} AND {start + 10} ORDER BY time"
    )
    assert len(rows) == len(sent)
    for row, span in zip(rows, sent, strict=True):
        assert (row["name"], row["trace_state"], row["flags"]) == (span["name"], span["trace_state"], span["flags"])
        assert row["status_message"] == span["status"][1]
        assert_same(row["attributes"], span["attributes"])
        for stored, (name, expected) in zip(row["events"], span["events"], strict=True):
            assert stored["name"] == name
            assert_same(stored["attributes"], expected)
        for stored, (trace_id, span_id, expected) in zip(row["links"], span["links"], strict=True):
            assert (stored["trace_id"], stored["span_id"]) == (trace_id.hex(), span_id.hex())
            assert_same(stored["attributes"], expected)


@RELAXED
@given(
    numbers=st.lists(
        st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53), min_size=1, max_size=8
    )
)
def test_metric_values(project: ProjectClient, numbers: list[float]) -> None:
    start = time.time_ns() - 10**9
    request, metrics = metrics_request()
    points = metrics.add(name="m").gauge.data_points
    for index, number in enumerate(numbers):
        point = points.add(time_unix_nano=start + index)
        setattr(point, "as_int" if isinstance(number, int) else "as_double", number)
    assert_stored(send(project, "metrics", request))
    condition = f"toUnixTimestamp64Nano(time) BETWEEN {start} AND {start + 10}"
    rows = project.sql(f"SELECT value FROM metric_points WHERE {condition} ORDER BY time")
    assert [float(row["value"]) for row in rows] == numbers  # JSON writes large floats as integers


@pytest.mark.parametrize("kind", ["logs", "traces", "metrics"])
@RELAXED
@given(data=st.binary(max_size=200))
def test_random_bytes_never_fail_the_server(project: ProjectClient, kind: str, data: bytes) -> None:
    assert send(project, kind, data).status_code in (200, 400)
    assert send_json(project, kind, data).status_code in (200, 400)
    assert send(project, kind, data, content_encoding="gzip").status_code == 400


@RELAXED
@given(data=st.data())
def test_damaged_requests_never_fail_the_server(project: ProjectClient, data: st.DataObject) -> None:
    body = bytearray(
        logs_request({"body": "x", "attributes": {"a": [1], "b": 2.5}, "trace_id": bytes(16)}).SerializeToString()
    )
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert send(project, "logs", bytes(body)).status_code in (200, 400)


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(KINDS), data=st.binary(max_size=100))
def test_reading_raises_nothing_but_bad_request(kind: Any, data: bytes) -> None:
    for as_json in (False, True):
        try:
            read(kind, data, as_json=as_json)
        except Exception as error:
            assert type(error).__name__ == "BadRequest"


def json_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value if math.isfinite(value) else {"inf": "Infinity", "-inf": "-Infinity"}[repr(value)]}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return {"arrayValue": {"values": [json_value(item) for item in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": json_value(item)} for key, item in value.items()]}}
    return {"stringValue": value}


@settings(max_examples=200, deadline=None)
@given(value=values)
def test_json_and_protobuf_give_the_same_text(value: Any) -> None:
    time_ns = now_ns()
    record = {"timeUnixNano": str(time_ns), "body": json_value(value)}
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    by_json, rejected = read_json(LOGS, json.dumps(document).encode())
    by_protobuf = read(LOGS, logs_request({"body": value}).SerializeToString()).message
    assert rejected == []
    bodies = [message.resource_logs[0].scope_logs[0].log_records[0].body for message in (by_json, by_protobuf)]
    assert text(bodies[0]) == text(bodies[1])
    assert same(text(bodies[0]), value)
