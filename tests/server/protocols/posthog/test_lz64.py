"""The lz64 decoder against the published library, and within its bounds."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.http.errors import BadRequest, RequestError, TooLarge
from vedette.server.protocols.posthog.lz64 import decompress_lz64


def units(text: str) -> str:
    """Text as JavaScript has it: a string of UTF-16 units."""
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(int.from_bytes(data[i : i + 2], "little")) for i in range(0, len(data), 2))


@given(st.text(max_size=300) | st.text("ab", max_size=600) | st.text("äöü✓😀", max_size=100))
def test_it_undoes_what_the_library_does(text: str) -> None:
    lzstring = pytest.importorskip("lzstring")
    packed = lzstring.LZString().compressToBase64(units(text))
    assert decompress_lz64(packed.encode(), max_bytes=10_000).decode() == text


@given(st.binary(max_size=200) | st.text("ABCDQZaz09+/=", max_size=200).map(str.encode))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    with suppress(RequestError):
        assert len(decompress_lz64(data, max_bytes=5_000)) <= 3 * 5_000


def test_a_bomb_stops_at_the_limit() -> None:
    lzstring = pytest.importorskip("lzstring")
    packed = lzstring.LZString().compressToBase64("a" * 200_000).encode()
    assert len(packed) < 2_000
    with pytest.raises(TooLarge):
        decompress_lz64(packed, max_bytes=100_000)


@pytest.mark.parametrize("data", [b"I", b"IZ", b"####", b"/////////"])
def test_what_is_not_lz64_is_refused(data: bytes) -> None:
    with pytest.raises(BadRequest):
        decompress_lz64(data, max_bytes=1000)
