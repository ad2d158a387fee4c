"""An invitation: the link is for one address, and whoever joins has the role they were given."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watch
from tests.conftest import ProjectClient, RunningServer

pytestmark = pytest.mark.browser


def test_an_invitation_is_accepted(
    page: Page, chromium: Browser, server: RunningServer, project: ProjectClient
) -> None:
    answer = project.http.post("/api/v1/members", json={"email": "bob@example.org", "role": "viewer"})
    assert answer.status_code == 201, answer.text
    context = chromium.new_context(base_url=server.url)
    guest = context.new_page()
    problems = watch(guest)
    guest.goto(answer.json()["invite_url"])
    expect(guest.get_by_label("Email")).to_have_value("bob@example.org")
    guest.get_by_label("Name").fill("Bob")
    guest.get_by_label("Password").first.fill("long enough")
    guest.get_by_role("button", name="Join").click()
    expect(guest.get_by_role("heading", name="Home")).to_be_visible()
    guest.goto("/settings")
    expect(guest.get_by_text("Ingest keys")).to_be_visible()
    expect(guest.get_by_text("Members", exact=True)).to_have_count(0)
    assert problems == []
    guest.goto(answer.json()["invite_url"])
    expect(guest.get_by_role("heading", name="This link no longer works")).to_be_visible()
    context.close()
    page.goto("/settings?tab=members")
    expect(page.get_by_text("bob@example.org")).to_be_visible()
