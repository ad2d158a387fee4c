"""Performance: from the list to a transaction, and from its numbers to the traces behind them."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE, attribute
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser

MS = 1_000_000


def send_requests(project: ProjectClient, name: str, *durations_ms: int, service: str = "shop", **more: Any) -> None:
    """Requests that each ask a database for half of their time."""
    spans = []
    for number, ms in enumerate(durations_ms):
        start = time.time_ns() - 60_000 * MS
        trace_id, span_id = f"{abs(hash((name, number))):032x}"[-32:], f"{abs(hash((number, name))):016x}"[-16:]
        spans.append(
            {
                "traceId": trace_id, "spanId": span_id, "name": name, "kind": 2, "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + ms * MS), "attributes": [attribute("user.id", f"user-{number}")], **more,
            }
        )  # fmt: skip
        spans.append(
            {
                "traceId": trace_id, "spanId": f"{int(span_id, 16) ^ 1:016x}", "parentSpanId": span_id, "kind": 3,
                "name": "SELECT orders", "attributes": [attribute("db.system.name", "postgresql")],
                "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + ms * MS // 2),
            }
        )  # fmt: skip
    resource = {"attributes": [attribute("service.name", service), attribute("service.version", "shop@1.2.3")]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}
    answer = project.post(
        "/v1/traces", json.dumps(body).encode(), content_type="application/json", authorization=f"Bearer {project.key}"
    )
    assert answer.status_code == 200, answer.text


def test_without_transactions_it_says_what_one_is(page: Page, project: ProjectClient) -> None:
    page.goto(f"/?project={project.id}")
    page.get_by_role("link", name="Performance", exact=True).click()
    expect(page.get_by_text("No transaction in this time range")).to_be_visible()
    page.goto(f"/performance/transaction?project={project.id}&name=none")
    expect(page.get_by_text("It did not run in this time range")).to_be_visible()
    page.goto(f"/performance/transaction?project={project.id}")
    expect(page.get_by_text("No transaction is named")).to_be_visible()


def test_the_list_is_sorted_searched_and_says_what_is_estimated(page: Page, project: ProjectClient) -> None:
    send_requests(project, "POST /orders", 100, 200, 900)
    send_requests(project, "GET /users", 5, traceState="ot=th:e6666666666666")
    send_requests(project, HOSTILE, 1, service="<b>")
    page.goto(f"/performance?project={project.id}")
    rows = page.get_by_role("table", name="Transactions").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("POST /orders")
    expect(page.get_by_text("estimated from 36%")).to_be_visible()
    expect(rows.filter(has_text="GET /users")).to_contain_text("≈")
    page.get_by_role("button", name="Transaction", exact=True).click()
    expect(page).to_have_url(re.compile("view=name"))
    expect(rows.nth(1)).to_contain_text("<img")
    page.get_by_role("button", name="p95", exact=True).click()
    expect(rows.nth(1)).to_contain_text("POST /orders")
    page.get_by_role("textbox", name="Find a transaction").fill("users")
    expect(rows).to_have_count(2)
    page.get_by_role("textbox", name="Find a transaction").fill("service:nowhere")
    expect(page.get_by_text("No transaction matches")).to_be_visible()


def test_a_transaction_from_the_list_to_its_traces(page: Page, project: ProjectClient) -> None:
    send_requests(project, "POST /orders", *range(100, 130), 2000)
    send_requests(project, "POST /orders/failed", 300, status={"code": 2, "message": "card declined"})
    page.goto(f"/performance?project={project.id}")
    page.get_by_role("link", name="POST /orders", exact=True).click()
    expect(page.get_by_role("link", name="p50")).to_contain_text("115 ms")
    parts = page.get_by_role("table", name="Own time by span").get_by_role("row")
    expect(parts.filter(has_text="SELECT orders")).to_contain_text("50%")
    expect(page.get_by_role("table", name="By release")).to_contain_text("shop@1.2.3")
    expect(page.get_by_role("complementary", name="Around it")).to_contain_text("user-30")
    bars = page.get_by_role("group", name="Durations").get_by_role("link")
    bars.last.click()
    expect(page).to_have_url(re.compile(r"/traces\?.*duration_ns"))
    traces = page.get_by_role("table", name="Traces").get_by_role("row")
    expect(traces).to_have_count(2)
    expect(traces.nth(1)).to_contain_text("2 s")
    page.go_back()
    page.get_by_role("group", name="Slowest").get_by_role("link").first.click()
    expect(page.get_by_role("treegrid")).to_contain_text("SELECT orders")
    page.goto(f"/performance?project={project.id}")
    page.get_by_role("row").filter(has_text="POST /orders/failed").get_by_role("link", name="100%").click()
    expect(page.get_by_role("table", name="Traces")).to_contain_text("card declined")


def test_a_transaction_gets_a_t_of_its_own(page: Page, project: ProjectClient) -> None:
    send_requests(project, "POST /orders", 100, 100)
    page.goto(f"/performance/transaction?project={project.id}&service=shop&name=POST /orders")
    apdex = page.get_by_role("group", name="Apdex")
    expect(apdex).to_contain_text("1.00")
    page.get_by_role("button", name="T = 300 ms").click()
    page.get_by_role("textbox", name="T of this transaction, ms").fill("40")
    page.get_by_role("button", name="Save").click()
    expect(apdex).to_contain_text("0.50")
    assert project.get("performance/settings")["transactions"] == [
        {"service": "shop", "name": "POST /orders", "op": "server", "apdex_ms": 40}
    ]
    page.get_by_role("button", name="T = 40 ms").click()
    page.get_by_role("button", name="Use the project’s").click()
    expect(apdex).to_contain_text("1.00")


def test_home_leads_to_the_slowest(page: Page, project: ProjectClient) -> None:
    send_requests(project, "POST /orders", 100)
    page.goto(f"/?project={project.id}")
    page.get_by_role("region", name="Slowest endpoints").get_by_role("link", name="POST /orders").click()
    expect(page.get_by_role("link", name="p95")).to_contain_text("100 ms")
