"""Envelope framing, clause by clause: https://develop.sentry.dev/sdk/data-model/envelopes/."""

import time
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.http.errors import TooLarge
from vedette.server.protocols.sentry.envelope import MAX_HEADER_BYTES, MAX_ITEMS, BadEnvelope, Item, parse_envelope


def payloads(body: bytes) -> list[tuple[str, bytes]]:
    parsed = parse_envelope(body)
    assert not parsed.broken
    return [(item.type, item.payload) for item in parsed.items]


def test_length_prefixed_items_may_hold_newlines() -> None:
    body = b'{}\n{"type":"a","length":7}\none\ntwo\n{"type":"b","length":2}\nxy'
    assert payloads(body) == [("a", b"one\ntwo"), ("b", b"xy")]


def test_without_length_the_payload_ends_at_the_newline() -> None:
    assert payloads(b'{}\n{"type":"a"}\n{"x":1}\n{"type":"b"}\n{"y":2}') == [("a", b'{"x":1}'), ("b", b'{"y":2}')]


def test_null_length_means_no_length() -> None:
    assert payloads(b'{}\n{"type":"a","length":null}\nxyz\n') == [("a", b"xyz")]


def test_carriage_return_belongs_to_the_payload() -> None:
    assert payloads(b'{}\r\n{"type":"a","length":4}\r\none\r\n{"type":"b"}\r\ntwo\r\n') == [
        ("a", b"one\r"),
        ("b", b"two\r"),
    ]


def test_header_may_be_empty_and_unknown_keys_are_kept() -> None:
    parsed = parse_envelope(b'{"new_key":[1]}\n{"type":"a","other":2}\nx')
    assert parsed.headers == {"new_key": [1]}
    assert parsed.items == [Item("a", {"type": "a", "other": 2}, b"x")]


@pytest.mark.parametrize("body", [b"{}", b"{}\n", b"{}\n\n\n"])
def test_envelope_without_items(body: bytes) -> None:
    assert payloads(body) == []


@pytest.mark.parametrize(
    "body", [b'{}\n{"type":"a"}', b'{}\n{"type":"a","length":0}', b'{}\n{"type":"a","length":0}\n\n']
)
def test_item_header_at_the_end_has_an_empty_payload(body: bytes) -> None:
    assert payloads(body) == [("a", b"")]


def test_empty_payload_among_others() -> None:
    assert payloads(b'{}\n{"type":"a","length":0}\n\n{"type":"b"}\nx\n') == [("a", b""), ("b", b"x")]


def test_binary_payload_is_kept_byte_for_byte() -> None:
    data = bytes(range(256))
    assert payloads(b'{}\n{"type":"a","length":256}\n' + data + b"\n") == [("a", data)]


@pytest.mark.parametrize("body", [b"", b"\n", b"[]\n", b"nonsense", b'{"a":', b"\xff\xfe{}"])
def test_bad_first_line_rejects_everything(body: bytes) -> None:
    with pytest.raises(BadEnvelope):
        parse_envelope(body)


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (b'{"type":"b","length":10}\nshort', "ends 5 bytes before"),
        (b'{"type":"b","length":2}\nlonger\n', "no newline after"),
        (b'{"type":"b","length":-1}\nx\n', "not a byte count"),
        (b'{"type":"b","length":true}\nx\n', "not a byte count"),
        (b'{"type":"b","length":"1"}\nx\n', "not a byte count"),
        (b"not json\nx\n", "not a JSON object"),
        (b"[1]\nx\n", "not a JSON object"),
    ],
)
def test_what_was_read_before_a_framing_error_survives(rest: bytes, reason: str) -> None:
    parsed = parse_envelope(b'{}\n{"type":"a","length":1}\nx\n' + rest)
    assert [item.type for item in parsed.items] == ["a"]
    assert reason in parsed.broken


@pytest.mark.parametrize("kind", [b"null", b"3", b"{}"])
def test_item_without_a_readable_type_is_still_framed(kind: bytes) -> None:
    parsed = parse_envelope(b'{}\n{"type":' + kind + b'}\nx\n{"type":"b"}\ny')
    assert [item.type for item in parsed.items] == ["", "b"]


def test_number_of_items_is_bounded() -> None:
    parse_envelope(b"{}\n" + b'{"type":"a"}\nx\n' * MAX_ITEMS)
    with pytest.raises(TooLarge):
        parse_envelope(b"{}\n" + b'{"type":"a"}\nx\n' * (MAX_ITEMS + 1))


def test_millions_of_blank_lines_are_passed_over_in_one_step() -> None:
    started = time.thread_time()
    assert payloads(b"{}\n" + b"\n" * 5_000_000 + b'{"type":"a"}\nx' + b" \r\n" * 5_000_000) == [("a", b"x \r")]
    assert time.thread_time() - started < 1  # of this thread, whatever else runs


def test_size_of_headers_is_bounded() -> None:
    long = b'{"type":"a","x":"' + b"x" * MAX_HEADER_BYTES + b'"}\n'
    with pytest.raises(BadEnvelope):
        parse_envelope(long)
    assert "header of item 1" in parse_envelope(b"{}\n" + long + b"x").broken


def encode(headers: dict[str, Any], entries: list[Any], *, final_newline: bool) -> bytes:
    lines = [orjson.dumps(headers)]
    for kind, extra, payload, with_length in entries:
        header = {**extra, "type": kind}
        if with_length or b"\n" in payload:
            header["length"] = len(payload)
        lines += [orjson.dumps(header), payload]
    return b"\n".join(lines) + (b"\n" if final_newline else b"")


small = st.integers(-(2**31), 2**31)
plain = st.dictionaries(st.text(max_size=8), small | st.text(max_size=20), max_size=4)
entries = st.lists(
    st.tuples(st.text(min_size=1, max_size=12), plain, st.binary(max_size=200), st.booleans()), max_size=6
)


@given(plain, entries, st.booleans())
def test_what_is_encoded_is_read_back(headers: dict[str, Any], encoded: list[Any], final_newline: bool) -> None:
    encoded = [
        (kind, {k: v for k, v in extra.items() if k not in ("type", "length")}, p, n) for kind, extra, p, n in encoded
    ]
    parsed = parse_envelope(encode(headers, encoded, final_newline=final_newline))
    assert not parsed.broken
    assert parsed.headers == headers
    assert [(item.type, item.payload) for item in parsed.items] == [(kind, payload) for kind, _, payload, _ in encoded]


@given(st.binary(max_size=400))
def test_any_bytes_raise_nothing_but_the_parsers_own_error(body: bytes) -> None:
    with suppress(BadEnvelope):
        parse_envelope(body)


@given(plain, entries, st.integers(0, 2000))
def test_truncation_anywhere_keeps_whole_items_and_never_invents_one(
    headers: dict[str, Any], encoded: list[Any], cut: int
) -> None:
    encoded = [(kind, {}, payload, True) for kind, _, payload, _ in encoded]
    body = encode(headers, encoded, final_newline=True)
    try:
        parsed = parse_envelope(body[:cut])
    except BadEnvelope:
        return
    whole = [(kind, payload) for kind, _, payload, _ in encoded]
    assert [(item.type, item.payload) for item in parsed.items] == whole[: len(parsed.items)]
