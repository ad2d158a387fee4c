"""A page that was really minified, its maps uploaded by the real sentry-cli before and after an error."""

import json
from typing import Any

import httpx
import pytest

from tests.conformance.sentry_cli.conftest import SentryCli, Shop
from tests.conftest import ProjectClient, RunningServer, new_project

pytestmark = [pytest.mark.browser, pytest.mark.node]


def error_of(project: ProjectClient) -> str:
    return str(project.wait_for("SELECT event_id FROM errors")[0]["event_id"])


def own_frames(answer: Any) -> list[tuple[str, str, int]]:
    """Function, file and line of the application's frames, the innermost first."""
    frames = answer["exceptions"][-1]["stacktrace"]["frames"]
    return [
        (frame["function"], frame["filename"], frame["lineno"])
        for frame in reversed(frames)
        if frame["filename"].startswith("src/")
    ]


READABLE = [
    ("applyDiscount", "src/cart.ts", 14),
    ("Cart.checkout", "src/cart.ts", 8),
    ("onPay", "src/main.ts", 11),
]


def test_an_error_that_came_before_its_map(sentry_cli: SentryCli, shop: Shop, project: ProjectClient) -> None:
    injected = sentry_cli("sourcemaps", "inject", ".", cwd=shop.folder)
    assert "main.js" in injected
    shop.pay({"dsn": project.connect["sentry_dsn"], "release": "shop@1.0.0"})
    event_id = error_of(project)

    before = project.get(f"errors/{event_id}/stacktrace")
    assert before["resolved"] == 0
    assert [reason["code"] for reason in before["reasons"]] == ["no_bundle"]
    assert own_frames(before) == []
    assert before["exceptions"][-1]["stacktrace"]["frames"][-1]["problem"] == "no_bundle"

    uploaded = sentry_cli("sourcemaps", "upload", ".", "--release", "shop@1.0.0", cwd=shop.folder)
    assert "Uploaded files to Sentry" in uploaded

    after = project.get(f"errors/{event_id}/stacktrace")
    assert (after["minified"], after["reasons"]) == (0, [])
    assert own_frames(after) == READABLE
    crash = after["exceptions"][-1]["stacktrace"]["frames"][-1]
    assert (crash["context_line"], crash["pre_context"][-1]) == (
        "  const { rate } = user.loyalty!",
        "  // regulars pay less",
    )
    assert crash["minified"]["filename"] == f"{shop.url}main.js"
    assert crash["in_app"] is True
    assert project.get(f"errors/{event_id}/stacktrace") == after, "what is remembered is what was read"

    again = sentry_cli("sourcemaps", "upload", ".", "--release", "shop@1.0.0", cwd=shop.folder)
    assert "Nothing to upload, all files are on the server" in again
    [bundle] = project.get("source-maps")["items"]
    assert (bundle["files"], bundle["releases"]) == (2, [["shop@1.0.0", ""]])


def test_without_debug_ids_by_release_and_url(sentry_cli: SentryCli, shop: Shop, project: ProjectClient) -> None:
    shop.pay({"dsn": project.connect["sentry_dsn"], "release": "shop@2", "dist": "7"})
    event_id = error_of(project)
    answer = project.get(f"errors/{event_id}/stacktrace")
    assert [reason["code"] for reason in answer["reasons"]] == ["no_debug_id"]

    sentry_cli("sourcemaps", "upload", ".", "--release", "shop@2", "--dist", "8", cwd=shop.folder)
    [reason] = project.get(f"errors/{event_id}/stacktrace")["reasons"]
    assert reason["code"] == "release_mismatch"
    assert "release shop@2, dist 7" in reason["text"]
    assert "release shop@2, dist 8" in reason["text"]

    sentry_cli("sourcemaps", "upload", ".", "--release", "shop@2", "--dist", "7", cwd=shop.folder)
    assert own_frames(project.get(f"errors/{event_id}/stacktrace")) == READABLE


def test_a_bundle_without_its_map(sentry_cli: SentryCli, shop: Shop, project: ProjectClient) -> None:
    sentry_cli("sourcemaps", "inject", ".", cwd=shop.folder)
    shop.pay({"dsn": project.connect["sentry_dsn"]})
    (shop.folder / "main.js.map").unlink()
    sentry_cli("sourcemaps", "upload", ".", "--release", "shop@3", cwd=shop.folder)
    [reason] = project.get(f"errors/{error_of(project)}/stacktrace")["reasons"]
    assert reason["code"] == "no_map"


def test_a_map_of_something_else(sentry_cli: SentryCli, shop: Shop, project: ProjectClient) -> None:
    sentry_cli("sourcemaps", "inject", ".", cwd=shop.folder)
    shop.pay({"dsn": project.connect["sentry_dsn"]})
    event_id = error_of(project)
    path = shop.folder / "main.js.map"
    whole = json.loads(path.read_text())
    path.write_text(json.dumps({**whole, "mappings": ""}))
    sentry_cli("sourcemaps", "upload", ".", cwd=shop.folder)
    [reason] = project.get(f"errors/{event_id}/stacktrace")["reasons"]
    assert reason["code"] == "no_position"

    path.write_text(json.dumps(whole))
    sentry_cli("sourcemaps", "upload", ".", cwd=shop.folder)
    assert own_frames(project.get(f"errors/{event_id}/stacktrace")) == READABLE, "the newest bundle is used"


def test_projects_and_roles_are_kept_apart(
    sentry_cli: SentryCli, shop: Shop, project: ProjectClient, server: RunningServer
) -> None:
    sentry_cli("sourcemaps", "inject", ".", cwd=shop.folder)
    shop.pay({"dsn": project.connect["sentry_dsn"]})
    event_id = error_of(project)
    other = new_project(server, "Another")

    def token(role: str, project_id: int) -> str:
        made = project.http.post("/api/v1/tokens", json={"name": role, "role": role, "project_id": project_id})
        return str(made.json()["token"])

    theirs = token("member", other.id)
    refused = sentry_cli.run("sourcemaps", "upload", ".", cwd=shop.folder, SENTRY_AUTH_TOKEN=theirs)
    assert refused.returncode != 0
    assert f"no project {project.id}" in refused.stdout + refused.stderr
    viewer = sentry_cli.run("sourcemaps", "upload", ".", cwd=shop.folder, SENTRY_AUTH_TOKEN=token("viewer", project.id))
    assert viewer.returncode != 0
    assert "role member" in viewer.stdout + viewer.stderr

    sentry_cli("sourcemaps", "upload", ".", cwd=shop.folder, SENTRY_AUTH_TOKEN=theirs, SENTRY_PROJECT=str(other.id))
    [reason] = project.get(f"errors/{event_id}/stacktrace")["reasons"]
    assert reason["code"] == "no_bundle", "a map of another project is none"
    assert project.get("source-maps")["items"] == []
    for path in (f"errors/{event_id}/stacktrace", "source-maps"):
        answer = httpx.get(
            f"{server.url}/api/v1/projects/{project.id}/{path}", headers={"authorization": f"Bearer {theirs}"}
        )
        assert answer.status_code == 404, answer.text
    other.http.close()
