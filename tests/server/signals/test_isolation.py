"""Every route of the OpenAPI document: nobody reads another project, a viewer changes nothing, text stays text."""

# ruff: noqa: E501

import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.server.reading import Reader, ago
from vedette.server.app import read_api

SECRET = "othertenantsecret"


def routes() -> list[tuple[str, str]]:
    """(method, path) of every route, from the OpenAPI document; it does not need a store."""
    services: Any = None
    document = read_api(services).openapi()
    return [
        (method.upper(), path.removeprefix("/api/v1"))
        for path, item in document["paths"].items()
        for method in sorted(item)
    ]


OF_PROJECTS = [(method, path) for method, path in routes() if "{project_id}" in path]
READS = [path for method, path in OF_PROJECTS if method == "GET" and not path.endswith("/live")]
CHANGES = [(method, path) for method, path in routes() if method != "GET" and "/auth/" not in path]
UUID = "00000000-0000-0000-0000-000000000001"
VALUES = {
    "event_id": "e1", "trace_id": "t1", "span_id": "s", "name": "m1", "key_id": "1", "uuid": UUID, "issue": "f1",
    "version": "v1", "slug": "job1", "feedback_id": "e1",
}  # fmt: skip
HOSTILE = [
    "' OR 1=1 --", "'; DROP TABLE logs; --", '" OR ""="', "`", "\\", "\\'", "{project_id:UInt32}", "/* AND filters */", "*/",
    "%' OR '1'='1", "\x00", "\n", "\udcff".encode("utf-8", "replace").decode(), "a" * 5000, "1) OR (1=1", "0x27", "${x}", "{}",
]  # fmt: skip

MAPS = {"events": "properties", "errors/groups": "tags"}


def url(path: str, project_id: int, **values: str) -> str:
    filled = path.replace("{project_id}", str(project_id))
    return re.sub(r"\{(\w+)(?::path)?\}", lambda match: {**VALUES, **values}.get(match[1], "1"), filled)


def params_of(path: str) -> dict[str, str]:
    wide = {"since": "-30d", "until": "now"}
    extra = {
        "related": {"trace_id": "t1"},
        "seen": {"event": SECRET},
        "fields": {"signal": "logs"},
        "values": {"signal": "logs", "field": "body", "key": "title"},
        **{
            path: {"name": SECRET, "service": SECRET}
            for path in ("transaction", "examples", "breakdown", "facets", "impact")
        },
    }
    return {**wide, **extra.get(path.rsplit("/", 1)[-1], {})}


@pytest.fixture(scope="module")
def theirs(server_reader: Reader) -> Reader:
    """A project full of SECRET."""
    reader = server_reader.new()
    reader.insert("logs", [{"body": SECRET, "service": SECRET, "trace_id": "t1", "attributes": {SECRET: SECRET}}])
    reader.insert(
        "spans",
        [{"name": SECRET, "trace_id": "t1", "span_id": "s", "kind": "server", "service": SECRET, "is_segment": True}],
    )
    load = {
        "name": SECRET,
        "trace_id": "t2",
        "span_id": "s2",
        "release": SECRET,
        "attributes": {"sentry.source": "route"},
    }
    reader.insert("spans", [{**load, "source": "sentry", "op": "pageload", "measurements": {"lcp": 1, "inp": 2}}])
    reader.insert(
        "errors",
        [
            {
                "event_id": "e1",
                "title": SECRET,
                "fingerprint": "f1",
                "trace_id": "t1",
                "release": "v1",
                "tags": {SECRET: SECRET},
            }
        ],
    )
    reader.insert("check_ins", [{"monitor_slug": "job1", "check_in_id": "c1", "status": "ok", "release": SECRET}])
    reader.insert("feedback", [{"feedback_id": "e1", "event_id": "e1", "message": SECRET, "name": SECRET}])
    reader.insert("error_attachments", [{"event_id": "e1", "attachment_id": "1", "content": SECRET}])
    reader.insert("events", [{"uuid": UUID, "event": SECRET, "distinct_id": SECRET}])
    reader.insert("outcomes", [{"protocol": "otlp", "category": SECRET, "outcome": "accepted", "quantity": 1}])
    reader.insert("sessions", [{"started": ago(60), "session_id": SECRET, "row_id": 1}])
    reader.insert("check_ins", [{"check_in_id": SECRET, "monitor_slug": SECRET, "status": "ok"}])
    times = {"first_time": ago(60), "last_time": ago(10)}
    reader.insert_plain("metric_series", [{"metric_name": "m1", "series_id": 1, "service": SECRET, **times}])
    reader.insert("metric_points", [{"metric_name": "m1", "series_id": 1, "value": 1}])
    return reader


def test_answers_are_typed() -> None:
    services: Any = None
    document = read_api(services).openapi()
    for path in READS:
        content = document["paths"][f"/api/v1{path}"]["get"]["responses"]["200"]["content"]
        kind = "application/octet-stream" if "/attachments/" in path else "application/json"
        assert content[kind]["schema"], path
    assert "LogRecord" in document["components"]["schemas"]


