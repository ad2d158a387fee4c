"""A small body that would become a great many objects is refused before it does."""

import gzip
import tracemalloc

import msgpack
import pytest

from tests.conftest import ProjectClient
from vedette.server.http.errors import TooLarge
from vedette.server.protocols.betterstack.decode import MAX_RECORDS, Unparsable, decode

MIB = 1 << 20
MSGPACK = "application/msgpack"
ARRAY32, MAP32, NIL, EMPTY_MAP, EMPTY_ARRAY = b"\xdd", b"\xdf", b"\xc0", b"\x80", b"\x90"


def array(count: int, items: bytes) -> bytes:
    return ARRAY32 + count.to_bytes(4) + items


BOMBS = {
    "an array that claims four billion items": array(2**32 - 1, NIL),
    "a map that claims four billion items": MAP32 + b"\xff" * 4,
    "arrays in arrays, each claiming as many as it may": array(MAX_RECORDS, b"") * 500,
    "twenty million nils": array(20_000_000, NIL * 20_000_000),
    "twenty million maps, a few in each array": array(200_000, array(100, EMPTY_MAP * 100) * 200_000),
    "twenty million maps, one after the other": EMPTY_MAP * 20_000_000,
    "twenty million arrays in one record": msgpack.packb({"a": 1})[:-1] + array(400_000, EMPTY_ARRAY * 20_000_000),
    "nested deeper than the parser goes": b"\x91" * 100_000,
    "a key of maps": b"\x81" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_msgpack_bombs_take_little_memory(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises((TooLarge, Unparsable)):
            decode(bomb, MSGPACK)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 300 * MIB + 2 * len(bomb), f"{peak / MIB:.0f} MiB"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" + b"{}," * 3_000_000 + b"{}]", "application/json"),
        (b"[" + b"null," * 3_000_000 + b"null]", "application/json"),
        (b"{}\n" * 3_000_000, "application/x-ndjson"),
        (b"\n" * 3_000_000, "application/x-ndjson"),
        (b"[" * 3_000_000, "application/json"),
    ],
    ids=["objects", "nulls", "lines", "empty lines", "nesting"],
)
def test_json_bombs(body: bytes, content_type: str) -> None:
    with pytest.raises(TooLarge):
        decode(body, content_type)


def test_as_many_records_as_may_be_are_read() -> None:
    decoded = decode(msgpack.packb([{"a": 1}] * 400_000), MSGPACK)
    assert len(decoded.records) == 400_000


def test_a_bomb_is_answered_and_the_server_goes_on(project: ProjectClient) -> None:
    headers = {"authorization": f"Bearer {project.key}", "content_type": MSGPACK, "content_encoding": "gzip"}
    for bomb in BOMBS.values():
        answer = project.post("/", gzip.compress(bomb), **headers)
        assert answer.status_code in (406, 413), answer.text
    assert project.post("/", gzip.compress(msgpack.packb({"message": "after"})), **headers).status_code == 202
    assert project.sql("SELECT body FROM logs") == [{"body": "after"}]
