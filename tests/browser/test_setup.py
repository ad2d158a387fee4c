"""The first visit: set-up link, home, log out, log in."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ADMIN, setup_token, watch
from tests.conftest import start_server

pytestmark = pytest.mark.browser


def test_from_set_up_link_to_home_and_back_in(tmp_path: Path, chromium: Browser) -> None:
    server = start_server(tmp_path / "data")
    try:
        page = chromium.new_page(base_url=server.url)
        problems = watch(page)
        page.goto(f"/setup?token={setup_token(server)}")
        page.get_by_label("Name").fill(ADMIN["name"])
        page.get_by_label("Email").fill(ADMIN["email"])
        page.get_by_label("Password", exact=False).first.fill(ADMIN["password"])
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        expect(page.get_by_text("Nothing arrived in this time range")).to_be_visible()
        assert problems == []

        page.get_by_role("button", name="Account").click()
        page.get_by_role("menuitem", name="Log out").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.goto("/logs?since=-24h")
        expect(page).to_have_url(re.compile("/login"))
        page.get_by_label("Email").fill(ADMIN["email"])
        page.get_by_label("Password").first.fill(ADMIN["password"])
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(re.compile(r"/logs\?since=-24h"))

        page.goto("/setup?token=used-long-ago")
        expect(page.get_by_text("This link no longer works")).to_be_visible()
        page.close()
    finally:
        server.terminate()
