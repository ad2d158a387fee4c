"""Live: what arrives shows, pausing holds it, the text filter keeps what matches."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import send_events, send_logs, send_trace
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_items_show_as_they_arrive(page: Page, project: ProjectClient) -> None:
    page.goto(f"/live?project={project.id}")
    expect(page.get_by_text("Waiting for the first item")).to_be_visible()
    send_logs(project, "first of all")
    cells = page.get_by_role("table", name="Live").get_by_role("cell")
    expect(cells.filter(has_text="first of all")).to_be_visible()

    page.get_by_role("button", name="Pause").click()
    send_events(project, "while paused")
    expect(page.get_by_role("button", name="Resume (1 waiting)")).to_be_visible()
    expect(cells.filter(has_text="while paused")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(cells.filter(has_text="while paused")).to_be_visible()
    page.get_by_role("textbox", name="Filter text").fill("paused")
    expect(cells.filter(has_text="first of all")).to_have_count(0)


def test_what_is_too_much_is_counted(page: Page, project: ProjectClient) -> None:
    page.goto(f"/live?project={project.id}")
    expect(page.get_by_text("Waiting for the first item")).to_be_visible()
    send_logs(project, *(f"line {n}" for n in range(1200)))
    expect(page.get_by_text("+700 more")).to_be_visible()


def test_one_poll_is_shown_by_time(page: Page, project: ProjectClient) -> None:
    page.goto(f"/live?project={project.id}&signals=log&signals=span")
    expect(page.get_by_text("Waiting for the first item")).to_be_visible()
    send_trace(project)  # five seconds ago
    send_logs(project, "just now")
    cells = page.get_by_role("table", name="Live").get_by_role("row")
    expect(cells.filter(has_text="step 3")).to_be_visible()
    expect(cells.filter(has_text="just now")).to_be_visible()
    times = page.get_by_role("table", name="Live").locator("time").evaluate_all("all => all.map(one => one.dateTime)")
    assert times == sorted(times, reverse=True)
