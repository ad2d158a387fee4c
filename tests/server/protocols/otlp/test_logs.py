"""Log records: every field by value, columns made of attributes, times."""

import math

import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import (
    assert_stored,
    fill,
    logs_request,
    now_ns,
    outcomes,
    send,
)

DAY = 86_400 * 10**9


def test_every_field(project: ProjectClient) -> None:
    time = now_ns()
    request = logs_request(
        {
            "time_unix_nano": time,
            "observed_time_unix_nano": time + 5,
            "severity_number": 17,
            "severity_text": "ERROR",
            "event_name": "order.failed",
            "body": "zu spät 😀",
            "attributes": {"order": 7, "ratio": 0.1, "ok": False, "raw": b"\x00\xff", "note": "x"},
            "dropped_attributes_count": 3,
            "flags": 1,
            "trace_id": bytes(range(16)),
            "span_id": b"\xab" * 8,
        },
        resource={"service.name": "shop", "service.version": "1.2", "deployment.environment.name": "prod"},
    )
    fill(request.resource_logs[0].scope_logs[0].scope.attributes, {"scope.key": True})
    assert_stored(send(project, "logs", request))
    [row] = project.sql(
        "SELECT *, toUnixTimestamp64Nano(time) AS t, toUnixTimestamp64Nano(observed_time) AS o FROM logs"
    )
    expected = {
        "t": time,
        "o": time + 5,
        "severity_number": 17,
        "severity_text": "ERROR",
        "event_name": "order.failed",
        "body": "zu spät 😀",
        "attributes": {"note": "x", "ok": "false", "order": "7", "ratio": "0.1", "raw": "AP8="},
        "dropped_attributes_count": 3,
        "flags": 1,
        "trace_id": bytes(range(16)).hex(),
        "span_id": "ab" * 8,
        "scope_name": "tests",
        "scope_version": "1",
        "scope_attributes": {"scope.key": "true"},
        "resource": {"deployment.environment.name": "prod", "service.name": "shop", "service.version": "1.2"},
        "service": "shop",
        "environment": "prod",
        "release": "1.2",
        "source": "otlp",
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        ("", ""),
        (0, "0"),
        (-(2**63), str(-(2**63))),
        (2**63 - 1, str(2**63 - 1)),
        (True, "true"),
        (False, "false"),
        (0.1 + 0.2, "0.30000000000000004"),
        (5e-324, "5e-324"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (b"", ""),
        (b"\xfb\xff", "+/8="),
        ([], "[]"),
        (["a", 1, 2.5, True, None], '["a",1,2.5,true,null]'),
        ({"k": {"deep": [1, [b"\x01"]]}}, '{"k":{"deep":[1,["AQ=="]]}}'),
        ([math.inf], '["inf"]'),
        ("a\x00b", "a\x00b"),
    ],
)
def test_values(project: ProjectClient, value: object, text: str) -> None:
    request = logs_request({"body": value, "attributes": {"a": value}}, resource={"r": value})
    fill(request.resource_logs[0].scope_logs[0].scope.attributes, {"s": value})
    assert_stored(send(project, "logs", request))
    [row] = project.sql("SELECT body, attributes, resource, scope_attributes FROM logs")
    assert row == {"body": text, "attributes": {"a": text}, "resource": {"r": text}, "scope_attributes": {"s": text}}


@pytest.mark.parametrize(
    ("record", "resource", "column", "expected"),
    [
        ({"user.id": "u1"}, {"user.id": "u2"}, "user_id", "u1"),
        ({"posthogDistinctId": "u3"}, {}, "user_id", "u3"),
        ({}, {"enduser.id": "u4"}, "user_id", "u4"),
        ({"sessionId": "s1"}, {"session.id": "s2"}, "session_id", "s1"),
        ({}, {"session.id": "s2"}, "session_id", "s2"),
        ({"sentry.environment": "e1"}, {}, "environment", "e1"),
        ({}, {"deployment.environment": "e2"}, "environment", "e2"),
        ({"sentry.release": "r1"}, {"service.version": "r2"}, "release", "r1"),
    ],
)
def test_columns_of_attributes(
    project: ProjectClient, record: dict[str, str], resource: dict[str, str], column: str, expected: str
) -> None:
    assert_stored(send(project, "logs", logs_request({"attributes": record}, resource=resource)))
    assert project.sql(f"SELECT {column} FROM logs") == [{column: expected}]


