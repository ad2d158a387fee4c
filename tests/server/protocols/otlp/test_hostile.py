"""What clients get wrong, and what attackers send: nothing is lost, nobody else is hurt, never a 5xx."""

import gzip
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import orjson
import pytest
import zstandard
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tests.conftest import ProjectClient, RunningServer, new_project, start_server
from tests.server.protocols.otlp.wire import (
    JSON,
    PROTOBUF,
    assert_stored,
    logs_request,
    now_ns,
    outcomes,
    partial,
    send,
    status,
    trace_request,
)
from vedette.server.http.errors import Overloaded
from vedette.server.protocols.otlp.status import error_response

MIB = 1024 * 1024
ENCODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_encodings(project: ProjectClient, encoding: str) -> None:
    body = logs_request({"body": "hello"}).SerializeToString()
    assert_stored(send(project, "logs", ENCODINGS[encoding](body), content_encoding=encoding))
    assert project.sql("SELECT body FROM logs") == [{"body": "hello"}]


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_bombs(project: ProjectClient, encoding: str) -> None:
    answer = send(project, "logs", ENCODINGS[encoding](bytes(65 * MIB)), content_encoding=encoding)
    assert answer.status_code == 413
    assert status(answer).code == 8
    assert outcomes(project, "rejected")[0]["reason"] == "too_large"


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_truncated_and_wrong_encodings(project: ProjectClient, encoding: str) -> None:
    body = logs_request({"body": "hello" * 100}).SerializeToString()
    for sent in (ENCODINGS[encoding](body)[:-3], body):
        answer = send(project, "logs", sent, content_encoding=encoding)
        assert answer.status_code == 400
        assert status(answer).message


def test_unknown_encoding_and_type(project: ProjectClient) -> None:
    answer = send(project, "logs", b"", content_encoding="rot13")
    assert (answer.status_code, status(answer).code) == (415, 3)
    for content_type in ("text/plain", "", "application/x-www-form-urlencoded"):
        answer = send(project, "logs", b"", content_type=content_type)
        assert answer.status_code == 415
        assert answer.json()["code"] == 3


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Bearer " + "0" * 32, "Basic x"])
def test_wrong_key(project: ProjectClient, content_type: str, authorization: str) -> None:
    answer = send(project, "logs", b"", authorization=authorization, content_type=content_type)
    assert answer.status_code == 401
    code = answer.json()["code"] if content_type == JSON else status(answer).code
    assert code == 16


def test_all_paths_and_forms_of_key(server: RunningServer, project: ProjectClient) -> None:
    body = logs_request({"body": "x"}).SerializeToString()
    sentry = f"/api/{project.id}/integration/otlp/v1/logs"
    calls: list[tuple[str, dict[str, str]]] = [
        ("/v1/logs/", {"authorization": f"bearer {project.key}"}),
        ("/v1/logs", {"x_vedette_key": project.key.upper()}),
        (f"/i/v1/logs?token={project.key}", {}),
        ("/i/v1/logs", {"authorization": f"Bearer {project.key}"}),
        (sentry, {"x_sentry_auth": f"Sentry sentry_key={project.key}, sentry_version=7"}),
        (f"{sentry}/?sentry_key={project.key}", {}),
    ]
    for path, headers in calls:
        assert_stored(project.post(path, body, content_type=PROTOBUF, **headers))
    assert project.sql("SELECT count() AS n FROM logs") == [{"n": len(calls)}]
    for path in ("/prometheus/api/v1/otlp/v1/metrics", "/i/v1/traces", "/v1/metrics"):
        assert_stored(project.post(path, b"", content_type=PROTOBUF, authorization=f"Bearer {project.key}"))
    other = new_project(server, "other")
    with closing(other.http):
        answer = project.post(sentry, body, content_type=PROTOBUF, x_sentry_auth=f"Sentry sentry_key={other.key}")
        assert (answer.status_code, status(answer).code) == (403, 7)
        assert other.sql("SELECT count() AS n FROM logs") == [{"n": 0}]
    assert httpx.get(f"{server.url}/v1/logs").status_code == 405


def test_large_requests_with_lists_among_their_attributes_are_stored(project: ProjectClient) -> None:
    record = {"body": "x" * 1000, "attributes": {"list": ["a", 1]}}
    body = logs_request(*[record] * 2000).SerializeToString()
    assert len(body) > MIB
    assert_stored(send(project, "logs", body))
    rows = project.sql("SELECT attributes['list'] AS list, count() AS n FROM logs GROUP BY list")
    assert rows == [{"list": '["a",1]', "n": 2000}]


