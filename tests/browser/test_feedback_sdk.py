"""@sentry/browser on a page of another origin: the crash-report dialog and the feedback widget, up to our screens."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import FLAGS, watch
from tests.browser.sending import HOSTILE
from tests.conformance.sentry.conftest import node_project  # noqa: F401 - a fixture
from tests.conftest import ProjectClient

pytestmark = [pytest.mark.browser, pytest.mark.node]

PAGE = """<!doctype html><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"><button>Pay</button>
<script type="importmap">IMPORTS</script>
<script type="module">
import * as Sentry from "@sentry/browser";
window.Sentry = Sentry;
window.told = [];
Sentry.init({ dsn: DSN, release: "web@1", environment: "e2e", tracesSampleRate: 1, integrations: [INTEGRATIONS] });
document.querySelector("button").addEventListener("click", () => { throw new TypeError("pay is not a function"); });
window.ready = true;
</script>"""


class Handler(SimpleHTTPRequestHandler):
    """Serves `/` from memory and `/modules/` from node_modules."""

    extensions_map: ClassVar = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}
    page = b""
    policy = ""

    def do_GET(self) -> None:
        if self.path == "/":
            self.send_response(200)
            self.send_header("content-type", "text/html")
            if self.policy:
                self.send_header("content-security-policy", self.policy)
            self.end_headers()
            self.wfile.write(self.page)
        else:
            self.path = self.path.replace("/modules/", "/node_modules/", 1)
            super().do_GET()

    def log_message(self, format: str, *args: Any) -> None: ...


Shop = Callable[..., str]


@pytest.fixture
def shop(node_project: Path, project: ProjectClient) -> Iterator[Shop]:  # noqa: F811
    """Opens a shop on a port of its own; returns its address."""
    imports = subprocess.check_output(["node", "importmap.mjs"], cwd=node_project, text=True)
    servers = []

    def open_shop(integrations: str = "", policy: str = "") -> str:
        page = PAGE.replace("IMPORTS", imports).replace("DSN", json.dumps(project.connect["sentry_dsn"]))
        handler = type(
            "Page", (Handler,), {"page": page.replace("INTEGRATIONS", integrations).encode(), "policy": policy}
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(node_project)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield open_shop
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Page]:
    """A visitor of the shop, whose language is English."""
    context = chromium.new_context(locale="en-GB", color_scheme="light")
    yield context.new_page()
    context.close()


def crash(visitor: Page, url: str) -> str:
    """Open the shop and press its broken button; returns the event's id."""
    visitor.goto(url)
    visitor.wait_for_function("() => window.ready")
    visitor.get_by_role("button", name="Pay").click()
    visitor.wait_for_function("() => Sentry.lastEventId()")
    return str(visitor.evaluate("Sentry.lastEventId()"))


def show(visitor: Page, options: str = "{}") -> Locator:
    visitor.evaluate(
        """options => {
          const callbacks = { onLoad: () => told.push('load'), onClose: () => told.push('close') };
          Sentry.showReportDialog({ ...callbacks, ...options });
        }""",
        json.loads(options),
    )
    dialog = visitor.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_a_crash_its_dialog_and_the_issue_page(shop: Shop, visitor: Page, page: Page, project: ProjectClient) -> None:
    host = project.server.url
    # Nothing but what docs/feedback.md asks for; no style of anybody's.
    policy = f"default-src 'none'; script-src 'self' 'unsafe-inline' {host}; connect-src {host}; img-src data:"
    event_id = crash(visitor, shop(policy=policy))
    problems = watch(visitor)
    dialog = show(visitor, '{"user": {"name": "Ann", "email": "ann@example.com"}}')
    expect(dialog.get_by_role("heading")).to_have_text("It looks like we’re having issues.")
    expect(dialog.get_by_label("Name")).to_have_value("Ann")
    expect(dialog.get_by_label("Email")).to_have_value("ann@example.com")
    comments = dialog.get_by_label("What happened?")
    expect(comments).to_be_focused()
    assert visitor.evaluate("getComputedStyle(document.querySelector('dialog')).borderRadius") == "10px"
    dialog.get_by_role("button", name="Submit crash report").click()
    expect(comments).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("Some fields were invalid")
    assert project.sql("SELECT * FROM feedback") == []
    comments.fill(f"I wanted to pay\n{HOSTILE}")
    dialog.get_by_role("button", name="Submit crash report").click()
    expect(dialog.get_by_role("status")).to_have_text("Your feedback has been sent. Thank you!")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    assert visitor.evaluate("told") == ["load"]
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    visitor.wait_for_function("() => told.length === 2")
    assert visitor.evaluate("told") == ["load", "close"]
    assert problems == []

    project.wait_for("SELECT event_id FROM errors", seconds=30)
    [error] = project.sql("SELECT event_id, fingerprint FROM errors")
    assert error["event_id"] == event_id
    page.goto(f"/issues/{error['fingerprint']}?project={project.id}")
    own = page.get_by_role("list", name="Feedback")
    expect(own).to_contain_text("Ann")
    expect(own).to_contain_text(f"I wanted to pay\n{HOSTILE}")