@pytest.mark.parametrize("path", READS)
def test_a_project_sees_only_its_own_rows(server_reader: Reader, theirs: Reader, path: str) -> None:
    mine = server_reader.new()
    headers = {"authorization": f"Bearer {mine.token}"}
    record = theirs.get("logs")["items"][0]
    params = {**params_of(path), "time": record["time"]} if path.endswith("/logs/{id}") else params_of(path)
    own = mine.api.request(
        "GET", f"/api/v1{url(path, mine.project_id, id=record['id'])}", headers=headers, params=params
    )
    assert own.status_code in (200, 404), own.text
    assert SECRET not in own.text
    address = f"/api/v1{url(path, theirs.project_id, id=record['id'])}"
    other = mine.api.request("GET", address, headers=headers, params=params)
    assert other.status_code in (403, 404), other.text
    assert SECRET not in other.text
    seen = theirs.api.request("GET", address, headers={"authorization": f"Bearer {theirs.token}"}, params=params)
    assert seen.status_code == 200, "the same request by those whose rows they are"


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_without_a_token(server_reader: Reader, path: str) -> None:
    assert server_reader.api.request("GET", f"/api/v1{url(path, 1)}").status_code == 401
    wrong = {"authorization": "Bearer nonsense"}
    assert server_reader.api.request("GET", f"/api/v1{url(path, 1)}", headers=wrong).status_code == 401


@pytest.mark.parametrize(("method", "path"), CHANGES, ids=[f"{method} {path}" for method, path in CHANGES])
def test_a_viewer_changes_nothing(server_reader: Reader, method: str, path: str) -> None:
    viewer = server_reader.new().new("viewer")
    viewer = server_reader.new("viewer", project_id=viewer.project_id)
    headers = {"authorization": f"Bearer {viewer.token}"}
    body = {"sql": "SELECT 1", "name": "x", "email": "x@example.com", "role": "admin"}
    answer = server_reader.api.request(method, f"/api/v1{url(path, viewer.project_id)}", headers=headers, json=body)
    assert answer.status_code == (200 if path.endswith("/sql") else 403), answer.text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:20])
def test_metacharacters_are_only_text(server_reader: Reader, theirs: Reader, text: str) -> None:
    mine = server_reader.new()
    mine.insert("logs", [{"body": "own", "attributes": {"k": "v"}}])
    for path in ("logs", "spans", "errors/groups", "events", "metrics"):
        for params in (
            {"q": text, "service": text, "trace_id": text, "user_id": text, "session_id": text},
            {"filter": [f"service={text}", f"environment~{text}", f"release!~{text}"]},
            {"filter": f"{MAPS.get(path, 'attributes')}.{text}=x"}, {"filter": f"{text}=x"}, {"cursor": text},
        ):  # fmt: skip
            answer = mine.request("GET", path, params=params)
            assert answer.status_code in (200, 400), (path, params, answer.text)
            assert SECRET not in answer.text
    for path, params in (
        ("fields/values", {"signal": "logs", "field": f"attributes.{text}"}),
        ("fields/values", {"signal": "logs", "field": text}),
        ("fields/values", {"signal": "events", "field": f"properties.{text}", "prefix": text}),
        ("fields", {"signal": text}),
        ("related", {"trace_id": text}),
        ("metrics/m1", {"group_by": text, "filter": f"attributes.{text}=1"}),
        ("live", {"signals": text}),
        ("web-vitals", {"filter": [f"page={text}", f"browser~{text}"], "q": text}),
        ("web-vitals", {"filter": f"{text}=x"}),
        ("web-vitals/breakdown", {"filter": f"country!={text}", "source": "posthog"}),
        ("issues", {"query": text}),
        ("issues", {"query": f'"{text}" tags[{text}]:{text} !user:{text} release:*{text}* stack.function:{text}'}),
        ("issues", {"query": "x", "cursor": text, "sort": "users"}),
        (f"issues/{quote(text.replace('/', '_'), safe='')}", {}),
        (f"issues/f1/events/{quote(text.replace('/', '_'), safe='')}", {}),
        ("issue-search/keys", {"prefix": text}),
        ("issue-search/values", {"key": text[:250], "prefix": text[:250]}),
    ):
        answer = mine.request("GET", path, params=params)
        assert answer.status_code in (200, 400, 404), (path, params, answer.text)
        assert SECRET not in answer.text
    assert [row["body"] for row in mine.get("logs")["items"]] == ["own"]


def test_sql_answers_and_refuses_over_http(server_reader: Reader, theirs: Reader) -> None:
    mine = server_reader.new("viewer", project_id=server_reader.new().project_id)
    mine.insert("logs", [{"body": "own"}])
    answer = mine.request("POST", "sql", json={"sql": "SELECT body, toUInt64(18446744073709551615) AS n FROM logs"})
    assert answer.json()["rows"] == [["own", 18446744073709551615]]
    refused = mine.request("POST", "sql", json={"sql": "SELECT * FROM default.logs"})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "sql_refused"
    assert "logs" in refused.json()["error"]["hint"]
    assert mine.request("POST", "sql", json={}).status_code == 400
