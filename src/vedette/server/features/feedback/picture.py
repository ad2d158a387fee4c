"""What a file really is: a picture that a browser may be shown, or not. Pure."""

import struct

MOST_PIXELS = 50_000_000  # 200 MB when a browser has unpacked it


def picture_type(content: bytes) -> str:
    """`image/png`, `image/jpeg` or `image/webp` for a whole file that is one, by its own words and of a size that can
    be shown; empty for anything else, whatever its name says."""
    for media_type, size_of in (("image/png", _png), ("image/jpeg", _jpeg), ("image/webp", _webp)):
        try:
            width, height = size_of(content)
        except (struct.error, IndexError):
            continue
        if 0 < width * height <= MOST_PIXELS:
            return media_type
    return ""


def _png(content: bytes) -> tuple[int, int]:
    """https://www.w3.org/TR/png-3/#11IHDR"""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or b"IEND" not in content[-12:]:
        return 0, 0
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    """The frame header among the segments: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2"""
    if content[:3] != b"\xff\xd8\xff":
        return 0, 0
    at = 2
    while content[at] == 0xFF:
        kind = content[at + 1]
        if kind == 0xFF:  # fill
            at += 1
            continue
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        if kind == 0x01 or 0xD0 <= kind <= 0xDA:  # pixels begin without a frame header
            return 0, 0
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += 2 + length
    return 0, 0


def _webp(content: bytes) -> tuple[int, int]:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return 0, 0
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        return (width, height) if len(content) > 30 else (0, 0)
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0