def test_its_words_are_only_text_and_its_keys_work(shop: Shop, visitor: Page, project: ProjectClient) -> None:
    crash(visitor, shop())
    problems = watch(visitor)
    names = ["title", "subtitle", "subtitle2", "labelName", "labelEmail", "labelComments", "labelClose", "labelSubmit"]
    options = {**dict.fromkeys(names, HOSTILE), "user": {"name": HOSTILE, "email": HOSTILE}, "lang": HOSTILE}
    dialog = show(visitor, json.dumps(options))
    expect(dialog.get_by_role("heading")).to_have_text(HOSTILE)
    expect(dialog.locator("#id_name")).to_have_value(HOSTILE)
    expect(dialog.locator("img, script")).to_have_count(0)
    dialog.locator("#id_comments").fill("x")
    dialog.locator("#id_comments").press("Tab")
    expect(dialog.locator("button.close")).to_be_focused()
    dialog.locator("button.btn").click()  # an address that is none is said beside it
    expect(dialog.locator("#id_email")).to_be_focused()
    expect(dialog.locator("#sentry-error-email")).not_to_be_empty()
    # Again, while one is open: what is written stays.
    visitor.evaluate("Sentry.showReportDialog({ onLoad: () => told.push('again') })")
    visitor.wait_for_function("() => told.includes('again')")
    expect(dialog.locator("#id_comments")).to_have_value("x")
    visitor.keyboard.press("Escape")
    expect(visitor.locator("dialog")).to_have_count(0)
    visitor.wait_for_function("() => told.includes('close')")
    assert problems == []
    german = show(visitor, '{"lang": "de", "successMessage": "Fein"}')
    expect(german.get_by_label("Was ist passiert?")).to_be_visible()
    german.get_by_label("Was ist passiert?").fill("Es ging nicht")
    german.get_by_role("button", name="Bericht senden").click()
    expect(german.get_by_role("status")).to_have_text("Fein")
    assert project.sql("SELECT message, name FROM feedback") == [{"message": "Es ging nicht", "name": ""}]


def test_what_goes_wrong_is_said_and_nothing_is_lost(shop: Shop, visitor: Page, project: ProjectClient) -> None:
    crash(visitor, shop())
    dialog = show(visitor)
    dialog.get_by_label("What happened?").fill("I clicked")
    visitor.context.set_offline(True)
    dialog.get_by_role("button", name="Submit crash report").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Please try again")
    visitor.context.set_offline(False)
    dialog.get_by_role("button", name="Submit crash report").click()
    expect(dialog.get_by_role("status")).to_be_visible()
    assert project.sql("SELECT message FROM feedback") == [{"message": "I clicked"}]


def test_the_widget_with_a_screenshot(chromium: Browser, shop: Shop, page: Page, project: ProjectClient) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    sharing = ["--auto-accept-this-tab-capture", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=program, args=[*FLAGS, *sharing])
    visitor = browser.new_page(locale="en-GB")
    problems = watch(visitor)
    visitor.goto(shop("Sentry.browserTracingIntegration(), Sentry.feedbackIntegration({ colorScheme: 'system' })"))
    visitor.wait_for_function("() => window.ready")
    visitor.get_by_role("button", name="Report a Bug").click()
    visitor.get_by_label("Name").fill("Bob")
    visitor.get_by_label("Email").fill("bob@example.com")
    visitor.get_by_label("Description").fill(f"The total is wrong {HOSTILE}")
    visitor.get_by_role("button", name="Add a screenshot").click()
    expect(visitor.get_by_role("button", name="Remove screenshot")).to_be_visible()
    expect(visitor.locator("#sentry-feedback canvas").first).to_be_visible()
    visitor.get_by_role("button", name="Send Bug Report").click()
    expect(visitor.get_by_text("Thank you for your report!")).to_be_visible()
    project.wait_for("SELECT event_id FROM feedback", seconds=30)
    assert problems == []
    browser.close()

    page.goto(f"/feedback?project={project.id}")
    row = page.get_by_role("table", name="Feedback").locator("[aria-rowindex]").filter(has_text="Bob")
    expect(row).to_contain_text("e2e")
    row.click()
    drawer = page.get_by_role("complementary", name="Details")
    expect(drawer.locator("blockquote")).to_have_text(f"The total is wrong {HOSTILE}")
    picture = drawer.get_by_role("img", name=re.compile("Screenshot"))
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=picture.element_handle())


def test_feedback_from_code_with_a_picture_of_its_own(shop: Shop, visitor: Page, project: ProjectClient) -> None:
    event_id = crash(visitor, shop())
    visitor.evaluate(
        """async event => {
          const canvas = document.createElement("canvas");
          const blob = await new Promise(done => canvas.toBlob(done, "image/webp"));
          const data = new Uint8Array(await blob.arrayBuffer());
          Sentry.captureFeedback({ message: "Look", email: "c@d.e", associatedEventId: event },
            { attachments: [{ filename: "look.webp", data, contentType: "image/webp" }] });
          await Sentry.flush(5000);
        }""",
        event_id,
    )
    project.wait_for("SELECT event_id FROM feedback", seconds=30)
    project.wait_for("SELECT event_id FROM errors", seconds=30)
    [item] = project.get("feedback")["items"]
    assert (item["error"]["event_id"], item["error"]["by"], item["files"]) == (event_id, "event", 1)
    [file] = project.get(f"feedback/{item['id']}")["attachments"]
    assert (file["filename"], file["picture"]) == ("look.webp", True)
