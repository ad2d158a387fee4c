"""What simulated users write is read as feedback, beside the crash it is about."""

import asyncio
import random

import httpx
import pytest

from saas.browser import Backends, Browser
from saas.journeys import FRONTEND_BUGS
from saas.people import make_person
from tests.conftest import ProjectClient


def test_a_complaint_and_a_wish(project: ProjectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_DSN", project.connect["sentry_dsn"])
    rng = random.Random(1)
    person = make_person(rng, 1)
    person.user_id = "usr_1"

    async def write() -> str:
        async with httpx.AsyncClient(timeout=30) as http:
            browser = Browser(person, rng, http, Backends.from_environment())
            await browser.open("/reports", "Usage")
            about = await browser.report_error(*FRONTEND_BUGS["/reports"])
            await browser.write("The page stayed empty", about=about)
            await browser.write("Please add a dark mode")
            return about

    about = asyncio.run(write())
    complaint, wish = sorted(project.get("feedback")["items"], key=lambda one: one["error"] is None)
    assert (complaint["message"], complaint["error"]["event_id"]) == ("The page stayed empty", about)
    assert (complaint["email"], complaint["user_id"]) == (person.email, "usr_1")
    assert (wish["message"], wish["error"], wish["environment"]) == ("Please add a dark mode", None, "production")
