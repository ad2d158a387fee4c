"""Crons: how to report, monitors with their runs, one monitor's page, what people say of it, and taking it away."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import HOSTILE, TRACE_ID
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser

HOURLY = {"schedule": {"type": "crontab", "value": "0 * * * *"}, "checkin_margin": 5}


def check_in(project: ProjectClient, slug: str, status: str = "ok", **more: Any) -> None:
    item = {"check_in_id": uuid4().hex, "monitor_slug": slug, "status": status, **more}
    body = b"\n".join([b"{}", b'{"type":"check_in"}', json.dumps(item).encode()])
    answer = project.post(
        f"/api/{project.id}/envelope/", body, x_sentry_auth=f"Sentry sentry_version=7, sentry_key={project.key}"
    )
    assert answer.status_code == 200, answer.text


def send_error_of_trace(project: ProjectClient) -> None:
    event = {
        "exception": {"values": [{"type": "NoMoney", "value": "x"}]},
        "contexts": {"trace": {"trace_id": TRACE_ID}},
    }
    answer = project.post(f"/api/{project.id}/store/?sentry_key={project.key}", json.dumps(event).encode())
    assert answer.status_code == 200, answer.text


def test_without_monitors_it_says_how_to_report(page: Page, project: ProjectClient) -> None:
    page.goto(f"/?project={project.id}")
    page.get_by_role("link", name="Crons").click()
    how = page.get_by_role("region", name="How to report runs")
    expect(how).to_contain_text("sentry_sdk.monitor")
    expect(how).to_contain_text(f"/api/{project.id}/cron/nightly-report/{project.key}/")
    check_in(project, "from elsewhere")
    expect(page.get_by_role("table", name="Monitors")).to_contain_text("from elsewhere")


def test_a_monitor_from_the_list_to_its_trace(page: Page, project: ProjectClient) -> None:
    trace = {"trace": {"trace_id": TRACE_ID}}
    check_in(project, "invoices", monitor_config=HOURLY, release="shop@1.2.3")
    check_in(project, "invoices", "error", duration=2.5, contexts=trace, release="shop@1.2.4")
    check_in(project, "invoices", "in_progress", environment="staging")
    check_in(project, HOSTILE, monitor_config={"schedule": {"type": "crontab", "value": HOSTILE}})
    send_error_of_trace(project)
    page.goto(f"/crons?project={project.id}")
    rows = page.get_by_role("table", name="Monitors").get_by_role("row")
    production = rows.filter(has_text="invoices").filter(has_text="production")
    expect(production).to_contain_text("failing")
    expect(production).to_contain_text("At the start of every hour")
    expect(production.get_by_role("img")).to_have_accessible_name("Runs: 1 error, 1 ok")
    expect(rows.filter(has_text="staging")).to_contain_text("waiting")
    expect(rows.filter(has_text="<script>")).to_contain_text("no schedule")
    production.locator("i[data-look]").click()
    expect(page).to_have_url(re.compile("/crons/invoices.*since=.*until="))
    expect(page.get_by_role("region", name="In staging")).to_contain_text("waiting")
    run = page.get_by_role("table", name="Runs").get_by_role("row").filter(has_text="2.5 s")
    expect(run).to_contain_text("error")
    expect(run).to_contain_text("shop@1.2.4")
    run.get_by_title(f"trace {TRACE_ID}").click()
    expect(page.get_by_role("menuitem", name="Open trace")).to_be_visible()
    page.keyboard.press("Escape")
    run.get_by_role("link", name="1 error").click()
    expect(page.get_by_text("NoMoney").first).to_be_visible()


def test_what_people_say(page: Page, project: ProjectClient) -> None:
    page.goto(f"/crons?project={project.id}")
    page.get_by_role("button", name="Add monitor").click()
    page.get_by_role("textbox", name="Name").fill("backup")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("region", name="How to report runs")).to_contain_text("It waits for its first check-in")
    page.get_by_role("combobox", name="Schedule").click()
    page.get_by_role("option", name="crontab").click()
    page.get_by_role("textbox", name="Crontab line").fill("30 2 * * *")
    page.get_by_role("textbox", name="Time zone").fill("Europe/Vienna")
    page.get_by_role("textbox", name="May take, min").fill("90")
    page.get_by_role("button", name="Save").click()
    facts = page.get_by_role("complementary", name="Facts")
    expect(facts).to_contain_text("At 02:30 every day")
    expect(facts).to_contain_text("90 minutes")
    check_in(project, "backup")
    expect(page.get_by_role("region", name="In production")).to_contain_text("next in")
    page.get_by_role("button", name="Mute", exact=True).click()
    expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    assert project.get("crons/backup")["by_people"]["max_runtime"] == 90, "muting leaves the settings alone"
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/crons\?"))
    expect(page.get_by_role("region", name="How to report runs")).to_contain_text("No job has reported a run yet")
