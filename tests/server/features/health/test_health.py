"""Live, ready, and why not."""

from pathlib import Path

import httpx

from tests.conftest import RunningServer, start_server


def test_a_well_server_is_ready_without_login(server: RunningServer) -> None:
    answer = httpx.get(f"{server.url}/api/v1/health", timeout=30)
    assert answer.status_code == 200
    health = answer.json()
    assert health["live"] and health["ready"]
    assert {check["name"] for check in health["checks"]} == {"store", "metadata", "disk", "queue", "spool"}


def test_too_little_disk_is_not_ready_and_refuses_data(tmp_path: Path) -> None:
    running = start_server(tmp_path, env={"VEDETTE_MIN_FREE_DISK_BYTES": str(2**60)})
    try:
        answer = httpx.get(f"{running.url}/api/v1/health", timeout=30)
        assert answer.status_code == 503
        assert [check["name"] for check in answer.json()["checks"] if not check["ok"]] == ["disk"]
        sent = httpx.post(
            f"{running.url}/batch/",
            json={"api_key": running.keys["ingest_key"], "event": "x", "distinct_id": "y"},
            timeout=30,
        )
        assert sent.status_code == 503
        assert int(sent.headers["retry-after"]) > 0
    finally:
        running.terminate()
