"""The event schema: how to begin, declared beside seen, one event's drawer, and the way there from an event."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE, send_events
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser

DECLARED = [
    {
        "name": "plan_upgraded",
        "version": 2,
        "owner": "growth",
        "description": f"Customer moved to a more expensive plan. {HOSTILE}",
        "key": ["invoice_id"],
        "properties": {
            "plan": {"type": "string", "enum": ["free", "pro"], "required": True, "description": "Where to"},
            "seats": {"type": "integer", "ge": 1, "unit": "seats"},
            "note": {"type": "integer"},
        },
    },
    {"name": "plan_upgraded", "version": 1, "status": "deprecated", "properties": {"plan": {"type": "string"}}},
    {"name": "trial_ended", "owner": "sales", "description": "A trial ended."},
]


def declare(project: ProjectClient) -> None:
    path = f"/api/v1/projects/{project.id}/event-schema"
    assert project.http.put(path, json={"source": "billing", "events": DECLARED}).status_code == 200


def send_violation(project: ProjectClient) -> None:
    properties = {"plan": "pro", "seats": 0, "$schema_violations": ["seats: 0 is not ≥ 1"]}
    event = {"event": "plan_upgraded", "distinct_id": "user-7", "properties": properties}
    body = json.dumps({"api_key": project.key, "batch": [event]}).encode()
    assert project.post("/batch/", body, content_type="application/json").status_code == 200


def test_without_declarations_it_says_how_to_begin(page: Page, project: ProjectClient) -> None:
    send_events(project, "cart updated")
    page.goto(f"/events?project={project.id}")
    page.get_by_role("link", name="Schema").click()
    how = page.get_by_role("region", name="How to declare events")
    expect(how).to_contain_text("vedette schema push")
    expect(how).to_contain_text("1 event came in this time range without a declaration")
    expect(page.get_by_role("row").filter(has_text="cart updated")).to_contain_text("Not declared")


def test_declared_beside_seen(page: Page, project: ProjectClient) -> None:
    declare(project)
    send_events(project, "plan_upgraded", "cart updated")
    send_violation(project)
    page.goto(f"/events?project={project.id}")
    page.get_by_role("cell").filter(has_text="plan_upgraded").first.click()
    page.get_by_role("complementary", name="Details").get_by_role("link", name="Schema").click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer).to_contain_text("Not as declared")
    expect(drawer).to_contain_text("another type than declared: note")
    expect(drawer.get_by_role("listitem").filter(has_text="seats: 0 is not ≥ 1")).to_contain_text("1")
    seats = drawer.get_by_role("row").filter(has_text="seats")
    expect(seats).to_contain_text("integer ≥ 1")
    expect(seats).to_contain_text("in seats")
    expect(drawer.get_by_role("row").filter(has_text="note")).to_contain_text("came as string")
    drawer.get_by_text("Version 1, deprecated").click()
    expect(drawer).to_contain_text("invoice_id")
    drawer.get_by_role("link", name="2 events").click()
    expect(page).to_have_url(re.compile("/events\\?.*event=plan_upgraded"))


def test_find_and_narrow(page: Page, project: ProjectClient) -> None:
    declare(project)
    send_events(project, "cart updated")
    page.goto(f"/events/schema?project={project.id}")
    rows = page.get_by_role("table", name="Event schema").get_by_role("row")
    expect(rows.filter(has_text="trial_ended")).to_contain_text("Not seen")
    page.get_by_role("radiogroup", name="Which events").get_by_text("Not declared").click()
    expect(rows.filter(has_text="trial_ended")).to_have_count(0)
    expect(rows.filter(has_text="cart updated")).to_be_visible()
    page.get_by_role("radiogroup", name="Which events").get_by_text("All").click()
    page.get_by_role("textbox", name="Find an event").fill("seats")
    expect(rows.filter(has_text="plan_upgraded")).to_be_visible()
    expect(rows.filter(has_text="cart updated")).to_have_count(0)
    page.get_by_role("textbox", name="Find an event").fill("zzz")
    expect(page.get_by_text("No event matches")).to_be_visible()
