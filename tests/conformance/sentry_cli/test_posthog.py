"""posthog-js on a minified page whose ids and maps are sentry-cli's: errors readable, and one issue in every build."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conformance.posthog import conftest as posthog
from tests.conformance.sentry_cli.conftest import ARGUMENTS, Handler, SentryCli, esbuild
from tests.conformance.sentry_cli.test_source_maps import own_frames
from tests.conftest import ProjectClient

posthog_modules = posthog.node_modules  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.node]

PAGE = """<!doctype html><title>Shop</title><link rel="icon" href="data:,"><button>Visit</button>
<script src="/sdk/array.js"></script>
<script>posthog.init(%r, {api_host: %r, opt_out_useragent_filter: true, loaded: () => { window.ready = true }})</script>
<script src="/dist/visit.js"></script>"""
READABLE = [
    ("applyDiscount", "src/cart.ts", 14),
    ("Cart.checkout", "src/cart.ts", 8),
    ("onVisit", "src/visit.ts", 11),
]


@pytest.fixture
def site(tmp_path: Path, posthog_modules: Path) -> Iterator[str]:
    """The URL of a web server for the test's folder, with posthog-js under /sdk."""
    (tmp_path / "sdk").symlink_to(posthog_modules / "node_modules/posthog-js/dist")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def visit(url: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS.split())
        page = browser.new_page()
        page.goto(url)
        page.wait_for_function("window.ready && posthog.__loaded")
        page.click("button")
        page.goto("about:blank")  # posthog-js sends what waits when its page goes away
        browser.close()


def test_an_error_that_came_before_its_map(
    sentry_cli: SentryCli, node_project: Path, site: str, tmp_path: Path, project: ProjectClient
) -> None:
    esbuild(node_project, tmp_path, "src/visit.ts", "--bundle", "--minify", "--sourcemap", "--outdir=dist")
    (tmp_path / "index.html").write_text(PAGE % (project.key, project.server.url))
    sentry_cli("sourcemaps", "inject", "dist", cwd=tmp_path)
    ids = "SELECT event_id, culprit FROM errors ORDER BY received_at"
    visit(site)
    [first] = project.wait_for(ids, seconds=60)
    before = project.get(f"errors/{first['event_id']}/stacktrace")
    assert ([reason["code"] for reason in before["reasons"]], before["resolved"]) == (["no_bundle"], 0)

    sentry_cli("sourcemaps", "upload", "dist", cwd=tmp_path)
    after = project.get(f"errors/{first['event_id']}/stacktrace")
    assert (own_frames(after), after["reasons"]) == (READABLE, [])

    visit(site)
    second = project.wait_for(ids, rows=2, seconds=60)[1]
    assert second["culprit"] == "src/cart.ts in applyDiscount"
