"""@sentry/node of the day, with its defaults, against a real server."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ProjectClient

pytestmark = pytest.mark.node


def run(node_project: Path, project: ProjectClient, lifecycle: str) -> str:
    """Run the program; returns its trace id. Its SDK must not have complained."""
    env = {**os.environ, "SENTRY_DSN": project.connect["sentry_dsn"], "TRACE_LIFECYCLE": lifecycle}
    ran = subprocess.run(["node", "app.mjs"], cwd=node_project, env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    complaints = re.findall(r"Sentry Logger \[(?:warn|error)\].*", ran.stdout + ran.stderr)
    assert complaints == []
    found = re.search(r"TRACE (\w{32})", ran.stdout)
    assert found
    return found[1]


@pytest.mark.parametrize("lifecycle", ["stream", "static"])
def test_everything_a_program_sends(node_project: Path, project: ProjectClient, lifecycle: str) -> None:
    trace_id = run(node_project, project, lifecycle)
    error, message = project.wait_for("SELECT * EXCEPT (payload) FROM errors ORDER BY level", rows=2)
    assert (error["type"], error["value"], error["platform"]) == ("Error", "checkout failed", "node")
    assert (error["trace_id"], error["user_id"], error["service"]) == (trace_id, "u1", "api")
    assert (error["release"], error["environment"], error["handled"]) == ("shop@1.2.3", "staging", True)
    assert any(frame["in_app"] and frame["filename"].endswith("app.mjs") for frame in error["frames"])
    [chain] = project.sql(
        "SELECT JSONExtractString(payload, 'exception', 'values', 1, 'value') AS cause FROM errors "
        "WHERE level = 'error'"
    )
    assert chain["cause"].startswith("bad order 17 👍")
    assert (message["level"], message["value"][:11]) == ("warning", "with a file")

    spans = project.wait_for("SELECT * FROM spans WHERE name IN ('/checkout', 'SELECT 1') ORDER BY name", rows=2)
    root, query = spans
    assert (root["name"], root["op"], root["is_segment"], root["trace_id"]) == (
        "/checkout",
        "http.server",
        True,
        trace_id,
    )
    assert (query["op"], query["parent_span_id"], query["is_segment"]) == ("db.query", root["span_id"], False)
    assert root["attributes"]["plan"] == "pro" and query["attributes"]["db.system"] == "sqlite"
    assert (root["release"], root["environment"]) == ("shop@1.2.3", "staging")

    logs = project.wait_for(
        "SELECT body, severity_number, trace_id, attributes, release FROM logs ORDER BY body", rows=2
    )
    assert [log["body"] for log in logs] == ["stock is low", "user ann paid"]
    assert (logs[0]["severity_number"], logs[0]["trace_id"], logs[0]["release"]) == (13, trace_id, "shop@1.2.3")
    assert (logs[0]["attributes"]["left"], logs[0]["attributes"]["ok"]) == ("3", "false")
    assert logs[1]["attributes"]["sentry.message.template"] == "user %s paid"

    points = project.wait_for(
        "SELECT metric_name, type, value FROM metric_points "
        "WHERE metric_name IN ('orders', 'latency', 'queue') ORDER BY 1",
        rows=3,
    )
    assert [(row["metric_name"], row["value"]) for row in points] == [("latency", 12.5), ("orders", 2), ("queue", 7)]
    rows = project.wait_for("SELECT status, monitor_slug FROM check_ins ORDER BY status", rows=2)
    assert rows == [{"status": "in_progress", "monitor_slug": "nightly"}, {"status": "ok", "monitor_slug": "nightly"}]
    assert project.wait_for("SELECT release FROM sessions")[0] == {"release": "shop@1.2.3"}
    assert project.wait_for("SELECT message, email, event_id FROM feedback") == [
        {"message": "The total is wrong", "email": "a@b.c", "event_id": error["event_id"]}
    ]
    assert project.sql("SELECT filename, size, event_id FROM error_attachments") == [
        {"filename": "state.json", "size": 7, "event_id": message["event_id"]}
    ]
    unwanted = "SELECT * FROM outcomes WHERE outcome IN ('rejected', 'changed', 'filtered') AND reason != 'scrubbed'"
    assert project.sql(unwanted) == []
