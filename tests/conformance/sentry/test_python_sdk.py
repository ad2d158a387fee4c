"""The official Python SDK, unchanged, against a real server: what it sent is what is stored, value by value."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.integrations.logging import LoggingIntegration

from tests.conftest import ProjectClient

Start = Callable[..., Any]
# Without it the SDK leaves the user out of logs; its successor does not exist in older SDKs.
PII = pytest.mark.filterwarnings("ignore:The send_default_pii option is deprecated")


@pytest.fixture
def start(project: ProjectClient, caplog: pytest.LogCaptureFixture) -> Iterator[Start]:
    """Start the SDK for this test's project. At the end it must have logged no warning and lost nothing."""

    def init(**options: Any) -> None:
        # Integrations patch libraries for good; the subprocess test below runs with all of them.
        defaults = {"default_integrations": False, "auto_enabling_integrations": False, "debug": True}
        sentry_sdk.init(project.connect["sentry_dsn"], **{**defaults, **options})

    with sentry_sdk.isolation_scope():
        yield init
        sentry_sdk.flush(5)
        sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    bad = [
        record.getMessage() for record in caplog.records if record.name.startswith("sentry_sdk") and record.levelno > 20
    ]
    assert bad == []
    unwanted = "SELECT * FROM outcomes WHERE outcome NOT IN ('accepted', 'client_discarded') AND reason != 'scrubbed'"
    assert project.sql(unwanted) == []


def fail(order: int) -> None:
    raise ValueError(f"bad order {order}")


@pytest.mark.parametrize("algorithm", ["br", "gzip"])
def test_error(project: ProjectClient, start: Start, algorithm: str) -> None:
    start(release="shop@1.2.3", environment="staging", _experiments={"transport_compression_algo": algorithm})
    sentry_sdk.set_user({"id": 42, "email": "ann@example.com", "username": "ann"})
    sentry_sdk.set_tag("service", "api")
    sentry_sdk.set_tag("naïve", "日本 👍")
    sentry_sdk.add_breadcrumb(category="auth", message="logged in")
    try:
        fail(17)
    except ValueError as error:
        event_id = sentry_sdk.capture_exception(error)
    sentry_sdk.flush(5)
    [row] = project.sql(
        "SELECT event_id, type, value, title, level, handled, mechanism, release, environment, service, tags, user_id, "
        "user_email, user_name, platform, sdk_name, sdk_version, frames, JSONExtractString(payload, 'breadcrumbs', "
        "'values', 1, 'message') AS breadcrumb, abs(dateDiff('second', time, now())) < 20 AS is_recent FROM errors"
    )
    frames = row.pop("frames")
    assert row == {
        "event_id": event_id,
        "type": "ValueError",
        "value": "bad order 17",
        "title": "ValueError: bad order 17",
        "level": "error",
        "handled": True,
        "mechanism": "generic",
        "release": "shop@1.2.3",
        "environment": "staging",
        "service": "api",
        "tags": {"service": "api", "naïve": "日本 👍"},
        "user_id": "42",
        "user_email": "ann@example.com",
        "user_name": "ann",
        "platform": "python",
        "sdk_name": "sentry.python",
        "sdk_version": sentry_sdk.VERSION,
        "breadcrumb": "logged in",
        "is_recent": 1,
    }
    assert [frame["function"] for frame in frames] == ["test_error", "fail"]
    assert frames[-1]["lineno"] == fail.__code__.co_firstlineno + 1


def test_chains_and_groups(project: ProjectClient, start: Start) -> None:
    start()
    try:
        try:
            fail(1)
        except ValueError as cause:
            raise RuntimeError("outer") from cause
    except RuntimeError as error:
        sentry_sdk.capture_exception(error)
    try:
        raise ExceptionGroup("several", [KeyError("a"), ExceptionGroup("inner", [TypeError("b")])])
    except ExceptionGroup as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush(5)
    rows = project.sql(
        "SELECT type, arrayMap(e -> JSONExtractString(e, 'type'), "
        "JSONExtractArrayRaw(payload, 'exception', 'values')) AS chain FROM errors ORDER BY type"
    )
    assert rows == [
        {"type": "ExceptionGroup", "chain": ["TypeError", "ExceptionGroup", "KeyError", "ExceptionGroup"]},
        {"type": "RuntimeError", "chain": ["ValueError", "RuntimeError"]},
    ]


