"""Envelope framing: bytes → header and items. Pure; nothing here looks inside a payload.

    Headers \\n { ItemHeaders \\n Payload [\\n] }

Format: https://develop.sentry.dev/sdk/data-model/envelopes/ (clauses cited at the code that obeys them).
"""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from vedette.server.http.errors import BadRequest, TooLarge

MAX_HEADER_BYTES = 64 * 1024  # SDKs send a few hundred; it is read before the key in it is known
BLANK = re.compile(rb"\s*")
MAX_ITEMS = 1000  # current SDKs send at most a few dozen; a million empty ones would cost memory for nothing


class BadEnvelope(BadRequest):
    """The envelope's own header does not read, so nothing in it can be trusted."""

    code = "malformed_envelope"


@dataclass(frozen=True, slots=True)
class Item:
    """One item as framed. `type` is empty when the header names none that reads."""

    type: str
    headers: dict[str, Any]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """`broken` says why reading stopped early; the items before that point are sound. Empty when all was read."""

    headers: dict[str, Any]
    items: list[Item] = field(default_factory=list)
    broken: str = ""


def parse_envelope(body: bytes) -> Envelope:
    """Split an envelope.

    Raises:
        BadEnvelope: the first line is not a JSON object.
        TooLarge: more than MAX_ITEMS items.
    """
    line, position = _line(body, 0)
    headers = _json_object(line)
    if headers is None:
        raise BadEnvelope(
            "the first line of the envelope is not a JSON object of at most 64 KiB", hint="send {} when there is none"
        )
    items: list[Item] = []
    # "envelopes SHOULD tolerate trailing newlines"; in one step, for there may be sixty million of them.
    while (position := _after_blank(body, position)) < len(body):
        line, position = _line(body, position)
        if len(items) == MAX_ITEMS:
            raise TooLarge(f"more than {MAX_ITEMS} items in one envelope")
        item_headers = _json_object(line)
        if item_headers is None:
            return Envelope(
                headers, items, f"the header of item {len(items) + 1} is not a JSON object of at most 64 KiB"
            )
        payload, position, problem = _payload(body, position, item_headers.get("length"))
        if problem:
            return Envelope(headers, items, f"item {len(items) + 1}: {problem}")
        kind = item_headers.get("type")
        items.append(Item(kind if isinstance(kind, str) else "", item_headers, payload))
    return Envelope(headers, items)


def _after_blank(body: bytes, start: int) -> int:
    match = BLANK.match(body, start)
    return match.end() if match else start


def _line(body: bytes, start: int) -> tuple[bytes, int]:
    """The bytes up to the next newline or the end, and where the next line starts. `\\r` stays: JSON ignores it."""
    end = body.find(b"\n", start)
    return (body[start:], len(body)) if end < 0 else (body[start:end], end + 1)


def _payload(body: bytes, start: int, length: object) -> tuple[bytes, int, str]:
    """An item's payload, where the next item starts, and what is wrong with it, if anything."""
    if length is None:  # "if length cannot be predetermined … the payload runs to the next newline or the end"
        payload, after = _line(body, start)
        return payload, after, ""
    if isinstance(length, bool) or not isinstance(length, int) or length < 0:
        return b"", start, f"length {length!r} is not a byte count"
    end = start + length
    if end > len(body):
        return b"", start, f"the envelope ends {end - len(body)} bytes before the stated length"
    if end < len(body) and body[end] != 0x0A:  # "followed by a newline or the end of the envelope"
        return b"", start, f"no newline after the stated length of {length} bytes"
    return body[start:end], end + 1, ""


def _json_object(line: bytes) -> dict[str, Any] | None:
    if len(line) > MAX_HEADER_BYTES:
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
