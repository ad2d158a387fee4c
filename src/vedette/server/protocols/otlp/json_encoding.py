"""OTLP/JSON → the same messages as protobuf.

Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding — lowerCamelCase names, trace and span ids
in hex of either case, 64-bit integers as text or numbers, enums as integers, unknown fields ignored.
A record with a value of the wrong type is left out and reported; its neighbours are kept.
"""

import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import FieldDescriptor

from vedette.server.http.errors import BadRequest
from vedette.server.protocols.otlp.kinds import Kind, count_points
from vedette.server.protocols.otlp.messages import Message, checked
from vedette.server.protocols.otlp.values import MAX_DEPTH, json_text, number_text

HEX_FIELDS = ("trace_id", "span_id", "parent_span_id")
# Repeated fields whose elements stand or fall alone.
RECORDS = ("log_records", "spans", "metrics", "data_points")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: where it is in the request, and what is wrong with it."""

    path: str
    reason: str
    quantity: int


def read_json(kind: Kind, body: bytes) -> tuple[Message, list[Rejected]]:
    """Parse a request; returns it with what had to be left out. Raises BadRequest when it is not a request."""
    try:
        document = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"body is not valid JSON: {error}", code="invalid_json") from error
    message = kind.checked()
    rejected: list[Rejected] = []
    try:
        _fill(message, document, "", rejected)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"body is not an {kind.request}: {error}", code="invalid_json") from error
    return message, rejected


def _fill(message: Message, source: Any, path: str, rejected: list[Rejected]) -> None:
    """Set the fields of `message` from a JSON object. Raises TypeError or ValueError on a wrong type."""
    if not isinstance(source, dict):
        raise TypeError(f"{path or 'the request'} is {_type_name(source)}, not an object")
    known = fields(message.DESCRIPTOR.name)
    for key, value in source.items():
        field = known.get(key)
        if field is None or value is None or field.number >= 1000:
            continue
        where = f"{path}.{key}" if path else key
        if field.message_type is None:
            _set_scalar(message, field, value, where)
        elif field.is_repeated:
            _fill_list(message, field, value, where, rejected)
        elif field.message_type.name == "AnyValue":
            set_value(getattr(message, field.name), value, where)
        else:
            child = getattr(message, field.name)
            child.SetInParent()
            _fill(child, value, where, rejected)


def _fill_list(message: Message, field: FieldDescriptor, value: Any, where: str, rejected: list[Rejected]) -> None:
    if not isinstance(value, list):
        raise TypeError(f"{where} is {_type_name(value)}, not an array")
    target = getattr(message, field.name)
    for index, element in enumerate(value):
        child = target.add()
        try:
            _fill(child, element, f"{where}[{index}]", rejected)
        except (TypeError, ValueError) as error:
            if field.name not in RECORDS:
                raise
            quantity = max(1, count_points(child)) if field.name == "metrics" else 1
            del target[-1]
            rejected.append(Rejected(f"{where}[{index}]", str(error), quantity))


@cache
def fields(name: str) -> dict[str, FieldDescriptor]:
    """The fields of a message type by their JSON names."""
    return {field.json_name: field for field in checked[name].DESCRIPTOR.fields}


def _set_scalar(message: Message, field: FieldDescriptor, value: Any, where: str) -> None:
    convert = CONVERTERS[field.type]
    if field.type == FieldDescriptor.TYPE_BYTES and field.name in HEX_FIELDS:
        convert = _hex
    try:
        if field.is_repeated:
            getattr(message, field.name).extend([convert(element) for element in value])
        else:
            setattr(message, field.name, convert(value))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def set_value(target: Message, source: Any, where: str) -> None:
    """Set an AnyValue from its JSON form; arrays and key-value lists become JSON text at once."""
    if not isinstance(source, dict):
        raise TypeError(f"{where} is {_type_name(source)}, not an object")
    kind = next((key for key in source if key in VALUE_KINDS and source[key] is not None), None)
    if kind is None:
        return
    if kind in ("arrayValue", "kvlistValue"):
        target.string_value = json_text(_plain(source, 0, where))
        return
    try:
        setattr(target, VALUE_KINDS[kind], CONVERTERS[fields("AnyValue")[kind].type](source[kind]))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}.{kind}: {error}") from error


def _plain(source: Any, depth: int, where: str) -> Any:
    """The value in a JSON AnyValue; bytes stay base64 text, and what is nested too deeply stays as it came."""
    if not isinstance(source, dict):
        raise TypeError(f"{where} holds {_type_name(source)} where a value should be")
    if depth > MAX_DEPTH:
        return source
    for kind, content in source.items():
        if kind == "arrayValue":
            return [_plain(item, depth + 1, where) for item in _items(content, where)]
        if kind == "kvlistValue":
            return dict(_pair(item, depth + 1, where) for item in _items(content, where))
        if kind == "bytesValue":
            return content
        if kind in VALUE_KINDS and content is not None:
            value = CONVERTERS[fields("AnyValue")[kind].type](content)
            return number_text(value) if isinstance(value, float) and not math.isfinite(value) else value
    return None


def _items(content: Any, where: str) -> list[Any]:
    values = content.get("values", []) if isinstance(content, dict) else content
    if values is not None and not isinstance(values, list):
        raise TypeError(f"{where} holds a list whose values are {_type_name(values)}")
    return values or []


def _pair(item: Any, depth: int, where: str) -> tuple[str, Any]:
    if not isinstance(item, dict):
        raise TypeError(f"{where} holds {_type_name(item)} where a key and a value should be")
    return _text(item.get("key", "")), _plain(item.get("value") or {}, depth, where)


VALUE_KINDS = {
    "stringValue": "string_value",
    "boolValue": "bool_value",
    "intValue": "int_value",
    "doubleValue": "double_value",
    "arrayValue": "array_value",
    "kvlistValue": "kvlist_value",
    "bytesValue": "bytes_value",
}


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str, float)):
        raise TypeError(f"{_type_name(value)} where an integer should be")
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value} is not an integer")
    return int(value)


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, str, float)):
        raise TypeError(f"{_type_name(value)} where a number should be")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{_type_name(value)} where a string should be")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{_type_name(value)} where true or false should be")
    return value


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value).translate(URL_SAFE), validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from error


def _hex(value: Any) -> bytes:
    return bytes.fromhex(_text(value))


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return names[type(value)]


JSON_TYPES = {
    type(None): "null",
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}
URL_SAFE = str.maketrans("-_", "+/")
_F = FieldDescriptor
CONVERTERS: dict[int, Callable[[Any], Any]] = {
    _F.TYPE_BOOL: _boolean,
    _F.TYPE_BYTES: _bytes,
    _F.TYPE_DOUBLE: _double,
    _F.TYPE_FIXED32: _integer,
    _F.TYPE_FIXED64: _integer,
    _F.TYPE_INT32: _integer,
    _F.TYPE_INT64: _integer,
    _F.TYPE_SFIXED64: _integer,
    _F.TYPE_SINT32: _integer,
    _F.TYPE_STRING: _text,
    _F.TYPE_UINT32: _integer,
    _F.TYPE_UINT64: _integer,
}
