"""Traces: from the list to the waterfall, a span's drawer, keyboard, folding."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.sending import TRACE_ID, send_trace
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_list_waterfall_and_span(page: Page, project: ProjectClient) -> None:
    send_trace(project)
    page.goto(f"/traces?project={project.id}")
    page.get_by_role("cell").filter(has_text="POST /api/orders").click()
    expect(page.get_by_role("heading", name="POST /api/orders")).to_be_visible()
    spans = page.get_by_role("treegrid", name="Spans").get_by_role("row")
    expect(spans).to_have_count(4)
    with page.expect_response(
        "**/spans/0000000000000003"
    ):  # the waterfall's rows do not bring what only a drawer shows
        page.get_by_text("step 3", exact=True).click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_contain_text("card declined")
    expect(drawer).to_contain_text("SELECT 3")
    page.keyboard.press("k")
    expect(drawer).to_contain_text("SELECT 2")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Fold", exact=True).first.click()


def test_long_trace_draws_only_what_is_on_screen(page: Page, project: ProjectClient) -> None:
    send_trace(project, children=2_000)
    page.goto(f"/traces/{TRACE_ID}?project={project.id}")
    spans = page.get_by_role("treegrid", name="Spans").get_by_role("row")
    expect(spans.first).to_be_visible()
    assert spans.count() < 120
    expect(page.get_by_text("2,001 spans in 1 service")).to_be_visible()


def test_a_trace_that_is_not_there(context: BrowserContext, project: ProjectClient) -> None:
    page = context.new_page()  # the browser itself logs the 404 as a console error
    page.goto(f"/traces/{'0' * 31}1?project={project.id}")
    expect(page.get_by_text("No spans of this trace are stored")).to_be_visible()
