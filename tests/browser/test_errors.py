"""Errors: groups, and one error's page with its chained stack trace. Nothing of a payload may run."""

import json
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE, send_error
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_group_and_stack_trace(page: Page, project: ProjectClient) -> None:
    send_error(project)
    send_error(project)
    page.goto(f"/errors?project={project.id}")
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
    expect(page.get_by_text("Occurrence 1 of 2")).to_be_visible()
    page.get_by_role("button", name="Older occurrence").click()
    expect(page.get_by_text("Occurrence 2 of 2")).to_be_visible()


def test_a_crash_that_a_log_record_reported_too_is_one_error(page: Page, project: ProjectClient) -> None:
    event_id = send_error(project)
    texts = {"exception.type": "ZeroDivisionError", "exception.message": "as logged", "sentry.event_id": event_id}
    attributes = [{"key": key, "value": {"stringValue": text}} for key, text in texts.items()]
    record = {"timeUnixNano": str(time.time_ns()), "severityNumber": 17, "attributes": attributes}
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()
    answer = project.post("/v1/logs", body, content_type="application/json", x_vedette_key=project.key)
    assert answer.status_code == 200, answer.text
    page.goto(f"/errors?project={project.id}")
    groups = page.get_by_role("table", name="Errors").get_by_role("row").filter(has_text="ZeroDivisionError")
    expect(groups).to_have_count(1)
    groups.get_by_role("link").click()
    expect(page.get_by_text("Occurrence 1 of 1")).to_be_visible()
    page.get_by_label("Facts").get_by_role("link", name="otlp: ZeroDivisionError: as logged").click()
    expect(page.get_by_label("Facts").get_by_role("link", name="sentry: ZeroDivisionError")).to_be_visible()


def test_payloads_are_inert(page: Page, project: ProjectClient) -> None:
    send_error(project, type_=HOSTILE, value=HOSTILE)
    page.goto(f"/errors?project={project.id}")
    row = page.get_by_role("row").filter(has_text="<img src=x")
    row.get_by_role("link").click()
    expect(page.get_by_label("Facts")).to_contain_text("<img src=x")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_an_attachment_is_saved(page: Page, project: ProjectClient) -> None:
    event_id = send_error(project, attachment=("view.html", b"<script>alert(1)</script>"))
    page.goto(f"/errors?project={project.id}")
    page.get_by_role("row").filter(has_text="ZeroDivisionError").get_by_role("link").click()
    with page.expect_download() as saved:
        page.get_by_label("Facts").get_by_role("link", name="view.html").click()
    assert saved.value.suggested_filename == "view.html"
    assert saved.value.path().read_bytes() == b"<script>alert(1)</script>"
    assert event_id in saved.value.url


def test_a_type_without_a_value_is_whole(page: Page, project: ProjectClient) -> None:
    send_error(project, type_="ReadTimeoutOfTheUpstream", value="")
    page.goto(f"/errors?project={project.id}")
    type_ = page.get_by_role("table", name="Errors").get_by_text("ReadTimeoutOfTheUpstream", exact=True)
    expect(type_).to_be_visible()
    assert type_.evaluate("one => one.scrollWidth <= one.clientWidth")
