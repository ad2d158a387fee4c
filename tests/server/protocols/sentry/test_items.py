"""Bytes in, rows out: each item type, value by value."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.sentry.wire import envelope, error, item, outcomes, send

TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"


def iso(seconds: float, digits: str = "microseconds") -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=digits).replace("+00:00", "Z")


def test_event_columns(project: ProjectClient) -> None:
    now = round(time.time() - 5, 6)
    frames: list[Any] = [
        {"module": "django.core", "function": "inner", "filename": "django/core.py", "lineno": 40, "in_app": False},
        None,
        {"module": "shop.cart", "function": "total", "filename": "shop/cart.py", "lineno": 7, "in_app": True},
    ]
    event = {
        "event_id": "FC6D8C0C-43FC-4630-AD85-0EE518F1B9D0",
        "timestamp": now,
        "platform": "python",
        "level": "critical",
        "logger": "shop",
        "transaction": "/checkout",
        "server_name": "web-1",
        "release": "shop@1.2.3",
        "dist": 7,
        "environment": "production",
        "exception": [
            {"type": "KeyError", "value": "'price'"},
            {
                "type": "ValueError",
                "value": "bad total\nsecond line",
                "mechanism": {"type": "django", "handled": False},
                "stacktrace": {"frames": frames},
            },
        ],
        "tags": [["service", "api"], ["plan", None], ["retries", 3]],
        "user": {"id": 42, "email": "a@b.c", "username": "ann", "ip_address": "{{auto}}"},
        "request": {"url": "https://shop.test/checkout", "headers": [["Cookie", "a=b"], ["Accept", "*/*"]]},
        "contexts": {"trace": {"trace_id": TRACE.upper(), "span_id": SPAN}},
        "extra": {"session_id": "s-1", "password": "hunter2"},
        "sdk": {"name": "sentry.python", "version": "2.0"},
    }
    assert send(project, envelope(item("event", event))).json() == {"id": "fc6d8c0c43fc4630ad850ee518f1b9d0"}
    [row] = project.sql(
        "SELECT * EXCEPT (received_at, payload, fingerprint, fingerprints, grouping, project_id) FROM errors"
    )
    assert row == {
        "time": iso(now),
        "event_id": "fc6d8c0c43fc4630ad850ee518f1b9d0",
        "source": "sentry",
        "platform": "python",
        "level": "fatal",
        "type": "ValueError",
        "value": "bad total\nsecond line",
        "title": "ValueError: bad total",
        "category": "error",
        "culprit": "/checkout",
        "handled": False,
        "mechanism": "django",
        "logger": "shop",
        "transaction": "/checkout",
        "service": "api",
        "environment": "production",
        "release": "shop@1.2.3",
        "dist": "7",
        "server_name": "web-1",
        "trace_id": TRACE,
        "span_id": SPAN,
        "session_id": "s-1",
        "user_id": "42",
        "user_email": "a@b.c",
        "user_name": "ann",
        "user_ip": "127.0.0.1",
        "url": "https://shop.test/checkout",
        "sdk_name": "sentry.python",
        "sdk_version": "2.0",
        "tags": {"service": "api", "retries": "3"},
        "frames": [
            {"module": "django.core", "function": "inner", "filename": "django/core.py", "lineno": 40, "in_app": False},
            {"module": "shop.cart", "function": "total", "filename": "shop/cart.py", "lineno": 7, "in_app": True},
        ],
    }
    [stored] = project.sql("SELECT payload, fingerprints[1] = concat('frames.v1:', fingerprint) AS first FROM errors")
    payload = json.loads(stored["payload"])
    assert stored["first"]
    assert [entry["type"] for entry in payload["exception"]["values"]] == ["KeyError", "ValueError"]
    assert payload["extra"]["password"] == payload["request"]["headers"]["Cookie"] == "[Filtered]"
    assert payload["request"]["headers"]["Accept"] == "*/*"


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ({"message": "hello %s, %d%%", "params": ["Ann", 3]}, "hello Ann, 3%"),
        ({"message": "hello %(who)s %(other)s", "params": {"who": "Ann"}}, "hello Ann %(other)s"),
        ({"message": "%999999999d", "params": [1]}, "%999999999d"),
        ({"message": "%s and %s", "params": ["one"]}, "one and %s"),
        ({"message": "kept %s"}, "kept %s"),
        ({"message": "x %s", "formatted": "x y", "params": ["z"]}, "x y"),
        ("plain", "plain"),
    ],
)
def test_messages_are_filled_in(project: ProjectClient, entry: Any, value: str) -> None:
    assert send(project, envelope(item("event", {"logentry": entry}))).status_code == 200
    assert project.sql("SELECT value FROM errors") == [{"value": value}]


def test_event_sent_twice_counts_once(project: ProjectClient) -> None:
    for timestamp in (time.time(), iso(time.time()), None):
        body = envelope(item("event", error(timestamp=timestamp)))
        for _ in range(3):
            assert send(project, body).status_code == 200
    assert project.sql("SELECT count() AS n FROM errors") == [{"n": 3}]


def test_clock_drift_is_corrected_and_a_resend_still_counts_once(project: ProjectClient) -> None:
    wrong = time.time() - 5 * 86400
    body = envelope(item("event", error(timestamp=wrong - 10)), sent_at=iso(wrong))
    assert send(project, body).status_code == send(project, body).status_code == 200
    [row] = project.sql("SELECT dateDiff('second', time, now()) AS age FROM errors")
    assert 5 <= row["age"] <= 40


def test_header_event_id_wins_and_a_missing_one_is_made(project: ProjectClient) -> None:
    wanted = "a" * 32
    assert send(project, envelope(item("event", error()), event_id=wanted)).json() == {"id": wanted}
    made = send(project, envelope(item("event", error(event_id="not-an-id")))).json()["id"]
    assert project.sql(f"SELECT count() AS n FROM errors WHERE event_id IN ('{wanted}', '{made}')") == [{"n": 2}]


def test_transaction_becomes_a_segment_and_its_children(project: ProjectClient) -> None:
    start = round(time.time() - 2, 6)
    trace = {
        "trace_id": TRACE,
        "span_id": SPAN,
        "parent_span_id": PARENT,
        "op": "http.server",
        "status": "internal_error",
    }
    child = {
        "trace_id": TRACE,
        "span_id": "c" * 16,
        "parent_span_id": SPAN,
        "op": "db.query",
        "description": "SELECT 1",
    }
    event = {
        "type": "transaction",
        "transaction": "/checkout",
        "start_timestamp": start,
        "timestamp": iso(start + 0.5),
        "contexts": {"trace": {**trace, "data": {"http.response.status_code": 500}}, "os": {"name": "Linux"}},
        "spans": [
            {**child, "start_timestamp": iso(start + 0.1), "timestamp": start + 0.2, "data": {"db.system": "sqlite"}},
            {"op": "no ids"},
            None,
        ],
        "measurements": {"lcp": {"value": 12.5, "unit": "millisecond"}, "bad": {"value": None}},
        "tags": {"service": "api"},
        "user": {"id": "u1"},
        "release": "r1",
        "environment": "production",
    }
    assert send(project, envelope(item("transaction", event), event_id="d" * 32)).status_code == 200
    root, inner = project.sql("SELECT * EXCEPT (received_at) FROM spans ORDER BY time")
    expected = {
        "name": "/checkout",
        "op": "http.server",
        "kind": "server",
        "is_segment": True,
        "duration_ns": 500_000_000,
    }
    expected |= {"status_code": "error", "status_message": "internal_error", "parent_span_id": PARENT, "service": "api"}
    assert {key: root[key] for key in expected} == expected
    assert root["measurements"] == {"lcp": 12.5}
    assert root["attributes"]["http.response.status_code"] == "500"
    assert root["attributes"]["os.name"] == "Linux"
    assert root["time"].startswith(iso(start)[:-1])
    assert (inner["name"], inner["op"], inner["kind"]) == ("SELECT 1", "db.query", "client")
    assert inner["duration_ns"] == 100_000_000
    assert (inner["user_id"], inner["release"], inner["service"]) == ("u1", "r1", "api")
    assert inner["attributes"]["db.system"] == "sqlite"
    assert outcomes(project) == {("span", "missing_ids"): 1}


def test_standalone_span(project: ProjectClient) -> None:
    now = time.time()
    span = {
        "trace_id": TRACE,
        "span_id": SPAN,
        "op": "ui.interaction.click",
        "description": "button",
        "exclusive_time": 5,
    }
    span |= {
        "start_timestamp": now - 1,
        "timestamp": now,
        "measurements": {"inp": {"value": 160}},
        "data": {"release": "r"},
    }
    assert send(project, envelope(item("span", span, content_type="application/json"))).status_code == 200
    [row] = project.sql("SELECT name, op, measurements, release FROM spans")
    assert row == {"name": "button", "op": "ui.interaction.click", "measurements": {"inp": 160}, "release": "r"}


def test_sessions(project: ProjectClient) -> None:
    now = time.time()
    session = {"sid": "f" * 32, "did": "u1", "started": iso(now - 10), "attrs": {"release": "r1", "environment": "e"}}
    first = {**session, "init": True, "timestamp": iso(now - 10), "status": "ok", "seq": 0}
    last = {**session, "timestamp": iso(now), "status": "crashed", "errors": 2, "duration": 10.5, "seq": 1}
    counts = {
        "aggregates": [{"started": iso(now), "exited": 5, "errored": 2, "crashed": 0}],
        "attrs": {"release": "r2"},
    }
    body = envelope(item("session", first), item("session", last), item("sessions", counts), sent_at=iso(now))
    assert send(project, body).status_code == send(project, body).status_code == 200  # a re-sent one counts once
    rows = project.sql(
        "SELECT session_id, user_id, seq, status, is_init, errors, duration_ms, quantity, release FROM sessions"
    )
    assert sorted(rows, key=str) == sorted(
        [
            {"session_id": "f" * 32, "user_id": "u1", "seq": 0, "status": "ok", "is_init": True, "errors": 0}
            | {"duration_ms": None, "quantity": 1, "release": "r1"},
            {"session_id": "f" * 32, "user_id": "u1", "seq": 1, "status": "crashed", "is_init": False, "errors": 2}
            | {"duration_ms": 10500, "quantity": 1, "release": "r1"},
            {"session_id": "", "user_id": "", "seq": 0, "status": "exited", "is_init": True, "errors": 0}
            | {"duration_ms": None, "quantity": 5, "release": "r2"},
            {"session_id": "", "user_id": "", "seq": 0, "status": "errored", "is_init": True, "errors": 1}
            | {"duration_ms": None, "quantity": 2, "release": "r2"},
        ],
        key=str,
    )


def test_equal_session_counts_of_two_processes_are_both_counted(project: ProjectClient) -> None:
    counts = {"aggregates": [{"started": iso(time.time()), "exited": 5}], "attrs": {"release": "r"}}
    for process in ("a", "b"):
        send(project, envelope(item("sessions", counts), sent_at=iso(time.time()), process=process))
    assert project.sql("SELECT sum(quantity) AS n FROM sessions") == [{"n": 10}]


def test_client_report_is_shown_with_the_sdks_reasons(project: ProjectClient) -> None:
    lost = [{"reason": "queue_overflow", "category": "error", "quantity": 23}]
    lost += [{"reason": "sample_rate", "category": "log_item", "quantity": 2}, {"reason": "x", "quantity": -1}]
    assert send(project, envelope(item("client_report", {"timestamp": 1, "discarded_events": lost}))).status_code == 200
    assert outcomes(project, "client_discarded") == {("error", "queue_overflow"): 23, ("log", "sample_rate"): 2}


def test_attachments(project: ProjectClient) -> None:
    content = bytes(range(256)) * 700
    named = item(
        "attachment", content, filename="tränen.bin", content_type="image/png", attachment_type="event.view_hierarchy"
    )
    body = envelope(item("event", error(event_id="e" * 32)), named, item("attachment", b""), event_id="e" * 32)
    assert send(project, body).status_code == send(project, body).status_code == 200
    rows = project.sql(
        "SELECT event_id, filename, content_type, attachment_type, size FROM error_attachments ORDER BY size"
    )
    assert rows[0] == {
        "event_id": "e" * 32,
        "filename": "unnamed",
        "content_type": "application/octet-stream",
        "attachment_type": "event.attachment",
        "size": 0,
    }
    assert (rows[1]["filename"], rows[1]["size"], len(rows)) == ("tränen.bin", len(content), 2)
    assert (rows[1]["content_type"], rows[1]["attachment_type"]) == ("image/png", "event.view_hierarchy")


def test_attachment_without_event_is_refused(project: ProjectClient) -> None:
    assert send(project, envelope(item("attachment", b"x"))).status_code == 400
    assert outcomes(project) == {("attachment", "missing_event_id"): 1}


def test_feedback_and_user_report(project: ProjectClient) -> None:
    about = {
        "message": "It broke",
        "name": "Ann",
        "contact_email": "a@b.c",
        "associated_event_id": "a" * 32,
        "url": "https://x",
    }
    event = {"event_id": "b" * 32, "type": "feedback", "timestamp": time.time(), "contexts": {"feedback": about}}
    report = {"event_id": "c" * 32, "name": "Bob", "email": "b@b.c", "comments": "Me too"}
    body = envelope(item("feedback", event), item("user_report", report), event_id="b" * 32)
    assert send(project, body).status_code == send(project, body).status_code == 200
    rows = project.sql("SELECT event_id, name, email, message, url FROM feedback ORDER BY name")
    assert rows == [
        {"event_id": "a" * 32, "name": "Ann", "email": "a@b.c", "message": "It broke", "url": "https://x"},
        {"event_id": "c" * 32, "name": "Bob", "email": "b@b.c", "message": "Me too", "url": ""},
    ]


def test_accepted_items_are_counted(project: ProjectClient) -> None:
    send(project, envelope(item("event", error()), item("log", {"items": [{"body": "a"}, {"body": "b"}]})))
    rows = project.wait_for(
        "SELECT category, sum(quantity) AS n FROM outcomes WHERE outcome = 'accepted' GROUP BY 1", rows=2
    )
    assert {row["category"]: row["n"] for row in rows} == {"error": 1, "log": 2}


def test_observations_of_one_moment_are_all_kept_and_a_resend_counts_once(project: ProjectClient) -> None:
    now = round(time.time(), 3)
    points = [{"name": "clicks", "type": "counter", "value": 1, "timestamp": now, "attributes": {}} for _ in range(20)]
    body = envelope(item("trace_metric", {"items": points}, item_count=20))
    assert send(project, body).status_code == send(project, body).status_code == 200
    assert project.sql("SELECT sum(value) AS n FROM metric_points") == [{"n": 20}]


def test_distributions_land_in_the_bucket_that_holds_them(project: ProjectClient) -> None:
    values = [0, 1, 2, 0.001, -3.5, 1e12]
    points = [{"name": "d", "type": "distribution", "value": value, "timestamp": time.time()} for value in values]
    assert send(project, envelope(item("trace_metric", {"items": points}))).status_code == 200
    rows = project.sql(
        "SELECT value, scale, zero_count, positive_offset, positive_counts, negative_offset, negative_counts "
        "FROM metric_points"
    )
    assert len(rows) == len(values)
    for row in rows:
        if row["value"] == 0:
            assert row["zero_count"] == 1
            continue
        side = "positive" if row["value"] > 0 else "negative"
        base = 2 ** (2 ** -row["scale"])
        offset = row[f"{side}_offset"]
        assert row[f"{side}_counts"] == [1]
        assert base**offset * 0.999999 < abs(row["value"]) <= base ** (offset + 1) * 1.000001
