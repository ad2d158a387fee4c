"""posthog-node: unchanged, without a warning."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ProjectClient

pytestmark = pytest.mark.node


@pytest.mark.parametrize("mode", ["v0", "v1"])
def test_everything_posthog_node_sends(project: ProjectClient, node_modules: Path, mode: str) -> None:
    script = node_modules / "send.mjs"
    shutil.copy(Path(__file__).parent / "node" / "send.mjs", script)
    done = subprocess.run(
        ["node", str(script), project.key, project.server.url, mode], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) in ({"failures": [], "flag": None}, {"failures": [], "flag": False})
    rows = {row["event"]: row for row in project.wait_for("SELECT * FROM events", rows=5)}
    order = rows["order ✓"]
    assert order["uuid"] == "0190f3e0-1111-7222-8333-444455556666"
    assert order["time"] == "2026-10-25T00:30:00.250000Z" and order["session_id"] == "s-1"
    assert order["lib"] == "posthog-node" and order["lib_version"] == "5.70.0"
    assert order["properties"]["text"] == "Größe 😀" and order["properties"]["list"] == [1, "two", None]
    assert order["properties"]["a.b"] == {"c": 1} and '"nothing":null' in order["properties_text"]
    people = [person for person in project.sql("SELECT * FROM persons") if "nutzer-1" in person["distinct_ids"]]
    assert people[0]["distinct_ids"] == ["anon-9", "nutzer-1"] and people[0]["is_identified"]
    assert people[0]["properties"] == {"email": "n@example.com", "first": 1}
    error = project.sql("SELECT * FROM errors")[0]
    assert (error["type"], error["value"]) == ("RangeError", "zu groß")
    assert error["frames"][-1]["function"] == "explode" and error["platform"] == "node"
