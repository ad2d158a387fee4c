"""Health, issues and overlay of releases."""

import zlib
from datetime import timedelta
from typing import Any

import pytest

from tests.server.reading import Reader, ago
from vedette.server.metadata.issues import IssueActivity
from vedette.server.metadata.models import now

Row = dict[str, Any]


def session(release: str, status: str = "exited", *, sid: str = "", seq: int = 0, **more: Any) -> Row:
    return {
        "started": ago(1800), "release": release, "status": status, "session_id": sid, "seq": seq,
        "row_id": zlib.crc32(f"{release} {status} {sid} {seq} {more}".encode()), **more,
    }  # fmt: skip


def error(release: str, event_id: str, fingerprint: str = "f1", **more: Any) -> Row:
    return {"release": release, "event_id": event_id, "fingerprint": fingerprint, "title": fingerprint, **more}


def releases(reader: Reader, **params: Any) -> dict[str, Row]:
    return {one["version"]: one for one in reader.get("releases", since="-24h", **params)["items"]}


def call(reader: Reader, method: str, path: str, **options: Any) -> Any:
    headers = {"authorization": f"Bearer {reader.token}"}
    return reader.api.request(method, f"/api/0/organizations/any/{path}", headers=headers, **options)


def test_crash_free_is_of_the_latest_state_of_each_session(reader: Reader) -> None:
    reader.insert(
        "sessions",
        [
            session("a@1", "ok", sid="s1", seq=1, user_id="ann"),
            session("a@1", "crashed", sid="s1", seq=2, user_id="ann"),
            session("a@1", "exited", sid="s2", user_id="ben"),
            session("a@1", "exited", sid="s3", user_id="ann", errors=2),
            session("a@1", "abnormal", sid="s4", user_id="cy"),
            session("a@2", "exited", sid="s5", user_id="ben"),
        ],
    )
    first, second = releases(reader)["a@1"], releases(reader)["a@2"]
    assert (first["sessions"], first["crashed"], first["errored"], first["abnormal"]) == (4, 1, 1, 1)
    assert first["crash_free_sessions"] == 75
    assert (first["users"], first["crashed_users"]) == (3, 1)
    assert first["crash_free_users"] == pytest.approx(100 * 2 / 3)
    assert (first["adoption"], second["adoption"]) == (80, 20)
    assert (second["crash_free_sessions"], second["crash_free_users"]) == (100, 100)


def test_of_two_states_of_one_moment_the_one_that_ends_the_session_counts(reader: Reader) -> None:
    """Clients that do not number states are ordered by milliseconds, and a page can crash within one."""
    for sid in ("s1", "s2", "s3"):
        states = [
            session("a@1", status, sid=sid, seq=1700000000000, row_id=row)
            for row, status in enumerate(("ok", "crashed"))
        ]
        reader.insert("sessions", states[:: 1 if sid != "s2" else -1])
    one = releases(reader)["a@1"]
    assert (one["sessions"], one["crashed"]) == (3, 3)


def test_a_state_that_was_sent_twice_counts_once(reader: Reader) -> None:
    rows = [session("a@1", "crashed", sid="s1"), session("a@1", "exited", quantity=7)]
    for row in rows:
        row["started"] = ago(1800)
    reader.insert("sessions", rows)
    reader.insert("sessions", rows)
    assert releases(reader)["a@1"]["sessions"] == 8


def test_a_servers_counts_weigh_what_they_say(reader: Reader) -> None:
    reader.insert("sessions", [session("a@1", "exited", quantity=97), session("a@1", "crashed", quantity=3)])
    one = releases(reader)["a@1"]
    assert (one["sessions"], one["crash_free_sessions"], one["crash_free_users"]) == (100, 97, None)


def test_without_sessions_there_is_no_percentage(reader: Reader) -> None:
    reader.insert("errors", [error("a@1", "e1", user_id="ann")])
    reader.insert("spans", [{"release": "only-spans", "trace_id": "t", "span_id": "s", "name": "GET /"}])
    found = releases(reader)
    assert (found["a@1"]["errors"], found["a@1"]["error_users"], found["a@1"]["crash_free_sessions"]) == (1, 1, None)
    assert (found["only-spans"]["spans"], found["only-spans"]["adoption"]) == (1, None)


def test_the_environment_narrows(reader: Reader) -> None:
    reader.insert("errors", [error("a@1", "e1", environment="prod"), error("a@1", "e2", environment="test")])
    assert releases(reader, environment="prod")["a@1"]["errors"] == 1
    assert releases(reader, environment="none") == {}


def test_new_and_regressed(reader: Reader) -> None:
    reader.insert(
        "errors",
        [
            error("a@1", "e1", "old", time=ago(7200)),
            error("a@1", "e2", "fixed", time=ago(7000)),
            error("a@2", "e3", "old", time=ago(600)),
            error("a@2", "e4", "fixed", time=ago(500)),
            error("a@2", "e5", "new", time=ago(400)),
        ],
    )
    with reader.metadata.session() as session_:
        session_.add(
            IssueActivity(
                project_id=reader.project_id, fingerprint="fixed", kind="resolved", data="{}",
                created_at=now() - timedelta(hours=1),
            )
        )  # fmt: skip
    found = releases(reader)
    assert [(one["new_issues"], one["regressed_issues"]) for one in (found["a@1"], found["a@2"])] == [(2, 0), (1, 1)]
    detail = reader.get("releases/a@2", since="-24h")
    assert {one["fingerprint"]: one["state"] for one in detail["issues"]} == {
        "old": "ongoing", "fixed": "regressed", "new": "new",
    }  # fmt: skip


