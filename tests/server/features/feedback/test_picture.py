"""Whether a file really is a picture: by its own first words, whole headers, and not too large to show."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.feedback.picture import picture_type


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0" * 2)) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + frame + b"\xff\xd9"


def webp(kind: bytes, content: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 12 + len(content)) + b"WEBP" + kind + struct.pack("<I", len(content)) + content


WEBPS = [
    webp(b"VP8X", b"\0\0\0\0" + b"\x09\0\0" + b"\x09\0\0" + b"more"),
    webp(b"VP8L", b"\x2f" + struct.pack("<I", 9 | 9 << 14)),
    webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 10, 10)),
]


def test_pictures() -> None:
    assert picture_type(png()) == "image/png"
    assert picture_type(jpeg()) == "image/jpeg"
    assert [picture_type(one) for one in WEBPS] == ["image/webp"] * 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"GIF89a\x01\x00\x01\x00",
        b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        png()[:40],
        png(60_000, 60_000),
        jpeg(60_000, 60_000),
        jpeg(0, 0),
        jpeg()[:12],
        b"RIFF\0\0\0\0WEBP<script>",
        b" " + png(),
    ],
)
def test_what_is_none(content: bytes) -> None:
    assert picture_type(content) == ""


@given(st.one_of(st.binary(), st.sampled_from([png(), jpeg(), *WEBPS]).flatmap(
    lambda whole: st.integers(0, len(whole)).map(lambda end: whole[:end])
)))  # fmt: skip
def test_any_bytes_are_judged(content: bytes) -> None:
    assert picture_type(content) in ("", "image/png", "image/jpeg", "image/webp")
