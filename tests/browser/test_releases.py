"""Releases: the list, one release, suspect commits; a minified stack trace before and after its map came."""

import gzip
import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE
from tests.conftest import ProjectClient
from tests.server.features.source_maps.bundles import MAP, bundle, frame, images, sha1

pytestmark = pytest.mark.browser


def send(project: ProjectClient, *items: dict[str, Any]) -> None:
    lines = [b"{}"]
    for item in items:
        lines += [json.dumps({"type": item.pop("type")}).encode(), json.dumps(item).encode()]
    answer = project.post(f"/api/{project.id}/envelope/?sentry_key={project.key}", b"\n".join(lines))
    assert answer.status_code == 200, answer.text


def send_error(project: ProjectClient, **more: Any) -> None:
    stack = {"frames": [frame(context_line="function n(t){return t.sum}")]}
    send(
        project,
        {
            "type": "event", "event_id": uuid4().hex, "platform": "javascript", "timestamp": time.time(),
            "release": "shop@1.0.0", "debug_meta": images(),
            "exception": {"values": [{"type": "TypeError", "value": "t is undefined", "stacktrace": stack}]},
            **more,
        },
    )  # fmt: skip


def send_session(project: ProjectClient, release: str, status: str, user: str) -> None:
    started = datetime.now(UTC).isoformat()
    send(
        project,
        {
            "type": "session", "sid": str(uuid4()), "did": user, "init": True, "started": started, "timestamp": started,
            "status": status, "errors": 0, "attrs": {"release": release, "environment": "production"},
        },
    )  # fmt: skip


def sentry_api(project: ProjectClient, method: str, path: str, **options: Any) -> Any:
    answer = project.http.request(method, f"/api/0/organizations/any/{path}", **options)
    assert answer.status_code < 300, answer.text
    return answer.json()


def upload(project: ProjectClient, content: bytes) -> None:
    files = {"file_gzip": (sha1(content), gzip.compress(content), "application/octet-stream")}
    sentry_api(project, "POST", "chunk-upload/", files=files)
    body = {"checksum": sha1(content), "chunks": [sha1(content)], "projects": [project.id]}
    assert sentry_api(project, "POST", "artifactbundle/assemble/", json=body)["state"] == "ok"


def test_a_stack_trace_before_and_after_its_map(page: Page, project: ProjectClient) -> None:
    send_error(project)
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("row").filter(has_text="TypeError").get_by_role("link").click()
    raised = page.get_by_label("Exception TypeError")
    expect(raised).to_contain_text("https://shop.example/app.js:1:22")
    why = page.get_by_label("Why frames are minified")
    expect(why).to_contain_text("no bundle with it was uploaded to this project")
    expect(why).to_contain_text("sentry-cli sourcemaps upload")

    upload(project, bundle(map_={**MAP, "sources": [f"src/{HOSTILE}.ts"]}))
    page.reload()
    expect(raised).to_contain_text("total")
    expect(raised).to_contain_text("return cart.sum")
    expect(raised).to_contain_text("<img src=x onerror=alert(1)>")
    expect(raised).not_to_contain_text("app.js")
    expect(why).to_have_count(0)


