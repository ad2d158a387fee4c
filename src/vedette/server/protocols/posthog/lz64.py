"""Undo `lz64`: LZString's `compressToBase64`, which old posthog-js versions send.

The format: LZW over UTF-16 code units, codes of growing width, least significant bit first, six bits a character
of the usual base64 alphabet (https://github.com/pieroxy/lz-string, `_decompress`; the alphabet is `keyStrBase64`).
"""

from vedette.server.http.errors import BadRequest, TooLarge

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VALUES = {byte: value for value, byte in enumerate(ALPHABET)}
REVERSED = [int(f"{value:06b}"[::-1], 2) for value in range(64)]
NEW_8_BIT, NEW_16_BIT, END = 0, 1, 2


class _Bits:
    """Reads numbers whose bits come least significant first, out of characters read from their top bit down."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = 0
        self._held = 0
        self._count = 0

    def read(self, width: int) -> int:
        """The next `width` bits; ValueError past the end."""
        while self._count < width:
            if self._next >= len(self._data):
                raise ValueError("data ends too early")
            value = VALUES.get(self._data[self._next])
            if value is None:
                raise ValueError(f"byte {self._next} is not base64")
            self._next += 1
            self._held |= REVERSED[value] << self._count
            self._count += 6
        taken = self._held & ((1 << width) - 1)
        self._held >>= width
        self._count -= width
        return taken


def decompress_lz64(data: bytes, *, max_bytes: int) -> bytes:
    """The text as UTF-8 (a lone surrogate stays one, in WTF-8 fashion).

    Raises:
        BadRequest: not LZString's base64.
        TooLarge: the output would exceed `max_bytes`.
    """
    try:
        units = _decompress(_Bits(b"".join(data.split()).rstrip(b"=")), max_bytes)
    except ValueError as error:
        raise BadRequest(f"body is not valid lz64: {error}") from error
    text = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")


class _Width:
    """How many bits the next code has: one more each time the codes of a width are used up."""

    def __init__(self) -> None:
        self.bits = 3
        self._left = 4

    def phrase_added(self) -> None:
        """Count a new phrase."""
        self._left -= 1
        if self._left == 0:
            self._left = 1 << self.bits
            self.bits += 1


def _decompress(bits: _Bits, max_units: int) -> str:
    first = bits.read(2)
    if first == END:
        return ""
    if first not in (NEW_8_BIT, NEW_16_BIT):
        raise ValueError("no first character")
    previous = chr(bits.read(8 if first == NEW_8_BIT else 16))
    phrases: list[str] = ["", "", "", previous]  # codes 0 to 2 are the markers
    out = [previous]
    size = 1
    width = _Width()
    while (code := bits.read(width.bits)) != END:
        if code in (NEW_8_BIT, NEW_16_BIT):
            phrases.append(chr(bits.read(8 if code == NEW_8_BIT else 16)))
            code = len(phrases) - 1
            width.phrase_added()
        if code > len(phrases):
            raise ValueError("a code before its phrase")
        phrase = phrases[code] if code < len(phrases) else previous + previous[0]
        size += len(phrase)
        if size > max_units:
            raise TooLarge(f"body is more than {max_units} bytes once its lz64 is undone")
        out.append(phrase)
        phrases.append(previous + phrase[0])
        width.phrase_added()
        previous = phrase
    return "".join(out)
