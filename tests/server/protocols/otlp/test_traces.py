"""Spans: every field by value, names for kind and status, events, links, op, trace times."""

import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import assert_stored, now_ns, send, trace_request

TRACE, SPAN, PARENT = b"\x01" * 16, b"\x02" * 8, b"\x03" * 8


def test_every_field(project: ProjectClient) -> None:
    start = now_ns()
    request = trace_request(
        {
            "trace_id": TRACE,
            "span_id": SPAN,
            "parent_span_id": PARENT,
            "name": "GET /orders",
            "kind": 3,
            "start_time_unix_nano": start,
            "end_time_unix_nano": start + 2_500_000_001,
            "trace_state": "a=1",
            "flags": 0x101,
            "status": (2, "boom"),
            "attributes": {"http.request.method": "GET", "tags": ["a", "b"]},
            "events": [("retry", {"n": 1}), ("done", {"list": [1]})],
            "links": [(b"\x04" * 16, b"\x05" * 8, {"why": "batch"})],
            "dropped_attributes_count": 1,
            "dropped_events_count": 2,
            "dropped_links_count": 3,
        },
        resource={"service.name": "shop"},
    )
    request.resource_spans[0].scope_spans[0].spans[0].events[1].dropped_attributes_count = 4
    assert_stored(send(project, "traces", request))
    [row] = project.sql("SELECT *, toUnixTimestamp64Nano(time) AS t FROM spans")
    expected = {
        "t": start,
        "duration_ns": 2_500_000_001,
        "trace_id": TRACE.hex(),
        "span_id": SPAN.hex(),
        "parent_span_id": PARENT.hex(),
        "name": "GET /orders",
        "kind": "client",
        "is_segment": False,
        "op": "http.client",
        "status_code": "error",
        "status_message": "boom",
        "trace_state": "a=1",
        "flags": 0x101,
        "attributes": {"http.request.method": "GET", "tags": '["a","b"]'},
        "dropped_attributes_count": 1,
        "dropped_events_count": 2,
        "dropped_links_count": 3,
        "service": "shop",
        "resource": {"service.name": "shop"},
    }
    assert {name: row[name] for name in expected} == expected
    assert [(event["name"], event["attributes"]) for event in row["events"]] == [
        ("retry", {"n": "1"}),
        ("done", {"list": "[1]", "otel.dropped_attributes_count": "4"}),
    ]
    assert [(link["trace_id"], link["span_id"], link["attributes"]) for link in row["links"]] == [
        ("04" * 16, "05" * 8, {"why": "batch"})
    ]


def test_kind_status_and_segment(project: ProjectClient) -> None:
    spans = [
        {
            "trace_id": TRACE,
            "span_id": bytes([9] * 7 + [kind]),
            "parent_span_id": PARENT,
            "kind": kind,
            "name": str(kind),
        }
        for kind in range(7)
    ]
    spans[1]["status"], spans[2]["status"] = (1, ""), (2, "")
    spans.append({"trace_id": TRACE, "span_id": SPAN, "kind": 1, "name": "7"})
    assert_stored(send(project, "traces", trace_request(*spans)))
    rows = project.sql("SELECT kind, status_code, is_segment FROM spans ORDER BY name")
    assert [row["kind"] for row in rows] == [
        *("unspecified", "internal", "server", "client", "producer", "consumer", "unspecified", "internal")
    ]
    assert [row["status_code"] for row in rows[:4]] == ["unset", "ok", "error", "unset"]
    assert [row["is_segment"] for row in rows] == [False, False, True, False, False, True, False, True]


@pytest.mark.parametrize(
    ("kind", "attributes", "op"),
    [
        (2, {"http.request.method": "GET"}, "http.server"),
        (3, {"http.method": "GET"}, "http.client"),
        (3, {"db.system.name": "postgresql"}, "db"),
        (3, {"db.system": "mysql"}, "db"),
        (4, {"messaging.system": "kafka"}, "messaging"),
        (2, {"rpc.system": "grpc"}, "rpc"),
        (1, {"sentry.op": "task", "http.method": "GET"}, "task"),
        (1, {}, ""),
    ],
)
def test_op(project: ProjectClient, kind: int, attributes: dict[str, str], op: str) -> None:
    span = {"trace_id": TRACE, "span_id": SPAN, "kind": kind, "attributes": attributes}
    assert_stored(send(project, "traces", trace_request(span)))
    assert project.sql("SELECT op FROM spans") == [{"op": op}]


def test_end_before_start_lasts_nothing(project: ProjectClient) -> None:
    start = now_ns()
    span = {"trace_id": TRACE, "span_id": SPAN, "start_time_unix_nano": start, "end_time_unix_nano": start - 5}
    assert_stored(send(project, "traces", trace_request(span)))
    assert project.sql("SELECT duration_ns FROM spans") == [{"duration_ns": 0}]


def test_an_old_span_keeps_its_duration_and_its_time_as_attribute(project: ProjectClient) -> None:
    span = {"trace_id": TRACE, "span_id": SPAN, "start_time_unix_nano": 1000, "end_time_unix_nano": 3000}
    assert_stored(send(project, "traces", trace_request(span)))
    [row] = project.sql("SELECT duration_ns, attributes, time > now() - 60 AS recent FROM spans")
    assert row == {
        "duration_ns": 2000,
        "attributes": {"vedette.original_time_unix_nano": "1000"},
        "recent": 1,
    }
