"""The negative matrix: what is broken, huge or hostile is refused or reported, and hurts nothing beside it."""

import gzip
import json
import time
import zlib
from functools import partial
from typing import Any

import brotli
import pytest
from backports import zstd

from tests.conftest import ProjectClient
from tests.server.protocols.sentry.wire import envelope, error, item, outcomes, send


def titles(project: ProjectClient) -> list[str]:
    return [row["title"] for row in project.sql("SELECT title FROM errors ORDER BY title")]


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]\n", b'{"event_id":'])
def test_malformed_envelope(project: ProjectClient, body: bytes) -> None:
    answer = send(project, body)
    assert answer.status_code == 400
    assert "envelope" in answer.json()["detail"]


def test_truncated_envelope_keeps_what_was_whole(project: ProjectClient) -> None:
    body = envelope(item("event", error(message="whole")), item("attachment", b"x" * 100))
    answer = send(project, body[:-50])
    assert answer.status_code == 400
    assert titles(project) == ["whole"]
    assert outcomes(project) == {("envelope", "malformed_envelope"): 1}


def test_one_bad_item_of_each_kind_among_good_ones(project: ProjectClient) -> None:
    kinds = "event transaction span log trace_metric session sessions check_in client_report feedback user_report"
    bad = [item(kind, b"{broken") for kind in kinds.split()]
    body = envelope(
        *bad, item("event", error(message="good")), item("log", {"items": [{"body": "kept", "level": "info"}]})
    )
    assert send(project, body).status_code == 200
    assert titles(project) == ["good"]
    assert project.sql("SELECT body FROM logs") == [{"body": "kept"}]
    assert sum(outcomes(project).values()) == len(bad)
    assert {reason for _, reason in outcomes(project)} == {"invalid_json"}
    assert project.sql("SELECT DISTINCT sample FROM outcomes WHERE outcome = 'rejected'") == [{"sample": "{broken"}]


def test_one_bad_record_of_a_container_is_reported_alone(project: ProjectClient) -> None:
    ids = {"trace_id": "a" * 32, "span_id": "b" * 16}
    body = envelope(
        item("log", {"items": [{"body": "one"}, 7, {"body": "two"}, {}]}, item_count=4),
        item("span", {"items": [{"name": "x", **ids}, {"name": "no ids"}]}, item_count=2),
        item("trace_metric", {"items": [{"name": "m", "type": "counter", "value": 1}, {"name": "m", "type": "set"}]}),
    )
    assert send(project, body).status_code == 200
    assert [row["body"] for row in project.sql("SELECT body FROM logs ORDER BY body")] == ["one", "two"]
    assert project.sql("SELECT name FROM spans") == [{"name": "x"}]
    assert project.sql("SELECT metric_name FROM metric_points") == [{"metric_name": "m"}]
    assert outcomes(project) == {
        ("log", "invalid_shape"): 1,
        ("log", "missing_body"): 1,
        ("span", "missing_ids"): 1,
        ("metric_point", "invalid_metric"): 1,
    }


def test_unknown_and_unsupported_items_are_counted_and_skipped(project: ProjectClient) -> None:
    body = envelope(
        item("brand_new", b"\x00\x01"),
        item("profile", {}),
        item("replay_event", {}),
        item("event", error(message="after")),
    )
    assert send(project, body).status_code == 200
    assert titles(project) == ["after"]
    assert outcomes(project, "filtered") == {
        ("brand_new", "unknown_item_type"): 1,
        ("profile", "not_supported_yet"): 1,
        ("replay_event", "not_supported_yet"): 1,
    }


def test_item_without_a_type(project: ProjectClient) -> None:
    assert send(project, b'{}\n{"length":1}\nx\n' + item("event", error(message="after"))).status_code == 200
    assert outcomes(project) == {("unknown", "missing_type"): 1}


PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": partial(brotli.compress, quality=1),
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("encoding", PACK)
def test_bombs_are_defused(project: ProjectClient, encoding: str) -> None:
    bomb = PACK[encoding](b"{}\n" + b"\0" * 70_000_000)
    started = time.monotonic()
    answer = send(project, bomb, Content_Encoding=encoding)
    assert answer.status_code == 413
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_corrupt_compression(project: ProjectClient, encoding: str) -> None:
    assert send(project, b"\x1f\x8b nonsense", Content_Encoding=encoding).status_code == 400


def test_unknown_encoding_is_taken_as_none(project: ProjectClient) -> None:
    assert send(project, envelope(item("event", error())), Content_Encoding="rot13").status_code == 200


def test_event_over_the_limit(project: ProjectClient) -> None:
    huge = item("event", error(message="x" * 1_100_000))
    assert send(project, envelope(huge)).status_code == 413
    assert send(project, envelope(huge, item("event", error(message="small")))).status_code == 200
    assert titles(project) == ["small"]
    assert outcomes(project) == {("error", "too_large"): 2}


def test_megabyte_strings_are_kept_whole_in_the_payload(project: ProjectClient) -> None:
    value = "é" * 500_000
    assert (
        send(
            project, envelope(item("event", json.dumps(error(message=value), ensure_ascii=False).encode()))
        ).status_code
        == 200
    )
    [row] = project.sql(
        "SELECT length(title) AS title, lengthUTF8(JSONExtractString(payload, 'message')) AS whole FROM errors"
    )
    assert row["whole"] == 500_000
    assert row["title"] <= 512


