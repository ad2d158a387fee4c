"""What the engine cannot read or should not store as sent: nested values, broken text, texts of megabytes.

Arrays and key-value lists become JSON text; text that is not UTF-8 gets U+FFFD where it is broken; a text of
more than 1 MiB keeps its start and says how much went. The record and its neighbours are always kept.
"""

import base64
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError

from vedette.server.protocols.otlp.kinds import Kind
from vedette.server.protocols.otlp.messages import Message, checked, lenient

TEXT_BYTES = 1024 * 1024
MAX_DEPTH = 64  # of nested values that become JSON; what lies deeper is kept as base64 of its protobuf

BROKEN_TEXT = "invalid_utf8"
LONG_TEXT = "truncated_text"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a message type holds values: names of its fields by what is in them."""

    texts: tuple[str, ...]
    values: tuple[str, ...]
    attributes: tuple[str, ...]
    children: tuple[str, ...]
    repeated_children: tuple[str, ...]


@cache
def plan(name: str) -> Plan:
    """The plan of a message type, worked out once from its descriptor."""
    found: dict[str, list[str]] = {key: [] for key in Plan.__slots__}
    descriptor: Descriptor = checked[name].DESCRIPTOR
    for field in descriptor.fields:
        inner = field.message_type
        if field.type == field.TYPE_STRING:
            found["texts"].append(field.name)
        elif inner is None:
            continue
        elif inner.name == "AnyValue":
            found["values"].append(field.name)
        elif inner.name == "KeyValue":
            found["attributes"].append(field.name)
        else:
            found["repeated_children" if field.is_repeated else "children"].append(field.name)
    return Plan(**{key: tuple(names) for key, names in found.items()})


def flatten(message: Message) -> bool:
    """Replace every array and key-value list under `message` by its JSON text; True if there was one."""
    steps = plan(message.DESCRIPTOR.name)
    changed = False
    for name in steps.attributes:
        changed |= flatten_attributes(getattr(message, name))
    for name in steps.values:
        if message.HasField(name):
            changed |= _flatten_value(getattr(message, name))
    for name in steps.repeated_children:
        for child in getattr(message, name):
            changed |= flatten(child)
    for name in steps.children:
        if message.HasField(name):
            changed |= flatten(getattr(message, name))
    return changed


def flatten_attributes(attributes: Any) -> bool:
    """`flatten` for one attribute list."""
    changed = False
    for pair in attributes:
        changed |= _flatten_value(pair.value)
    return changed


def _flatten_value(value: Message) -> bool:
    kind = value.WhichOneof("value")
    if kind != "array_value" and kind != "kvlist_value":
        return False
    text = json_text(_nested(kind, getattr(value, kind).values, 1))
    # A lenient message has bytes here.
    value.string_value = text if isinstance(value.string_value, str) else text.encode()
    return True


def json_text(value: Any) -> str:
    """Compact JSON. Raises TypeError for what JSON has no word for."""
    return orjson.dumps(value).decode()


def plain_value(value: Message, depth: int = 0) -> Any:
    """An AnyValue as what JSON can say: bytes as base64, NaN and the infinities as text."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    content = getattr(value, kind)
    if kind == "string_value":
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    if kind == "bytes_value":
        return base64.b64encode(content).decode()
    if kind == "double_value":
        return content if math.isfinite(content) else number_text(content)
    if kind in ("array_value", "kvlist_value"):
        return _nested(kind, content.values, depth + 1)
    return content


def text(value: Message) -> str:
    """An AnyValue as text, the way the engine's `any_text` in schema.sql gives it."""
    plain = plain_value(value)
    if isinstance(plain, str):
        return plain
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float):
        return repr(plain).removesuffix(".0")
    return "" if plain is None else json_text(plain)


def number_text(number: float) -> str:
    """Shortest text that reads back the same; `nan`, `inf` and `-inf` as the engine writes them."""
    return repr(number)


def _nested(kind: str, items: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return [base64.b64encode(item).decode() for item in items]
    if kind == "array_value":
        return [_item(item, depth) for item in items]
    pairs: dict[str, Any] = {}
    for item in items:
        try:
            pair = lenient["KeyValue"].FromString(item)
        except DecodeError:
            pairs["undecodable"] = base64.b64encode(item).decode()
            continue
        pairs[pair.key.decode("utf-8", "replace")] = plain_value(pair.value, depth)
    return pairs


def _item(item: bytes, depth: int) -> Any:
    try:
        return plain_value(lenient["AnyValue"].FromString(item), depth)
    except DecodeError:
        return base64.b64encode(item).decode()


def repair(message: Message) -> Counter[str]:
    """Make a lenient message storable, in place; returns how many texts were changed, by reason."""
    changes: Counter[str] = Counter()
    _repair(message, changes)
    return changes


def _repair(message: Message, changes: Counter[str]) -> None:
    steps = plan(message.DESCRIPTOR.name)
    for name in steps.attributes:
        for pair in getattr(message, name):
            _repair_text(pair, "key", changes)
            _repair_value(pair.value, changes)
    for name in steps.values:
        if message.HasField(name):
            _repair_value(getattr(message, name), changes)
    for name in steps.texts:
        _repair_text(message, name, changes)
    for name in steps.repeated_children:
        for child in getattr(message, name):
            _repair(child, changes)
    for name in steps.children:
        if message.HasField(name):
            _repair(getattr(message, name), changes)


def _repair_value(value: Message, changes: Counter[str]) -> None:
    _flatten_value(value)
    if value.HasField("string_value"):
        _repair_text(value, "string_value", changes)


def _repair_text(message: Message, name: str, changes: Counter[str]) -> None:
    text: bytes = getattr(message, name)
    if text.isascii() and len(text) <= TEXT_BYTES:
        return
    try:
        text.decode()
        repaired = text
    except UnicodeDecodeError:
        repaired = text.decode("utf-8", "replace").encode()
        changes[BROKEN_TEXT] += 1
    if len(repaired) > TEXT_BYTES:
        kept = repaired[:TEXT_BYTES].decode("utf-8", "ignore").encode()
        repaired = kept + f"…[truncated {len(repaired) - len(kept)} bytes]".encode()
        changes[LONG_TEXT] += 1
    if repaired is not text:
        setattr(message, name, repaired)


def has_long_item(kind: Kind, message: Message) -> bool:
    """Whether any item is large enough to hold a text above the limit; asked for large requests only."""
    return any(
        len(item.SerializePartialToString()) > TEXT_BYTES  # ByteSize() refuses nested values, see `messages`
        for group, scope in kind.each_scope(message)
        for item in (*getattr(scope, kind.items), group.resource, scope.scope)
    )
