"""From one id to every signal, and what there is to filter on: real items in, answers out."""

import json
import time
import uuid
from typing import Any

import pytest

from tests.conftest import ProjectClient

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def connected(project: ProjectClient) -> ProjectClient:
    """A project in which one user did one thing, seen by four signals, and another user did another."""
    now = time.time_ns()
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "billing"}}]}
    attributes = [
        {"key": "user.id", "value": {"stringValue": "ada"}},
        {"key": "http.route", "value": {"stringValue": "/pay"}},
    ]
    record = {"timeUnixNano": str(now), "body": {"stringValue": "paid"}, "traceId": TRACE, "attributes": attributes}
    span = {
        "traceId": TRACE, "spanId": "b7ad6b7169203331", "name": "POST /pay", "kind": 2,
        "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 20_000_000), "attributes": attributes,
    }  # fmt: skip
    send(project, "/v1/logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]})
    send(project, "/v1/traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})
    event = {"event": "paid", "distinct_id": "ada", "properties": {"$trace_id": TRACE, "plan": "pro"}}
    other = {"event": "looked", "distinct_id": "bob", "properties": {"plan": "free"}}
    send(project, "/batch/", {"api_key": project.key, "batch": [event, other]})
    error = {
        "exception": {"values": [{"type": "CardDeclined", "value": "no funds"}]},
        "contexts": {"trace": {"trace_id": TRACE, "span_id": "b7ad6b7169203331"}},
        "user": {"id": "ada"},
    }
    send(project, f"/api/{project.id}/store/?sentry_key={project.key}", error)
    return project


def send(project: ProjectClient, path: str, body: dict[str, Any]) -> None:
    answer = project.post(
        path, json.dumps(body).encode(), content_type="application/json", authorization=f"Bearer {project.key}"
    )
    assert answer.status_code == 200, answer.text


def test_a_trace_is_found_in_every_signal(connected: ProjectClient) -> None:
    assert connected.get("related", trace_id=TRACE) == {"logs": 1, "spans": 1, "errors": 1, "events": 1}


def test_a_user_is_found_in_every_signal(connected: ProjectClient) -> None:
    assert connected.get("related", user_id="ada") == {"logs": 1, "spans": 1, "errors": 1, "events": 1}
    assert connected.get("related", user_id="bob") == {"logs": 0, "spans": 0, "errors": 0, "events": 1}


def test_related_wants_an_id(connected: ProjectClient) -> None:
    answer = connected.http.get(f"/api/v1/projects/{connected.id}/related")
    assert answer.status_code == 400


def test_fields_are_the_columns_and_the_keys_that_were_seen(connected: ProjectClient) -> None:
    logs = {item["name"]: item["kind"] for item in connected.get("fields", signal="logs")["items"]}
    assert logs["service"] == "column"
    assert logs["attributes.http.route"] == "attribute"
    events = {item["name"] for item in connected.get("fields", signal="events")["items"]}
    assert "properties.plan" in events


@pytest.mark.parametrize(
    ("signal", "field", "prefix", "expected"),
    [
        ("logs", "service", "", [{"value": "billing", "count": 1}]),
        ("logs", "attributes.http.route", "/P", [{"value": "/pay", "count": 1}]),
        ("events", "properties.plan", "", [{"value": "free", "count": 1}, {"value": "pro", "count": 1}]),
        ("events", "properties.plan", "x", []),
        ("errors", "type", "card", [{"value": "CardDeclined", "count": 1}]),
    ],
)
def test_values_of_a_field(
    connected: ProjectClient, signal: str, field: str, prefix: str, expected: list[dict[str, Any]]
) -> None:
    assert connected.get("fields/values", signal=signal, field=field, prefix=prefix)["items"] == expected


def test_an_unknown_field_or_signal_is_refused(connected: ProjectClient) -> None:
    for parameters in ({"signal": "logs", "field": "x); DROP"}, {"signal": "system.tables", "field": "name"}):
        answer = connected.http.get(f"/api/v1/projects/{connected.id}/fields/values", params=parameters)
        assert answer.status_code == 400, answer.text


def test_home_counts_what_came_and_compares_with_before(connected: ProjectClient) -> None:
    home = connected.get("overview", since="-1h")
    assert home["totals"] == {
        "events": 2, "errors": 1, "requests": 1, "failed_requests": 0, "logs": 1, "spans": 1, "p95_ns": 20_000_000,
    }  # fmt: skip
    assert home["previous"]["events"] == 0
    assert home["users"] == 2
    assert sum(bucket["events"] for bucket in home["buckets"]) == 2
    assert [group["type"] for group in home["newest_errors"]] == ["CardDeclined"]
    assert {event["event"] for event in home["newest_events"]} == {"paid", "looked"}
    assert [(row["name"], row["service"], row["count"]) for row in home["slowest"]] == [("POST /pay", "billing", 1)]


def test_a_page_that_loads_in_a_browser_is_no_request(project: ProjectClient) -> None:
    """Its seconds would drown what servers take; Performance and Web vitals have it."""
    now = time.time()
    for op, transaction in (("pageload", "/pricing"), ("navigation", "/team"), ("http.server", "GET /team")):
        trace = {"trace_id": uuid.uuid4().hex, "span_id": uuid.uuid4().hex[:16], "op": op, "status": "ok"}
        event = {
            "type": "transaction", "event_id": uuid.uuid4().hex, "transaction": transaction,
            "contexts": {"trace": trace},
            "start_timestamp": now - 2, "timestamp": now,
        }  # fmt: skip
        body = f'{{}}\n{{"type":"transaction"}}\n{json.dumps(event)}'.encode()
        assert project.post(f"/api/{project.id}/envelope/?sentry_key={project.key}", body).status_code == 200
    home = project.get("overview", since="-1h")
    assert (home["totals"]["requests"], home["totals"]["spans"]) == (1, 3)
    assert [row["name"] for row in home["slowest"]] == ["GET /team"]


def test_home_honours_the_top_bars_filters(connected: ProjectClient) -> None:
    home = connected.get("overview", service="nobody")
    assert home["totals"] == {
        "events": 0, "errors": 0, "requests": 0, "failed_requests": 0, "logs": 0, "spans": 0, "p95_ns": None,
    }  # fmt: skip