@pytest.mark.parametrize(
    "body",
    [
        b"\x0a\x00" * 1_000_000,  # resources
        b"\x0a" + b"\x80\x89\x7a" + b"\x12\x00" * 1_000_000,  # scopes
        b"\x0a" + b"\x84\x89\x7a" + b"\x0a\x80\x89\x7a" + b"\x0a\x00" * 1_000_000,  # a resource's attributes
        b"\x0a" + b"\x84\x89\x7a" + b"\x12\x80\x89\x7a" + b"\x12\x00" * 1_000_000,  # records
    ],
)
def test_millions_of_empty_parts_are_refused_at_once(project: ProjectClient, body: bytes) -> None:
    started = time.monotonic()
    answer = send(project, "logs", gzip.compress(body), content_encoding="gzip")
    assert (answer.status_code, status(answer).code) == (413, 8)
    assert time.monotonic() - started < 30
    assert outcomes(project, "rejected", "too_large")


def test_a_project_number_of_thousands_of_digits_is_not_found(project: ProjectClient) -> None:
    assert project.post(f"/api/{'9' * 5000}/integration/otlp/v1/logs", b"").status_code == 404


def test_a_body_cannot_choose_its_project(server: RunningServer, project: ProjectClient) -> None:
    """Fields 1000 and up are the server's; a client's own, anywhere it can put them, must not win."""
    victim = new_project(server, "victim")
    hostile = bytes([0xC0, 0x3E]) + _varint(victim.id)  # field 1000
    scope = logs_request({"body": "x"}).resource_logs[0].scope_logs[0].SerializeToString() + hostile
    group = bytes([0x12]) + _length(scope) + scope + hostile
    assert_stored(send(project, "logs", bytes([0x0A]) + _length(group) + group + hostile))
    assert project.sql("SELECT body FROM logs") == [{"body": "x"}]
    with closing(victim.http):
        assert victim.sql("SELECT count() AS n FROM logs") == [{"n": 0}]


def _length(data: bytes) -> bytes:
    return _varint(len(data))


def test_broken_text_is_repaired_and_its_neighbours_kept(project: ProjectClient) -> None:
    body = logs_request(
        {"body": "caf~"}, {"body": "fine", "attributes": {"k~": "v~", "list": ["a~", 1]}}
    ).SerializeToString()
    answer = send(project, "logs", body.replace(b"~", b"\xe9"))
    rejected, message = partial(answer)
    assert rejected == 0
    assert "UTF-8" in message
    rows = project.sql("SELECT body, attributes FROM logs ORDER BY body")
    assert [row["body"] for row in rows] == ["caf\ufffd", "fine"]
    assert rows[1]["attributes"] == {"k\ufffd": "v\ufffd", "list": '["a\ufffd",1]'}
    assert outcomes(project, "changed")[0]["reason"] == "invalid_utf8"


def test_long_text_is_cut_with_a_marker(project: ProjectClient) -> None:
    request = logs_request({"body": "é" * MIB, "attributes": {"a": "x" * (2 * MIB)}}, {"body": "b" * MIB})
    rejected, message = partial(send(project, "logs", request))
    assert (rejected, "1 MiB" in message) == (0, True)
    rows = project.sql("SELECT length(body) AS n, right(body, 40) AS tail, right(attributes['a'], 40) AS a FROM logs")
    by_size = sorted(rows, key=lambda row: int(row["n"]))
    assert by_size[0]["n"] == MIB
    assert by_size[1]["tail"].endswith(f"é…[truncated {MIB} bytes]")
    assert by_size[1]["a"].endswith(f"x…[truncated {MIB} bytes]")
    assert outcomes(project, "changed", "truncated_text")[0]["quantity"] == 2


def test_ten_thousand_attributes(project: ProjectClient) -> None:
    many = {f"key.{index:05}": index for index in range(10_000)}
    assert_stored(send(project, "logs", logs_request({"body": "x", "attributes": many, "dropped_attributes_count": 2})))
    assert_stored(send(project, "traces", trace_request({"name": "x", "attributes": many})))
    for table, dropped in (("logs", 2), ("spans", 0)):
        [row] = project.sql(f"SELECT length(attributes) AS n, dropped_attributes_count AS d FROM {table}")
        assert row == {"n": 1024, "d": 10_000 - 1024 + dropped}


