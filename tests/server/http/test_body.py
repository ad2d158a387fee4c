"""Content-Encoding: every encoding round-trips, truncation is never taken for data, bombs stop at the limit."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import brotli
import cramjam
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.server.http.body import ClientDisconnected, Reading, decompress
from vedette.server.http.errors import BadRequest, Overloaded, TooLarge, UnsupportedMedia

LIMIT = 1 << 20
BOMB = b"\0" * (64 << 20)


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def zstd_stream(data: bytes) -> bytes:
    compressor = zstandard.ZstdCompressor().compressobj()  # no content size in the header
    return compressor.compress(data) + compressor.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip, old name": ("x-gzip", gzip.compress),
    "gzip, two members": (
        "gzip",
        lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
    ),
    "deflate": ("deflate", zlib.compress),
    "deflate, raw": ("deflate", raw_deflate),
    "zlib": ("zlib", zlib.compress),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "zstd, size unknown": ("zstd", zstd_stream),
    "snappy": ("snappy", lambda data: bytes(cramjam.snappy.compress_raw(data))),
}
one_stream = pytest.mark.parametrize("name", [name for name in ENCODERS if "two members" not in name])
payloads = st.one_of(
    st.binary(max_size=4000), st.builds(lambda text, n: text * n, st.binary(max_size=50), st.integers(0, 2000))
)


@pytest.mark.parametrize("name", ENCODERS)
@given(data=payloads)
@settings(max_examples=60, deadline=None)
def test_round_trip(name: str, data: bytes) -> None:
    encoding, encode = ENCODERS[name]
    assert decompress(encode(data), encoding, max_bytes=LIMIT) == data


@one_stream
@given(data=payloads, share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=100, deadline=None)
def test_truncated_data_is_a_bad_request(name: str, data: bytes, share: float) -> None:
    encoding, encode = ENCODERS[name]
    packed = encode(data)
    with pytest.raises(BadRequest):
        decompress(packed[: int(len(packed) * share)], encoding, max_bytes=LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "snappy", "x-snappy-framed"])
@given(data=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_noise_raises_nothing_else(encoding: str, data: bytes) -> None:
    with suppress(BadRequest, TooLarge):
        decompress(data, encoding, max_bytes=LIMIT)


@pytest.mark.parametrize("name", ENCODERS)
def test_a_bomb_stops_at_the_limit_in_bounded_memory(name: str) -> None:
    encoding, encode = ENCODERS[name]
    packed = encode(BOMB)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            decompress(packed, encoding, max_bytes=LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 4 * LIMIT + len(packed)
    finally:
        tracemalloc.stop()


@one_stream
def test_exactly_the_limit_is_taken(name: str) -> None:
    encoding, encode = ENCODERS[name]
    assert len(decompress(encode(b"x" * 1000), encoding, max_bytes=1000)) == 1000
    with pytest.raises(TooLarge):
        decompress(encode(b"x" * 1001), encoding, max_bytes=1000)


def test_a_gzip_of_very_many_members_is_refused_soon() -> None:
    with pytest.raises(BadRequest, match="more than 10000"):
        decompress(gzip.compress(b"") * 500_000, "gzip", max_bytes=LIMIT)


def test_zeros_after_gzip_are_padding_and_anything_else_is_not() -> None:
    assert decompress(gzip.compress(b"x") + b"\0" * 512, "gzip", max_bytes=LIMIT) == b"x"
    with pytest.raises(BadRequest):
        decompress(gzip.compress(b"x") + b"\x1f", "gzip", max_bytes=LIMIT)  # the cut-off head of a second member
    with pytest.raises(BadRequest):
        decompress(zlib.compress(b"x") + b"junk", "deflate", max_bytes=LIMIT)


def test_snappy_states_its_size_and_is_believed_only_up_to_the_limit() -> None:
    with pytest.raises(TooLarge):
        decompress(b"\xff\xff\xff\xff\x0f\x00", "snappy", max_bytes=LIMIT)
    with pytest.raises(BadRequest):
        decompress(b"\xff\xff\xff\xff\xff\xff", "snappy", max_bytes=LIMIT)


def test_framed_snappy_under_either_name() -> None:
    framed = bytes(cramjam.snappy.compress(b"hello" * 1000))
    for encoding in ("snappy", "x-snappy-framed"):
        assert decompress(framed, encoding, max_bytes=LIMIT) == b"hello" * 1000


def test_encodings_one_over_the_other_are_undone_right_to_left() -> None:
    body = zstandard.ZstdCompressor().compress(gzip.compress(b"hello"))
    assert decompress(body, "gzip, zstd", max_bytes=LIMIT) == b"hello"
    assert decompress(b"hello", "identity", max_bytes=LIMIT) == b"hello"
    with pytest.raises(UnsupportedMedia):
        decompress(b"hello", "gzip, gzip, gzip, gzip", max_bytes=LIMIT)
    with pytest.raises(UnsupportedMedia, match="rot13"):
        decompress(b"hello", "rot13", max_bytes=LIMIT)


def test_the_limit_holds_without_an_encoding_too() -> None:
    with pytest.raises(TooLarge):
        decompress(b"x" * 11, "", max_bytes=10)


def messages(*chunks: bytes, end: bool = True) -> Callable[[], Any]:
    queue = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if end:
        queue[-1]["more_body"] = False
    queue.append({"type": "http.disconnect"})

    async def receive() -> Any:
        return queue.pop(0)

    return receive


def test_reading_a_body() -> None:
    assert asyncio.run(Reading().body(messages(b"ab", b"cd"), max_bytes=4)) == b"abcd"
    with pytest.raises(TooLarge):
        asyncio.run(Reading().body(messages(b"ab", b"cd"), max_bytes=3))
    with pytest.raises(TooLarge):  # before a byte is read
        asyncio.run(Reading().body(None, max_bytes=3, content_length=4))
    with pytest.raises(ClientDisconnected):
        asyncio.run(Reading().body(messages(b"ab", end=False), max_bytes=10))


async def never() -> Any:
    await asyncio.sleep(60)


def test_half_read_bodies_share_one_bound() -> None:
    """Many clients that send slowly hold memory without a key: over the bound the next is told to come again."""

    async def run() -> None:
        reading = Reading(max_bytes=10)
        first = messages(b"12345678", end=False)

        async def slow() -> Any:
            return await (first() if reading.bytes == 0 else never())

        held = asyncio.create_task(reading.body(slow, max_bytes=100))
        await asyncio.sleep(0.01)
        with pytest.raises(Overloaded):
            await reading.body(messages(b"123"), max_bytes=100)
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)
        assert reading.bytes == 0
        assert await reading.body(messages(b"123"), max_bytes=100) == b"123"

    asyncio.run(run())


def test_a_body_that_never_comes_is_given_up() -> None:
    with pytest.raises(BadRequest, match="did not arrive"):
        asyncio.run(Reading(max_seconds=0.02).body(never, max_bytes=100))


def test_a_body_of_tiny_chunks_takes_no_more_memory_than_its_bytes() -> None:
    chunks = 200_000

    async def read() -> bytes:
        sent = 0

        async def receive() -> Any:
            nonlocal sent
            sent += 1
            return {"type": "http.request", "body": bytes((sent % 251, 7)), "more_body": sent < chunks}

        return await Reading().body(receive, max_bytes=1 << 20)

    tracemalloc.start()
    try:
        body = asyncio.run(read())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(body), body[:4]) == (2 * chunks, b"\x01\x07\x02\x07")
    assert peak < 2_000_000, "three times the body; as a list of chunks it took eight megabytes"