def test_one_release_over_time(reader: Reader) -> None:
    reader.insert("sessions", [session("a/b@1 x", "crashed", sid="s1"), session("other", sid="s2")])
    reader.insert("errors", [error("a/b@1 x", "e1")])
    detail = reader.get("releases/a%2Fb%401%20x", since="-2h", buckets=4)
    assert sum(one["sessions"] for one in detail["buckets"]) == 1
    assert sum(one["crashed"] for one in detail["buckets"]) == 1
    assert sum(one["errors"] for one in detail["buckets"]) == 1
    assert reader.request("GET", "releases/none").status_code == 404


def test_what_is_said_lies_over_what_was_seen(reader: Reader) -> None:
    reader.insert("errors", [error("a@1", "e1", time=ago(3000))])
    form = {"version": "a@1", "projects": [reader.project_id], "ref": "abc"}
    assert call(reader, "POST", "releases/", json=form).status_code == 201
    assert call(reader, "POST", "releases/", json={**form, "version": "a@2"}).status_code == 201
    deploy = {"environment": "production", "name": "first"}
    assert call(reader, "POST", "releases/a@1/deploys/", json=deploy).status_code == 201
    items = reader.get("releases", since="-24h")["items"]
    assert [(one["version"], one["errors"], one["ref"]) for one in items] == [("a@2", 0, "abc"), ("a@1", 1, "abc")]
    assert [one["environment"] for one in items[1]["deploys"]] == ["production"]
    assert call(reader, "DELETE", "releases/a@1/").status_code == 204
    assert releases(reader)["a@1"]["created_at"] is None


def test_suspect_commits(reader: Reader) -> None:
    commits = [
        {"id": "c1", "message": "docs", "patch_set": [{"path": "README.md", "type": "M"}]},
        {
            "id": "c2",
            "message": "cart",
            "author_name": "Ann",
            "patch_set": [{"path": "backend/shop/cart.py", "type": "M"}],
        },
        {"id": "c3", "message": "views", "patch_set": [{"path": "backend/shop/views.py", "type": "M"}]},
    ]
    form = {"version": "a@1", "projects": [reader.project_id], "commits": commits}
    assert call(reader, "POST", "releases/", json=form).status_code == 201
    frames = [
        {"module": "shop.views", "function": "pay", "filename": "shop/views.py", "lineno": 3, "in_app": True},
        {"module": "shop.cart", "function": "total", "filename": "shop/cart.py", "lineno": 9, "in_app": True},
        {"module": "json", "function": "loads", "filename": "json/__init__.py", "lineno": 9, "in_app": False},
    ]
    reader.insert("errors", [error("a@1", "e1", frames=frames, time=ago(900)), error("a@2", "e2", frames=frames)])
    found = reader.get("errors/e2/suspect-commits")["items"]
    assert [(one["sha"], one["path"], one["frame"], one["release"]) for one in found] == [
        ("c2", "backend/shop/cart.py", 0, "a@1"),
        ("c3", "backend/shop/views.py", 1, "a@1"),
    ]


def test_roles_and_projects(reader: Reader) -> None:
    other = reader.new()
    own = reader.new("member", project_id=reader.project_id)
    viewer = reader.new("viewer", project_id=reader.project_id)
    form = {"version": "a@1", "projects": [reader.project_id]}
    assert call(viewer, "POST", "releases/", json=form).status_code == 403
    assert call(own, "POST", "releases/", json={**form, "projects": [other.project_id]}).status_code == 400
    assert call(own, "GET", f"releases/?project={other.project_id}").status_code == 400
    assert call(other, "POST", "releases/", json={**form, "projects": [other.project_id]}).status_code == 201
    assert call(own, "GET", "releases/a@1/").status_code == 404
    assert call(own, "DELETE", "releases/a@1/").status_code == 404
    assert call(own, "POST", "releases/a@1/deploys/", json={"environment": "x"}).status_code == 404
    assert call(own, "POST", "releases/", json={"version": "a@1"}).status_code == 201, "its own project, unnamed"
    assert [one["id"] for one in call(own, "GET", "releases/a@1/").json()["projects"]] == [reader.project_id]
    assert call(viewer, "GET", "releases/a@1/").status_code == 200


@pytest.mark.parametrize("version", ["", ".", "..", "latest", "a\nb", "a\\b", "a/b", "x" * 201])
def test_what_cannot_be_a_release(reader: Reader, version: str) -> None:
    answer = call(reader, "POST", "releases/", json={"version": version, "projects": [reader.project_id]})
    assert answer.status_code == 400
    assert "cannot be a release" in answer.json()["detail"]


def test_deploys_in_a_range(reader: Reader) -> None:
    for version, environment, seconds in (
        ("a@1", "production", 7200),
        ("a@2", "staging", 900),
        ("a@2", "production", 60),
    ):
        call(reader, "POST", "releases/", json={"version": version, "projects": [reader.project_id]})
        body = {"environment": environment, "name": "by hand", "dateFinished": ago(seconds)}
        assert call(reader, "POST", f"releases/{version}/deploys/", json=body).status_code == 201

    def deploys(**params: Any) -> list[tuple[str, str]]:
        return [(one["release"], one["environment"]) for one in reader.get("deploys", **params)["items"]]

    assert deploys() == [("a@2", "production"), ("a@2", "staging")]
    assert deploys(since="-24h", environment="production") == [("a@2", "production"), ("a@1", "production")]
    assert deploys(since="-24h", until="-1h") == [("a@1", "production")]
    assert reader.new().get("deploys", since="-24h") == {"items": []}, "another project's are its own"
