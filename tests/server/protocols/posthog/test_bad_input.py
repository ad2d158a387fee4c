"""What is wrong is refused or repaired, always counted with its reason, and never takes its neighbours along."""

import asyncio
import gzip
import json
import re
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ProjectClient, RunningServer, new_project
from vedette.scrubbing import scrub
from vedette.server.config import Settings
from vedette.server.http.errors import Unauthorized
from vedette.server.http.ingest import Ingest, IngestRequest
from vedette.server.http.keys import KeyRing
from vedette.server.protocols.posthog.capture import capture

GOOD = {"event": "good", "distinct_id": "u1", "properties": {"n": 1}}


def send(project: ProjectClient, *events: Any) -> Any:
    return project.post("/batch/", json.dumps({"api_key": project.key, "batch": list(events)}).encode())


def outcomes(project: ProjectClient) -> dict[tuple[str, str], int]:
    rows = project.sql(
        "SELECT outcome, reason, sum(quantity) AS n FROM outcomes WHERE outcome != 'accepted' GROUP BY ALL"
    )
    return {(row["outcome"], row["reason"]): int(row["n"]) for row in rows}


def names(project: ProjectClient) -> list[str]:
    return [row["event"] for row in project.sql("SELECT event FROM events ORDER BY event")]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"distinct_id": "u1"}, "missing_event"),
        ({"event": "", "distinct_id": "u1"}, "missing_event"),
        ({"event": 5, "distinct_id": "u1"}, "missing_event"),
        ({"event": "x"}, "missing_distinct_id"),
        ({"event": "x", "distinct_id": ""}, "missing_distinct_id"),
        ({"event": "x", "distinct_id": None}, "missing_distinct_id"),
        ({"event": "x", "distinct_id": "  "}, "missing_distinct_id"),
        ({"event": "x", "distinct_id": "u", "uuid": "not-a-uuid"}, "invalid_uuid"),
        ({"event": "x", "distinct_id": "u", "uuid": 7}, "invalid_uuid"),
        ({"event": "x", "distinct_id": "u", "properties": [1]}, "invalid_properties"),
        ({"event": "x", "distinct_id": "u", "token": "0" * 32}, "wrong_token"),
        ({"event": "x", "distinct_id": "u", "properties": {"token": "0" * 32}}, "wrong_token"),
        ("text", "invalid_event"),
        (None, "invalid_event"),
    ],
)
def test_one_bad_event_among_good_ones(project: ProjectClient, bad: Any, reason: str) -> None:
    answer = send(project, GOOD, bad, GOOD)
    assert answer.status_code == 200 and answer.json()["status"] == 1 and answer.json()["rejected"] == 1
    assert answer.json()["details"][0]["index"] == 1 and reason in answer.json()["details"][0]["detail"]
    assert names(project) == ["good", "good"]
    assert outcomes(project) == {("rejected", reason): 1}
    sample = project.sql("SELECT sample, detail FROM outcomes WHERE outcome = 'rejected'")[0]
    # Whose token it is, nobody is to learn here.
    shown = json.loads(json.dumps(bad).replace("0" * 32, "[Filtered]"))
    assert json.loads(sample["sample"]) == shown and sample["detail"]
    alone = send(project, bad)
    assert alone.status_code == 400 and reason in alone.json()["detail"]


@pytest.mark.parametrize(
    ("broken", "stored", "noted"),
    [
        (b'{"event": "bad", "distinct_id": }', ["good"], ("rejected", "invalid_json")),
        (b'{"event": "deep", "distinct_id": "u", "properties": {"x": %s}}' % (b"[" * 3000 + b"]" * 3000),
         ["good"], ("rejected", "invalid_json")),
        (b'{"event": "nan", "distinct_id": "u", "properties": {"x": NaN, "y": -Infinity}}',
         ["good", "nan"], ("changed", "non_finite_number")),
        (b'{"event": "huge", "distinct_id": "u", "properties": {"x": 1e999}}',
         ["good", "huge"], ("changed", "huge_number")),
        (b'{"event": "utf8", "distinct_id": "u\xff", "properties": {"x": "\xc3("}}',
         ["good", "utf8"], ("changed", "invalid_utf8")),
        (b'{"event": "digits", "distinct_id": "u", "properties": {"x": %s}}' % (b"9" * 5000),
         ["digits", "good"], ("changed", "huge_number")),
    ],
)  # fmt: skip
def test_one_event_that_is_not_json(
    project: ProjectClient, broken: bytes, stored: list[str], noted: tuple[str, str]
) -> None:
    good = json.dumps(GOOD).encode()
    answer = project.post("/batch/", b'{"api_key":"%s","batch":[%s,%s]}' % (project.key.encode(), good, broken))
    assert answer.status_code == 200, answer.text
    assert names(project) == stored
    assert outcomes(project) == {noted: 1}


