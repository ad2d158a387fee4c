"""Every route and every body form of capture: bytes in, rows out."""

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote, quote_plus

import brotli
import httpx
import pytest
import zstandard

from tests.conftest import ProjectClient

ROUTES = ("/batch", "/e", "/i/v0/e", "/capture", "/track", "/i/v0/ai", "/i/v0/ai/batch")
EVENT = {
    "event": "bought ✓",
    "distinct_id": "u 😀",
    "uuid": "0190f3e0-1111-7222-8333-444455556666",
    "timestamp": "2026-01-31T23:30:00.5+05:45",
    "properties": {"price": 12.5, "$session_id": "s", "sign": "a+b/c=d&e"},
}


def body(project: ProjectClient, **more: Any) -> dict[str, Any]:
    return {"api_key": project.key, "batch": [EVENT], **more}


def stored(project: ProjectClient) -> dict[str, Any]:
    rows = project.sql("SELECT * FROM events")
    assert len(rows) == 1
    row = rows[0]
    assert (row["event"], row["distinct_id"], row["uuid"]) == (EVENT["event"], EVENT["distinct_id"], EVENT["uuid"])
    assert row["time"] == row["sent_time"] == "2026-01-31T17:45:00.500000Z"
    assert row["properties"]["price"] == 12.5 and row["properties"]["sign"] == "a+b/c=d&e"
    assert row["session_id"] == "s" and row["ip"] == "127.0.0.1"
    return row


@pytest.mark.parametrize("path", [route + slash for route in ROUTES for slash in ("", "/")])
def test_every_route_takes_a_batch(project: ProjectClient, path: str) -> None:
    answer = project.post(path, json.dumps(body(project)).encode())
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    stored(project)


def forms(project: ProjectClient) -> dict[str, tuple[bytes, dict[str, str], str]]:
    """name → (content, headers, query): one and the same event in every form that SDKs have used."""
    batch = json.dumps(body(project)).encode()
    single = json.dumps({"token": project.key, **EVENT}).encode()
    inner = json.dumps({**EVENT, "properties": {**EVENT["properties"], "token": project.key}}).encode()
    b64 = base64.b64encode(batch)
    form = {"content_type": "application/x-www-form-urlencoded"}
    return {
        "batch": (batch, {"content_type": "application/json"}, ""),
        "batch with token": (json.dumps({"token": project.key, "batch": [EVENT]}).encode(), {}, ""),
        "one event": (single, {}, ""),
        "array, token in the event": (b"[" + single + b"]", {}, ""),
        "array, token in properties": (b"[" + inner + b"]", {}, ""),
        "token in the query": (json.dumps([EVENT]).encode(), {}, f"token={project.key}"),
        "byte order mark": (b"\xef\xbb\xbf" + batch, {}, ""),
        "gzip, declared": (gzip.compress(batch), {"content_encoding": "gzip"}, ""),
        "gzip, as text/plain": (gzip.compress(batch), {"content_type": "text/plain"}, ""),
        "gzip-js": (gzip.compress(batch), {"content_type": "text/plain"}, "compression=gzip-js"),
        "gzip declared, plain sent": (batch, {"content_encoding": "gzip"}, ""),
        "brotli": (brotli.compress(batch), {"content_encoding": "br"}, ""),
        "zstd": (zstandard.compress(batch), {"content_encoding": "zstd"}, ""),
        "base64": (b64, {}, "compression=base64"),
        "base64, undeclared": (b64, {}, ""),
        "base64 of gzip": (base64.b64encode(gzip.compress(batch)), {}, "compression=base64"),
        "url-safe base64 without padding": (base64.urlsafe_b64encode(batch).rstrip(b"="), {}, ""),
        "form of base64": (b"data=" + quote_plus(b64).encode(), form, ""),
        "form of base64, unescaped": (b"data=" + b64, form, ""),
        "form of base64, with compression": (b"compression=base64&data=" + quote_plus(b64).encode(), form, ""),
        "form of JSON": (b"data=" + quote_plus(batch).encode(), form, ""),
        "form without its type": (b"data=" + quote_plus(b64).encode() + b"&ver=1", {}, ""),
    }


