"""Real SDKs that report web vitals, bundled as pages have them, on a page that is slow, shifts and is clicked."""

import fcntl
import hashlib
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[3] / ".cache"
CHROMIUM = os.environ.get("VEDETTE_CHROMIUM", "/usr/bin/chromium")
BUNDLES = {"sentry-11.js": "@sentry/browser", "sentry-10.js": "sentry-browser-10"}

# A heading that paints at once, a large text that paints later and pushes a paragraph down, and a button whose click
# keeps the page busy.
PAGE = """<!doctype html><meta charset=utf-8><title>Shop</title><link rel="icon" href="data:,">
<h1>Shop</h1><div id=late></div><p>Pushed down when the rest arrives.</p><button>Pay</button>
%s
<script>
  const idle = (then) => requestIdleCallback(then);
  setTimeout(() => {
    document.getElementById("late").innerHTML = "<p style='font-size:80px'>A large text that comes late</p>";
    window.shifted = true;
  }, 300);
  document.querySelector("button").addEventListener("click", () => {
    const until = performance.now() + 120;
    while (performance.now() < until);
  });
  // An interaction is measured once what it changed is on the screen, and by web-vitals when the page is idle then; a
  // page that is left before loses it. Idle callbacks run in order: by the second one web-vitals has had its own.
  new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => entry.name === "click")) idle(() => idle(() => { window.clicked = true; }));
  }).observe({ type: "event", durationThreshold: 16 });
</script>"""


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundles, and posthog-js's files as they are published under `posthog/`."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are not installed")
    version = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = CACHE / f"web-vitals-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one installation, however many workers
        shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
        if not (folder / "installed").exists():
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=300)
            (folder / "installed").touch()
    built = tmp_path_factory.mktemp("bundles")
    text = (SOURCE / "sentry.js").read_text()
    for bundle, package in BUNDLES.items():
        entry = folder / f"entry-{os.getpid()}-{bundle}"
        entry.write_text(text.replace("SENTRY", package, 1))
        command = ["node_modules/.bin/esbuild", entry.name, "--bundle", "--format=iife", f"--outfile={built / bundle}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
        entry.unlink()
    (built / "posthog").symlink_to(folder / "node_modules" / "posthog-js" / "dist")
    return built


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files; what ends in no suffix is a page."""

    def do_GET(self) -> None:
        if "." not in self.path.rpartition("/")[2]:
            self.path = "/index.html"
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def serve(tmp_path: Path, modules: Path) -> Iterator[Callable[[str], str]]:
    """Serves the page with these scripts in it, at every path; returns its origin."""
    folder = tmp_path / "site"
    folder.mkdir()
    for path in modules.iterdir():
        (folder / path.name).symlink_to(path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: _Handler(*a, directory=str(folder))) as web:
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()

        def put(scripts: str) -> str:
            (folder / "index.html").write_text(PAGE % scripts, encoding="utf-8")
            return f"http://127.0.0.1:{web.server_address[1]}"

        yield put
        web.shutdown()
        thread.join()


@pytest.fixture(scope="module")  # open, it keeps others in this process from running an event loop
def browser() -> Iterator[Any]:
    """Real Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(
            executable_path=CHROMIUM,
            headless=True,
            args=[*flags.split(), "--disable-component-update", "--disable-sync"],
        )
        yield running
        running.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A page that stays open to the test's end: with its context go the beacons that are still on their way."""
    context = browser.new_context()
    yield context.new_page()
    context.close()
