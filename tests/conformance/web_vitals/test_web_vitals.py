"""The official browser SDKs in Chromium: what a visitor waited for is on the page of web vitals."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ProjectClient
from vedette.server.protocols.posthog.remote_config import SCRIPTS, script

pytestmark = [pytest.mark.browser, pytest.mark.node]

POSTHOG = """<script src="/posthog/array.js"></script>
<script>
  posthog.init(%s, {api_host: %s, capture_performance: {web_vitals: true, web_vitals_delayed_flush_ms: 500},
    opt_out_useragent_filter: true, // it takes a browser driven by a test for a bot
    loaded: () => { window.ready = true }})
</script>"""


def sentry(bundle: str, project: ProjectClient, *, rate: float = 1) -> str:
    dsn = json.dumps(project.connect["sentry_dsn"])
    return f"<script>window.DSN = {dsn}; window.RATE = {rate}</script><script src=/{bundle}></script>"


def visit(page: Any, url: str, *settled: str) -> list[str]:
    """Load the page, click its button, and leave. Returns what went wrong in the browser."""
    problems: list[str] = []
    page.on("response", lambda answer: problems.append(answer.url) if answer.status >= 400 else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(url)
    for condition in ("window.ready && window.shifted", *settled):
        page.wait_for_function(condition, timeout=30_000)
    page.click("button")
    page.wait_for_function("window.clicked", timeout=30_000)
    page.goto("about:blank")
    return problems


def wait_for(project: ProjectClient, metrics: set[str], **params: Any) -> Any:
    """The answer once it has all these vitals: some come when the page is left, and by beacon."""
    deadline = time.monotonic() + 30
    while True:
        answer = project.get("web-vitals", **params)
        found = {vital["metric"]: vital for vital in answer["vitals"] if vital["count"]}
        if metrics <= found.keys() or time.monotonic() > deadline:
            assert metrics <= found.keys(), (metrics, sorted(found))
            return answer, found
        time.sleep(0.2)


LOADED = "window.loaded"  # the load's own span ends when nothing has happened for a while; one that is left tells less
MEASURING = "window.__PosthogExtensions__?.postHogWebVitalsCallbacks"  # the script that measures has been fetched


@pytest.mark.parametrize("bundle", ["sentry-11.js", "sentry-10.js"])
def test_sentrys_browser_sdk(tab: Any, serve: Callable[[str], str], project: ProjectClient, bundle: str) -> None:
    origin = serve(sentry(bundle, project))
    assert visit(tab, f"{origin}/shop/42/items", LOADED) == []
    answer, found = wait_for(project, {"lcp", "inp", "cls", "fcp", "ttfb"})
    assert answer["source"] == "sentry" and 0 < answer["score"] <= 100
    assert {name: vital["count"] for name, vital in found.items()} == dict.fromkeys(found, 1)
    assert found["lcp"]["p75"] > 300 and found["fcp"]["p75"] < found["lcp"]["p75"], "the large text comes late"
    assert found["inp"]["p75"] >= 100, "the click keeps the page busy for 120 ms"
    assert 0 < found["cls"]["p75"] < 1 and found["ttfb"]["p75"] < found["lcp"]["p75"]
    by_page = project.get("web-vitals/breakdown", by="page")["items"]
    assert [(row["value"], len(row["vitals"])) for row in by_page] == [("/shop/:id/items", 5)]
    assert [row["value"] for row in project.get("web-vitals/breakdown", by="browser")["items"]] == ["Chrome"]
    assert [row["value"] for row in project.get("web-vitals/breakdown", by="device")["items"]] == ["Desktop"]
    assert [row["value"] for row in project.get("web-vitals/breakdown", by="release")["items"]] == ["web@1"]
    [lcp] = project.get("web-vitals/examples", metric="lcp")["items"]
    assert (lcp["user_id"], lcp["element"]) == ("visitor-1", "body > div#late > p")
    assert project.get(f"traces/{lcp['trace_id']}")["span_count"] > 1
    [inp] = project.get("web-vitals/examples", metric="inp")["items"]
    assert (inp["element"], inp["trace_id"]) == ("body > button", lcp["trace_id"])


@pytest.mark.parametrize("bundle", ["sentry-11.js", "sentry-10.js"])
def test_a_share_of_loads_stands_for_all(
    tab: Any, serve: Callable[[str], str], project: ProjectClient, bundle: str
) -> None:
    scripts = f"<script>Math.random = () => 0.25</script>{sentry(bundle, project, rate=0.5)}"
    origin = serve(scripts)
    assert visit(tab, f"{origin}/", LOADED) == []
    _, found = wait_for(project, {"lcp", "inp", "fcp"})
    assert {name: (vital["count"], vital["loads"]) for name, vital in found.items()} == dict.fromkeys(found, (1, 2))


def test_posthog_js(tab: Any, serve: Callable[[str], str], project: ProjectClient) -> None:
    origin = serve(POSTHOG % (json.dumps(project.key), json.dumps(project.server.url)))
    assert visit(tab, f"{origin}/cart/7?coupon=x", MEASURING) == []
    answer, found = wait_for(project, {"lcp", "inp", "cls", "fcp"})
    assert (answer["source"], "ttfb" in found) == ("posthog", False)
    assert {name: vital["count"] for name, vital in found.items()} == dict.fromkeys(found, 1)
    assert found["lcp"]["p75"] > 300 and found["inp"]["p75"] >= 100 and found["cls"]["p75"] > 0
    [row] = project.get("web-vitals/breakdown", by="page")["items"]
    assert row["value"] == "/cart/:id"
    [lcp] = project.get("web-vitals/examples", metric="lcp")["items"]
    assert lcp["element"].endswith("p") and lcp["session_id"] and lcp["user_id"] and lcp["device"] == "Desktop"
    assert project.get(f"events/{lcp['event_uuid']}")["session_id"] == lcp["session_id"]


def test_a_load_that_both_report_counts_once(tab: Any, serve: Callable[[str], str], project: ProjectClient) -> None:
    both = POSTHOG % (json.dumps(project.key), json.dumps(project.server.url)) + sentry("sentry-11.js", project)
    assert visit(tab, f"{serve(both)}/both", LOADED, MEASURING) == []
    wait_for(project, {"lcp", "inp", "cls", "fcp"}, source="posthog")
    answer, found = wait_for(project, {"lcp", "inp", "cls", "fcp", "ttfb"}, source="sentry")
    assert {name: vital["count"] for name, vital in found.items()} == dict.fromkeys(found, 1)
    assert {one["source"] for one in answer["sources"]} == {"sentry", "posthog"}
    [row] = project.get("web-vitals/breakdown", by="page")["items"]
    assert (row["value"], row["loads"]) == ("/both", 1)


def test_the_scripts_are_those_of_the_package(modules: Path) -> None:
    published = {path.stem for path in (modules / "posthog").glob("web-vitals*.js")}
    assert published == SCRIPTS
    for kind in SCRIPTS:
        text = (modules / "posthog" / f"{kind}.js").read_bytes()
        assert text.partition(b"//# sourceMappingURL")[0].rstrip() == script(kind).rstrip()
