"""One issue's page: a chained stack trace, its facts, what else happened. Nothing of a payload may run."""

import json
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE, TRACE_ID, send_error, send_logs, send_trace
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser

EVERYWHERE = {
    **dict.fromkeys(("environment", "transaction", "server_name", "logger", "dist"), HOSTILE),
    "fingerprint": [HOSTILE],
    "tags": {HOSTILE[:30]: HOSTILE, "plan": HOSTILE},
    "user": {"id": HOSTILE, "email": HOSTILE, "username": HOSTILE},
    "breadcrumbs": {"values": [{"category": HOSTILE, "message": HOSTILE, "data": {HOSTILE: HOSTILE}}]},
    "contexts": {HOSTILE: {HOSTILE: HOSTILE}},
    "extra": {HOSTILE: HOSTILE},
}


def test_issue_and_stack_trace(page: Page, project: ProjectClient) -> None:
    send_error(project)
    send_error(project)
    page.goto(f"/issues?project={project.id}")
    row = page.get_by_role("row").filter(has_text="ZeroDivisionError")
    expect(row).to_contain_text("2")
    row.get_by_text("ZeroDivisionError").click()

    expect(page.get_by_role("heading", name="ZeroDivisionError")).to_be_visible()
    raised = page.get_by_label("Exception ZeroDivisionError")
    expect(raised).to_contain_text("total")
    expect(raised).to_contain_text("return sum(cart) / count")
    expect(raised).to_contain_text("1 library frame")
    raised.get_by_role("button", name="1 library frame").click()
    expect(raised).to_contain_text("starlette/routing.py")
    expect(page.get_by_label("Exception KeyError")).to_contain_text("Caused by")
    expect(page.get_by_text("GET /prices")).to_be_visible()
    expect(page.get_by_label("Facts")).to_contain_text("grace@example.org")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.get_by_role("button", name="Older event").click()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.get_by_text("Grouped by the functions that it went through")).to_be_visible()


def test_a_crash_that_a_log_record_reported_too_is_one_error(page: Page, project: ProjectClient) -> None:
    event_id = send_error(project)
    texts = {"exception.type": "ZeroDivisionError", "exception.message": "as logged", "sentry.event_id": event_id}
    attributes = [{"key": key, "value": {"stringValue": text}} for key, text in texts.items()]
    record = {"timeUnixNano": str(time.time_ns()), "severityNumber": 17, "attributes": attributes}
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()
    answer = project.post("/v1/logs", body, content_type="application/json", x_vedette_key=project.key)
    assert answer.status_code == 200, answer.text
    page.goto(f"/issues?project={project.id}")
    groups = page.get_by_role("table", name="Issues").get_by_role("row").filter(has_text="ZeroDivisionError")
    expect(groups).to_have_count(1)
    groups.get_by_role("link").click()
    expect(page.get_by_text("1 of 1")).to_be_visible()
    page.get_by_label("Facts").get_by_role("link", name="otlp: ZeroDivisionError: as logged").click()
    expect(page.get_by_text("Another report")).to_be_visible()
    expect(page.get_by_label("Facts").get_by_role("link", name="sentry: ZeroDivisionError")).to_be_visible()


def test_payloads_are_inert(page: Page, project: ProjectClient) -> None:
    """Through every field, and through what people can say themselves."""
    send_error(project, type_=HOSTILE, value=HOSTILE, **EVERYWHERE)
    issue = project.get("issues")["items"][0]["id"]
    base = f"/api/v1/projects/{project.id}"
    assert project.http.post(f"{base}/issues/{issue}/comments", json={"text": HOSTILE}).status_code == 201
    search = {"name": HOSTILE, "query": f'"{HOSTILE}"'}
    assert project.http.post(f"{base}/issue-searches", json=search).status_code == 201
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("button", name="Searches").click()
    expect(page.get_by_role("menuitem").filter(has_text="<img src=x").first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Search").fill("transaction:")
    expect(page.get_by_role("option").filter(has_text="<img src=x").first).to_be_visible()
    page.keyboard.press("Escape")
    row = page.get_by_role("row").filter(has_text="<img src=x")
    row.get_by_role("link").click()
    expect(page.get_by_label("Facts")).to_contain_text("<img src=x")
    expect(page.get_by_role("listitem").filter(has_text="<img src=x")).to_be_visible()
    expect(page.get_by_text("Grouped by the fingerprint that the client set")).to_be_visible()
    page.get_by_text("All frames").click()
    page.get_by_role("button", name="All 1").click()
    expect(page.get_by_role("button", name="<img src=x").first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_what_else_happened(page: Page, project: ProjectClient) -> None:
    send_trace(project)
    send_logs(project, "charging the card", "bank said no")
    identify = {
        "event": "$identify", "distinct_id": "user-5",
        "properties": {"$anon_distinct_id": "anon", "$set": {"plan": "enterprise"}},
    }  # fmt: skip
    did = {"event": "checkout_started", "distinct_id": "anon", "properties": {}}
    body = json.dumps({"api_key": project.key, "batch": [identify, did]}).encode()
    assert project.post("/batch/", body, content_type="application/json").status_code == 200
    send_error(project, contexts={"trace": {"trace_id": TRACE_ID, "span_id": f"{3:016x}"}})
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("row").filter(has_text="ZeroDivisionError").get_by_role("link").click()
    expect(page.get_by_text("plan: enterprise")).to_be_visible()
    expect(page.get_by_text("POST /api/orders").first).to_be_visible()
    expect(page.get_by_text("step 3")).to_be_visible()
    expect(page.get_by_text("bank said no")).to_be_visible()
    expect(page.get_by_role("link", name="checkout_started")).to_be_visible()
    page.get_by_role("link", name="Open trace").click()
    expect(page).to_have_url(re.compile(f"/traces/{TRACE_ID}"))


def test_an_attachment_is_saved(page: Page, project: ProjectClient) -> None:
    event_id = send_error(project, attachment=("view.html", b"<script>alert(1)</script>"))
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("row").filter(has_text="ZeroDivisionError").get_by_role("link").click()
    with page.expect_download() as saved:
        page.get_by_label("Facts").get_by_role("link", name="view.html").click()
    assert saved.value.suggested_filename == "view.html"
    assert saved.value.path().read_bytes() == b"<script>alert(1)</script>"
    assert event_id in saved.value.url


def test_a_type_without_a_value_is_whole(page: Page, project: ProjectClient) -> None:
    send_error(project, type_="ReadTimeoutOfTheUpstream", value="")
    page.goto(f"/issues?project={project.id}")
    type_ = page.get_by_role("table", name="Issues").get_by_text("ReadTimeoutOfTheUpstream", exact=True)
    expect(type_).to_be_visible()
    assert type_.evaluate("one => one.scrollWidth <= one.clientWidth")
