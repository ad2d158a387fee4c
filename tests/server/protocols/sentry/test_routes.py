"""The older and smaller doors: store, crons by curl, browsers' reports, minidumps, attachments, crash dialog."""

import base64
import json
import zlib
from typing import Any

import httpx
import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.sentry.wire import CLIENT, error, outcomes, send


@pytest.mark.parametrize("path", ["store/", "store"])
def test_store(project: ProjectClient, path: str) -> None:
    event = error(event_id="1" * 32)
    assert send(project, json.dumps(event).encode(), path).json() == {"id": "1" * 32}
    assert project.sql("SELECT event_id, title FROM errors") == [{"event_id": "1" * 32, "title": "boom"}]


def test_store_takes_what_raven_sends(project: ProjectClient) -> None:
    event = json.dumps({"sentry.interfaces.Message": {}, "message": "from raven", "level": 40}).encode()
    packed = base64.b64encode(zlib.compress(event))
    assert send(project, packed, "store/").status_code == 200
    assert send(project, base64.b64encode(event), "store/").status_code == 200
    url = f"{project.server.url}/api/store/?sentry_key={project.key}&sentry_version=7"
    assert CLIENT.post(url, content=zlib.compress(event)).status_code == 200
    assert project.sql("SELECT title, level, count() AS n FROM errors GROUP BY ALL") == [
        {"title": "from raven", "level": "error", "n": 3}
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"eJw=", base64.b64encode(b"\x78\x9cnonsense")])
def test_store_refuses_what_is_no_event(project: ProjectClient, body: bytes) -> None:
    assert send(project, body, "store/").status_code == 400
    assert project.sql("SELECT count() AS n FROM errors") == [{"n": 0}]


def test_check_ins_by_curl(project: ProjectClient) -> None:
    base = f"{project.server.url}/api/{project.id}/cron/nightly-job"
    assert CLIENT.get(f"{base}/{project.key}/?status=in_progress&check_in_id={'a' * 32}").status_code == 202
    assert CLIENT.get(f"{base}/{project.key}?status=ok&check_in_id={'a' * 32}&duration=1.5").status_code == 202
    posted = {"status": "error", "environment": "dev", "monitor_config": {"schedule": {"type": "interval", "value": 5}}}
    assert CLIENT.post(f"{base}/?sentry_key={project.key}", json=posted).status_code == 202
    rows = project.sql(
        "SELECT monitor_slug, status, duration_ms, environment, monitor_config FROM check_ins ORDER BY time"
    )
    assert rows == [
        {"monitor_slug": "nightly-job", "status": "in_progress", "duration_ms": None, "environment": "production"}
        | {"monitor_config": ""},
        {"monitor_slug": "nightly-job", "status": "ok", "duration_ms": 1500, "environment": "production"}
        | {"monitor_config": ""},
        {"monitor_slug": "nightly-job", "status": "error", "duration_ms": None, "environment": "dev"}
        | {"monitor_config": '{"schedule":{"type":"interval","value":5}}'},
    ]
    assert CLIENT.get(f"{base}/{project.key}/?status=maybe").status_code == 400
    assert CLIENT.get(f"{base}/{'0' * 32}/?status=ok").status_code == 403
    assert outcomes(project) == {("check_in", "invalid_status"): 1}


CSP = {
    "csp-report": {
        "document-uri": "https://shop.test/cart?id=1",
        "violated-directive": "script-src-elem 'self'",
        "blocked-uri": "https://evil.test/x.js",
    }
}
REPORTING = [
    {
        "type": "csp-violation",
        "body": {"documentURL": "https://shop.test/", "blockedURL": "inline", "effectiveDirective": "style-src"},
    },
    {"type": "network-error", "url": "https://shop.test/a", "body": {"type": "dns.name_not_resolved"}},
]