def test_a_key_sent_twice_keeps_its_record(project: ProjectClient) -> None:
    request = logs_request({"attributes": {"a": 1}}, resource={"r": 1})
    fill(request.resource_logs[0].scope_logs[0].log_records[0].attributes, {"a": 2, "b": 3})
    fill(request.resource_logs[0].resource.attributes, {"r": 2})
    assert_stored(send(project, "logs", request))
    [row] = project.sql("SELECT attributes['b'] AS b, attributes['a'] AS a FROM logs")
    assert row["b"] == "3"
    assert row["a"] in ("1", "2")


def test_resources_do_not_mix(project: ProjectClient) -> None:
    request = logs_request({"body": "one"}, resource={"service.name": "a", "only.a": "1"})
    other = logs_request({"body": "two"}, {"body": "three"}, resource={"service.name": "b"})
    request.resource_logs.extend(other.resource_logs)
    request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=now_ns()).body.string_value = "four"
    assert_stored(send(project, "logs", request))
    rows = project.sql("SELECT body, service, resource FROM logs ORDER BY body")
    assert [(row["body"], row["service"], row["resource"]) for row in rows] == [
        ("four", "", {}),
        ("one", "a", {"only.a": "1", "service.name": "a"}),
        ("three", "b", {"service.name": "b"}),
        ("two", "b", {"service.name": "b"}),
    ]


def test_no_time_means_observed_then_received(project: ProjectClient) -> None:
    observed = now_ns() - 10**9
    request = logs_request(
        {"body": "observed", "time_unix_nano": 0, "observed_time_unix_nano": observed},
        {"body": "received", "time_unix_nano": 0},
    )
    before = now_ns()
    assert_stored(send(project, "logs", request))
    rows = project.sql("SELECT toUnixTimestamp64Nano(time) AS t, attributes FROM logs ORDER BY body")
    assert rows[0]["t"] == observed
    assert before - 10**9 < rows[1]["t"] < now_ns() + 10**9
    assert rows[0]["attributes"] == rows[1]["attributes"] == {}


@pytest.mark.parametrize("stated", [1, 10**18, 2**63 + 5, 2**64 - 1, "future", "old"])
def test_impossible_times_are_stored_at_receipt(project: ProjectClient, stated: int | str) -> None:
    time = {"future": now_ns() + 2 * DAY, "old": now_ns() - 31 * DAY}.get(str(stated), stated)
    assert_stored(send(project, "logs", logs_request({"body": "x", "time_unix_nano": time}, {"body": "good"})))
    row, good = project.sql("SELECT toUnixTimestamp64Nano(time) AS t, attributes FROM logs ORDER BY body DESC")
    assert abs(row["t"] - now_ns()) < 60 * 10**9
    assert row["attributes"] == {"vedette.original_time_unix_nano": str(time)}
    assert good["attributes"] == {}
    assert outcomes(project, "changed", "clamped_time")[0]["quantity"] == 1


def test_accepted_are_counted(project: ProjectClient) -> None:
    assert_stored(send(project, "logs", logs_request(*[{"body": str(i)} for i in range(7)])))
    [row] = outcomes(project, "accepted")
    assert (row["category"], row["quantity"]) == ("log", 7)


def test_many_days_in_one_request(project: ProjectClient) -> None:
    request = logs_request(*[{"time_unix_nano": now_ns() - day * DAY} for day in range(29)])
    assert_stored(send(project, "logs", request))
    assert project.sql("SELECT uniqExact(toDate(time)) AS days FROM logs") == [{"days": 29}]
