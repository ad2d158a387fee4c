"""Issues by keyboard: triage, resolve and regress, merge and unmerge, searching."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.sending import send_error
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Issues").locator("[aria-rowindex]")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name)


def statuses(project: ProjectClient) -> dict[str, int]:
    counts: dict[str, int] = project.get("issues")["counts"]
    return counts


@pytest.fixture
def fifty(page: Page, project: ProjectClient) -> ProjectClient:
    """Fifty issues, the list open."""
    for number in range(50):
        send_error(project, type_=f"Error{number:02}", fingerprint=[str(number)])
    page.goto(f"/issues?project={project.id}")
    expect(tab(page, "unresolved")).to_have_text("unresolved50")
    return project


def test_triage_by_keyboard(page: Page, fifty: ProjectClient) -> None:
    press(page, "j", "j")
    expect(page.locator("[data-cursor]")).to_contain_text("Error48")
    press(page, "e")
    expect(tab(page, "unresolved")).to_have_text("unresolved49")
    expect(page.locator("[data-cursor]")).to_contain_text("Error47")
    press(page, "x", "j", "x", "j", "x")
    bar = page.get_by_role("toolbar", name="Selected issues")
    expect(bar).to_contain_text("3 issues")
    press(page, "e")
    expect(tab(page, "unresolved")).to_have_text("unresolved46")
    expect(bar).to_have_count(0)
    expect(page.locator("[data-cursor]")).to_contain_text("Error44")
    press(page, "z")
    expect(tab(page, "archived")).to_have_text("archived1")
    assert statuses(fifty) == {"unresolved": 45, "resolved": 4, "archived": 1}

    press(page, "a")
    page.get_by_role("menuitem", name="Me").click()
    expect(page.get_by_role("img", name="Assigned to Ada Lovelace")).to_have_count(1)
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Merge the selected")
    press(page, "Escape")
    press(page, "/")
    page.keyboard.type("assigned:me")
    press(page, "Enter")
    expect(rows(page)).to_have_count(1)
    press(page, "j", "Enter")
    expect(page).to_have_url(re.compile("/issues/[0-9a-f]{32}"))
    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    press(page, "e")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    press(page, "u")
    expect(page.get_by_role("table", name="Issues").or_(page.get_by_text("No issues match"))).to_be_visible()


def test_the_mouse_can_do_it_too_and_undo(page: Page, fifty: ProjectClient) -> None:
    boxes = page.get_by_role("checkbox", name="Select row")
    boxes.nth(0).check()
    boxes.nth(3).check()
    page.get_by_role("toolbar", name="Selected issues").get_by_role("button", name="Archive").click()
    page.get_by_role("menuitem", name="For a day").click()
    expect(tab(page, "archived")).to_have_text("archived2")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(tab(page, "archived")).to_have_text("archived0")
    expect(tab(page, "unresolved")).to_have_text("unresolved50")
    boxes.nth(1).check()
    page.get_by_role("button", name="Delete 1 issue").click()
    page.get_by_role("checkbox", name="Discard what comes of them").check()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 issue").click()
    expect(tab(page, "unresolved")).to_have_text("unresolved49")
    send_error(fifty, type_="Error48", fingerprint=["48"])
    assert statuses(fifty)["unresolved"] == 49
    page.get_by_role("button", name="1 discarded").click()
    page.get_by_role("button", name="Take again").click()
    expect(page.get_by_role("button", name="1 discarded")).to_have_count(0)
    send_error(fifty, type_="Error48", fingerprint=["48"])
    assert statuses(fifty)["unresolved"] == 50


def test_resolve_then_regress(page: Page, project: ProjectClient) -> None:
    send_error(project, release="shop@1.0.0")
    send_error(project, type_="Other", release="shop@1.0.0", fingerprint=["other"])
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("link", name="ZeroDivisionError").click()
    page.get_by_role("button", name="Resolve in a release").click()
    page.get_by_role("menuitem", name="In the next release").click()
    expect(page.get_by_text("Resolved in the release after shop@1.0.0")).to_be_visible()
    send_error(project, release="shop@1.0.0")
    page.reload()
    expect(page.get_by_text("Resolved in the release after shop@1.0.0")).to_be_visible()
    send_error(project, release="shop@1.1.0")
    page.reload()
    expect(page.get_by_text("It was resolved and came back in shop@1.1.0")).to_be_visible()
    press(page, "u")
    expect(rows(page).filter(has_text="ZeroDivisionError")).to_contain_text("Regressed")


def test_merge_and_unmerge(page: Page, project: ProjectClient) -> None:
    for number in range(3):
        send_error(project, type_=f"Error{number}", fingerprint=[str(number)])
    page.goto(f"/issues?project={project.id}")
    expect(rows(page)).to_have_count(3)
    press(page, "j", "x", "j", "x", "m")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).filter(has_text="Error2").get_by_title("2 fingerprints are merged")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(rows(page)).to_have_count(3)

    for box in page.get_by_role("checkbox", name="Select row").all():
        box.check()
    page.get_by_role("toolbar", name="Selected issues").get_by_role("button", name="Merge").click()
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("link").click()
    expect(page.get_by_text("3 fingerprints are merged here.")).to_be_visible()
    expect(page.get_by_text("3 of 3")).to_be_visible()
    page.get_by_role("button", name="Older event").click()
    expect(page.get_by_label("Exception Error1")).to_be_visible()
    page.get_by_text("Error1: division by zero").click()
    page.get_by_role("button", name="Unmerge 1 fingerprint").click()
    expect(page.get_by_text("2 fingerprints are merged here.")).to_be_visible()
    expect(page.get_by_text("let 1 fingerprint leave").first).to_be_visible()
    assert sorted(row["fingerprints"] for row in project.get("issues")["items"]) == [1, 2]


def test_a_link_to_what_was_merged_leads_to_its_issue(page: Page, project: ProjectClient) -> None:
    ids: list[Any] = []
    for number in range(2):
        send_error(project, type_=f"Error{number}", fingerprint=[str(number)])
        ids = [row["id"] for row in project.get("issues")["items"]]
    project.http.post(f"/api/v1/projects/{project.id}/issues/merge", json={"ids": ids})
    page.goto(f"/errors/{ids[1]}?project={project.id}")
    expect(page).to_have_url(re.compile(f"/issues/{ids[0]}"))
    expect(page.get_by_text("2 of 2")).to_be_visible()


def test_comments_priority_and_saved_searches(page: Page, project: ProjectClient) -> None:
    send_error(project)
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("button", name="Searches", exact=True).click()
    page.get_by_label("Name of the search").fill("Mine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("menuitem", name="Mine is:unresolved")).to_be_visible()
    press(page, "Escape")
    page.get_by_role("link", name="ZeroDivisionError").click()
    page.get_by_role("textbox", name="Comment").fill("The cart is empty here.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="The cart is empty here.")).to_contain_text("Ada Lovelace")
    page.get_by_role("button", name="Priority", exact=True).click()
    page.get_by_role("menuitem", name="low").click()
    expect(page.get_by_text("made it low priority")).to_be_visible()


def test_a_search_is_completed(page: Page, project: ProjectClient) -> None:
    send_error(project, release="shop@1.0.0")
    page.goto(f"/issues?project={project.id}")
    box = page.get_by_role("combobox", name="Search")
    box.fill("rel")
    expect(page.get_by_role("option").first).to_contain_text("release:")
    box.press("Tab")
    expect(box).to_have_value("release:")
    page.get_by_role("option", name="shop@1.0.0").click()
    expect(box).to_have_value("release:shop@1.0.0")
    expect(rows(page)).to_have_count(1)
    box.fill("!release:latest")
    box.press("Enter")
    expect(page.get_by_text("No issues match")).to_be_visible()


def test_a_search_is_refused_with_its_place(context: BrowserContext, project: ProjectClient) -> None:
    page = context.new_page()  # the browser itself logs the 400 as a console error
    page.goto(f"/issues?project={project.id}")
    box = page.get_by_role("combobox", name="Search")
    box.fill("plan:pro release: x")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("search, character 10: release: needs a value")
    expect(page.get_by_text("This search does not read")).to_be_visible()


def test_all_that_match_are_decided_beyond_the_page_and_given_back(page: Page, project: ProjectClient) -> None:
    for number in range(105):
        send_error(
            project, type_=f"Error{number:03}", fingerprint=[str(number)], level="warning" if number == 7 else "error"
        )
    page.goto(f"/issues?project={project.id}&q=level:error")
    expect(tab(page, "unresolved")).to_have_text("unresolved104")
    page.get_by_role("checkbox", name="Select all rows").check()
    bar = page.get_by_role("toolbar", name="Selected issues")
    expect(bar).to_contain_text("100 issues")
    bar.get_by_role("button", name="Select all 104 that match").click()
    expect(bar).to_contain_text("All 104 issues")
    expect(bar.get_by_role("button", name="Merge")).to_be_disabled()
    page.get_by_role("checkbox", name="Select row").first.uncheck()
    expect(bar).to_contain_text("99 issues")
    page.get_by_role("checkbox", name="Select row").first.check()
    bar.get_by_role("button", name="Select all 104 that match").click()
    press(page, "e")
    expect(page.get_by_text("Resolved: 104 issues")).to_be_visible()
    expect(page.get_by_role("tab", name=re.compile("^resolved"))).to_have_text("resolved104")
    assert statuses(project) == {"unresolved": 1, "resolved": 104, "archived": 0}
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(tab(page, "unresolved")).to_have_text("unresolved104")
    assert statuses(project) == {"unresolved": 105, "resolved": 0, "archived": 0}

    page.get_by_role("checkbox", name="Select all rows").check()
    bar.get_by_role("button", name="Select all 104 that match").click()
    bar.get_by_role("button", name="Delete 104 issues").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 104 issues").click()
    expect(page.get_by_text("No issues match")).to_be_visible()
    assert statuses(project)["unresolved"] == 1
