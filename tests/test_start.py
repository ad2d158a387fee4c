"""The server starts, says where it is, and stops cleanly."""

import httpx

from tests.conftest import ProjectClient, RunningServer


def test_first_start_creates_project_one_with_a_key(server: RunningServer) -> None:
    assert server.keys["project_id"] == 1
    assert len(server.keys["ingest_key"]) == 32
    assert server.keys["sentry_dsn"] == server.url.replace("://", f"://{server.keys['ingest_key']}@") + "/1"


def test_the_api_needs_a_token(server: RunningServer) -> None:
    answer = httpx.get(f"{server.url}/api/v1/projects/1")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


def test_a_new_project_has_keys_of_its_own(project: ProjectClient, server: RunningServer) -> None:
    assert project.key != server.keys["ingest_key"]
