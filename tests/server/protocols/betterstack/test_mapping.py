"""Records → rows, without a server."""

from typing import Any

import msgpack
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.protocols.betterstack.decode import Unparsable, decode
from vedette.server.protocols.betterstack.mapping import Received, parse_time, row

NOW_NS = 1_800_000_000_000_000_000
RECEIVED = Received(project_id=7, time_ns=NOW_NS, request_id=1, oldest_ns=NOW_NS - 30 * 86400 * 10**9)


def columns(record: dict[str, Any]) -> dict[str, Any]:
    line, _ = row(record, RECEIVED)
    answer: dict[str, Any] = orjson.loads(line)
    return answer


@pytest.mark.parametrize(
    ("dt", "time_ns"),
    [
        (1_800_000_000, 1_800_000_000_000_000_000),
        (1_800_000_000.5, 1_800_000_000_500_000_000),
        (1_800_000_000_123, 1_800_000_000_123_000_000),
        (1_800_000_000_123_456, 1_800_000_000_123_456_000),
        (1_800_000_000_123_456_789, 1_800_000_000_123_456_789),
        ("1800000000", 1_800_000_000_000_000_000),
        ("2027-01-15T08:00:00Z", 1_800_000_000_000_000_000),
        ("2027-01-15 08:00:00.123456789", 1_800_000_000_123_456_789),
        ("2027-01-15T09:00:00.5+01:00", 1_800_000_000_500_000_000),
        ("2027-01-15 08:00:00,250 UTC", 1_800_000_000_250_000_000),
        (msgpack.Timestamp(1_800_000_000, 42), 1_800_000_000_000_000_042),
        ("yesterday", None),
        ("2027-13-45T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        (None, None),
        (True, None),
        (-5, None),
        (float("nan"), None),
        (10**30, None),
        ([], None),
    ],
)
def test_times(dt: Any, time_ns: int | None) -> None:
    assert parse_time(dt) == time_ns


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_no_time_breaks_it(dt: Any) -> None:
    found = parse_time(dt)
    assert found is None or isinstance(found, int)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.one_of(st.text(max_size=8), st.sampled_from(["dt", "level", "message"])), json_values))
def test_every_record_becomes_a_row(record: dict[str, Any]) -> None:
    found = columns(record)
    assert all(isinstance(value, str) for value in found["attributes"].values())


def test_nested_fields_are_flattened_and_nothing_is_lost() -> None:
    found = columns(
        {
            "message": "hi",
            "level": "WARN",
            "dt": 1_800_000_000,
            "http": {"status": 200, "ok": True, "ratio": 0.5, "none": None, "tags": ["a", {"b": 1}], "empty": {}},
        }
    )
    assert (found["body"], found["severity_text"], found["severity_number"]) == ("hi", "WARN", 13)
    assert found["attributes"] == {
        "http.status": "200",
        "http.ok": "true",
        "http.ratio": "0.5",
        "http.tags": '["a",{"b":1}]',
        "http.empty": "{}",
    }


def test_ids_are_picked_up_under_their_usual_names() -> None:
    found = columns(
        {
            "message": "hi",
            "traceId": "0af7651916cd43dd8448eb211c80319c",
            "span_id": "b7ad6b7169203331",
            "context": {"user": {"id": 42, "name": "Ada"}, "session_id": "s1"},
            "service.name": "shop",
            "env": "production",
            "release": "1.2.3",
        }
    )
    assert found["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert found["span_id"] == "b7ad6b7169203331"
    assert (found["user_id"], found["session_id"]) == ("42", "s1")
    assert (found["service"], found["environment"], found["release"]) == ("shop", "production", "1.2.3")
    assert found["attributes"] == {"context.user.id": "42", "context.user.name": "Ada", "context.session_id": "s1"}


def test_a_time_out_of_range_is_replaced_and_kept_beside() -> None:
    for dt in ("1999-01-01T00:00:00Z", NOW_NS + 2 * 86400 * 10**9):
        line, moved = row({"dt": dt}, RECEIVED)
        found = orjson.loads(line)
        assert moved
        assert found["time"] == "1800000000.000000000"
        assert found["attributes"] == {"dt": str(dt)}


def test_bodies() -> None:
    one = {"message": "ü"}
    assert decode(b'{"message": "\xc3\xbc"}', "application/json").records == [one]
    assert decode(b'[{"message": "\xc3\xbc"}]', "").records == [one]
    assert decode(msgpack.packb(one), "application/msgpack").records == [one]
    assert decode(msgpack.packb([one, one]) + msgpack.packb(one), "application/msgpack").records == [one] * 3
    assert decode(b'{"message": "\xc3\xbc"}\n\n{"message": "\xc3\xbc"}\n', "application/x-ndjson").records == [one] * 2
    assert decode(b'{"message": "\xc3\xbc"}\n{"message": "\xc3\xbc"}', "application/json").records == [one] * 2
    assert decode(b"[]", "application/json").records == []


def test_javascript_cuts_emoji_in_half() -> None:
    (record,) = decode(rb'{"message": "cut \ud83d"}', "application/json").records
    assert columns(record)["body"] == "cut \ufffd"


def test_bad_records_stand_alone() -> None:
    decoded = decode(b'{"message": "a"}\n{broken\n{"message": "b"}\n7', "application/x-ndjson")
    assert [record["message"] for record in decoded.records] == ["a", "b"]
    assert [reason for reason, _, _ in decoded.bad] == ["invalid_json", "not_an_object"]
    assert "line 2" in decoded.bad[0][1]
    decoded = decode(b'[{"message": "a"}, "b", null]', "application/json")
    assert (len(decoded.records), len(decoded.bad)) == (1, 2)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"{broken}\n{worse}", "application/x-ndjson"),
        (msgpack.packb([{"message": "a"}])[:-1], "application/msgpack"),
        (b"\xc1", "application/msgpack"),
        (b"\x91" * 10_000, "application/msgpack"),
    ],
)
def test_what_does_not_read_at_all(body: bytes, content_type: str) -> None:
    with pytest.raises(Unparsable):
        decode(body, content_type)


@given(st.binary(max_size=100), st.sampled_from(["application/json", "application/x-ndjson", "application/msgpack"]))
def test_noise_raises_nothing_else(body: bytes, content_type: str) -> None:
    try:
        for record in decode(body, content_type).records:
            columns(record)
    except Unparsable:
        pass
