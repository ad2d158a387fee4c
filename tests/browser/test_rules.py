"""Rules under Settings: written, tried, saved and taken back; a viewer sees them and why they cannot be changed."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import watch
from tests.browser.sending import HOSTILE, send_error, send_events
from tests.conftest import ProjectClient, RunningServer

pytestmark = pytest.mark.browser

GROUPING, PRIVACY = "grouping", "privacy"


def at(project: ProjectClient, tab: str) -> str:
    return f"/settings?project={project.id}&tab={tab}"


def put(project: ProjectClient, path: str, body: Any) -> None:
    answer = project.http.put(f"/api/v1/projects/{project.id}/{path}", json=body)
    assert answer.status_code == 200, answer.text


def bar(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def saved(project: ProjectClient) -> list[Any]:
    rules: list[Any] = project.get("grouping-rules")["rules"]
    return rules


def names(page: Page) -> Locator:
    return page.get_by_role("list", name="Grouping rules").get_by_role("listitem").locator("b")


def test_a_rule_starts_from_an_issue_and_joins_two(page: Page, project: ProjectClient) -> None:
    for kind in ("CardDeclined", "CardExpired"):
        send_error(project, type_=kind, value="order 17 failed")
    page.goto(f"/issues?project={project.id}")
    page.get_by_role("link", name="CardDeclined").click()
    page.get_by_role("link", name="Change how these are grouped…").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("CardDeclined in total")
    expect(page.get_by_label("Patterns of type")).to_have_value("CardDeclined")
    expect(page.get_by_label("Patterns of function")).to_have_value("total")
    preview = page.get_by_role("group", name="Preview")
    expect(preview).to_contain_text("One issue goes on as a new one")

    page.get_by_label("Patterns of type").fill("Card*")
    name.fill("cards")
    expect(preview).to_contain_text("2 issues become one")
    expect(preview).to_contain_text("2 of the newest 2 errors would change their issue; 2 issues would be 1")
    expect(preview.get_by_role("link", name="CardExpired: order 17 failed")).to_have_count(1)
    expect(page.get_by_role("button", name="2 of 2 errors would change, 2 issues → 1")).to_be_visible()
    page.get_by_label("Patterns of function").fill("")
    expect(page.get_by_text("Write a pattern; * stands for anything.")).to_be_visible()
    expect(bar(page, "Save")).to_be_disabled()
    page.get_by_role("button", name="Remove the condition on function").click()
    bar(page, "Save").click()
    expect(page.get_by_role("status").filter(has_text="Version 1")).to_be_visible()
    (rule,) = saved(project)
    assert rule == {
        "name": "cards", "when": {"type": ["Card*"]},
        "then": {"fingerprint": ["CardDeclined in total"], "frames": ""},
    }  # fmt: skip
    expect(page).not_to_have_url(re.compile("item="))
    expect(names(page)).to_have_text(["cards"])
    for kind in ("CardDeclined", "CardExpired"):
        send_error(project, type_=kind, value="order 18 failed")
    assert sorted(row["count"] for row in project.get("issues")["items"]) == [1, 1, 2], "as the preview said"

    bar(page, "Undo").click()
    expect(page.get_by_text("No rules yet")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Version 2")).to_be_visible()
    assert saved(project) == []


def test_order_is_changed_by_button_key_and_mouse(page: Page, project: ProjectClient) -> None:
    send_error(project)
    rules = [
        {"name": name, "when": {"type": ["*"]}, "then": {"fingerprint": [name]}} for name in ("one", "two", "three")
    ]
    put(project, "grouping-rules", {"rules": rules})
    page.goto(at(project, GROUPING))
    expect(names(page)).to_have_text(["one", "two", "three"])
    expect(page.get_by_role("listitem").filter(has_text="one").get_by_text("1 of 1")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="three").get_by_text("meets none")).to_be_visible()
    page.get_by_role("button", name="Move three up").click()
    expect(names(page)).to_have_text(["one", "three", "two"])
    page.get_by_role("list", name="Grouping rules").get_by_role("button", name=re.compile("^three")).press(
        "Alt+ArrowUp"
    )
    expect(names(page)).to_have_text(["three", "one", "two"])
    expect(page.get_by_role("group", name="Preview")).to_contain_text("One issue goes on as a new one")
    page.get_by_title("Drag to move").nth(2).drag_to(page.get_by_role("listitem").filter(has_text="three"))
    expect(names(page)).to_have_text(["two", "three", "one"])

    # What is not saved is still there after a look elsewhere.
    settings = page.get_by_role("navigation", name="Settings")
    settings.get_by_role("button", name="Account").click()
    settings.get_by_role("button", name="Grouping").click()
    expect(names(page)).to_have_text(["two", "three", "one"])
    page.get_by_role("button", name="Remove three").click()
    bar(page, "Save").click()
    expect(page.get_by_role("status").filter(has_text="Version 2")).to_be_visible()
    assert [rule["name"] for rule in saved(project)] == ["two", "one"]
    page.get_by_role("button", name="Remove two").click()
    bar(page, "Discard changes").click()
    expect(names(page)).to_have_text(["two", "one"])


def test_frames_count_for_nothing_and_what_is_not_finished_says_so(page: Page, project: ProjectClient) -> None:
    page.goto(at(project, GROUPING))
    page.get_by_role("button", name="Add a rule").click()
    expect(page.get_by_text("Write a pattern; * stands for anything.")).to_be_visible()
    expect(page.get_by_text("Say what the fingerprint is.")).to_be_visible()
    page.get_by_label("Patterns of type").fill("*")
    page.get_by_role("combobox", name="What follows").click()
    page.get_by_role("option", name="ignore these frames").click()
    expect(page.get_by_text("needs a condition on frames")).to_be_visible()
    page.get_by_role("combobox", name="Field").click()
    page.get_by_role("option", name="path").click()
    page.get_by_label("Patterns of path").fill("*/generated/*\n!*/generated/own/*")
    expect(page.get_by_text("No errors came in the last 30 days")).to_be_visible()
    bar(page, "Save").click()
    expect(page.get_by_role("status").filter(has_text="Version 1")).to_be_visible()
    (rule,) = saved(project)
    assert rule["when"] == {"path": ["*/generated/*", "!*/generated/own/*"]} and rule["then"]["frames"] == "ignore"


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(context: BrowserContext, project: ProjectClient) -> None:
    page = context.new_page()  # the browser itself logs the 409 as a console error
    page.goto(at(project, GROUPING))
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Patterns of type").fill("Mine")
    page.get_by_label("Fingerprint").fill("mine")
    theirs = {"name": "theirs", "when": {"type": ["A"]}, "then": {"fingerprint": ["a"]}}
    put(project, "grouping-rules", {"rules": [theirs]})
    bar(page, "Save").click()
    expect(page.get_by_role("alert")).to_contain_text("these rules were changed meanwhile")
    bar(page, "Take theirs").click()
    expect(names(page)).to_have_text(["theirs"])
    assert len(saved(project)) == 1


def test_a_thousand_rules_with_long_and_hostile_words(page: Page, project: ProjectClient) -> None:
    send_error(project)
    rules = [
        {"name": f"{HOSTILE[:60]} {n}", "when": {"type": [f"Type{n}*" + "x" * 150], "module": [f"gen{n}.*"]},
         "then": {"fingerprint": [HOSTILE, "y" * 200]}}
        for n in range(1000)
    ]  # fmt: skip
    put(project, "grouping-rules", {"rules": rules})
    page.set_viewport_size({"width": 800, "height": 700})
    page.goto(at(project, GROUPING))
    expect(page.get_by_text("1,000 rules, and there can be no more")).to_be_visible()
    expect(page.get_by_role("button", name="Add a rule")).to_be_disabled()
    page.get_by_label("Find a rule").fill("Type777*")
    expect(page.get_by_text("1 of 1,000 rules")).to_be_visible()
    page.get_by_role("list", name="Grouping rules").get_by_role("button", name="777").first.click()
    expect(page.get_by_label("Patterns of module")).to_have_value("gen777.*")
    assert (
        page.evaluate("document.querySelector('[aria-label=Settings] section, main')?.scrollWidth <= innerWidth")
        is not False
    )
    page.get_by_label("Patterns of module").fill("app*")
    page.get_by_label("Patterns of type").fill("Zero*")
    expect(page.get_by_role("group", name="Preview")).to_contain_text("Nothing would change")
    bar(page, "Save").click()
    expect(page.get_by_role("status").filter(has_text="Version 2")).to_be_visible()
    assert saved(project)[777]["when"] == {"type": ["Zero*"], "module": ["app*"]}


def test_secrets_are_tried_saved_and_filtered(page: Page, project: ProjectClient) -> None:
    send_error(project, extra={"staff": "EMP-123456", "salary": 17})
    page.goto(at(project, PRIVACY))
    expect(page.get_by_text("the newest 1 error hold nothing that these rules would filter")).to_be_visible()
    page.get_by_label("Patterns of secret values").fill("a*")
    expect(page.get_by_text("would fit almost everything")).to_be_visible()
    expect(bar(page, "Save")).to_be_disabled()
    page.get_by_label("Patterns of secret values").fill("EMP-######")
    page.get_by_label("Names of secret fields").fill("salary")
    page.get_by_label("E-mail addresses are secret").check()
    places = page.get_by_role("list", name="Places")
    expect(places.get_by_role("listitem").filter(has_text="extra.staff")).to_contain_text("1 error")
    expect(places).to_contain_text("user.email")

    page.get_by_label("Text to try").fill(json.dumps({"note": "of EMP-123456, " + HOSTILE, "salary": 9, "n": 1}))
    page.get_by_label("Text to try").press("Control+Enter")
    stored = page.get_by_label("What is stored")
    expect(stored).to_contain_text('"salary": "[Filtered]"')
    expect(stored).to_contain_text("<img src=x")
    expect(stored.locator("mark")).to_have_count(2)
    assert project.get("scrubbing-rules")["version"] == 0, "trying saves nothing"
    bar(page, "Save").click()
    expect(page.get_by_role("status").filter(has_text="Version 1")).to_be_visible()
    event_id = send_error(project, extra={"staff": "EMP-123456", "salary": 17})
    extra = project.get(f"errors/{event_id}")["payload"]["extra"]
    assert extra == {"staff": "[Filtered]", "salary": "[Filtered]"}
    bar(page, "Undo").click()
    expect(page.get_by_role("status").filter(has_text="Version 2")).to_be_visible()
    assert project.get("scrubbing-rules")["keys"] == []


def test_who_may_not_change_them_sees_them_and_why(
    server: RunningServer, chromium: Browser, context: BrowserContext, project: ProjectClient
) -> None:
    put(
        project,
        "grouping-rules",
        {"rules": [{"name": "bank", "when": {"type": ["A"]}, "then": {"fingerprint": ["a"]}}]},
    )
    put(project, "scrubbing-rules", {"keys": ["salary"]})
    invited = context.request.post(
        "/api/v1/members", data={"email": f"v{project.id}@example.org", "role": "viewer"},
        headers={"x-csrf-token": context.request.get("/api/v1/auth/me").json()["csrf_token"]},
    )  # fmt: skip
    assert invited.ok, invited.text()
    theirs = chromium.new_context(base_url=server.url)
    page = theirs.new_page()
    problems = watch(page)
    page.goto(invited.json()["invite_url"])
    page.get_by_label("Name").fill("Vera")
    page.get_by_label("Password", exact=True).fill("analytical engine")
    page.locator("form button[type=submit]").click()
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.goto(at(project, GROUPING))
    expect(page.get_by_text("changing them takes the role member")).to_be_visible()
    page.get_by_role("button", name=re.compile("^bank")).click()
    expect(page.get_by_label("Patterns of type")).to_be_disabled()
    expect(bar(page, "Save")).to_have_count(0)
    page.goto(at(project, PRIVACY))
    expect(page.get_by_text("an admin of this organisation changes them")).to_be_visible()
    expect(page.get_by_label("Names of secret fields")).to_have_value("salary")
    expect(page.get_by_label("Names of secret fields")).to_be_disabled()
    assert problems == []
    theirs.close()


def test_posthogs_own_events_are_built_in(page: Page, project: ProjectClient) -> None:
    send_events(project, "$pageview", "$something_of_theirs", "constructor")
    page.goto(f"/events/schema?project={project.id}")
    table = page.get_by_role("table", name="Event schema")
    row = table.get_by_role("row").filter(has_text="$pageview")
    expect(row).to_contain_text("A page was shown")
    expect(row).to_contain_text("Built in")
    expect(table.get_by_role("row").filter(has_text="$something_of_theirs")).to_contain_text("Built in")
    expect(table.get_by_role("row").filter(has_text="constructor")).to_contain_text("Not declared")
    row.click()
    expect(page.get_by_label("Details")).to_contain_text("A page was shown. Nobody has to declare it.")