@pytest.mark.parametrize(
    ("path", "report", "titles"),
    [
        ("security", CSP, ["Blocked 'script-src-elem' from 'https://evil.test'"]),
        ("csp-report", CSP, ["Blocked 'script-src-elem' from 'https://evil.test'"]),
        ("security", REPORTING, ["Blocked 'style-src' from 'inline'", "dns.name_not_resolved at https://shop.test"]),
        ("nel", REPORTING[1:], ["dns.name_not_resolved at https://shop.test"]),
        ("security", {"expect-ct-report": {"hostname": "shop.test"}}, ["expect-ct failed for 'shop.test'"]),
    ],
)
def test_browser_reports(project: ProjectClient, path: str, report: Any, titles: list[str]) -> None:
    url = (
        f"{project.server.url}/api/{project.id}/{path}/?sentry_key={project.key}&sentry_release=r1&sentry_environment=e"
    )
    answer = CLIENT.post(url, content=json.dumps(report), headers={"content-type": "application/csp-report"})
    assert (answer.status_code, answer.content) == (201, b"")
    rows = project.sql("SELECT title, level, release, environment FROM errors ORDER BY title")
    assert rows == [{"title": title, "level": "warning", "release": "r1", "environment": "e"} for title in titles]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"[1]", b'{"type":"x"}'])
def test_reports_nobody_knows(project: ProjectClient, body: bytes) -> None:
    assert send(project, body, "security/").status_code == 400


def test_minidump(project: ProjectClient) -> None:
    dump = b"MDMP" + bytes(range(256)) * 40
    answer = CLIENT.post(
        f"{project.server.url}/api/{project.id}/minidump/?sentry_key={project.key}",
        files={"upload_file_minidump": ("crash.dmp", dump), "log": ("app.log", b"last words\r\n")},
        data={"sentry": json.dumps({"release": "game@1", "event_id": "9" * 32})},
    )
    assert (answer.status_code, answer.text) == (200, "99999999-9999-9999-9999-999999999999")
    assert answer.headers["content-type"].startswith("text/plain")
    [row] = project.sql("SELECT type, level, platform, release, handled, event_id FROM errors")
    assert row["event_id"] == "9" * 32
    assert (row["type"], row["level"], row["platform"], row["release"], row["handled"]) == (
        "Minidump",
        "fatal",
        "native",
        "game@1",
        False,
    )
    files = project.sql("SELECT filename, attachment_type, size FROM error_attachments ORDER BY size")
    assert files == [
        {"filename": "app.log", "attachment_type": "event.attachment", "size": 12},
        {"filename": "crash.dmp", "attachment_type": "event.minidump", "size": len(dump)},
    ]
    assert send(project, dump, "minidump").status_code == 200
    assert send(project, b"not a dump", "minidump").status_code == 400


def test_attachments_of_a_known_event(project: ProjectClient) -> None:
    url = f"{project.server.url}/api/{project.id}/events/{'7' * 32}/attachments/?sentry_key={project.key}"
    assert CLIENT.post(url, files={"a": ("a.txt", b"one"), "b": ("b.txt", b"two!")}).status_code == 201
    assert project.sql("SELECT event_id, filename, size FROM error_attachments ORDER BY filename") == [
        {"event_id": "7" * 32, "filename": "a.txt", "size": 3},
        {"event_id": "7" * 32, "filename": "b.txt", "size": 4},
    ]
    assert CLIENT.post(url.replace("7" * 32, "x"), files={"a": ("a", b"1")}).status_code == 400


def test_crash_dialog(project: ProjectClient) -> None:
    query = {"dsn": project.connect["sentry_dsn"], "eventId": "5" * 32}
    url = f"{project.server.url}/api/embed/error-page/"
    script = CLIENT.get(url, params=query)
    assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    form = {"name": "Ann", "email": "a@b.c", "comments": "I clicked & it <b>broke</b>"}
    assert CLIENT.post(url, params=query, data=form).status_code == 200
    [row] = project.sql("SELECT event_id, name, email, message FROM feedback")
    assert row == {"event_id": "5" * 32, "name": "Ann", "email": "a@b.c", "message": "I clicked & it <b>broke</b>"}
    assert CLIENT.post(url, params={**query, "dsn": "http://x@y/1"}, data=form).status_code == 403


def test_chunked_bodies_without_a_content_type(project: ProjectClient) -> None:
    def pieces() -> Any:
        yield b'{}\n{"type":"event"}\n'
        yield json.dumps(error()).encode()

    url = f"{project.server.url}/api/{project.id}/envelope/?sentry_key={project.key}"
    assert httpx.post(url, content=pieces()).status_code == 200
    assert project.sql("SELECT count() AS n FROM errors") == [{"n": 1}]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_any_content_type_is_an_envelope(project: ProjectClient, content_type: str) -> None:
    body = b'{}\n{"type":"event"}\n' + json.dumps(error()).encode()
    assert send(project, body, Content_Type=content_type).status_code == 200