NAMES = list(forms(ProjectClient(None, {"ingest_key": "", "project_id": 0}, None)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_reads_the_same(project: ProjectClient, name: str) -> None:
    content, headers, query = forms(project)[name]
    answer = project.post(f"/e/?{query}", content, **headers)
    assert (answer.status_code, answer.text) == (200, '{"status":1}')
    stored(project)


@pytest.mark.parametrize("wrap", [lambda data: data, lambda data: base64.b64encode(data)])
def test_get_takes_data_from_the_query(project: ProjectClient, wrap: Any) -> None:
    data = quote(wrap(json.dumps(body(project)).encode()))
    answer = httpx.get(f"{project.server.url}/e/?data={data}&_=1769881500500")
    assert answer.status_code == 200, answer.text
    assert project.sql("SELECT event FROM events") == [{"event": "bought ✓"}]


def test_lz64_of_old_browsers(project: ProjectClient) -> None:
    lzstring = pytest.importorskip("lzstring")
    # That library works on code points; the format on UTF-16 units. Keep to the plane where they are the same.
    data = lzstring.LZString().compressToBase64(json.dumps(body(project)))
    answer = project.post("/e/?compression=lz64", b"data=" + quote_plus(data).encode())
    assert answer.status_code == 200, answer.text
    stored(project)


def test_a_beacon_is_answered_without_content(project: ProjectClient) -> None:
    answer = project.post("/e/?beacon=1", b"data=" + base64.b64encode(json.dumps(body(project)).encode()))
    assert (answer.status_code, answer.content) == (204, b"")
    stored(project)


def test_engage_sets_person_properties(project: ProjectClient) -> None:
    content = json.dumps({"token": project.key, "$distinct_id": "u1", "$set": {"email": "a@example.com"}}).encode()
    assert project.post("/engage/", content).status_code == 200
    assert project.sql("SELECT person_id, properties FROM persons") == [
        {"person_id": "u1", "properties": {"email": "a@example.com"}}
    ]


def test_browsers_may_ask_first(project: ProjectClient) -> None:
    headers = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-custom",
    }
    for path in ("/e/", "/batch/", "/flags/", "/s/", "/i/v1/analytics/events", f"/array/{project.key}/config"):
        answer = httpx.options(f"{project.server.url}{path}", headers=headers)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-allow-headers"] == "content-type,x-custom"


def test_capture_v1_answers_for_each_event(project: ProjectClient) -> None:
    good, bad = "0190f3e0-1111-7222-8333-444455556666", "0190f3e0-1111-7222-8333-444455556667"
    far = "0190f3e0-1111-7222-8333-444455556668"
    batch = [
        {**EVENT, "uuid": good, "session_id": "s", "options": {"process_person_profile": False}},
        {"event": "no id", "uuid": bad, "timestamp": EVENT["timestamp"], "properties": {}},
        {**EVENT, "uuid": far, "timestamp": "2126-01-01T00:00:00Z"},
    ]
    answer = project.post(
        "/i/v1/analytics/events",
        json.dumps({"created_at": "2026-01-01T00:00:00Z", "batch": batch}).encode(),
        authorization=f"Bearer {project.key}",
        posthog_request_id="r-1",
        posthog_sdk_info="posthog-test/1.2",
    )
    assert answer.status_code == 200 and answer.headers["posthog-request-id"] == "r-1"
    results = answer.json()["results"]
    assert results[good] == {"result": "ok"}
    assert results[bad]["result"] == "drop" and "missing_distinct_id" in results[bad]["details"]
    assert results[far]["result"] == "warning" and "clamped_time" in results[far]["details"]
    rows = project.sql("SELECT uuid, lib, lib_version, process_person_profile FROM events ORDER BY uuid")
    assert [row["uuid"] for row in rows] == [good, far]
    assert rows[0] == {"uuid": good, "lib": "posthog-test", "lib_version": "1.2", "process_person_profile": False}


def test_capture_v1_speaks_its_own_errors(project: ProjectClient) -> None:
    for headers, status in (({}, 401), ({"authorization": "Bearer nope"}, 401)):
        answer = project.post("/i/v1/analytics/events", b'{"batch": []}', **headers)
        assert answer.status_code == status and {"error", "error_description"} <= set(answer.json())
    answer = project.post("/i/v1/analytics/events", b"{", authorization=f"Bearer {project.key}")
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_json"