def test_same_code_same_fingerprint(project: ProjectClient, start: Start) -> None:
    start()
    for order in (1, 2, 3):
        try:
            fail(order)
        except ValueError as error:
            sentry_sdk.capture_exception(error)
    with sentry_sdk.new_scope() as scope:
        scope.fingerprint = ["{{ default }}", "special"]
        try:
            fail(4)
        except ValueError as error:
            sentry_sdk.capture_exception(error)
    sentry_sdk.flush(5)
    rows = project.sql(
        "SELECT fingerprint, count() AS n, any(length(fingerprints)) AS several FROM errors GROUP BY 1 ORDER BY n"
    )
    assert [(row["n"], row["several"]) for row in rows] == [(1, 3), (3, 2)], "by client, frames and message"


def test_messages_and_logging(project: ProjectClient, start: Start) -> None:
    start(default_integrations=True, integrations=[LoggingIntegration()])
    sentry_sdk.capture_message("hello", level="warning")
    logging.getLogger("shop.orders").error("order %s of %s", 17, "Ann")
    sentry_sdk.flush(5)
    rows = project.sql("SELECT title, level, logger, type FROM errors ORDER BY title")
    assert rows == [
        {"title": "hello", "level": "warning", "logger": "", "type": ""},
        {"title": "order 17 of Ann", "level": "error", "logger": "shop.orders", "type": ""},
    ]


@pytest.mark.parametrize("lifecycle", ["static", "stream"])
def test_traces(project: ProjectClient, start: Start, lifecycle: str) -> None:
    start(traces_sample_rate=1.0, release="r1", environment="e1", _experiments={"trace_lifecycle": lifecycle})
    if lifecycle == "static":
        with sentry_sdk.start_transaction(op="http.server", name="/checkout") as transaction:
            with sentry_sdk.start_span(op="db", name="SELECT 1") as span:
                span.set_data("db.system", "sqlite")
                time.sleep(0.01)
            transaction.set_status("ok")
    else:
        with (
            sentry_sdk.traces.start_span(name="/checkout", attributes={"sentry.op": "http.server"}),
            sentry_sdk.traces.start_span(name="SELECT 1", attributes={"sentry.op": "db", "db.system": "sqlite"}),
        ):
            time.sleep(0.01)
    sentry_sdk.flush(5)
    rows = project.wait_for("SELECT * EXCEPT (received_at) FROM spans ORDER BY time, is_segment DESC", rows=2)
    root, inner = rows
    assert (root["name"], root["op"], root["kind"], root["is_segment"]) == ("/checkout", "http.server", "server", True)
    assert (inner["name"], inner["op"], inner["kind"], inner["is_segment"]) == ("SELECT 1", "db", "client", False)
    assert inner["parent_span_id"] == root["span_id"] and inner["trace_id"] == root["trace_id"]
    assert root["status_code"] == "ok"
    assert inner["attributes"]["db.system"] == "sqlite"
    assert 10_000_000 <= inner["duration_ns"] <= root["duration_ns"] < 5_000_000_000
    assert {row["release"] for row in rows} == {"r1"} and {row["environment"] for row in rows} == {"e1"}


