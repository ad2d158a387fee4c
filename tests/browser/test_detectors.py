"""What a detector found, on an issue's page: the spans, the way into the trace, the settings. Nothing of it may run."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser
TRACE = "7d" * 16


def send_n_plus_one(
    project: ProjectClient, *, count: int, name: str = "GET /invoices/812", table: str = "lines"
) -> None:
    """A request that asks for each line by itself, as OpenTelemetry's SDKs send it."""
    start = time.time_ns() - 20_000_000_000

    def span(number: int, at_ms: int, ms: int, **more: Any) -> dict[str, Any]:
        begin = start + at_ms * 1_000_000
        return {
            "traceId": TRACE, "spanId": f"{number:016x}", "startTimeUnixNano": str(begin),
            "endTimeUnixNano": str(begin + ms * 1_000_000), **more,
        }  # fmt: skip

    def query(number: int) -> dict[str, Any]:
        texts = {"db.system.name": "postgresql", "db.query.text": f'SELECT * FROM "{table}" WHERE id = {number}'}
        attributes = [{"key": key, "value": {"stringValue": text}} for key, text in texts.items()]
        return span(
            number, 10 + number * 20, 18, name="SELECT", kind=3, parentSpanId=f"{1:016x}", attributes=attributes
        )  # fmt: skip

    spans = [span(1, 0, 900, name=name, kind=2), *(query(number) for number in range(2, count + 2))]
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
    answer = project.post("/v1/traces", body, content_type="application/json", x_vedette_key=project.key)
    assert answer.status_code == 200, answer.text


def wait_for_finding(project: ProjectClient) -> None:
    """Sweeps come every 15 seconds."""
    deadline = time.monotonic() + 120
    while not project.get("issues", query="issue.category:performance")["items"]:
        assert time.monotonic() < deadline, project.get("detectors")["status"]
        time.sleep(0.5)


def test_a_finding_is_an_issue_with_its_spans(page: Page, project: ProjectClient) -> None:
    send_n_plus_one(project, count=34)
    wait_for_finding(project)
    page.goto(f"/issues?project={project.id}")
    row = page.get_by_role("table", name="Issues").get_by_role("row").filter(has_text="N+1 queries")
    expect(row).to_contain_text("GET /invoices/*")
    expect(row.get_by_label("Performance")).to_be_visible()
    kinds = page.get_by_role("group", name="Kind")
    kinds.get_by_role("button", name="Errors").click()
    expect(page.get_by_text("No issues match")).to_be_visible()
    kinds.get_by_role("button", name="Performance").click()
    expect(page.get_by_role("combobox", name="Search")).to_have_value("issue.category:performance")
    row.get_by_role("link").first.click()

    expect(page.get_by_role("heading", name="N+1 queries")).to_be_visible()
    expect(page.get_by_text('SELECT * FROM "lines" WHERE id = ?').first).to_be_visible()
    expect(page.get_by_text("612 ms")).to_be_visible()
    expect(page.get_by_text("runs once for each item")).to_be_visible()
    expect(page.get_by_text("Spans (20 of 34)")).to_be_visible()
    spans = page.get_by_role("list", name="Offending spans").get_by_role("listitem")
    expect(spans).to_have_count(21)
    expect(page.get_by_text("1 trace", exact=True)).to_be_visible()
    expect(page.get_by_text("Grouped by what was found")).to_be_visible()
    expect(page.get_by_text("No stack trace")).to_have_count(0)
    spans.nth(1).click()
    expect(page).to_have_url(re.compile(rf"/traces/{TRACE}.*item=0+2\b"))


def test_what_a_client_named_is_text(page: Page, project: ProjectClient) -> None:
    send_n_plus_one(project, count=8, name=HOSTILE, table=HOSTILE.replace('"', ""))
    wait_for_finding(project)
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("row").filter(has_text="N+1 queries").get_by_role("link").first.click()
    spans = page.get_by_role("list", name="Offending spans").get_by_role("listitem")
    expect(spans).to_have_count(9)
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_settings_of_the_detectors(page: Page, project: ProjectClient) -> None:
    page.goto(f"/settings?tab=detectors&project={project.id}")
    expect(page.get_by_text("No spans have been looked at yet")).to_be_visible()
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    page.get_by_label("N+1 queries: count").fill("7")
    page.get_by_role("checkbox", name="Slow query").uncheck()
    save.click()
    expect(page.get_by_text("changed once")).to_be_visible()
    found = project.get("detectors")
    assert (found["n_plus_one_db"], found["slow_db"]["enabled"]) == (
        {"enabled": True, "count": 7, "total_ms": 100},
        False,
    )
    page.reload()
    expect(page.get_by_label("N+1 queries: count")).to_have_value("7")
    expect(page.get_by_label("Slow query: duration_ms")).to_be_disabled()
