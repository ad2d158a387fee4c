"""Connect shows the project's real keys and turns green when the first item arrives."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import send_events, send_logs
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_the_sdk_leads(page: Page, project: ProjectClient) -> None:
    page.goto(f"/connect?project={project.id}")
    expect(page.get_by_role("heading", name="Python, vedette")).to_be_visible()
    expect(page.get_by_label("Start it in your application")).to_contain_text(f"{project.key}@")


def test_turns_green_with_the_first_event(page: Page, project: ProjectClient) -> None:
    page.goto(f"/connect?project={project.id}&tab=posthog-python")
    expect(page.get_by_label("Send a first event")).to_contain_text(project.key)
    expect(page.get_by_text("Waiting for the first item")).to_be_visible()
    send_events(project, "order placed")
    expect(page.get_by_text("First event received")).to_be_visible()


def test_a_light_is_its_own_protocols(page: Page, project: ProjectClient) -> None:
    send_logs(project, "by OTLP")
    page.goto(f"/connect?project={project.id}&tab=otel-python")
    expect(page.get_by_text("log record received")).to_be_visible()  # "Last", or "First" if the page was quicker
    ways = page.get_by_label("Ways to connect")
    ways.get_by_role("button", name="Python, logtail-python").click()
    expect(page.get_by_text("Waiting for the first item")).to_be_visible()
    sent = project.post("/logs", b'[{"message": "by logtail"}]', authorization=f"Bearer {project.key}")
    assert sent.status_code == 202, sent.text
    expect(page.get_by_text("First log record received")).to_be_visible()
