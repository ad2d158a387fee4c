"""Bytes → Python values without losing what orjson cannot read: big integers, lone surrogates, one broken element.

The common case costs one orjson call. What it refuses is read again by the standard library, with repairs that are
reported, and if that fails too, element by element, so that one unreadable event does not take its batch along.
"""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

# Digits → "0", the rest → blank: finding integers of 19 digits and more this way costs 0.25 µs an event; a regular
# expression 4 µs.
DIGITS = bytes(48 if 48 <= byte < 58 else 32 for byte in range(256))
BIG_INTEGER = b"0" * 19
NUMBER_STARTS = (b"", b":", b",", b"[", b" ", b"\t", b"\n", b"\r")  # what may stand before a positive number
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
# An escaped backslash, a surrogate pair, or half of one.
ESCAPE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
# Strings, so that what is in them is left alone, and numbers.
STRING_OR_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?', re.DOTALL)
# Booleans, and integers that a double may not hold, in a list: in objects, a colon comes before. Looked for first in
# a text of three letters, which takes 2 µs for a kilobyte, half of what four words would.
IN_LIST = re.compile(rb"[\[,](?:true|false|-?\d{16,})(?=[\],])")
LETTERS = b"".join(
    b"," if byte in b"[," else b"t" if byte in b"tf" else b"0" if byte in b"-0123456789" else b" "
    for byte in range(256)
)
BIG_IN_LIST = b"," + b"0" * 16
# Repairs walk a text in Python, half a microsecond a bracket or comma. A batch of 20 MiB has fewer, bombs have more.
MAX_PARTS = 1_000_000
MAX_ELEMENTS = 20_000
MAX_DEPTH = 400  # of what the standard library is asked to read; orjson itself stops at 1024


class Unreadable(ValueError):
    """Not JSON, and not repairable. The message says where."""


class TooDeep(ValueError):
    """Nested too deep to be written again."""


@dataclass(slots=True)
class Parsed:
    """`value` is the document; `repairs` what had to be changed to read it, e.g. `invalid_utf8`.

    `broken` are the elements of a batch that could not be read: start of their text and why.
    """

    value: Any
    repairs: set[str] = field(default_factory=set)
    broken: list[tuple[bytes, str]] = field(default_factory=list)


def parse(data: bytes) -> Parsed:
    """Read a body. Raises Unreadable."""
    if len(data) > MAX_PARTS and data.count(b"{") + data.count(b"[") > MAX_PARTS:
        raise Unreadable(f"more than {MAX_PARTS} objects and arrays")  # making millions of them stops every thread
    if not _has_big_integer(data):
        try:
            return Parsed(orjson.loads(data))
        except orjson.JSONDecodeError:
            pass
    if sum(map(data.count, (b"{", b"[", b","))) > MAX_PARTS:
        raise Unreadable(f"more than {MAX_PARTS} values, which is too much to repair")
    try:
        return _parse_slowly(data)
    except Unreadable as error:
        parts = _batch_elements(data)
        if parts is None:
            raise
        head, elements, tail = parts
        try:
            whole = _parse_slowly(head + b"[]" + tail)
        except Unreadable:
            raise error from None
        return _parse_elements(whole, elements, data)


def dump(value: Any) -> bytes:
    """JSON text of a parsed value, exact also for what orjson cannot write (big integers, lone surrogates)."""
    return dump_exactly(value)[0]


def dump_exactly(value: Any) -> tuple[bytes, bool]:
    """As `dump`, and whether every JSON parser can read it: no integer beyond 64 bits, no lone surrogate.

    Raises:
        TooDeep: orjson read it (1024 levels), and the standard library cannot write it (about 950).
    """
    try:
        return orjson.dumps(value), True
    except (TypeError, orjson.JSONEncodeError):
        try:
            return json.dumps(value, separators=(",", ":")).encode(), False
        except RecursionError:
            raise TooDeep("nested deeper than this server writes") from None


def dump_line(row: dict[str, Any]) -> bytes:
    """A row as a line of JSONEachRow: valid for the engine even where strings hold lone surrogates."""
    try:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except (TypeError, orjson.JSONEncodeError):
        return replace_lone_surrogates(json.dumps(row, separators=(",", ":")).encode()) + b"\n"


