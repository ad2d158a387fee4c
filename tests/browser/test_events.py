"""Events: names with counts, the list, one event's drawer and its user."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import send_events
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_names_list_drawer_and_user(page: Page, project: ProjectClient) -> None:
    send_events(project, "order placed", "cart updated", "cart updated")
    page.goto(f"/events?project={project.id}")
    names = page.get_by_role("complementary", name="Event names")
    expect(names.get_by_role("button", name="cart updated")).to_contain_text("2")
    names.get_by_role("button", name="order placed").click()
    cells = page.get_by_role("table", name="Events").get_by_role("cell")
    expect(cells.filter(has_text="cart updated")).to_have_count(0)
    cells.filter(has_text="order placed").click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_contain_text("plan")
    drawer.get_by_role("button", name="user-5").first.click()
    page.get_by_role("menuitem", name="Filter to this").click()
    expect(page).to_have_url(re.compile("user_id=user-5"))
    expect(cells.filter(has_text="order placed")).to_be_visible()


def test_a_link_opens_an_event_that_is_not_in_the_list(page: Page, project: ProjectClient) -> None:
    send_events(project, "linked event")
    uuid = project.get("events")["items"][0]["uuid"]
    page.goto(f"/events?project={project.id}&q=nothing&item={uuid}")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("linked event")