@PII
def test_error_log_metric_and_span_of_one_trace_agree(project: ProjectClient, start: Start) -> None:
    start(traces_sample_rate=1.0, enable_logs=True, send_default_pii=True, release="r1", environment="e1")
    sentry_sdk.set_user({"id": "u1"})
    with sentry_sdk.start_transaction(op="task", name="job") as transaction:
        sentry_sdk.logger.warning("stock of {item} is {left}", item="ring", left=3, attributes={"plan": "pro"})
        sentry_sdk.metrics.count("orders", 2, attributes={"plan": "pro"})
        sentry_sdk.metrics.gauge("queue", 7)
        sentry_sdk.metrics.distribution("latency", 12.5, unit="millisecond")
        try:
            fail(1)
        except ValueError as error:
            sentry_sdk.capture_exception(error)
    sentry_sdk.flush(5)
    trace_id = transaction.trace_id
    [log] = project.wait_for("SELECT * FROM logs")
    assert (log["body"], log["severity_text"], log["severity_number"]) == ("stock of ring is 3", "warn", 13)
    assert (log["trace_id"], log["user_id"], log["release"], log["environment"]) == (trace_id, "u1", "r1", "e1")
    assert log["attributes"]["plan"] == "pro"
    assert log["attributes"]["sentry.message.template"] == "stock of {item} is {left}"
    assert log["attributes"]["sentry.message.parameter.left"] == "3"
    points = project.wait_for(
        "SELECT metric_name, type, value, exemplars FROM metric_points ORDER BY metric_name", rows=3
    )
    assert [(row["metric_name"], row["type"], row["value"]) for row in points] == [
        ("latency", "exponential_histogram", 12.5),
        ("orders", "sum", 2),
        ("queue", "gauge", 7),
    ]
    assert {row["exemplars"][0]["trace_id"] for row in points} == {trace_id}
    series = project.sql(
        "SELECT metric_name, type, temporality, unit, is_monotonic, attributes FROM metric_series ORDER BY 1"
    )
    assert [(row["metric_name"], row["temporality"], row["unit"]) for row in series] == [
        ("latency", "delta", "millisecond"),
        ("orders", "delta", ""),
        ("queue", "unspecified", ""),
    ]
    assert series[1]["attributes"]["plan"] == "pro" and series[1]["is_monotonic"]
    assert project.sql("SELECT trace_id, user_id FROM errors") == [{"trace_id": trace_id, "user_id": "u1"}]
    assert project.sql("SELECT trace_id, user_id FROM spans") == [{"trace_id": trace_id, "user_id": "u1"}]


def test_sessions(project: ProjectClient, start: Start) -> None:
    start(release="shop@2", environment="e1")
    with sentry_sdk.isolation_scope() as scope:
        scope.set_user({"id": "u1"})
        scope.start_session(session_mode="application")
        scope.end_session()
    for crashed in (False, True, False):
        with sentry_sdk.isolation_scope() as scope:
            scope.start_session(session_mode="request")
            if crashed:
                scope._session.update(status="crashed")
            scope.end_session()
    sentry_sdk.get_client().session_flusher.flush()
    sentry_sdk.flush(5)
    rows = project.wait_for(
        "SELECT status, quantity, release, environment, session_id != '' AS single FROM sessions ORDER BY 1, 2", rows=3
    )
    assert {(row["status"], row["quantity"], row["single"]) for row in rows} >= {("crashed", 1, 0), ("exited", 2, 0)}
    assert ("exited", 1, 1) in {(row["status"], row["quantity"], row["single"]) for row in rows}
    assert {row["release"] for row in rows} == {"shop@2"}


def test_crons(project: ProjectClient, start: Start) -> None:
    start(release="r1", environment="e1")
    config: Any = {"schedule": {"type": "crontab", "value": "0 3 * * *"}, "timezone": "Europe/Vienna"}

    @sentry_sdk.monitor(monitor_slug="nightly", monitor_config=config)
    def job() -> None:
        fail(1)

    with pytest.raises(ValueError, match="bad order"):
        job()
    sentry_sdk.flush(5)
    rows = project.sql("SELECT * FROM check_ins ORDER BY time, status DESC")
    assert {row["status"] for row in rows} == {"in_progress", "error"}
    assert len({row["check_in_id"] for row in rows}) == 1
    assert {(row["monitor_slug"], row["environment"], row["release"]) for row in rows} == {("nightly", "e1", "r1")}
    done = next(row for row in rows if row["status"] == "error")
    assert done["duration_ms"] is not None
    assert '"Europe/Vienna"' in rows[0]["monitor_config"] + rows[1]["monitor_config"]


