"""Read a request body and undo its Content-Encoding, within hard limits at every step.

Bombs are the reason for decompressing piece by piece: output stops at the limit, whatever the input promises.
"""

import asyncio
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import cramjam

from vedette.server.http.errors import BadRequest, Overloaded, TooLarge, UnsupportedMedia

CHUNK = 256 * 1024
INPUT_CHUNK = 32 * 1024
MAX_MEMBERS = 10_000  # a block-gzip file of 64 KiB blocks reaches 650 MB with that many
MAX_ENCODINGS = 3
GZIP, ZLIB, RAW = 31, 15, -15  # zlib's window bits
SNAPPY_FRAMES = b"\xff\x06\x00\x00sNaPpY"

Decoder = Callable[[bytes, int], Iterator[bytes]]


class ClientDisconnected(Exception):
    """The client went away before its body was complete; there is no one to answer."""


class Reading:
    """Memory that half-read bodies of all requests may take together, and the time one of them may take.

    Whoever sends slowly, or many at once, holds memory without having shown a key; so there is one bound for all.
    """

    def __init__(self, *, max_bytes: int = 256 * 1024 * 1024, max_seconds: float = 60) -> None:
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self.bytes = 0

    async def body(self, receive: Any, *, max_bytes: int, content_length: int | None = None) -> bytes:
        """The whole body as sent.

        Raises:
            TooLarge: over `max_bytes`; at once when Content-Length says so.
            Overloaded: too much is being read already.
            BadRequest: it did not arrive within the time.
            ClientDisconnected: the client went away.
        """
        if content_length is not None and content_length > max_bytes:
            raise TooLarge(f"body of {content_length} bytes; the limit is {max_bytes}", hint="send smaller batches")
        first: bytes | None = None
        rest = bytearray()  # not a list: a chunk of two bytes is an object of forty
        size = 0
        try:
            async with asyncio.timeout(self._max_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnected
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    self.bytes += len(chunk)
                    if size > max_bytes:
                        raise TooLarge(f"body of more than {max_bytes} bytes", hint="send smaller batches")
                    if self.bytes > self._max_bytes:
                        raise Overloaded("too many bodies are being read", hint="retry", retry_after_seconds=1)
                    if first is None:
                        first = chunk
                    else:
                        rest += chunk
                    if not message.get("more_body", False):
                        return first + rest if rest else first
        except TimeoutError:
            raise BadRequest(f"the body did not arrive within {self._max_seconds:g} seconds") from None
        finally:
            self.bytes -= size


def decompress(data: bytes, encoding: str, *, max_bytes: int) -> bytes:
    """Undo a Content-Encoding (several, comma-separated, are undone right to left).

    Raises:
        TooLarge: the output would exceed `max_bytes`.
        BadRequest: truncated or corrupt data.
        UnsupportedMedia: an encoding we do not read.
    """
    names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in ("", "identity", "none")]
    if len(names) > MAX_ENCODINGS:
        raise UnsupportedMedia(f"{len(names)} content encodings one over the other; the limit is {MAX_ENCODINGS}")
    for name in reversed(names):
        decoder = DECODERS.get(name)
        if decoder is None:
            raise UnsupportedMedia(
                f"Content-Encoding {name!r} is not supported",
                hint=f"use one of {', '.join(sorted(DECODERS))}",
            )
        try:
            data = _collect(decoder(data, max_bytes), max_bytes, name)
        except (
            zlib.error,
            brotli.error,
            cramjam.DecompressionError,
            ValueError,
        ) as error:
            raise BadRequest(f"body is not valid {name}: {error}") from error
    if len(data) > max_bytes:
        raise TooLarge(f"body of {len(data)} bytes; the limit is {max_bytes}", hint="send smaller batches")
    return data


def _collect(pieces: Iterator[bytes], max_bytes: int, name: str) -> bytes:
    out: list[bytes] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise _too_large(name, max_bytes)
        out.append(piece)
    return out[0] if len(out) == 1 else b"".join(out)


def _too_large(name: str, max_bytes: int) -> TooLarge:
    return TooLarge(f"body is more than {max_bytes} bytes once its {name} is undone", hint="send smaller batches")


def _inflate(data: bytes, wbits: int) -> Iterator[bytes]:
    """One deflate stream, or with gzip's `wbits` any number of members one after the other (RFC 1952 §2.2).

    Input goes in by pieces: zlib copies what it has not used of its input on every call, so handing it everything
    at once costs the square of the size for a bomb or for many small members.
    """
    position = 0
    for _ in range(MAX_MEMBERS):
        decoder = zlib.decompressobj(wbits)
        while not decoder.eof:
            piece = decoder.unconsumed_tail
            if not piece:
                piece = data[position : position + INPUT_CHUNK]
                position += len(piece)
                if not piece:
                    raise ValueError("data ends too early")
            yield decoder.decompress(piece, CHUNK)
        position -= len(decoder.unused_data)
        if position == len(data):
            return
        if wbits != GZIP:
            raise ValueError(f"{len(data) - position} bytes after the end of the data")
        if data[position] == 0 and not data[position:].strip(b"\0"):  # tapes and tar pad with zeros
            return
    raise ValueError(f"more than {MAX_MEMBERS} gzip members")


def _gzip(data: bytes, max_bytes: int) -> Iterator[bytes]:
    return _inflate(data, GZIP)


def _deflate(data: bytes, max_bytes: int) -> Iterator[bytes]:
    """RFC 9110's deflate is zlib-wrapped; some clients send it raw."""
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _inflate(data, ZLIB if wrapped else RAW)


def _brotli(data: bytes, max_bytes: int) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(data, output_buffer_limit=CHUNK)
    yield piece
    while not decoder.is_finished():
        if not piece and decoder.can_accept_more_data():
            raise ValueError("data ends too early")
        piece = decoder.process(b"", output_buffer_limit=CHUNK)
        yield piece


def _into_buffer(decompress_into: Callable[[bytes, bytearray], int], name: str) -> Decoder:
    """A decoder that fills a buffer of fixed size; memory that it does not write to is never touched."""

    def pieces(data: bytes, max_bytes: int) -> Iterator[bytes]:
        if not data:
            raise ValueError("data ends too early")
        buffer = bytearray(max_bytes)
        try:
            size = decompress_into(data, buffer)
        except cramjam.DecompressionError as error:
            if "write whole buffer" in str(error):  # the wording of Rust's WriteZero
                raise _too_large(name, max_bytes) from error
            raise
        yield bytes(memoryview(buffer)[:size])

    return pieces


def _snappy(data: bytes, max_bytes: int) -> Iterator[bytes]:
    """The block format, whose header states the size, checked before any allocation; or the framed one.

    Prometheus sends blocks. OpenTelemetry collectors before 0.131 said `snappy` for the framed format:
    https://github.com/open-telemetry/opentelemetry-collector/pull/12911
    """
    if data.startswith(SNAPPY_FRAMES):
        return _snappy_framed(data, max_bytes)
    size = shift = 0
    for byte in data[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    else:
        raise ValueError("no snappy header")
    if size > max_bytes:
        raise _too_large("snappy", max_bytes)
    return iter((bytes(cramjam.snappy.decompress_raw(data)),))


_snappy_framed = _into_buffer(cramjam.snappy.decompress_into, "snappy")

DECODERS: dict[str, Decoder] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zlib": _deflate,
    "br": _brotli,
    "zstd": _into_buffer(cramjam.zstd.decompress_into, "zstd"),
    "snappy": _snappy,
    "x-snappy-framed": _snappy_framed,
}
