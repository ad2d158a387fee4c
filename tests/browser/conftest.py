"""Chromium on a real server: a signed-in page that fails its test on any console error, and data sent as clients do."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import RunningServer

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADMIN = {"email": "ada@example.org", "name": "Ada Lovelace", "password": "analytical engine"}
STATIC = Path(__file__).parents[2] / "src/vedette/server/static/index.html"
# Every run shares its two cores with other tests: what takes 0.1 s alone may take seconds here.
expect.set_options(timeout=45_000)


@pytest.fixture(scope="package")  # open, it keeps others in this process from running an event loop
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine")
    if not STATIC.exists():
        pytest.skip("the web app is not built: run npm run build in web/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def setup_token(server: RunningServer) -> str:
    """The token of the set-up link that the server prints when it has no user yet."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = re.search(r"/setup\?token=(\S+)", server.log.read_text())
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"no set-up link in the log:\n{server.log.read_text()[-2000:]}")


@pytest.fixture(scope="package")
def signed_in(server: RunningServer, chromium: Browser) -> Any:
    """The cookies of the first user."""
    context = chromium.new_context(base_url=server.url)
    answer = context.request.post("/api/v1/auth/setup", data={"token": setup_token(server), **ADMIN})
    assert answer.ok, answer.text()
    state = context.storage_state()
    context.close()
    return state


def watch(page: Page) -> list[str]:
    """What must stay empty: console errors, exceptions, and dialogs (a dialog means a payload ran)."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def refuse(dialog: Any) -> None:
        problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    return problems


@pytest.fixture
def context(chromium: Browser, server: RunningServer, signed_in: Any) -> Iterator[BrowserContext]:
    opened = chromium.new_context(
        base_url=server.url, storage_state=signed_in, viewport={"width": 1440, "height": 900}, color_scheme="dark"
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    problems = watch(opened)
    yield opened
    assert problems == []
