"""Each framework once for real: a process with nothing but `init()`, a socket, a signal to stop, and a vedette server
that is asked afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import ProjectClient
from tests.sdk.integrations.shop import HEADERS, PARENT, TRACE

UVICORN = """
import uvicorn
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
"""
WSGIREF = """
from wsgiref.simple_server import make_server
make_server("127.0.0.1", PORT, app).serve_forever()
"""
APPS = {
    "fastapi": ("from tests.sdk.integrations.test_starlette import make_fastapi; app = make_fastapi()", UVICORN),
    "starlette": ("from tests.sdk.integrations.test_starlette import make_starlette; app = make_starlette()", UVICORN),
    "django-asgi": ("from tests.sdk.integrations.test_django import ASGI as app", UVICORN),
    "django-wsgi": ("from tests.sdk.integrations.test_django import WSGI as app", WSGIREF),
    "flask": ("from tests.sdk.integrations.test_flask import make; app = make()", WSGIREF),
}
ROUTES = {"flask": "/orders/<case>", "fastapi": "/orders/{case}", "starlette": "/orders/{case}"}


@contextmanager
def serving(name: str, project: ProjectClient, spool: Path) -> Iterator[str]:
    """The framework's application in a process of its own; its URL. At the end it is told to stop, and waited for."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app, server = APPS[name]
    code = f"import vedette; vedette.init(service={name!r})\nPORT = {port}\n{app}\n{server}"
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "OTEL_"))},
        "VEDETTE_DSN": project.server.url.replace("://", f"://{project.key}@") + f"/{project.id}",
        "VEDETTE_SPOOL": str(spool),
    }
    log = spool.parent / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", code], env=env, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.mark.parametrize("name", APPS)
def test_a_request_that_breaks(name: str, project: ProjectClient, tmp_path: Path) -> None:
    with serving(name, project, tmp_path / "spool") as url:
        answer = httpx.get(f"{url}/orders/unhandled", headers=HEADERS, timeout=30)
        assert (answer.status_code, answer.headers["x-request-id"]) == (500, "req-7")
    route = ROUTES.get(name, "/orders/<str:case>")
    who = {"trace_id": TRACE, "user_id": "u1", "session_id": "sess-1", "service": name}

    spans = project.sql("SELECT name, kind, parent_span_id, span_id, attributes, status_code, "
                        "trace_id, user_id, session_id, service FROM spans")  # fmt: skip
    by_name = {span["name"]: span for span in spans}
    assert set(by_name) == {f"GET {route}", "work in unhandled"}
    root, work = by_name[f"GET {route}"], by_name["work in unhandled"]
    assert len(spans) == 2
    assert (root["kind"], root["parent_span_id"], root["status_code"]) == ("server", PARENT, "error")
    assert work["parent_span_id"] == root["span_id"]

    [error] = project.sql("SELECT event_id, type, value, handled, transaction, span_id, payload, "
                          "trace_id, user_id, session_id, service FROM errors")  # fmt: skip
    assert (error["value"], error["handled"], error["span_id"]) == ("nobody", False, root["span_id"])
    assert error["transaction"] == route
    request = json.loads(error["payload"])["request"]
    assert (request["method"], request["url"]) == ("GET", f"{url}/orders/unhandled")
    assert request["headers"]["User-Agent"].startswith("python-httpx/"), "and none of the others"
    assert list(request["headers"]) == ["User-Agent"]
    assert root["attributes"]["sentry.event_id"] == error["event_id"]

    lines = project.sql("SELECT body, severity_text, span_id, attributes, "
                        "trace_id, user_id, session_id, service FROM logs WHERE scope_name LIKE 'shop%' "
                        "OR scope_name = 'vedette.requests'")  # fmt: skip
    told = {line["body"]: line for line in lines}
    assert set(told) == {"said in unhandled", "told in unhandled", f"GET {route} 500"}
    request = told[f"GET {route} 500"]
    assert (request["severity_text"], request["span_id"]) == ("ERROR", root["span_id"])
    assert request["attributes"]["sentry.event_id"] == error["event_id"]
    for row in (*spans, error, *lines):
        assert who.items() <= row.items()

    [event] = project.sql("SELECT distinct_id, trace_id, span_id, session_id FROM events WHERE event = 'ordered'")
    assert event == {"distinct_id": "u1", "trace_id": TRACE, "span_id": work["span_id"], "session_id": "sess-1"}
    points = project.sql(
        "SELECT DISTINCT metric_name, arrayJoin(exemplars).trace_id AS trace_id FROM metric_points "
        "WHERE metric_name IN ('orders', 'http.server.request.duration') ORDER BY metric_name"
    )
    assert points == [
        {"metric_name": "http.server.request.duration", "trace_id": TRACE},
        {"metric_name": "orders", "trace_id": TRACE},
    ]
    claimed = project.sql("SELECT count() AS n FROM persons WHERE has(distinct_ids, 'victim')")
    assert claimed == [{"n": 0}], "a browser's claim makes nobody"
