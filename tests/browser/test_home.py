"""Home counts what arrived, and each number leads to it. Ingestion shows what was refused, and why."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import send_error, send_events, send_logs, send_trace
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_numbers_and_doors(page: Page, project: ProjectClient) -> None:
    send_trace(project)
    send_error(project)
    send_logs(project, "hello")
    send_events(project, "order placed", "order placed")
    page.goto(f"/?project={project.id}")
    expect(page.get_by_role("link", name="Events 2")).to_be_visible()
    newest = page.get_by_role("region", name="Newest errors")
    expect(newest).to_contain_text("ZeroDivisionError")
    expect(page.get_by_role("region", name="Slowest endpoints")).to_contain_text("POST /api/orders")
    expect(page.get_by_role("region", name="Ingestion")).to_contain_text("items accepted")
    newest.get_by_text("ZeroDivisionError").click()
    expect(page.get_by_role("heading", name="ZeroDivisionError")).to_be_visible()


def test_refused_items_say_why(page: Page, project: ProjectClient) -> None:
    project.post(
        "/batch/",
        b'{"api_key": "%s", "batch": [{"event": "no one did this", "properties": {}}]}' % project.key.encode(),
        content_type="application/json",
    )
    page.goto(f"/ingestion?project={project.id}")
    page.get_by_role("row").filter(has_text="rejected").click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_contain_text("no one did this")