def test_nesting_deeper_than_parsers_go(project: ProjectClient) -> None:
    value = b"\x18\x01"  # int_value = 1
    for _ in range(1000):
        item = b"\x0a" + _varint(len(value)) + value
        value = b"\x2a" + _varint(len(item)) + item  # array_value
    record = b"\x2a" + _varint(len(value)) + value + b"\x09" + now_ns().to_bytes(8, "little")
    scope = (
        b"\x12"
        + _varint(len(record))
        + record
        + logs_request({"body": "good"}).resource_logs[0].scope_logs[0].SerializeToString()
    )
    group = b"\x12" + _varint(len(scope)) + scope
    assert_stored(send(project, "logs", b"\x0a" + _varint(len(group)) + group))
    rows = project.sql("SELECT body FROM logs ORDER BY length(body)")
    assert rows[0] == {"body": "good"}
    assert rows[1]["body"].startswith("[" * 64)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


@pytest.mark.parametrize("kind", ["logs", "traces", "metrics"])
def test_truncated_and_garbage(project: ProjectClient, kind: str) -> None:
    body = logs_request({"body": "x" * 50, "trace_id": b"\x01" * 16}).SerializeToString()
    for sent in (body[:-1], body[:20], b"\xff" * 10, b"<html>", b"\x0a\xff\xff\xff\xff\x0f"):
        answer = send(project, kind, sent)
        assert answer.status_code == 400
        decoded = status(answer)
        assert (decoded.code, bool(decoded.message), len(decoded.details)) == (3, True, 1)
    row = outcomes(project, "rejected")[0]
    assert row["reason"] == "invalid_protobuf"
    assert row["sample"]


@pytest.mark.parametrize("kind", ["logs", "traces", "metrics"])
def test_empty(project: ProjectClient, kind: str) -> None:
    assert_stored(send(project, kind, b""))
    assert_stored(send(project, kind, b"\x0a\x00"))


def test_odd_ids_and_numbers(project: ProjectClient) -> None:
    request = logs_request({"trace_id": b"\x01", "span_id": b"\x02" * 20, "severity_number": 99, "flags": 2**32 - 1})
    assert_stored(send(project, "logs", request))
    [row] = project.sql("SELECT trace_id, span_id, severity_number, flags FROM logs")
    assert row == {"trace_id": "01", "span_id": "02" * 20, "severity_number": 99, "flags": 2**32 - 1}


def test_unknown_fields_of_every_wire_type(project: ProjectClient) -> None:
    body = logs_request({"body": "x"}).SerializeToString()
    extras = b"\xc8\x01\x05" + b"\xc9\x01" + bytes(8) + b"\xca\x01\x01a" + b"\xcd\x01" + bytes(4) + b"\xcb\x01\xcc\x01"
    record = logs_request({"body": "y"}).resource_logs[0].scope_logs[0].log_records[0].SerializeToString() + extras
    scope = b"\x12" + _varint(len(record)) + record + extras
    group = b"\x12" + _varint(len(scope)) + scope + extras
    assert_stored(send(project, "logs", body + b"\x0a" + _varint(len(group)) + group + extras))
    assert project.sql("SELECT body FROM logs ORDER BY body") == [{"body": "x"}, {"body": "y"}]


def test_preflight(server: RunningServer) -> None:
    answer = httpx.options(
        f"{server.url}/v1/traces",
        headers={"origin": "https://app.example", "access-control-request-headers": "authorization,content-type"},
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"


@pytest.mark.parametrize("as_json", [False, True])
def test_overload_tells_when_to_retry(as_json: bool) -> None:
    answer = error_response(Overloaded("full", retry_after_seconds=5), as_json=as_json)
    assert answer.status == 503
    assert dict(answer.headers)["retry-after"] == "5"
    if as_json:
        assert orjson.loads(answer.body)["details"][0]["retryDelay"] == "5s"
        return
    decoded, retry = Status.FromString(answer.body), RetryInfo()
    assert decoded.code == 14
    assert decoded.details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 5


def test_shutting_down_and_full_are_retryable(tmp_path: Path) -> None:
    """One request fills the queue; those behind it are told to come again, and none is lost or stored twice."""
    server = start_server(tmp_path, env={"VEDETTE_QUEUE_MAX_BYTES": "1"})
    try:
        body = logs_request(*[{"body": "x" * 100}] * 500).SerializeToString()
        headers = {"content-type": PROTOBUF, "authorization": f"Bearer {server.keys['ingest_key']}"}

        def post(_: int) -> httpx.Response:
            return httpx.post(f"{server.url}/v1/logs", content=body, headers=headers, timeout=30)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(post, range(24)))
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused
        assert {answer.status_code for answer in answers} == {200, 503}
        assert refused[0].headers["retry-after"]
        assert status(refused[0]).code == 14
    finally:
        server.terminate()
