"""SQL: run by keyboard, read the rows, read the server's own words when it fails."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.sending import send_events
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_rows_of_this_project(page: Page, project: ProjectClient) -> None:
    send_events(project, "order placed", "order placed")
    project.wait_for("SELECT event FROM events", rows=2)
    page.goto(f"/sql?project={project.id}")
    editor = page.get_by_role("textbox", name="SQL")
    editor.fill("SELECT event, count() AS times FROM events GROUP BY event")
    editor.press("Control+Enter")
    expect(page.get_by_role("row").filter(has_text="order placed")).to_contain_text("2")


def test_what_is_refused_is_explained(context: BrowserContext, project: ProjectClient) -> None:
    page = context.new_page()  # the browser itself logs the 400 as a console error
    page.goto(f"/sql?project={project.id}")
    editor = page.get_by_role("textbox", name="SQL")
    editor.fill("DROP TABLE logs")
    editor.press("Control+Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
