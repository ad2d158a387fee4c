"""@opentelemetry/sdk-node over its three transports, with the settings that the Connect page shows."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ProjectClient

pytestmark = pytest.mark.node

SOURCE = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[3] / ".cache"

VALUES = {
    "text": "größer 🥪 \0 'q' \"d\" \\",
    "empty": "",
    "yes": "true",
    "largest": "9007199254740991",
    "smallest": "-9007199254740991",
    "double": "0.1",
    "dotted.key": "a.b",
    "ключ": "значение",
    "texts": '["a","ü"]',
    "numbers": "[1,2.5,-3]",
}


@pytest.fixture(scope="session")
def node_project() -> Path:
    """A folder with the program and its node_modules, installed once from the lockfile."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are not installed")
    version = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = CACHE / f"otlp-node-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one installation, however many workers
        for file in SOURCE.iterdir():
            if file.is_file():
                shutil.copy(file, folder / file.name)
        if not (folder / "installed").exists():
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=300)
            (folder / "installed").touch()
    return folder


def run(folder: Path, project: ProjectClient, protocol: str, at: int) -> dict[str, Any]:
    """Run the program; returns its outer span's context. The SDK must not have complained."""
    endpoint = project.connect["otlp_grpc_endpoint" if protocol == "grpc" else "otlp_endpoint"]
    env = {
        **os.environ,
        "AT": str(at),
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": project.connect["otlp_headers"],
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_NODE_RESOURCE_DETECTORS": "env",
        "OTEL_SERVICE_NAME": "køb",
        "OTEL_RESOURCE_ATTRIBUTES": "service.version=1.0,deployment.environment.name=prod,note=a%20b",
    }
    ran = subprocess.run(["node", "app.mjs"], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    context = json.loads(ran.stdout)
    assert isinstance(context, dict)
    return context


@pytest.mark.parametrize("protocol", ["http/json", "http/protobuf", "grpc"])
def test_everything_a_program_sends(node_project: Path, project: ProjectClient, protocol: str) -> None:
    at = int(time.time()) - 60
    outer = run(node_project, project, protocol, at)
    check_spans(project, outer, at)
    check_logs(project, outer, at)
    check_metrics(project)


def check_spans(project: ProjectClient, outer: dict[str, Any], at: int) -> None:
    start = at * 10**9 + 123_456_789
    inner_row, outer_row = project.sql("SELECT *, toUnixTimestamp64Nano(time) AS t FROM spans ORDER BY name DESC")
    assert (outer_row["trace_id"], outer_row["span_id"]) == (outer["traceId"], outer["spanId"])
    assert (outer_row["name"], outer_row["kind"], outer_row["is_segment"]) == ("POST /ordrer/:id", "server", True)
    assert (outer_row["t"], outer_row["duration_ns"], outer_row["status_code"]) == (start, 5000, "unset")
    assert (inner_row["name"], inner_row["kind"], inner_row["parent_span_id"]) == ("charge", "client", outer["spanId"])
    assert (inner_row["t"], inner_row["duration_ns"]) == (start + 1000, 3000)
    assert (inner_row["status_code"], inner_row["status_message"]) == ("error", "declined")
    assert inner_row["attributes"] == VALUES
    assert inner_row["links"][0]["attributes"] == {"why": "retry"}
    assert inner_row["links"][0]["span_id"] == outer["spanId"]
    step, exception = inner_row["events"]
    assert (step["name"], step["attributes"]) == ("step", {"n": "1", "list": '["x"]'})
    assert exception["attributes"]["exception.message"] == "zu groß 💥"
    for row in (inner_row, outer_row):
        assert (row["service"], row["release"], row["environment"]) == ("køb", "1.0", "prod")
        assert (row["scope_name"], row["resource"]["note"]) == ("shop", "a b")
    [error] = project.sql("SELECT type, value, platform, span_id, frames FROM errors")
    assert (error["type"], error["value"], error["platform"]) == ("RangeError", "zu groß 💥", "node")
    assert error["span_id"] == inner_row["span_id"]
    assert any(frame["filename"].endswith("app.mjs") for frame in error["frames"])


def check_logs(project: ProjectClient, outer: dict[str, Any], at: int) -> None:
    plain, placed = project.sql("SELECT *, toUnixTimestamp64Nano(time) AS t FROM logs ORDER BY time DESC")
    assert (plain["body"], plain["severity_number"], plain["attributes"]) == ("plain", 9, {})
    assert json.loads(placed["body"]) == {"text": "smørrebrød", "deep": {"list": [1, [True, None, {"a.b": 0.5}]]}}
    assert (placed["severity_number"], placed["severity_text"]) == (14, "WARN2")
    assert (placed["event_name"], placed["scope_name"], placed["t"]) == (
        "order.placed",
        "shop.orders",
        at * 10**9 + 123_456_789,
    )
    assert (placed["trace_id"], placed["span_id"]) == (outer["traceId"], outer["spanId"])
    attributes = placed["attributes"]
    assert {name: attributes[name] for name in VALUES} == VALUES
    assert json.loads(attributes["nested"]) == {"a.b": {"c": [1, {"d": "ü"}]}}
    assert (attributes["bytes"], json.loads(attributes["mixed"])) == ("AP8Q", [1, "a", None])


def check_metrics(project: ProjectClient) -> None:
    points = {row["metric_name"]: row for row in project.sql("SELECT * FROM metric_points")}
    series = {row["metric_name"]: row for row in project.sql("SELECT * FROM metric_series")}
    values = {name: points[name]["value"] for name in ("orders", "open", "temperature", "queue")}
    assert values == {"orders": 3, "open": -2, "temperature": 21.5, "queue": 9007199254740991}
    orders = series["orders"]
    assert (orders["attributes"], orders["unit"], orders["description"]) == (
        {"størrelse": "L", "n": "7"},
        "{order}",
        "Bestellungen",
    )
    assert (orders["is_monotonic"], series["open"]["is_monotonic"]) == (True, False)
    assert (orders["temporality"], series["temperature"]["type"]) == ("cumulative", "gauge")
    assert (series["queue"]["attributes"], series["queue"]["service"]) == ({"queue": "ü"}, "køb")
    wait = points["wait"]
    assert (wait["count"], wait["value"], wait["min"], wait["max"]) == (4, 308, 0, 300)
    assert (wait["explicit_bounds"], wait["bucket_counts"]) == ([1, 10, 100], [2, 1, 0, 1])
