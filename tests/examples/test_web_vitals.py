"""The simulated browsers' page loads are what the page of web vitals reads, in both SDKs' words."""

import asyncio
import random

import httpx
import pytest

from saas.browser import Backends, Browser
from saas.page_loads import user_agent
from saas.people import BROWSERS, Person, make_person
from tests.conftest import ProjectClient


def test_a_load_is_told_by_both_sdks(project: ProjectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_DSN", project.connect["sentry_dsn"])
    people = [make_person(random.Random(number), number) for number in range(12)]

    async def visit() -> None:
        async with httpx.AsyncClient(timeout=30) as http:
            for number, person in enumerate(people):
                browser = Browser(person, random.Random(number), http, Backends.from_environment())
                await browser.open(person.landing_url if number % 2 else "/workflows/wfl_1a2b", "Home")

    asyncio.run(visit())
    for source, vitals in (("sentry", 5), ("posthog", 4)):
        answer = project.get("web-vitals", source=source)
        counts = {vital["metric"]: vital["count"] for vital in answer["vitals"] if vital["count"]}
        assert len(counts) == vitals and counts.pop("inp") in range(1, 13), "nobody clicks on every page"
        assert set(counts.values()) == {12}
        pages = project.get("web-vitals/breakdown", source=source)["items"]
        assert {(row["value"], row["loads"]) for row in pages} >= {("/", 6)}
    assert project.get("web-vitals")["source"] == "sentry"
    assert {row["value"] for row in project.get("web-vitals/breakdown", source="sentry")["items"]} == {
        "/", "/workflows/:id"
    }  # fmt: skip
    by_sdk = [
        {
            row["value"]: row["loads"]
            for row in project.get("web-vitals/breakdown", by="browser", source=source)["items"]
        }
        for source in ("sentry", "posthog")
    ]
    assert by_sdk[0] == by_sdk[1], "the user agent says the same browser as posthog-js does"
    [slowest, *_] = project.get("web-vitals/examples")["items"]
    assert slowest["session_id"] and project.get(f"traces/{slowest['trace_id']}")["span_count"] >= 2
    assert project.sql("SELECT * FROM outcomes WHERE outcome IN ('rejected', 'changed')") == []


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: f"{browser[0]} on {browser[2]}")
def test_every_browser_has_a_user_agent(browser: tuple[str, int, str, str, int, int]) -> None:
    person = Person("Ada", "Acme", "ada@acme.example", "d", browser, ("", "", "", "$direct"))
    assert user_agent(person).startswith("Mozilla/5.0 (") and str(browser[1]) in user_agent(person)
