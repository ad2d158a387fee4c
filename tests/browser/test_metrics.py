"""Metrics: a sum that may fall is read as a gauge, and its labels are there to choose."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import send_gauge
from tests.conftest import ProjectClient

pytestmark = pytest.mark.browser


def test_labels_to_group_by(page: Page, project: ProjectClient) -> None:
    send_gauge(project, "in_flight", route="/cart /orders")
    page.goto(f"/metrics/in_flight?project={project.id}")
    expect(page.get_by_role("combobox", name="Aggregate")).to_have_value("avg")
    page.get_by_role("combobox", name="Group by").click()
    page.get_by_role("option", name="route", exact=True).click()
    expect(page).to_have_url(re.compile("group_by=attributes.route"))
    expect(page.get_by_role("cell", name="attributes.route=/orders")).to_be_visible()
