"""Read a request body and undo its Content-Encoding, within hard limits at every step.

Bombs are the reason for decompressing piece by piece: output stops at the limit, whatever the input promises.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import cramjam
import zstandard

from vedette.server.http.errors import BadRequest, TooLarge, UnsupportedMedia

CHUNK = 256 * 1024


class ClientDisconnected(Exception):
    """The client went away before its body was complete; there is no one to answer."""


async def read_body(receive: Any, *, max_bytes: int, content_length: int | None = None) -> bytes:
    """The whole body as sent. Raises TooLarge (early, when Content-Length says so) or ClientDisconnected."""
    if content_length is not None and content_length > max_bytes:
        raise TooLarge(
            f"body of {content_length} bytes; the limit is {max_bytes}", hint="send smaller batches"
        )
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(f"body of more than {max_bytes} bytes", hint="send smaller batches")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def decompress(data: bytes, encoding: str, *, max_bytes: int) -> bytes:
    """Undo a Content-Encoding (several, comma-separated, are undone right to left).

    Raises:
        TooLarge: the output would exceed `max_bytes`.
        BadRequest: truncated or corrupt data.
        UnsupportedMedia: an encoding we do not read.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if name in ("", "identity", "none"):
            continue
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
            zstandard.ZstdError,
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
            raise TooLarge(
                f"body is more than {max_bytes} bytes once its {name} is undone", hint="send smaller batches"
            )
        out.append(piece)
    return b"".join(out)


def _inflate(wbits: int) -> Callable[[bytes, int], Iterator[bytes]]:
    def pieces(data: bytes, max_bytes: int) -> Iterator[bytes]:
        rest = data
        while True:  # gzip allows several members one after the other
            decoder = zlib.decompressobj(wbits)
            yield decoder.decompress(rest, CHUNK)
            while decoder.unconsumed_tail:
                yield decoder.decompress(decoder.unconsumed_tail, CHUNK)
            if not decoder.eof:
                raise ValueError("data ends too early")
            rest = decoder.unused_data
            if not rest or wbits < 31 or not rest.startswith(b"\x1f\x8b"):
                return

    return pieces


def _deflate(data: bytes, max_bytes: int) -> Iterator[bytes]:
    """RFC 9110's deflate is zlib-wrapped; some clients send it raw."""
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _inflate(15 if wrapped else -15)(data, max_bytes)


def _brotli(data: bytes, max_bytes: int) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(data, output_buffer_limit=CHUNK)
    yield piece
    while not decoder.is_finished():
        if not decoder.can_accept_more_data() or piece:
            piece = decoder.process(b"", output_buffer_limit=CHUNK)
            yield piece
        else:
            raise ValueError("data ends too early")


def _zstd(data: bytes, max_bytes: int) -> Iterator[bytes]:
    # The window may not exceed the output limit either: it is memory that the header asks for.
    window = max(1 << 20, 1 << (max_bytes - 1).bit_length())
    decoder = zstandard.ZstdDecompressor(max_window_size=min(window, 1 << 27))
    with decoder.stream_reader(data, read_across_frames=True) as reader:
        while piece := reader.read(CHUNK):
            yield piece
    if not data.startswith(b"\x28\xb5\x2f\xfd"):
        raise ValueError("not a zstd frame")


def _snappy(data: bytes, max_bytes: int) -> Iterator[bytes]:
    """The block format (Prometheus remote write); its header states the size, checked before any allocation."""
    size = shift = 0
    for byte in data[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    else:
        raise ValueError("no snappy header")
    if size > max_bytes:
        raise TooLarge(f"body of {size} bytes once its snappy is undone; the limit is {max_bytes}")
    yield bytes(cramjam.snappy.decompress_raw(data))


DECODERS: dict[str, Callable[[bytes, int], Iterator[bytes]]] = {
    "gzip": _inflate(31),
    "x-gzip": _inflate(31),
    "deflate": _deflate,
    "zlib": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "snappy": _snappy,
}