def test_ten_thousand_tags(project: ProjectClient) -> None:
    tags = {f"tag{number}": "v" for number in range(10_000)}
    assert send(project, envelope(item("event", error(tags=tags)))).status_code == 200
    [row] = project.sql("SELECT length(tags) AS tags, length(JSONExtractKeys(payload, 'tags')) AS payload FROM errors")
    assert row == {"tags": 200, "payload": 10_000}


@pytest.mark.parametrize("depth", [200, 900, 5000, 200_000])
def test_recursion(project: ProjectClient, depth: int) -> None:
    nested = b'{"message":"deep","extra":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    answer = send(project, envelope(item("event", nested), item("event", error(message="beside"))))
    assert answer.status_code == 200
    assert "beside" in titles(project)
    assert len(titles(project)) == 2 or set(outcomes(project)) <= {
        ("error", "too_deep"),
        ("error", "invalid_json"),
        ("error", "too_large"),
    }


@pytest.mark.parametrize(
    ("literal", "stored"),
    [("NaN", "null"), ("Infinity", "null"), ("-Infinity", "null"), ("1e999", "null"), ("1" * 40, "1e39")],
)
def test_numbers_json_does_not_have(project: ProjectClient, literal: str, stored: str) -> None:
    body = b'{"message":"odd number","extra":{"n":' + literal.encode() + b"}}"
    assert send(project, envelope(item("event", body))).status_code == 200
    [row] = project.sql("SELECT JSONExtractRaw(payload, 'extra', 'n') AS n FROM errors")
    assert row["n"] == stored or float(row["n"]) == pytest.approx(1.1111111e39)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (b'"caf\xe9"', "caf\ufffd"),
        (b'"\\ud83d oops"', "? oops"),
        (b'"a\\u0000b"', "a\0b"),
        ('"日本 👍"'.encode(), "日本 👍"),
    ],
)
def test_text_that_is_not_quite_unicode(project: ProjectClient, raw: bytes, stored: str) -> None:
    assert send(project, envelope(item("event", b'{"message":' + raw + b"}"))).status_code == 200
    assert project.sql("SELECT value FROM errors") == [{"value": stored}]


def test_markup_is_kept_verbatim(project: ProjectClient) -> None:
    attack = "<img src=x onerror=alert(1)>'\"; DROP TABLE errors; --"
    tags = {"x": attack}
    assert (
        send(project, envelope(item("event", error(message=attack, tags=tags, transaction=attack)))).status_code == 200
    )
    assert project.sql("SELECT value, tags, transaction FROM errors") == [
        {"value": attack, "tags": tags, "transaction": attack}
    ]


@pytest.mark.parametrize(
    "timestamp",
    [
        pytest.param(time.time() + 86400 * 400, id="in 400 days"),  # workers must find tests of the same names
        -1,
        0,
        1e300,
        "2999-01-01T00:00:00Z",
        "1066-10-14T09:00:00Z",
    ],
)
def test_impossible_times_become_the_time_of_arrival(project: ProjectClient, timestamp: Any) -> None:
    event = error(timestamp=timestamp)
    body = envelope(item("event", event))
    assert send(project, body).status_code == 200
    assert send(project, body).status_code == 200  # and a re-sent one keeps the time it got
    [row] = project.sql("SELECT abs(dateDiff('second', time, now())) AS seconds, count() OVER () AS n FROM errors")
    assert row["seconds"] < 30 and row["n"] == 1
    assert outcomes(project, "changed") == {("error", "clamped_time"): 2}


@pytest.mark.parametrize("timestamp", [None, "", "soon", [], {}, True])
def test_missing_times_are_the_time_of_arrival(project: ProjectClient, timestamp: Any) -> None:
    assert send(project, envelope(item("event", error(timestamp=timestamp)))).status_code == 200
    [row] = project.sql("SELECT abs(dateDiff('second', time, now())) AS seconds FROM errors")
    assert row["seconds"] < 30


SHAPES: list[Any] = [
    None,
    [],
    {},
    "text",
    7,
    True,
    [None],
    [[]],
    {"values": None},
    {"values": [None, 3]},
    [["a"]],
    {"a": {"b": []}},
]


FIELDS = """exception threads breadcrumbs tags contexts user request sdk extra modules logentry message level
platform stacktrace fingerprint release environment dist server_name transaction logger debug_meta errors"""


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_any_field_may_have_any_shape(project: ProjectClient, shape: Any) -> None:
    events = [item("event", error(**{name: shape}, event_id=None)) for name in FIELDS.split()]
    events.append(item("event", {name: shape for name in FIELDS.split()}))
    events.append(
        item("event", {"exception": [{"type": shape, "value": shape, "mechanism": shape, "stacktrace": shape}]})
    )
    events.append(
        item("event", {"exception": [{"stacktrace": {"frames": [shape, {"function": shape, "lineno": shape}]}}]})
    )
    for body in events:  # one by one: an envelope's event_id would make them one event
        assert send(project, envelope(body)).status_code == 200
    assert project.sql("SELECT count() AS n FROM errors") == [{"n": len(events)}]
    assert outcomes(project) == {}