def test_attachments_and_feedback(project: ProjectClient, start: Start) -> None:
    start()
    with sentry_sdk.new_scope() as scope:
        scope.add_attachment(bytes=b"\x00\xff" * 500, filename="state.bin", content_type="application/x-state")
        event_id = sentry_sdk.capture_message("with a file")
    feedback = {
        "message": "The total is wrong",
        "name": "Ann",
        "contact_email": "a@b.c",
        "associated_event_id": event_id,
    }
    sentry_sdk.get_client().capture_event({"type": "feedback", "contexts": {"feedback": feedback}})
    sentry_sdk.flush(5)
    assert project.sql("SELECT event_id, filename, content_type, size FROM error_attachments") == [
        {"event_id": event_id, "filename": "state.bin", "content_type": "application/x-state", "size": 1000}
    ]


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))])
def test_time_zones(project: ProjectClient, start: Start, zone: timezone) -> None:
    start()
    moment = datetime.now(zone) - timedelta(minutes=5)
    for timestamp in (moment, moment.isoformat(), moment.timestamp()):
        sentry_sdk.capture_event({"message": "then", "timestamp": timestamp})
    sentry_sdk.flush(5)
    rows = project.sql("SELECT time FROM errors")
    stored = {datetime.fromisoformat(row["time"]).timestamp() for row in rows}
    assert len(rows) == 3
    assert all(abs(seconds - moment.timestamp()) < 0.001 for seconds in stored)


@PII
def test_secrets_do_not_reach_the_disk(project: ProjectClient, start: Start) -> None:
    start(event_scrubber=None, send_default_pii=True)
    sentry_sdk.set_context("login", {"password": "hunter2-a", "author": "Ann"})
    try:
        raise ConnectionError("postgres://shop:hunter2-b@db/shop refused, Bearer hunter2c1234567890")
    except ConnectionError as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush(5)
    [row] = project.sql("SELECT value, JSONExtractRaw(payload, 'contexts', 'login') AS login FROM errors")
    assert row["value"] == "postgres://shop:[Filtered]@db/shop refused, Bearer [Filtered]"
    assert json.loads(row["login"]) == {"password": "[Filtered]", "author": "Ann"}


def test_what_the_sdk_itself_dropped_is_shown(project: ProjectClient, start: Start) -> None:
    start(before_send=lambda event, hint: None)
    sentry_sdk.capture_message("dropped")
    sentry_sdk.get_client().transport._flush_client_reports(force=True)
    sentry_sdk.flush(5)
    rows = project.wait_for("SELECT category, reason, quantity FROM outcomes WHERE outcome = 'client_discarded'")
    assert rows == [{"category": "error", "reason": "before_send", "quantity": 1}]


CRASH = """
import logging, sentry_sdk
sentry_sdk.init(traces_sample_rate=1.0, enable_logs=True, profiles_sample_rate=1.0, send_default_pii=True)
logging.getLogger("app").warning("about to crash")
with sentry_sdk.start_transaction(op="task", name="main"):
    {}["missing"]
"""


def test_a_crashing_program_with_all_defaults(project: ProjectClient, tmp_path: Path) -> None:
    """The DSN from the environment, all integrations, the unhandled exception and the flush at exit."""
    script = tmp_path / "crash.py"
    script.write_text(CRASH)
    env = {
        **os.environ,
        "SENTRY_DSN": project.connect["sentry_dsn"],
        "SENTRY_RELEASE": "r9",
        "SENTRY_ENVIRONMENT": "e9",
    }
    ran = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1 and "KeyError" in ran.stderr
    assert (
        "WARNING" not in ran.stderr.replace("about to crash", "")
        and "sentry" not in ran.stderr.split("Traceback")[0].lower()
    )
    [row] = project.wait_for(
        "SELECT title, handled, mechanism, release, environment, server_name != '' AS host FROM errors"
    )
    assert row == {"title": "KeyError: 'missing'", "handled": False, "mechanism": "excepthook"} | {
        "release": "r9",
        "environment": "e9",
        "host": 1,
    }
    assert project.sql("SELECT name, status_code FROM spans") == [{"name": "main", "status_code": "error"}]
