"""sentry-cli and a bundler, installed once from the lockfile into `.cache/`; a page that was really minified."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ProjectClient

SOURCE = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[3] / ".cache"
ARGUMENTS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync"""


@pytest.fixture(scope="session")
def node_project() -> Path:
    """A folder with our sources and their node_modules. Skips when Node.js is missing."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are not installed")
    version = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = CACHE / f"sentry-cli-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one installation, however many workers
        shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
        if not (folder / "installed").exists():
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=300)
            (folder / "installed").touch()
    return folder


@dataclass
class SentryCli:
    """The real sentry-cli, told where our server is and with which token."""

    program: Path
    environment: dict[str, str]

    def run(self, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it, whatever comes of it."""
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=cwd,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def __call__(self, *arguments: str, cwd: Path, **environment: str) -> str:
        """Run it, successfully; what it printed."""
        done = self.run(*arguments, cwd=cwd, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def sentry_cli(node_project: Path, project: ProjectClient) -> SentryCli:
    # npm's postinstall only links the program that an optional dependency brought.
    [program] = (node_project / "node_modules/@sentry").glob("cli-*/bin/sentry-cli")
    return SentryCli(
        program,
        {
            "SENTRY_URL": project.server.url,
            "SENTRY_AUTH_TOKEN": project.server.keys["api_token"],
            "SENTRY_ORG": "vedette",
            "SENTRY_PROJECT": str(project.id),
            "SENTRY_DISABLE_UPDATE_CHECK": "1",
        },
    )


def esbuild(node_project: Path, folder: Path, *arguments: str) -> None:
    """Bundle our sources, which are copied into the folder when they are not there yet."""
    if not (folder / "src").exists():
        shutil.copytree(node_project / "src", folder / "src")
        (folder / "node_modules").symlink_to(node_project / "node_modules")
    [program] = (node_project / "node_modules/@esbuild").glob("*/bin/esbuild")
    subprocess.run([str(program), *arguments], cwd=folder, check=True, capture_output=True, timeout=120)


@pytest.fixture
def build(node_project: Path, tmp_path: Path) -> Path:
    """The page's code, bundled and minified, with its map beside it."""
    esbuild(node_project, tmp_path, "src/main.ts", "--bundle", "--minify", "--sourcemap", "--outdir=build")
    return tmp_path / "build"


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: Any) -> None: ...


@dataclass
class Shop:
    """The built page on a web server of its own."""

    url: str
    folder: Path

    def pay(self, options: dict[str, Any]) -> None:
        """Open the page in Chromium with these SDK options and click: an error is thrown and sent."""
        settings = json.dumps(options)
        (self.folder / "index.html").write_text(
            '<!doctype html><title>Shop</title><link rel="icon" href="data:,"><button>Pay</button>'
            f'<script>window.settings = {settings}</script><script src="/main.js"></script>'
        )
        playwright = pytest.importorskip("playwright.sync_api")
        chromium = shutil.which("chromium")
        if not chromium:
            pytest.skip("Chromium is not installed")
        with playwright.sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS.split())
            page = browser.new_page()
            page.goto(self.url)
            page.wait_for_function("window.ready")
            with page.expect_response(lambda answer: "TypeError" in (answer.request.post_data or "")):
                page.click("button")
            browser.close()


@pytest.fixture
def shop(build: Path) -> Iterator[Shop]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(build)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Shop(f"http://127.0.0.1:{server.server_port}/", build)
    server.shutdown()
    server.server_close()