def test_requests_that_cannot_be_read(project: ProjectClient) -> None:
    whole = json.dumps({"api_key": project.key, "batch": [GOOD] * 5}).encode()
    packed = gzip.compress(whole)
    for content, headers in (
        (b"", {}),
        (b"   ", {}),
        (whole[:-20], {}),
        (whole[: len(whole) // 2], {}),
        (packed[:-10], {}),
        (packed[:30], {"content_encoding": "gzip"}),
        (packed[:20] + b"XXXX" + packed[24:], {}),
        (zlib.compress(whole)[:-5], {"content_encoding": "deflate"}),
        (b"data=%%%", {}),
        (b'"text"', {}),
        (b"5", {}),
        (b"null", {}),
        (b'{"api_key": "x"}', {}),
        (json.dumps({"api_key": project.key, "batch": "text"}).encode(), {}),
        (json.dumps({"api_key": project.key, "batch": {}}).encode(), {}),
        (b"\xff\xfe\x00\x01", {}),
        (b"[" * 100_000, {}),
    ):
        answer = project.post("/batch/", content, **headers)
        assert answer.status_code == 400, (content[:40], answer.status_code, answer.text)
        assert answer.json()["detail"] and answer.json()["code"]
    assert project.post("/batch/", whole, content_encoding="snail").status_code == 415
    assert names(project) == []


def test_sizes_have_limits(project: ProjectClient) -> None:
    bomb = gzip.compress(b'{"api_key":"k","batch":[' + b" " * (60 << 20) + b"]}", 9)
    assert project.post("/batch/", bomb).status_code == 413
    assert project.post("/batch/", b"[" + b" " * (21 << 20)).status_code == 413
    assert project.post("/e/?compression=lz64", b"A" * (3 << 20)).status_code == 413


@pytest.mark.parametrize("part", [b"{},", b"[],", b"x,", b"[", b'{"a":'])
def test_a_small_bomb_without_a_key_holds_up_no_one(project: ProjectClient, part: bytes) -> None:
    bomb = gzip.compress(b"[" + part * ((19 << 20) // len(part)) + b"x]", 9)
    assert len(bomb) < 64 * 1024
    started = time.monotonic()
    with ThreadPoolExecutor() as pool:
        refused = pool.submit(project.post, "/batch/", bomb)
        waited = 0.0
        while not refused.done():
            before = time.monotonic()
            assert project.http.get("/_liveness").status_code == 200
            waited = max(waited, time.monotonic() - before)
            time.sleep(0.01)
    assert refused.result().status_code == 400
    assert time.monotonic() - started < 30 and waited < 10


def test_number_of_values_has_a_limit(project: ProjectClient) -> None:
    started = time.monotonic()
    answer = project.post("/batch/", gzip.compress(b"[" + b"[]," * (6 << 20) + b"[]]", 9))
    assert answer.status_code == 400 and "objects and arrays" in answer.json()["detail"]
    assert time.monotonic() - started < 30


def test_number_of_events_has_a_limit(project: ProjectClient) -> None:
    many = gzip.compress(b"[" + b"{}," * 150_000 + b"{}]")
    assert project.post("/batch/", many).status_code == 413


def test_keys_that_open_nothing(project: ProjectClient, server: RunningServer) -> None:
    other = new_project(server, "other")
    for key, code in (("phx_abc", "personal_api_key"), ("0" * 32, "unknown_token"), ("", "missing_token"),
                      ("nope\n", "unknown_token"), (5, "missing_token"), (None, "missing_token")):  # fmt: skip
        answer = project.post("/batch/", json.dumps({"api_key": key, "batch": [GOOD]}).encode())
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert "ingest key" in project.post("/e/", b'{"api_key":"phx_1","event":"x"}').json()["detail"]
    mixed = send(project, GOOD, {**GOOD, "event": "theirs", "token": other.key})
    assert mixed.status_code == 200 and mixed.json()["rejected"] == 1
    assert names(project) == ["good"] and names(other) == []
    other.http.close()


def test_a_stranger_costs_no_insert() -> None:
    """Anyone can send without a key: such requests are counted in memory, not written one by one."""
    counted: list[tuple[str, str]] = []
    outcomes: Any = SimpleNamespace(unauthorized=lambda *what: counted.append(what))
    nothing: Any = SimpleNamespace()
    ingest = Ingest(Settings(), KeyRing(dict), nothing, outcomes)
    scope = {"type": "http", "method": "POST", "path": "/batch/", "headers": []}

    def stranger(key: bytes) -> IngestRequest:
        async def receive() -> Any:
            return {"type": "http.request", "body": b'{"api_key":"%s","batch":[]}' % key}

        return IngestRequest(scope, receive, ingest)

    for key, reason in ((b"", "no_key"), (b"0" * 32, "unknown_key")):
        with pytest.raises(Unauthorized):
            asyncio.run(capture(stranger(key)))
        assert counted[-1] == ("posthog", reason)


def test_sizes_that_are_fine(project: ProjectClient) -> None:
    wide = {f"key {n}": n for n in range(10_000)}
    long = {"text": "ü" * 1_000_000}
    nested: Any = "leaf"
    for _ in range(45):
        nested = {"a": [nested]}
    assert send(project, {**GOOD, "properties": wide}).json() == {"status": 1}
    assert send(project, {**GOOD, "properties": long}).json() == {"status": 1}
    assert send(project, {**GOOD, "properties": {"nested": nested}}).json() == {"status": 1}
    rows = project.sql("SELECT properties FROM events ORDER BY received_at")
    assert rows[0]["properties"] == wide
    assert rows[1]["properties"] == long
    assert rows[2]["properties"] == {"nested": nested}


@pytest.mark.parametrize("levels", [120, 250, 300, 399, 900, 1000, 1020])
def test_deep_nesting_is_kept_as_text_or_refused(project: ProjectClient, levels: int) -> None:
    deep = '{"x":' + "[" * levels + "]" * levels + "}"
    event = '{"event":"$identify","distinct_id":"u1","properties":{"$set":' + deep + ',"$anon_distinct_id":"a"}}'
    content = f'{{"api_key":"{project.key}","batch":[{json.dumps(GOOD)},{event}]}}'
    assert project.post("/batch/", content.encode()).status_code == 200
    rows = project.sql("SELECT * FROM events WHERE event != 'good'")
    assert names(project)[-1] == "good" and len(project.sql("SELECT * FROM persons")) >= 1
    if rows:
        assert deep in rows[0]["properties_text"] and rows[0]["properties"] == {}
        assert outcomes(project) == {("changed", "properties_kept_as_text"): 1}
    else:
        assert levels > 390 and sum(outcomes(project).values()) == 1


def test_ids_and_names_are_cut_with_a_note(project: ProjectClient) -> None:
    assert send(project, {"event": "e" * 300, "distinct_id": "ü" * 300}).status_code == 200
    row = project.sql("SELECT event, distinct_id FROM events")[0]
    assert row == {"event": "e" * 200, "distinct_id": "ü" * 200}
    assert outcomes(project) == {("changed", "cut_distinct_id"): 1, ("changed", "cut_event_name"): 1}


def test_an_event_of_very_many_properties_is_kept_as_text(project: ProjectClient) -> None:
    many = {f"name {number}": number for number in range(10_001)}
    few = {f"name {number}": number for number in range(9_999)}
    send(project, {"event": "many", "distinct_id": "u", "properties": many})
    send(project, {"event": "few", "distinct_id": "u", "properties": few})
    rows = {row["event"]: row for row in project.sql("SELECT event, properties, properties_text FROM events")}
    assert json.loads(rows["many"]["properties_text"]) == many and rows["many"]["properties"] == {}
    assert rows["few"]["properties_text"] == "" and rows["few"]["properties"] == few
    assert outcomes(project) == {("changed", "properties_kept_as_text"): 1}


def test_distinct_ids_that_are_not_text(project: ProjectClient) -> None:
    send(project, *({"event": "x", "distinct_id": value} for value in (1, 1.5, True, {"a": 1}, 2**70)))
    send(project, {"event": "x", "properties": {"distinct_id": "inside"}}, {"event": "x", "$distinct_id": "dollar"})
    found = {row["distinct_id"] for row in project.sql("SELECT distinct_id FROM events")}
    assert found == {"1", "1.5", "true", '{"a":1}', str(2**70), "inside", "dollar"}


def test_what_is_not_stored_yet_is_counted(project: ProjectClient) -> None:
    assert send(project, {**GOOD, "event": "$snapshot"}, {**GOOD, "event": "$$heatmap"}, GOOD).json() == {"status": 1}
    answer = project.post("/s/", gzip.compress(json.dumps([{**GOOD, "api_key": project.key}] * 3).encode()))
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    assert names(project) == ["good"]
    assert outcomes(project) == {("filtered", "not_supported_yet"): 5}


def test_accepted_events_are_counted(project: ProjectClient) -> None:
    send(project, GOOD, GOOD, {"event": ""})
    deadline = time.monotonic() + 5
    query = "SELECT sum(quantity) AS n FROM outcomes WHERE outcome = 'accepted' AND protocol = 'posthog'"
    while int(project.sql(query)[0]["n"]) != 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/e/", "/batch", "/s/", "/flags/?v=2", "/decide/?v=3", "/i/v1/analytics/events", "/engage/"]),
    query=st.sampled_from(["", "compression=gzip", "compression=lz64", "compression=base64", "beacon=1"]),
    content=st.binary(max_size=300)
    | st.binary(max_size=100).map(lambda data: b"\x1f\x8b\x08" + data)
    | st.binary(max_size=100).map(lambda data: b"data=" + data)
    | st.text(st.sampled_from('[]{}",:0aeE-+\\u truefalsn'), max_size=80).map(lambda text: text.encode()),
)
def test_random_bytes_never_break_the_server(project: ProjectClient, path: str, query: str, content: bytes) -> None:
    glue = "&" if "?" in path else "?"
    answer = project.post(f"{path}{glue}{query}", content, authorization=f"Bearer {project.key}")
    assert answer.status_code in (200, 204, 400, 401, 413), (answer.status_code, answer.text)


keys = st.text(max_size=12)
numbers = st.integers(-(2**80), 2**80) | st.floats(-1e15, 1e15)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=30) | st.sampled_from(["2024-01-01", "1", "%2E", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(properties=st.dictionaries(keys, values, max_size=8))
def test_properties_keep_every_value_but_secrets(project: ProjectClient, properties: dict[str, Any]) -> None:
    properties.pop("token", None)
    kept = scrub(deepcopy(properties))
    assert send(project, {**GOOD, "properties": properties}).json() == {"status": 1}
    row = project.sql("SELECT properties, properties_text FROM events ORDER BY received_at DESC, uuid DESC LIMIT 1")[0]
    text = row["properties_text"]
    assert plain(json.loads(text) if text else row["properties"]) == plain(kept)
    if not text:
        assert not re.search(r"null|\{\}|\d{20}", json.dumps(kept).replace("[]", "")) or kept == {}
    listed = project.http.get(f"/api/v1/projects/{project.id}/events", params={"since": "-1h", "limit": 1}).json()
    assert plain(listed["items"][0]["properties"]) == plain(kept)


def plain(value: Any) -> str:
    """JSON text in which equal values are equal, and `true` is not 1, though 1.0 is."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{plain(value[key])}" for key in sorted(value)) + "}"
    return "[" + ",".join(map(plain, value)) + "]" if isinstance(value, list) else json.dumps(value)


@pytest.mark.parametrize(
    ("sent", "queried"),
    [
        ({"big": 2**80, "n": 1}, {"big": str(2**80), "n": 1}),
        ({"list": [1, "two", -(2**63) - 1, 2**64 - 1, None]}, {"list": [1, "two", str(-(2**63) - 1), 2**64 - 1, None]}),
        ({"in": {"text": f'"{2**70}', str(2**70): 2**70}}, {"in": {"text": f'"{2**70}', str(2**70): str(2**70)}}),
        ({"x": "\ud800", "big": 2**64}, {"x": "\ufffd", "big": str(2**64)}),
        ({"mixed": [True, 1, 2.5], "deep": [[{"a": [False, 3]}]]}, {"mixed": [1, 1, 2.5], "deep": [[{"a": [0, 3]}]]}),
        ({"ids": [2**53 + 1, 0.5]}, {"ids": [2**53, 0.5]}),
        ({"n": None, "empty": {}, "list": [{}, None]}, {"list": [{}, None]}),
        ({"a.b": 1, "a": {"b": 2}, "c%2Ed": 3}, {"a.b": 1, "a": {"b": 2}, "c.d": 3}),
    ],
)
def test_what_the_json_type_cannot_say_is_answered_as_sent(
    project: ProjectClient, sent: dict[str, Any], queried: dict[str, Any]
) -> None:
    uuid = "0190f3e0-1111-7222-8333-444455556666"
    assert send(project, {**GOOD, "uuid": uuid, "properties": sent}).json() == {"status": 1}
    assert plain(project.sql("SELECT properties FROM events")[0]["properties"]) == plain(queried)
    events = f"/api/v1/projects/{project.id}/events"
    for answered in (project.http.get(events).json()["items"][0], project.http.get(f"{events}/{uuid}").json()):
        assert plain(answered["properties"]) == plain(sent) and "properties_text" not in answered
    assert outcomes(project) == {}
