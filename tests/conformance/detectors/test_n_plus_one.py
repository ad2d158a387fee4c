"""An N+1 that the official SDKs and ours watch in a real database is one issue, whoever told of it."""

import subprocess
import sys
import time
from typing import Any

import pytest

from tests.conformance.detectors.shop import ORDERS
from tests.conftest import ProjectClient

CLIENTS = ("sentry", "vedette", "opentelemetry")


def findings(project: ProjectClient, wanted: int) -> list[dict[str, Any]]:
    """Issues of detectors, once there are as many; a sweep comes every 15 seconds."""
    deadline = time.monotonic() + 120
    while True:
        items: list[dict[str, Any]] = project.get("issues", query="issue.category:performance")["items"]
        if len(items) >= wanted or time.monotonic() > deadline:
            return items
        time.sleep(0.5)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_n_plus_one_is_one_issue(project: ProjectClient, client: str) -> None:
    command = [sys.executable, "-m", "tests.conformance.detectors.shop", client, project.connect["sentry_dsn"]]
    for _ in range(2):
        subprocess.run(command, check=True, timeout=120)
    (issue,) = [one for one in findings(project, 1) if one["type"] == "N+1 queries"]
    assert issue["culprit"] == "/orders"
    assert "FROM items" in issue["value"]
    assert "WHERE ? = items.order_id" in issue["value"]
    found = project.get(f"issues/{issue['id']}/events/latest")["event"]["payload"]["performance"]
    assert found["count"] == ORDERS
    assert {one["text"] for one in found["spans"]} == {found["pattern"]}
    assert found["parent"]["name"] == "/orders"
