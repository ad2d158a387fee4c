"""Logs: search, filter, histogram, drawer, and a link that opens the same drawer again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE, send_logs
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_search_filter_and_drawer(page: Page, project: ProjectClient) -> None:
    send_logs(project, "payment failed", severity=17, plan="pro")
    send_logs(project, "cart updated", HOSTILE, plan="free")
    page.goto(f"/logs?project={project.id}")
    rows = page.get_by_role("table", name="Logs").get_by_role("cell")
    expect(rows.filter(has_text="payment failed")).to_be_visible()
    expect(rows.filter(has_text="<img src=x")).to_be_visible()

    search = page.get_by_role("combobox", name="Search")
    search.fill("payment")
    search.press("Enter")
    expect(rows.filter(has_text="cart updated")).to_have_count(0)
    expect(page).to_have_url(re.compile("q=payment"))
    search.fill("attributes.plan=free")
    search.press("Enter")
    expect(rows.filter(has_text="payment failed")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove filter attributes.plan=free")).to_be_visible()
    page.get_by_role("button", name="Clear all").click()

    page.get_by_role("button", name="error", exact=True).click()
    expect(rows.filter(has_text="cart updated")).to_have_count(0)
    rows.filter(has_text="payment failed").click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_contain_text("plan")
    expect(drawer).to_contain_text("pro")
    page.reload()
    expect(drawer).to_contain_text("payment failed")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_empty_says_what_to_do(page: Page, project: ProjectClient) -> None:
    page.goto(f"/logs?project={project.id}")
    expect(page.get_by_text("No log records match")).to_be_visible()
    page.get_by_role("link", name="Connect a log source").click()
    expect(page.get_by_role("heading", name="Connect", exact=True)).to_be_visible()


def test_a_link_opens_a_record_that_is_not_in_the_list(page: Page, project: ProjectClient) -> None:
    send_logs(project, "the linked one")
    record = project.get("logs")["items"][0]
    page.goto(f"/logs?project={project.id}&q=something+else&item={record['time']}/{record['id']}")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("the linked one")


def test_zooming_and_back_leaves_nothing_behind(page: Page, project: ProjectClient) -> None:
    send_logs(project, "one", "two")
    page.goto(f"/logs?project={project.id}&since=-24h&live=1")
    chart = page.get_by_label("Log records over time").locator("canvas").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + 400, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 700, box["y"] + 40, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("until=20"))
    assert "live=" not in page.url
    chart.dblclick(position={"x": 300, "y": 40})
    expect(page).to_have_url(re.compile("since=-24h"))
    assert "until=" not in page.url
