"""What surrounds every page: palette, theme, time range in the address."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_palette_goes_to_a_page(page: Page, project: ProjectClient) -> None:
    page.goto(f"/settings?project={project.id}")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Command").fill("connect")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Connect", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"project={project.id}"))


def test_theme_switches_and_stays(page: Page) -> None:
    page.goto("/settings")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("button", name="Switch to light theme").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")


def test_time_range_lives_in_the_address(page: Page) -> None:
    page.goto("/settings")
    page.get_by_role("button", name=re.compile("Time range")).click()
    page.get_by_role("button", name="Last 7 days").click()
    expect(page).to_have_url(re.compile("since=-7d"))
    page.get_by_role("link", name="SQL").click()
    expect(page).to_have_url(re.compile("/sql.*since=-7d"))


def test_unknown_address_says_so(page: Page) -> None:
    page.goto("/nothing-here")
    expect(page.get_by_text("There is no page at this address")).to_be_visible()


def test_the_frame_stands_in_the_right_theme_before_the_app_has_loaded(context: BrowserContext) -> None:
    page = context.new_page()  # an app that does not load is a console error
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto("/logs")
    expect(page.locator("#boot")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(14, 15, 18)"
    page.unroute("**/assets/*.js")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.get_by_role("heading", name="Logs")).to_be_visible()
    expect(page.locator("#boot")).to_be_hidden()
    assert len([url for url in asked if url.endswith("/auth/me")]) == 1
