"""A body → its records: JSON (object or array), NDJSON, MessagePack (map or array of maps)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack
import orjson

from vedette.server.http.errors import RequestError, TooLarge

MSGPACK_TYPES = ("application/msgpack", "application/x-msgpack", "application/vnd.msgpack")
NDJSON_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


# Far more than clients send. An empty map is one byte of MessagePack, 72 of memory and 400 as a row.
MAX_RECORDS = 500_000
MAX_VALUES = 2_000_000


class Unparsable(RequestError):
    """No record of the body reads. Better Stack answers 406."""

    status, code = 406, "unparsable"


@dataclass(slots=True)
class Decoded:
    """The records that read, and what did not: its reason, what was wrong, and the bytes."""

    records: list[dict[str, Any]] = field(default_factory=list)
    bad: list[tuple[str, str, bytes]] = field(default_factory=list)

    def add(self, item: Any) -> None:
        """Take one item, or the items of an array. Raises TooLarge."""
        found = item if isinstance(item, list) else [item]
        if len(self.records) + len(self.bad) + len(found) > MAX_RECORDS:
            raise TooLarge(f"more than {MAX_RECORDS} records", hint="send smaller batches")
        for record in found:
            if isinstance(record, dict):
                self.records.append(record)
            else:
                kind = type(record).__name__
                self.bad.append(("not_an_object", f"a record must be an object, not {kind}", str(record).encode()))


def decode(body: bytes, content_type: str) -> Decoded:
    """Read a body. An unknown content type is read as JSON, as Better Stack does.

    Raises:
        Unparsable: nothing of it reads.
        TooLarge: it holds more records, or values in them, than any client sends.
    """
    decoded = Decoded()
    if content_type in MSGPACK_TYPES:
        for item in _unpack(body):
            decoded.add(item)
    elif content_type in NDJSON_TYPES:
        _read_lines(body, decoded)
    else:
        try:
            decoded.add(_load(body))
        except ValueError as error:
            if b"\n" not in body.strip():
                raise Unparsable(f"Couldn't parse JSON content: {error}") from error
            _read_lines(body, decoded)  # several objects under the name of JSON
    return decoded


def _load(text: bytes) -> Any:
    """One JSON value. Falls back to the standard library, which takes NaN and halves of surrogate pairs too."""
    if text.count(b"{") + text.count(b"[") > MAX_VALUES:
        raise TooLarge(f"more than {MAX_VALUES} objects and arrays", hint="send smaller batches")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            return json.loads(text)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _read_lines(body: bytes, decoded: Decoded) -> None:
    if body.count(b"\n") > MAX_RECORDS:
        raise TooLarge(f"more than {MAX_RECORDS} lines", hint="send smaller batches")
    for number, line in enumerate(body.splitlines(), 1):
        if not line.strip():
            continue
        try:
            decoded.add(_load(line))
        except ValueError as error:
            decoded.bad.append(("invalid_json", f"line {number}: {error}", line))
    if decoded.bad and not decoded.records:
        raise Unparsable(f"Couldn't parse JSON content: {decoded.bad[0][1]}")


def _unpack(body: bytes) -> Iterator[Any]:
    values = 0

    def counted(container: Any) -> Any:
        nonlocal values
        values += 1 + len(container)
        if values > MAX_VALUES:
            raise TooLarge(f"more than {MAX_VALUES} values", hint="send smaller batches")
        return container

    unpacker = msgpack.Unpacker(
        max_buffer_size=len(body) or 1, raw=False, unicode_errors="replace", strict_map_key=False, timestamp=0,
        list_hook=counted, object_hook=counted,
        max_array_len=MAX_RECORDS, max_map_len=MAX_RECORDS,  # memory is taken for the length that is claimed
    )  # fmt: skip
    unpacker.feed(body)
    read = 0
    try:
        for item in unpacker:
            read = unpacker.tell()
            yield item
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise Unparsable(f"Couldn't parse MessagePack content: {error}") from error
    if read != len(body):
        raise Unparsable(f"Couldn't parse MessagePack content: it ends within an item, at byte {read}")
