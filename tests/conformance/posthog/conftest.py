"""The official JavaScript SDKs, installed once from the lock file into .cache/; and a browser."""

import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
NODE = Path(__file__).parent / "node"
CHROMIUM = os.environ.get("VEDETTE_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """A folder whose node_modules has posthog-js and posthog-node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    cache = ROOT / ".cache" / "conformance-posthog"
    lock = (NODE / "package-lock.json").read_text()
    stamp = cache / "installed"
    if not stamp.exists() or stamp.read_text() != lock:
        cache.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(NODE / name, cache / name)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=cache,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            pytest.skip(f"npm ci failed: {done.stderr.strip().splitlines()[-1:]}")
        stamp.write_text(lock)
    return cache


class _Page(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def site(tmp_path: Path, node_modules: Path) -> Iterator[tuple[str, Path]]:
    """A little web server; its folder has posthog-js's files under /sdk."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sdk").symlink_to(node_modules / "node_modules" / "posthog-js" / "dist")
    (folder / "favicon.ico").write_bytes(b"")
    handler = lambda *args: _Page(*args, directory=str(folder))  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{web.server_address[1]}", folder
        web.shutdown()
        thread.join()


@pytest.fixture(scope="module")  # open, it keeps others in this process from running an event loop
def browser() -> Iterator[Any]:
    """Real Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with playwright.sync_playwright() as p:
        running = p.chromium.launch(
            executable_path=CHROMIUM,
            headless=True,
            args=[*flags.split(), "--disable-component-update", "--disable-sync"],
        )
        yield running
        running.close()