def test_a_release_and_its_health(page: Page, project: ProjectClient) -> None:
    for user, status in (("ann", "crashed"), ("ben", "exited"), ("cy", "exited"), ("dee", "exited")):
        send_session(project, "shop@1.0.0", status, user)
    send_session(project, "shop@0.9.0", "exited", "eve")
    send_error(project)
    commits = [
        {"id": "0123456789abcdef", "message": f"Sum up {HOSTILE}", "patch_set": [{"path": "src/total.ts"}]},
        {"id": "fedcba9876543210", "message": "Write docs", "patch_set": [{"path": "README.md"}]},
    ]  # fmt: skip
    sentry_api(
        project, "POST", "releases/", json={"version": "shop@1.0.0", "projects": [project.id], "commits": commits}
    )
    sentry_api(project, "POST", "releases/shop@1.0.0/deploys/", json={"environment": "production", "name": "first"})
    upload(project, bundle())

    page.goto(f"/?project={project.id}")
    page.get_by_label("Pages").get_by_role("link", name="Releases").click()
    table = page.get_by_role("table", name="Releases")
    row = table.get_by_role("row").filter(has_text="shop@1.0.0")
    for text in ("production", "75.0%", "80.0%"):
        expect(row).to_contain_text(text)
    expect(table.get_by_role("row").filter(has_text="shop@0.9.0")).to_contain_text("100%")
    page.get_by_label("Find a release").fill("0.9")
    expect(row).to_have_count(0)
    page.get_by_label("Find a release").fill("")
    row.get_by_role("link").click()

    expect(page.get_by_role("group", name="Crash-free sessions")).to_contain_text("75.0%")
    expect(page.get_by_role("group", name="Crash-free users")).to_contain_text("1 user with a crash")
    expect(page.get_by_role("group", name="New")).to_contain_text("1")
    expect(page.get_by_label("Facts")).to_contain_text("production")
    expect(page.get_by_text("Sum up <img src=x")).to_be_visible()
    issue = page.get_by_role("link").filter(has_text="TypeError: t is undefined")
    expect(issue).to_contain_text("New")
    issue.click()

    expect(page.get_by_label("Exception TypeError")).to_contain_text("src/total.ts")
    suspects = page.get_by_text("changed src/total.ts in shop@1.0.0")
    expect(suspects).to_be_visible()
    expect(page.get_by_text("Write docs")).to_have_count(0)


def test_deploys_are_marked_on_time_axes(page: Page, project: ProjectClient) -> None:
    send_error(project)
    send_session(project, "shop@1.0.0", "exited", "ann")
    sentry_api(project, "POST", "releases/", json={"version": "shop@1.0.0", "projects": [project.id]})
    long_ago = (datetime.now(UTC) - timedelta(minutes=40)).isoformat()
    for name, finished in ((HOSTILE, None), ("again", None), ("first", long_ago)):
        deploy = {"environment": "production", "name": name, "dateFinished": finished}
        sentry_api(project, "POST", "releases/shop@1.0.0/deploys/", json=deploy)

    page.goto(f"/releases/shop@1.0.0?project={project.id}")
    flags = page.get_by_role("group", name="Deploys").get_by_role("link")
    expect(flags).to_have_count(2)
    expect(flags.first).to_have_attribute("title", re.compile(r"again.*\n.*<img src=x onerror=alert\(1\)>"))
    expect(flags.last).to_have_attribute("title", re.compile(r"shop@1\.0\.0 to production \(first\)"))

    page.goto(f"/issues?project={project.id}&since=-1h")
    page.get_by_role("row").filter(has_text="TypeError").get_by_role("link").click()
    expect(page.get_by_role("img", name="Events over time")).to_be_visible()
    expect(flags).to_have_count(2)
    flags.last.click()
    expect(page).to_have_url(re.compile(r"/releases/shop(@|%40)1\.0\.0"))

    page.goto(f"/?project={project.id}&since=-1h")
    errors = page.get_by_role("link").filter(has_text="Errors").filter(has=page.locator("svg line")).first
    expect(errors.locator("svg line")).not_to_have_count(0)


def test_an_issue_by_its_source(page: Page, project: ProjectClient) -> None:
    """List, page and release name the place in the source, though the map came after the error."""
    send_error(project)
    page.goto(f"/issues?project={project.id}")
    row = page.get_by_role("row").filter(has_text="TypeError")
    expect(row).to_contain_text("https://shop.example/app.js in n")
    upload(project, bundle())
    # A list does not wait long for a map; what was read meanwhile is there when it is asked for again.
    deadline = time.monotonic() + 30
    while project.get("issues")["items"][0]["culprit"] != "src/total.ts in total" and time.monotonic() < deadline:
        time.sleep(0.1)
    page.reload()
    expect(row).to_contain_text("src/total.ts in total")
    row.get_by_role("link").click()
    expect(page.get_by_text("src/total.ts in total").first).to_be_visible()
    page.goto(f"/releases/shop@1.0.0?project={project.id}")
    expect(page.get_by_role("link").filter(has_text="TypeError")).to_contain_text("src/total.ts in total")


def test_without_releases_it_says_how_they_come(page: Page, project: ProjectClient) -> None:
    page.goto(f"/releases?project={project.id}")
    expect(page.get_by_text("No release in this time range")).to_be_visible()
    expect(page.get_by_text("sentry-cli releases new")).to_be_visible()
