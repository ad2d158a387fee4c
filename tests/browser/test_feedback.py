"""Feedback: how to collect it, the inbox by keyboard, one message in full by its link, and an issue's own."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.sending import HOSTILE, TRACE_ID, send_error
from tests.conftest import ProjectClient
from tests.server.features.feedback.test_picture import png

pytestmark = pytest.mark.browser


def say(
    project: ProjectClient, n: int, message: str, *, files: dict[str, bytes] | None = None, **said: Any
) -> dict[str, Any]:
    """A feedback envelope as SDKs send it, with files; the higher `n`, the newer."""
    feedback_id = f"{n:032x}"
    contexts = {"feedback": {"message": message, **said}, "trace": {"trace_id": said.pop("trace_id", "")}}
    event = {
        "event_id": feedback_id, "type": "feedback", "timestamp": time.time() - 100 + n, "contexts": contexts,
        "tags": {"page": "cart"},
    }  # fmt: skip
    lines = [json.dumps({"event_id": feedback_id}).encode(), b'{"type":"feedback"}', json.dumps(event).encode()]
    for name, content in (files or {}).items():
        lines += [json.dumps({"type": "attachment", "length": len(content), "filename": name}).encode(), content]
    auth = f"Sentry sentry_version=7, sentry_key={project.key}"
    answer = project.post(f"/api/{project.id}/envelope/", b"\n".join(lines) + b"\n", x_sentry_auth=auth)
    assert answer.status_code == 200, answer.text
    return {"id": feedback_id}


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Feedback").locator("[aria-rowindex]")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def drawer(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def test_without_any_it_says_how_to_collect_it(page: Page, project: ProjectClient) -> None:
    page.goto(f"/?project={project.id}")
    page.get_by_role("link", name="Feedback").click()
    how = page.get_by_role("region", name="How to collect feedback")
    expect(how).to_contain_text("Nobody has written anything yet")
    expect(how).to_contain_text(project.connect["sentry_dsn"])
    expect(how).to_contain_text("feedbackIntegration")


def test_an_inbox_by_keyboard(page: Page, project: ProjectClient) -> None:
    for n in range(6):
        say(project, n, f"message {n}")
    page.goto(f"/feedback?project={project.id}")
    expect(rows(page)).to_have_count(6)
    expect(rows(page).first).to_contain_text("message 5")
    press(page, "j", "j")
    expect(page.locator("[data-cursor]")).to_contain_text("message 4")
    press(page, "e")
    expect(page.get_by_role("tab", name="resolved")).to_have_text("resolved1")
    expect(page.locator("[data-cursor]")).to_contain_text("message 3")
    press(page, "x", "j", "x")
    expect(page.get_by_role("toolbar", name="Selected feedback")).to_contain_text("2 messages")
    press(page, "s")
    expect(page.get_by_role("tab", name="spam")).to_have_text("spam2")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(5)
    # An open one is dealt with, and the next opens.
    rows(page).filter(has_text="message 5").click()
    expect(drawer(page)).to_contain_text("message 5")
    press(page, "e")
    expect(drawer(page)).to_contain_text("message 3")
    expect(page.get_by_role("tab", name="resolved")).to_have_text("resolved2")
    press(page, "j")
    expect(drawer(page)).to_contain_text("message 2")
    press(page, "Escape")
    expect(drawer(page)).to_have_count(0)
    page.get_by_role("tab", name="resolved").click()
    expect(rows(page)).to_have_count(2)
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Mark as spam")


def test_one_message_in_full_and_text_stays_text(page: Page, project: ProjectClient) -> None:
    send_error(project, type_="NoMoney")
    [error] = project.wait_for("SELECT event_id, fingerprint FROM errors")
    said = {"name": HOSTILE, "contact_email": f"{HOSTILE}@x.example", "url": "javascript:alert(1)"}
    files = {"shot.png": png(40, 30), "<img src=x>.html": b"<script>alert(1)</script>"}
    one = say(project, 1, f"It broke\n{HOSTILE}", associated_event_id=error["event_id"], files=files, **said)
    page.goto(f"/feedback?project={project.id}&item={one['id']}")
    opened = drawer(page)
    expect(opened.locator("blockquote")).to_have_text(f"It broke\n{HOSTILE}")
    expect(opened.get_by_role("heading", name=HOSTILE)).to_be_visible()
    expect(opened.get_by_text("javascript:alert(1)")).not_to_have_attribute("href", re.compile("."))
    picture = opened.get_by_role("img", name="Screenshot shot.png")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth === 40", arg=picture.element_handle())
    with page.expect_download() as download:
        opened.get_by_role("link", name=re.compile("html")).click()
    assert download.value.suggested_filename.endswith(".html")
    expect(opened).to_contain_text("cart")
    opened.get_by_role("link", name="NoMoney").click()
    expect(page).to_have_url(re.compile(f"/issues/{error['fingerprint']}"))
    own = page.get_by_role("list", name="Feedback")
    expect(own).to_contain_text(f"It broke\n{HOSTILE}")
    own.get_by_role("link", name="Open").click()
    expect(drawer(page)).to_contain_text("It broke")
    expect(page.get_by_label("Active filters")).to_contain_text(f"issue={error['fingerprint']}")


def test_issues_count_it(page: Page, project: ProjectClient) -> None:
    send_error(project, type_="NoMoney")
    send_error(project, type_="NoTime")
    by_type = {row["type"]: row["event_id"] for row in project.wait_for("SELECT type, event_id FROM errors", rows=2)}
    for n in (1, 2):
        say(project, n, "It broke", associated_event_id=by_type["NoMoney"])
    page.goto(f"/issues?project={project.id}")
    table = page.get_by_role("table", name="Issues").locator("[aria-rowindex]")
    expect(table.filter(has_text="NoMoney").get_by_title("users wrote 2 times about it")).to_be_visible()
    expect(table.filter(has_text="NoTime").get_by_title(re.compile("users wrote"))).to_have_count(0)
    page.goto(f"/issues?project={project.id}&q=has:feedback")
    expect(table).to_have_count(1)


def test_filters(page: Page, project: ProjectClient) -> None:
    send_error(project, type_="NoMoney")
    [error] = project.wait_for("SELECT event_id FROM errors")
    say(project, 1, "about the crash", associated_event_id=error["event_id"])
    say(project, 2, "about nothing", name="Ann")
    say(project, 3, "about its trace", trace_id=TRACE_ID)
    page.goto(f"/feedback?project={project.id}")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("combobox", name="About").click()
    page.get_by_role("option", name="About no error").click()
    expect(rows(page).filter(has_text="about nothing")).to_have_count(1)
    expect(rows(page).filter(has_text="about the crash")).to_have_count(0)
    page.goto(f"/feedback?project={project.id}")
    expect(rows(page)).to_have_count(3)
    press(page, "/")
    page.keyboard.type("ann")
    press(page, "Enter")
    expect(rows(page)).to_have_count(1)
    page.goto(f"/feedback?project={project.id}&q=zzz")
    expect(page.get_by_text("No feedback matches")).to_be_visible()


def test_a_link_to_what_is_gone(context: BrowserContext, project: ProjectClient) -> None:
    page = context.new_page()  # whose console may say 404
    page.goto(f"/feedback?project={project.id}&item={'9' * 32}")
    expect(drawer(page)).to_contain_text("This feedback is not stored")
