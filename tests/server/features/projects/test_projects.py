"""Projects, ingest keys, API tokens, `connect`."""

import sqlite3
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.conftest import ProjectClient, RunningServer
from tests.server.features.projects.conftest import Browser

Join = Callable[..., Browser]


def bearer(office: RunningServer, token: str) -> httpx.Client:
    return httpx.Client(base_url=f"{office.url}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=30)


def sends(office: RunningServer, key: str) -> bool:
    """Whether a client with this ingest key is let in."""
    answer = httpx.post(f"{office.url}/logs", json={"message": "x"}, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code in (202, 403), answer.text
    return answer.status_code == 202


def test_a_projects_life(admin: Browser, office: RunningServer) -> None:
    created = admin.call("POST", "/projects", json={"name": "  Shop "})
    assert created.status_code == 201
    project = created.json()
    assert project["name"] == "Shop"
    assert project["created_at"].endswith("Z")
    assert admin.call("GET", f"/projects/{project['id']}").json() == project
    assert project in admin.call("GET", "/projects").json()
    renamed = admin.call("PATCH", f"/projects/{project['id']}", json={"name": "Store"}).json()
    assert renamed["name"] == "Store"
    key = admin.call("GET", f"/projects/{project['id']}/connect").json()["ingest_key"]
    assert sends(office, key)
    deleted = admin.call("DELETE", f"/projects/{project['id']}")
    assert deleted.status_code == 200
    assert "retention" in deleted.json()["note"]
    assert not sends(office, key), "its keys end at once"
    assert admin.call("GET", f"/projects/{project['id']}").status_code == 404


def test_a_deleted_projects_id_is_never_given_out_again(admin: Browser) -> None:
    first = admin.call("POST", "/projects", json={"name": "gone"}).json()["id"]
    admin.call("DELETE", f"/projects/{first}")
    assert admin.call("POST", "/projects", json={"name": "next"}).json()["id"] > first


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, None, 7])
def test_a_project_needs_a_name(admin: Browser, name: Any) -> None:
    assert admin.call("POST", "/projects", json={"name": name}).status_code == 400


@pytest.mark.parametrize("project", ["0", "999", "-1", "x", "99999999999999999999", "²"])
def test_no_such_project(admin: Browser, project: str) -> None:
    answer = admin.call("GET", f"/projects/{project}")
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["code"] in ("bad_request", "not_found")


def test_keys(admin: Browser, office: RunningServer) -> None:
    project = admin.call("POST", "/projects", json={"name": "keys"}).json()["id"]
    created = admin.call("POST", f"/projects/{project}/keys", json={"name": "Mobile"})
    assert created.status_code == 201
    row = created.json()
    assert len(row["key"]) == 32 and row["revoked_at"] is None
    assert sends(office, row["key"])
    assert sends(office, row["key"].upper())
    assert admin.call("DELETE", f"/projects/1/keys/{row['id']}").status_code == 404, "another project's key"
    for _ in range(2):
        assert admin.call("DELETE", f"/projects/{project}/keys/{row['id']}").status_code == 204
    assert not sends(office, row["key"])
    listed = admin.call("GET", f"/projects/{project}/keys").json()
    assert [(key["name"], key["revoked_at"] is None) for key in listed] == [("Default", True), ("Mobile", False)]


def test_tokens(admin: Browser, office: RunningServer) -> None:
    created = admin.call("POST", "/tokens", json={"name": "CI", "role": "viewer"})
    assert created.status_code == 201
    token = created.json().pop("token")
    listed = next(row for row in admin.call("GET", "/tokens").json() if row["name"] == "CI")
    assert "token" not in listed and token.startswith(listed["prefix"]) and listed["last_used_at"] is None
    with bearer(office, token) as client:
        me = client.get("/auth/me").json()
        assert me["user"] is None and me["csrf_token"] == ""
        assert client.get("/projects/1").status_code == 200
        assert client.post("/projects", json={"name": "x"}).status_code == 403
        assert client.post("/auth/password", json={"current": "x", "new": "12345678"}).status_code == 403
        used = next(row for row in admin.call("GET", "/tokens").json() if row["name"] == "CI")
        assert used["last_used_at"]
        assert admin.call("DELETE", f"/tokens/{listed['id']}").status_code == 204
        assert client.get("/projects/1").status_code == 401


