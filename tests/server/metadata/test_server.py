"""A whole server whose metadata lives in PostgreSQL."""

import re
from pathlib import Path

import httpx
import pytest

from tests.conftest import start_server
from vedette.server.metadata.engine import Metadata


@pytest.mark.postgres
def test_a_server_on_postgresql(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = Metadata(postgres)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE whole_server")
    admin.close()
    monkeypatch.setenv("VEDETTE_METADATA", postgres.replace("/postgres?", "/whole_server?"))
    server = start_server(tmp_path / "data")
    try:
        link = re.search(r"token=(\S+)", server.log.read_text())
        assert link
        with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as client:
            form = {"token": link[1], "email": "ada@example.com", "name": "Ada", "password": "long enough"}
            me = client.post("/auth/setup", json=form)
            assert me.status_code == 200, me.text
            assert client.post("/auth/setup", json=form).status_code == 403
            client.headers["x-csrf-token"] = me.json()["csrf_token"]
            project = client.post("/projects", json={"name": "Shop"}).json()
            key = client.get(f"/projects/{project['id']}/connect").json()["ingest_key"]
            sent = httpx.post(f"{server.url}/logs", json={"message": "x"}, headers={"authorization": f"Bearer {key}"})
            assert sent.status_code == 202
            assert client.patch("/members/1", json={"role": "viewer"}).status_code == 409
            assert client.get("/projects/2147483648").status_code == 404
            assert client.get("/projects/99999999999999999999").status_code in (400, 404)
            assert client.delete(f"/projects/{project['id']}").status_code == 200
            assert client.post("/projects", json={"name": "Next"}).json()["id"] > project["id"]
        assert not (server.data / "metadata.sqlite3").exists()
    finally:
        assert server.terminate() == 0
