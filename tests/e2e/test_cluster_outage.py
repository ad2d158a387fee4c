"""A server on a cluster that goes away under the load of every protocol: what was acknowledged is there, once."""

import time
from pathlib import Path

import httpx
import pytest

from tests.cluster.cluster import Cluster
from tests.conftest import RunningServer, new_project, start_server
from tests.e2e.traffic import Traffic, addresses

pytestmark = pytest.mark.cluster


def health(server: RunningServer) -> tuple[int, list[str]]:
    """Status, and the names of the checks that are not good."""
    answer = httpx.get(f"{server.url}/api/v1/health", timeout=30)
    return answer.status_code, [check["name"] for check in answer.json()["checks"] if not check["ok"]]


def wait_until_ready(server: RunningServer, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while (found := health(server)) != (200, []) or spooled(server):
        assert time.monotonic() < deadline, f"not ready: {found}, {spooled(server)} segments in the spool"
        time.sleep(0.1)


def spooled(server: RunningServer) -> int:
    return len(list((server.data / "spool").glob("*.spool")))


def test_a_store_that_is_away_for_a_while(own_cluster: Cluster, tmp_path: Path) -> None:
    server = start_server(tmp_path / "data", "--store", own_cluster.dsn())
    try:
        _, grpc_endpoint = addresses(server)
        with Traffic(new_project(server, "outage"), grpc_endpoint) as traffic:
            traffic.wait_for(5)
            assert health(server) == (200, [])
            own_cluster.kill()
            traffic.wait_for(5)  # everyone still gets an answer
            assert spooled(server)
            status, bad = health(server)
            assert status == 503 and "store" in bad
            time.sleep(2)
            traffic.wait_for(5)
            own_cluster.start()
            traffic.wait_for(5)
            traffic.end()
            wait_until_ready(server)
            assert not list((server.data / "spool" / "rejected").iterdir())
            traffic.assert_stored_once()
    finally:
        if server.process.poll() is None:
            server.terminate()
