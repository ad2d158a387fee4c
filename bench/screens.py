"""How soon a person sees something: the home page, and one trace of 20,000 spans, in headless Chromium on loopback.

    python -m bench.screens [--spans 20000] [--rounds 5]

Each round opens the page anew in the same browser, signed in, with the HTTP cache warm (the second visit of a day).
`visible` counts from the navigation to the first row of data on the screen; `slowest frame` is the longest time between
two frames while the waterfall is scrolled from top to bottom. Budgets: 1 s each; no frame beyond 100 ms.
Next to it, in the same run: the API's answer alone, to see what is the browser's part.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ADMIN, FLAGS, setup_token
from tests.conftest import RunningServer, start_server

TRACE_ID = bytes(range(16))
BATCH = 1000
# Scrolls the waterfall in steps of one screen, a step a frame; the longest frame in milliseconds.
SCROLL = """async () => {
  const box = document.querySelector('[data-scroller]')
  if (box.scrollHeight < 10 * box.clientHeight)
    throw new Error(`nothing long to scroll: ${box.scrollHeight} of ${box.clientHeight}`)
  let longest = 0
  let before = await new Promise(requestAnimationFrame)
  for (let step = 1; step <= 120; step++) {
    box.scrollTop = (box.scrollHeight - box.clientHeight) * step / 120
    const now = await new Promise(requestAnimationFrame)
    longest = Math.max(longest, now - before)
    before = now
  }
  return longest
}"""


def send_trace(server: RunningServer, spans: int) -> None:
    start = time.time_ns() - 60_000_000_000
    for first in range(0, spans, BATCH):
        request = ExportTraceServiceRequest()
        group = request.resource_spans.add()
        service = group.resource.attributes.add(key="service.name")
        service.value.string_value = ("billing", "identity", "workflows")[first // BATCH % 3]
        scope = group.scope_spans.add()
        for index in range(first, min(first + BATCH, spans)):
            span = scope.spans.add(
                trace_id=TRACE_ID, span_id=(index + 1).to_bytes(8, "big"), name=f"step {index % 100}"
            )
            span.parent_span_id = (
                b"" if index == 0 else (index // 10 + 1).to_bytes(8, "big") if index > 9 else b"\0" * 7 + b"\1"
            )
            span.start_time_unix_nano = start + index * 1_000_000
            span.end_time_unix_nano = start + (spans if index == 0 else index + 5) * 1_000_000
            text = span.attributes.add(key="db.query.text")
            text.value.string_value = f"SELECT * FROM orders WHERE id = {index}"
        _post(server, request.SerializeToString())


def _post(server: RunningServer, body: bytes) -> None:
    headers = {"content-type": "application/x-protobuf", "authorization": f"Bearer {server.keys['ingest_key']}"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/traces", body, headers), timeout=60):
        pass


def answer_seconds(server: RunningServer, path: str) -> float:
    request = urllib.request.Request(
        f"{server.url}/api/v1/projects/1/{path}", headers={"authorization": f"Bearer {server.keys['api_token']}"}
    )
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()
    return time.perf_counter() - started


def visible_seconds(page: Page, url: str, selector: str) -> float:
    page.goto("about:blank")
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(selector).first.wait_for(state="visible")
    return time.perf_counter() - started


def unfold_seconds(page: Page, spans: int) -> float:
    """Long traces open with their deeper levels folded; this shows them all."""
    started = time.perf_counter()
    page.get_by_text("Unfold", exact=True).click()
    page.locator(f"[role=treegrid][aria-rowcount='{spans}']").wait_for(state="visible")
    return time.perf_counter() - started


def measure(server: RunningServer, spans: int, rounds: int) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {
        "home": [],
        "trace": [],
        "trace answer": [],
        "unfold all": [],
        "slowest frame": [],
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
        made = context.request.post("/api/v1/auth/setup", data={"token": setup_token(server), **ADMIN})
        assert made.ok, made.text()
        page = context.new_page()
        for _ in range(rounds + 1):  # the first fills the cache
            figures["home"].append(visible_seconds(page, "/?project=1", "h1, h2"))
            figures["trace answer"].append(answer_seconds(server, f"traces/{TRACE_ID.hex()}"))
            figures["trace"].append(
                visible_seconds(page, f"/traces/{TRACE_ID.hex()}?project=1", "[role=treegrid] [role=row]")
            )
            figures["unfold all"].append(unfold_seconds(page, spans))
            figures["slowest frame"].append(page.evaluate(SCROLL) / 1000)
        browser.close()
    return {name: values[1:] for name, values in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        server = start_server(Path(data))
        try:
            send_trace(server, arguments.spans)
            figures = measure(server, arguments.spans, arguments.rounds)
        finally:
            server.terminate()
    for name, values in figures.items():
        print(f"{name:16} median {statistics.median(values):.3f} s, worst {max(values):.3f} s")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
