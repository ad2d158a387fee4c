"""Web vitals: five numbers with their limits, by page and browser, and the loads behind them."""

import json
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def send_load(project: ProjectClient, number: int, page: str, *, agent: str = CHROME, **vitals: float) -> None:
    """A page load as @sentry/browser 10 sends it."""
    now = time.time()
    trace = {"trace_id": f"{number:032x}", "span_id": f"{number:016x}", "op": "pageload"}
    transaction = {
        "transaction": page,
        "transaction_info": {"source": "route"},
        "start_timestamp": now - 3,
        "timestamp": now,
        "release": "web@1",
        "contexts": {"trace": {**trace, "data": {"lcp.element": f"main > {HOSTILE}"}}},
        "measurements": {name: {"value": value} for name, value in vitals.items()},
        "request": {"url": f"https://shop.test{page}", "headers": {"User-Agent": agent}},
        "user": {"id": f"visitor-{number}"},
    }
    lines = [b"{}", json.dumps({"type": "transaction"}).encode(), json.dumps(transaction).encode()]
    answer = project.post(f"/api/{project.id}/envelope/?sentry_key={project.key}", b"\n".join(lines))
    assert answer.status_code == 200, answer.text


def send_captured(project: ProjectClient, **vitals: float) -> None:
    """`$web_vitals` as posthog-js sends it."""
    properties: dict[str, Any] = {"$current_url": "https://shop.test/cart", "$browser": "Firefox", "$session_id": "s1"}
    properties |= {f"$web_vitals_{name.upper()}_value": value for name, value in vitals.items()}
    batch = [{"event": "$web_vitals", "distinct_id": "p1", "properties": properties}]
    body = json.dumps({"api_key": project.key, "batch": batch}).encode()
    assert project.post("/batch/", body, content_type="application/json").status_code == 200


def test_from_the_vitals_to_a_slow_load_and_its_trace(page: Page, project: ProjectClient) -> None:
    for number in range(1, 5):
        send_load(project, number, "/", lcp=1200, cls=0.02, fcp=700, ttfb=90)
    send_load(project, 5, "/orders/:id", agent=IPHONE, lcp=7300, inp=640, fcp=2100)

    page.goto(f"/?project={project.id}")
    page.get_by_label("Pages").get_by_role("link", name="Web vitals").click()
    lcp = page.get_by_role("button", name="Largest contentful paint")
    expect(lcp).to_contain_text("1.2 s")
    expect(lcp).to_contain_text("good")
    expect(lcp.get_by_role("img", name="80% good, 0% needs improvement, 20% poor")).to_be_visible()
    expect(page.get_by_role("button", name="Interaction to next paint")).to_contain_text("640 ms")
    expect(page.get_by_role("group", name="Score")).to_be_visible()
    pages = page.get_by_role("table", name="Web vitals by page")
    expect(pages.get_by_role("row").nth(1)).to_contain_text("/orders/:id")

    page.get_by_text("Browsers", exact=True).click()
    browsers = page.get_by_role("table", name="Web vitals by browser")
    expect(browsers.get_by_role("row").filter(has_text="Mobile Safari")).to_contain_text("7.3 s")
    browsers.get_by_role("row").filter(has_text="Mobile Safari").click()
    expect(page.get_by_label("Active filters")).to_contain_text("browser=Mobile Safari")
    expect(lcp).to_contain_text("7.3 s")
    loads = page.get_by_role("table", name="Page loads")
    expect(loads.get_by_role("row")).to_have_count(2)
    expect(loads).to_contain_text("<img src=x onerror=alert(1)>")
    expect(loads).to_contain_text("visitor-5")

    page.get_by_role("button", name="Cumulative layout shift").click()
    expect(page.get_by_text("CLS was not measured here.")).to_be_visible()
    page.get_by_role("button", name="Clear all").click()
    expect(loads.get_by_role("row")).to_have_count(5)
    page.get_by_role("button", name="Interaction to next paint").click()
    expect(loads.get_by_role("row")).to_have_count(2)
    loads.get_by_role("link", name="Trace").click()
    expect(page.get_by_role("heading", name="/orders/:id")).to_be_visible()


def test_one_source_at_a_time(page: Page, project: ProjectClient) -> None:
    send_load(project, 1, "/", lcp=1000)
    send_load(project, 2, "/", lcp=1000)
    send_captured(project, lcp=4500, cls=0.4)
    page.goto(f"/web-vitals?project={project.id}")
    lcp = page.get_by_role("button", name="Largest contentful paint")
    expect(lcp).to_contain_text("1 s")
    page.get_by_text("PostHog", exact=True).click()
    expect(lcp).to_contain_text("4.5 s")
    expect(lcp).to_contain_text("poor")
    page.get_by_role("table", name="Page loads").get_by_role("link", name="Events").click()
    expect(page.get_by_role("row").filter(has_text="$web_vitals")).to_be_visible()


def test_without_vitals_it_says_how_they_come(page: Page, project: ProjectClient) -> None:
    page.goto(f"/web-vitals?project={project.id}")
    expect(page.get_by_text("No web vitals in this time range")).to_be_visible()
    expect(page.get_by_label("Sentry", exact=True)).to_contain_text(str(project.connect["sentry_dsn"]))
    expect(page.get_by_label("PostHog", exact=True)).to_contain_text("capture_performance: { web_vitals: true }")
