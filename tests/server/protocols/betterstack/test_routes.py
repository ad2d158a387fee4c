"""The wire: what is answered, and what is stored."""

import gzip
import json

import httpx
import pytest

from tests.conftest import ProjectClient


def send(project: ProjectClient, body: bytes, path: str = "/", **headers: str) -> httpx.Response:
    return project.post(path, body, authorization=f"Bearer {project.key}", **headers)


@pytest.mark.parametrize("path", ["/", "/logs"])
def test_a_record_is_stored_when_it_is_answered(project: ProjectClient, path: str) -> None:
    answer = send(project, b'{"message": "hello", "level": "info", "answer": 42}', path)
    assert (answer.status_code, answer.content) == (202, b"")
    (row,) = project.sql("SELECT body, severity_number, attributes, source, request_id > 0 AS known FROM logs")
    assert (row["body"], row["severity_number"], row["attributes"]) == ("hello", 9, {"answer": "42"})
    assert (row["source"], row["known"]) == ("betterstack", 1)


def test_times_keep_their_nanoseconds(project: ProjectClient) -> None:
    (now,) = project.sql("SELECT toString(now64(9) - INTERVAL 1 HOUR) AS text")
    send(project, json.dumps({"dt": now["text"] + " UTC"}).encode())
    assert project.sql("SELECT toString(time) AS text FROM logs") == [now]


def test_gzip_and_the_neighbours_of_a_bad_record(project: ProjectClient) -> None:
    body = gzip.compress(b'[{"message": "a"}, 7, {"message": "b"}, {"message": "c", "dt": "1999-01-01T00:00:00Z"}]')
    assert send(project, body, content_encoding="gzip").status_code == 202
    assert [row["body"] for row in project.sql("SELECT body FROM logs ORDER BY body")] == ["a", "b", "c"]
    outcomes = project.sql("SELECT outcome, reason, quantity, sample FROM outcomes WHERE reason != '' ORDER BY reason")
    assert outcomes == [
        {"outcome": "rejected", "reason": "not_an_object", "quantity": 1, "sample": "7"},
        {"outcome": "changed", "reason": "time_out_of_range", "quantity": 1, "sample": ""},
    ]


def test_answers_are_better_stacks(project: ProjectClient) -> None:
    assert send(project, b"{").status_code == 406
    assert send(project, b"x", content_encoding="gzip").status_code == 400
    assert send(project, b"x", content_encoding="rot13").status_code == 415
    for headers in ({}, {"authorization": "Bearer nobody"}, {"authorization": "Basic ?"}):
        answer = project.post("/", b'{"message": "x"}', **headers)
        assert answer.status_code == 403
    assert project.sql("SELECT * FROM logs") == []


def test_a_large_body_without_a_key_is_answered_not_read(project: ProjectClient) -> None:
    assert project.post("/", b"x" * (8 << 20)).status_code == 403


def test_the_web_app_keeps_its_pages(project: ProjectClient) -> None:
    for path in ("/", "/logs"):
        assert httpx.get(project.server.url + path).status_code in (200, 503)  # 503: not built


def test_browsers_may_ask_first(project: ProjectClient) -> None:
    answer = httpx.options(
        project.server.url + "/",
        headers={"origin": "https://shop.example", "access-control-request-headers": "authorization"},
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-headers"] == "authorization"