def replace_lone_surrogates(text: bytes) -> bytes:
    """Escaped surrogates without a partner as U+FFFD: the engine, like most parsers, refuses them. Pairs stay."""
    if b"\\u" not in text:
        return text
    return ESCAPE.sub(lambda match: match[0] if len(match[0]) in (2, 12) else b"\\ufffd", text)


def for_engine(text: bytes) -> bytes:
    """The text of `dump`, such that every engine's JSON type takes it.

    Integers beyond 64 bits become strings (26.9 makes them so itself, 26.7 refuses the whole document), lone
    surrogates U+FFFD.
    """
    return replace_lone_surrogates(STRING_OR_NUMBER.sub(_bounded, text))


def _bounded(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if len(token) < 19 or token[:1] == b'"' or not token.removeprefix(b"-").isdigit():
        return token
    return token if -(2**63) <= int(token) < 2**64 else b'"%b"' % token


def may_blur(text: bytes) -> bool:
    """Whether a list in a JSON text may not come back from the engine's JSON type as it was.

    Beside numbers it makes a boolean a number, beside a fraction it makes a large integer a double.
    """
    if b"[" not in text:
        return False
    letters = text.translate(LETTERS)
    return (b",t" in letters or BIG_IN_LIST in letters) and IN_LIST.search(text) is not None


def _has_big_integer(data: bytes) -> bool:
    """Whether a number may be an integer beyond 64 bits, which orjson rounds.

    As many digits in a fraction are common (a random double in a hundred has them), and so they are in strings.
    """
    digits = data.translate(DIGITS)
    found = digits.find(BIG_INTEGER)
    while found >= 0:
        end = digits.find(b" ", found)
        size = (end if end >= 0 else len(data)) - found
        before = data[found - 1 : found]
        if before == b"-" or (size > len(BIG_INTEGER) and before in NUMBER_STARTS):
            return True
        found = digits.find(BIG_INTEGER, found + size)
    return False


def _parse_slowly(data: bytes) -> Parsed:
    found: set[str] = set()

    def constant(name: str) -> None:
        found.add("non_finite_number")

    def integer(text: str) -> Any:
        if len(text) > 4000:  # the interpreter's own limit on converting digits is 4300
            found.add("huge_number")
            return text
        return int(text)

    def real(text: str) -> Any:
        number = float(text)
        if math.isinf(number):
            found.add("huge_number")
            return text
        return number

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found.add("invalid_utf8")
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if depth(data) > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
    try:
        value = json.loads(text, parse_constant=constant, parse_int=integer, parse_float=real, strict=False)
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except ValueError as error:
        raise Unreadable(str(error)) from None
    return Parsed(value, repairs=found)


def depth(data: bytes) -> int:
    """How deep a JSON text is nested: 0 for a number, 1 for `{}`. Beyond MAX_DEPTH it stops counting."""
    deepest = level = 0
    for match in TOKEN.finditer(data):
        byte = data[match.start()]
        if byte in b"[{":
            level += 1
            deepest = max(deepest, level)
            if deepest > MAX_DEPTH:
                break
        elif byte in b"]}":
            level -= 1
    return deepest


def _batch_elements(data: bytes) -> tuple[bytes, list[bytes], bytes] | None:
    """The text before, the elements of, and the text after the batch array; None without one or its end, or when it
    has too many."""
    start = 0
    if not data.lstrip().startswith(b"["):
        named = re.search(rb'"batch"\s*:\s*\[', data)
        if named is None:
            return None
        start = named.end() - 1
    else:
        start = data.index(b"[")
    elements: list[bytes] = []
    level = 0
    begin = start + 1
    for match in TOKEN.finditer(data, start):
        byte = data[match.start()]
        if byte in b"[{":
            level += 1
        elif byte in b"]}":
            level -= 1
        if level == 0 or (level == 1 and byte == ord(",")):
            element = data[begin : match.start()].strip()
            if element:
                elements.append(element)
            if len(elements) > MAX_ELEMENTS:
                return None
            begin = match.end()
        if level == 0:
            return data[:start], elements, data[match.end() :]
    return None


def _parse_elements(whole: Parsed, elements: list[bytes], data: bytes) -> Parsed:
    values = []
    for element in elements:
        try:
            one = _parse_slowly(element)
        except Unreadable as error:
            whole.broken.append((element[:4096], str(error)))
        else:
            values.append(one.value)
            whole.repairs |= one.repairs
    if isinstance(whole.value, dict):
        whole.value["batch"] = values
    else:
        whole.value = values
    return whole
