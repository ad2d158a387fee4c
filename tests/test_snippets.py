"""The SDK's documentation is true: names exist, code compiles, and examples of frameworks send what the page says."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import vedette
from tests.examples.sink import Sink, listening
from vedette.sdk.exporters import EXPORTERS
from vedette.sdk.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "examples/saas/README.md", *sorted((ROOT / "docs").glob("*.md"))]
CONNECT = ROOT / "web/src/features/connect/snippets.ts"
ABOUT_THE_SDK = [*(page for page in PAGES if page.stem not in ("api", "operating", "protocols", "settings")), CONNECT]
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = {"traceparent": f"00-{TRACE}-{PARENT}-01", "authorization": "Bearer u1", "x-request-id": "req-7"}


def blocks(page: Path) -> list[tuple[str, str]]:
    """(heading, code) of each block of Python."""
    found, heading = [], ""
    for match in re.finditer(r"^#+ (?P<heading>[^\n]+)$|^```python\n(?P<code>.*?)^```$", page.read_text(), re.M | re.S):
        if match["heading"]:
            heading = match["heading"]
        else:
            found.append((heading, match["code"]))
    return found


FRAMEWORKS = dict(blocks(ROOT / "docs" / "frameworks.md"))


@pytest.mark.parametrize("page", ABOUT_THE_SDK, ids=lambda page: page.stem)
def test_names_exist(page: Path) -> None:
    # `vedette.internal` and the like are hosts, `vedette.requests` is a logger, `vedette.schema.violations` a counter.
    hosts = {"internal", "example", "sqlite3", "requests", "jobs", "schema"}
    used = set(re.findall(r"(?<![\w/.@-])vedette\.([A-Za-z_]\w*)", page.read_text())) - hosts
    assert {name for name in used if not hasattr(vedette, name) and not is_module(name)} == set()


def is_module(name: str) -> bool:
    return importlib.util.find_spec(f"vedette.{name}") is not None


@pytest.mark.parametrize("page", ABOUT_THE_SDK, ids=lambda page: page.stem)
def test_variables_exist(page: Path) -> None:
    settings = {f"VEDETTE_{name.upper()}" for name in Settings.__dataclass_fields__}
    source = "".join(path.read_text() for path in (ROOT / "src" / "vedette").rglob("*.py"))
    used = set(re.findall(r"VEDETTE_[A-Z_]+[A-Z]", page.read_text())) - settings
    signals = {f"VEDETTE_{name.upper()}_SIGNALS" for name in EXPORTERS}
    server = {f"VEDETTE_{name.upper()}" for name in server_settings()}
    assert {name for name in used - signals - server if f'"{name}"' not in source} == set()


def server_settings() -> set[str]:
    from vedette.server.config import Settings as ServerSettings

    return set(ServerSettings.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_compiles(page: Path) -> None:
    for heading, code in blocks(page):
        compile(code, f"{page.name}, {heading}", "exec")


DRIVER = """
import importlib, json, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
snippet = importlib.import_module("snippet")
from tests.sdk.integrations import drive
headers = json.loads(sys.argv[4])
if sys.argv[3] == "function":
    event = {"headers": headers, "requestContext": {"http": {"method": "GET", "path": "/orders/7"}}, "version": "2.0",
             "routeKey": "GET /orders/{order_id}", "rawPath": "/orders/7"}
    assert snippet.handler(event, None)["statusCode"] == 200
else:
    answer = getattr(drive, sys.argv[3])(snippet.app, "/orders/7", headers)
    assert answer.error is None and answer.status == 200, answer
    assert answer.headers["x-request-id"] == "req-7"
"""
KINDS = {
    "FastAPI": ("asgi", "GET /orders/{order_id}"),
    "Starlette": ("asgi", "GET /orders/{order_id}"),
    "Django": ("wsgi", "GET /orders/<int:order_id>"),
    "Flask": ("wsgi", "GET /orders/<int:order_id>"),
    "Any ASGI application": ("asgi", "GET"),
    "Any WSGI application": ("wsgi", "GET"),
    "AWS Lambda": ("function", "GET /orders/{order_id}"),
}


def test_every_example_is_run() -> None:
    assert set(FRAMEWORKS) == set(KINDS)


@pytest.mark.parametrize("framework", KINDS)
def test_an_example_sends_what_the_page_says(framework: str, tmp_path: Path) -> None:
    kind, name = KINDS[framework]
    (tmp_path / "snippet.py").write_text(FRAMEWORKS[framework])
    with listening() as sink:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", DRIVER, str(tmp_path), str(ROOT), kind, json.dumps(SENT)],
            env={"VEDETTE_DSN": sink.connect["sentry_dsn"], "VEDETTE_SPOOL": "", "PATH": ""},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
    check(sink, name)


def check(sink: Sink, name: str) -> None:
    """One trace, one user, one request in every signal."""
    root = next(span for span in sink.spans if span["kind"] == "SPAN_KIND_SERVER")
    assert (root["name"], root["trace_id"], root["parent_span_id"]) == (name, TRACE, PARENT)
    logs: dict[str, dict[str, Any]] = {log["body"]["string_value"].split(" ")[0]: log for log in sink.logs}
    assert set(logs) == {"order", "GET"}, "what the application said, and the line of the request"
    for record in [root, *logs.values()]:
        assert record["trace_id"] == TRACE
        assert (record["attributes"]["user.id"], record["attributes"]["request.id"]) == ("u1", "req-7")
    (event,) = sink.events
    assert (event["event"], event["distinct_id"], event["properties"]["$trace_id"]) == ("order_viewed", "u1", TRACE)
    assert "http.server.request.duration" in {metric["name"] for metric in sink.metrics}
