"""posthog-js in Chromium: unchanged, without a failed request and without an error in the console."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ProjectClient

pytestmark = [pytest.mark.browser, pytest.mark.node]

PAGE = """<!doctype html><meta charset=utf-8><title>Vögel ✓</title>
<button id=buy class=cta>Kaufen</button>
<script src="/sdk/%(bundle)s"></script>
<script>
  posthog.init(%(key)r, {api_host: %(host)r, capture_pageview: true, %(options)s
    opt_out_useragent_filter: true, // it takes a browser driven by a test for a bot
    loaded: (ph) => { window.ready = true }})
</script>"""


class Visit:
    """A page with the SDK on it, and everything that went wrong on it."""

    def __init__(self, browser: Any, site: tuple[str, Path], project: ProjectClient, bundle: str, options: str) -> None:
        url, folder = site
        values = {"bundle": bundle, "key": project.key, "host": project.server.url, "options": options}
        (folder / "index.html").write_text(PAGE % values, encoding="utf-8")
        self.failed: list[str] = []
        self.console: list[str] = []
        self.requests: list[str] = []
        self.context = browser.new_context(timezone_id="Asia/Kathmandu")
        self.page = self.context.new_page()
        self.page.on("requestfailed", lambda request: self.failed.append(f"{request.url} {request.failure}"))
        self.page.on("response", self._response)
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))
        self.page.goto(f"{url}/index.html?utm_source=test")
        self.page.wait_for_function("window.ready && posthog.__loaded")

    def _response(self, response: Any) -> None:
        self.requests.append(f"{response.status} {response.request.method} {response.url}")
        if response.status >= 400:
            self.failed.append(self.requests[-1])

    def problems(self) -> list[str]:
        """Failed requests, and console messages that are errors or warnings."""
        return self.failed + [text for text in self.console if text.startswith(("error", "warning", "pageerror"))]


def test_a_visit_from_page_view_to_identified_user(
    browser: Any, site: tuple[str, Path], project: ProjectClient
) -> None:
    visit = Visit(browser, site, project, "array.js", "")
    page = visit.page
    anonymous = page.evaluate("posthog.get_distinct_id()")
    page.evaluate(
        """posthog.capture('bought', {price: 12.5, count: 3, currency: 'रू', 'dotted.key': 1, empty: {}, nothing: null,
            list: [1, 'two', {three: 3}], nested: {deep: {er: true}}},
            {timestamp: new Date('2026-03-29T01:30:00.123Z')})"""
    )
    page.click("#buy")
    page.evaluate("posthog.identify('käufer-1', {email: 'a@example.com'}, {first_seen: 'today'})")
    page.evaluate("posthog.group('company', 'acme', {name: 'Acme'})")
    page.evaluate("posthog.capture('after')")
    rows = project.wait_for("SELECT event FROM events WHERE event = 'after'")
    # What is left goes out by beacon; Chromium calls that aborted, as no page is there to read the answer.
    problems = visit.problems()
    page.goto("about:blank")
    project.wait_for("SELECT event FROM events WHERE event = '$pageleave'")
    rows = project.sql("SELECT * FROM events ORDER BY time")
    by_name = {row["event"]: row for row in rows}
    assert {"$pageview", "bought", "$autocapture", "$identify", "$groupidentify", "after"} <= set(by_name), (
        visit.console
    )
    bought = by_name["bought"]
    assert bought["time"] == bought["sent_time"] == "2026-03-29T01:30:00.123000Z"
    assert bought["distinct_id"] == anonymous and bought["session_id"] and bought["window_id"]
    assert bought["lib"] == "web" and bought["lib_version"] == "1.449.2"
    assert bought["process_person_profile"] is False
    properties = bought["properties"]
    assert properties["currency"] == "रू" and properties["price"] == 12.5 and properties["dotted.key"] == 1
    assert properties["list"] == [1, "two", {"three": 3}] and properties["nested"] == {"deep": {"er": True}}
    assert '"nothing":null' in bought["properties_text"] and '"empty":{}' in bought["properties_text"]
    assert by_name["$pageview"]["pathname"] == "/index.html"
    assert by_name["$pageview"]["properties"]["title"] == "Vögel ✓"
    assert "Kaufen" in by_name["$autocapture"]["properties"]["$elements_chain"]
    assert by_name["after"]["distinct_id"] == "käufer-1"
    assert by_name["after"]["properties"]["$groups"] == {"company": "acme"}
    people = project.sql("SELECT * FROM persons")
    assert [person["person_id"] for person in people] == ["käufer-1"]
    assert set(people[0]["distinct_ids"]) == {anonymous, "käufer-1"} and people[0]["is_identified"]
    assert people[0]["properties"]["email"] == "a@example.com"
    visit.context.close()
    assert problems == [], visit.requests


def test_an_uncaught_exception_becomes_an_error(browser: Any, site: tuple[str, Path], project: ProjectClient) -> None:
    visit = Visit(browser, site, project, "array.full.no-external.js", "capture_exceptions: true,")
    visit.page.evaluate("setTimeout(function checkout() { throw new TypeError('no häuser') }, 0)")
    visit.page.evaluate("posthog.captureException(new RangeError('by hand'))")
    rows = project.wait_for("SELECT * FROM errors ORDER BY time", rows=2)
    by_type = {row["type"]: row for row in rows}
    thrown = by_type["TypeError"]
    assert thrown["value"] == "no häuser" and thrown["handled"] is False and thrown["source"] == "posthog"
    assert thrown["title"] == "TypeError: no häuser" and thrown["platform"] == "javascript"
    assert thrown["frames"][-1]["function"] == "checkout" and len(thrown["fingerprint"]) == 32
    assert thrown["session_id"] and thrown["url"].endswith("utm_source=test")
    events = project.sql("SELECT uuid, distinct_id FROM events WHERE event = '$exception'")
    assert {row["uuid"].replace("-", "") for row in events} == {row["event_id"] for row in rows}
    visit.context.close()
    assert visit.failed == []
    assert [text for text in visit.console if "PostHog" in text and not text.startswith("log")] == []


def test_the_module_bundle_asks_for_nothing_that_is_not_here(
    browser: Any, site: tuple[str, Path], project: ProjectClient
) -> None:
    visit = Visit(browser, site, project, "array.full.no-external.js", "")
    visit.page.evaluate("posthog.capture('hello')")
    project.wait_for("SELECT 1 FROM events WHERE event = 'hello'")
    assert visit.page.evaluate("posthog.isFeatureEnabled('nope')") in (None, False)
    visit.context.close()
    assert visit.problems() == [], visit.requests
