"""@sentry/browser in real Chromium, on a page of another origin."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.conftest import ProjectClient

pytestmark = [pytest.mark.browser, pytest.mark.node]

ARGUMENTS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync"""

PAGE = """<!doctype html><title>Shop</title><link rel="icon" href="data:,"><button>Pay</button>
<script type="importmap">IMPORTS</script>
<script type="module">
import * as Sentry from "@sentry/browser";
window.Sentry = Sentry;
Sentry.init({
  dsn: DSN,
  release: "web@1", environment: "e2e", tracesSampleRate: 1, enableLogs: true, debug: true, sendDefaultPii: true,
  integrations: [Sentry.browserTracingIntegration()],
});
Sentry.setUser({ id: "visitor-1" });
Sentry.setTag("author", "<b>Ann</b>");
document.querySelector("button").addEventListener("click", () => { throw new TypeError("pay is not a function"); });
Sentry.logger.error("cart is empty", { items: 0 });
Sentry.metrics.count("clicks", 1);
window.ready = true;
</script>"""


class Handler(SimpleHTTPRequestHandler):
    """Serves `/` from memory and `/modules/` from node_modules."""

    extensions_map: ClassVar = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}
    page = b""

    def do_GET(self) -> None:
        if self.path == "/":
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(self.page)
        else:
            self.path = self.path.replace("/modules/", "/node_modules/", 1)
            super().do_GET()

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def page_url(node_project: Path, project: ProjectClient) -> Iterator[str]:
    imports = subprocess.check_output(["node", "importmap.mjs"], cwd=node_project, text=True)
    page = PAGE.replace("IMPORTS", imports).replace("DSN", json.dumps(project.connect["sentry_dsn"]))
    handler = type("PageHandler", (Handler,), {"page": page.encode()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(node_project)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_with_an_error(page_url: str, project: ProjectClient) -> None:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    console: list[str] = []
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS.split())
        page = browser.new_page()
        page.on("console", lambda message: console.append(f"{message.type}: {message.text}"))
        page.goto(page_url)
        page.wait_for_function("window.ready")
        page.click("button")
        page.evaluate("Sentry.flush(5000)")
        page.wait_for_timeout(300)
        page.close(run_before_unload=True)
        browser.close()
    assert [line for line in console if line.startswith(("warning", "error"))] == []
    [error] = project.wait_for("SELECT * EXCEPT (payload) FROM errors")
    assert (error["title"], error["platform"], error["handled"]) == (
        "TypeError: pay is not a function",
        "javascript",
        False,
    )
    assert (error["release"], error["environment"], error["user_id"]) == ("web@1", "e2e", "visitor-1")
    assert (error["url"], error["user_ip"]) == (page_url, "127.0.0.1")
    assert error["tags"] == {"author": "<b>Ann</b>"}
    assert error["sdk_name"] == "sentry.javascript.browser"
    [log] = project.wait_for("SELECT body, severity_number, attributes, user_id FROM logs")
    assert (log["body"], log["severity_number"], log["attributes"]["items"]) == ("cart is empty", 17, "0")
    assert project.wait_for("SELECT value FROM metric_points WHERE metric_name = 'clicks'") == [{"value": 1}]
    spans = project.wait_for("SELECT name, op, trace_id FROM spans WHERE is_segment")
    assert any(span["op"] == "pageload" for span in spans)
    assert error["trace_id"] in {span["trace_id"] for span in spans}
    assert project.wait_for("SELECT release FROM sessions")[0] == {"release": "web@1"}
    unwanted = "SELECT * FROM outcomes WHERE outcome IN ('rejected', 'changed', 'filtered') AND reason != 'scrubbed'"
    assert project.sql(unwanted) == []