def test_only_the_hash_of_a_token_is_stored(admin: Browser, office: RunningServer) -> None:
    token = admin.call("POST", "/tokens", json={"name": "secret"}).json()["token"]
    with sqlite3.connect(office.data / "metadata.sqlite3") as database:
        dump = "\n".join(database.iterdump())
    assert token not in dump


def test_a_token_of_one_project_sees_no_other(admin: Browser, office: RunningServer) -> None:
    project = admin.call("POST", "/projects", json={"name": "only"}).json()["id"]
    form = {"name": "narrow", "role": "admin", "project_id": project}
    token = admin.call("POST", "/tokens", json=form).json()["token"]
    with bearer(office, token) as client:
        assert client.get(f"/projects/{project}").status_code == 200
        assert client.get("/projects/1").status_code == 404
        assert client.get("/projects/1/keys").status_code == 404
        assert [row["id"] for row in client.get("/projects").json()] == [project]
        assert [row["id"] for row in client.get("/auth/me").json()["projects"]] == [project]
        for method, path in [("GET", "/tokens"), ("GET", "/members"), ("POST", "/projects")]:
            assert client.request(method, path, json={"name": "x"}).status_code == 403, path
    assert admin.call("POST", "/tokens", json={"name": "x", "project_id": 9999}).status_code == 404


def test_another_organisations_rows_do_not_exist(admin: Browser, office: RunningServer) -> None:
    with sqlite3.connect(office.data / "metadata.sqlite3") as database:
        moment = "2026-01-01 00:00:00"
        other = database.execute(
            "INSERT INTO organisations (name, created_at) VALUES ('Other', ?) RETURNING id", (moment,)
        ).fetchone()[0]
        project = database.execute(
            "INSERT INTO projects (organisation_id, name, created_at) VALUES (?, 'theirs', ?) RETURNING id",
            (other, moment),
        ).fetchone()[0]
        user = database.execute(
            "INSERT INTO users (organisation_id, email, name, role, password_hash, created_at)"
            " VALUES (?, 'them@example.org', 'Them', 'admin', 'x', ?) RETURNING id",
            (other, moment),
        ).fetchone()[0]
    for method, path in [
        ("GET", f"/projects/{project}"),
        ("GET", f"/projects/{project}/connect"),
        ("PATCH", f"/projects/{project}"),
        ("DELETE", f"/projects/{project}"),
        ("PATCH", f"/members/{user}"),
        ("DELETE", f"/members/{user}"),
    ]:
        answer = admin.call(method, path, json={"name": "mine now"} if method == "PATCH" else None)
        assert answer.status_code == 404, (method, path)
    assert project not in [row["id"] for row in admin.call("GET", "/projects").json()]
    assert user not in [row["id"] for row in admin.call("GET", "/members").json()]


def test_connect_says_what_came_in(project: ProjectClient) -> None:
    before = project.http.get(f"/api/v1/projects/{project.id}/connect").json()
    assert before["received"]["log"] == {"last_time": None, "count": 0}
    assert set(before["received"]) == {"error", "event", "log", "span", "metric_point", "session", "check_in"}
    sent = project.post("/logs", b'[{"message": "a"}, {"message": "b"}]', authorization=f"Bearer {project.key}")
    assert sent.status_code == 202, sent.text
    project.wait_for("SELECT * FROM outcomes WHERE outcome = 'accepted'")
    after = project.http.get(f"/api/v1/projects/{project.id}/connect").json()
    assert after["received"]["log"]["count"] == 2
    assert after["received"]["log"]["last_time"].endswith("Z")
    assert after["received"]["error"]["count"] == 0
    by_logtail = after["protocols"]["betterstack"]
    assert (by_logtail["count"], by_logtail["last_time"]) == (2, after["received"]["log"]["last_time"])
    assert by_logtail["categories"] == {"log": after["received"]["log"]}
    assert after["protocols"]["otlp"] == {"last_time": None, "count": 0, "categories": {}}
    assert set(after["protocols"]) == {"sentry", "posthog", "otlp", "prometheus", "betterstack"}
