"""Shapes → converters: a value as it goes on the wire, or `Unfit` with the rule that it breaks.

A converter is a closure with what it needs bound, about 0.2 µs for a plain value; the slow path is the exception.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from vedette.sdk.schema.shapes import Money, Shape

Convert = Callable[[Any], Any]
MOST_TEXT = 1024  # of a value that is no JSON: its repr may be of any length
MOST_DEPTH = 8


class Unfit(Exception):
    """A value that a property may not have."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(rule, detail)
        self.rule = rule
        self.detail = detail


def converter(shape: Shape) -> Convert:
    """The function that makes a value of this shape ready for the wire, or raises Unfit."""
    convert = _enumerated(shape) if shape.enum else _of_type(shape)
    bounds = [
        (test, sign, bound)
        for test, sign, bound in (
            (operator.ge, "≥", shape.ge), (operator.gt, ">", shape.gt),
            (operator.le, "≤", shape.le), (operator.lt, "<", shape.lt),
        )
        if bound is not None
    ]  # fmt: skip
    if bounds:
        convert = _bounded(convert, bounds)
    if shape.max_length is not None or shape.pattern is not None:
        convert = _worded(convert, shape.max_length, shape.pattern)
    return _nullable(convert) if shape.nullable else convert


def jsonable(value: Any) -> Any:
    """The nearest JSON to any value whatever; never raises, and never returns much of what is no JSON."""
    try:
        return _jsonable(value, 0)
    except Exception:  # a host's own mapping or number may raise anything
        return _text(value)


def _jsonable(value: Any, depth: int) -> Any:
    if value is None or type(value) in (str, bool, int):
        return value
    if isinstance(value, Enum):
        return _jsonable(value.value, depth + 1)
    if isinstance(value, float | Decimal):
        return str(value) if (number := _finite(value)) is None else number
    if isinstance(value, date | UUID):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, Money):
        return {"minor": _jsonable(value.minor, depth + 1), "currency": _jsonable(value.currency, depth + 1)}
    if depth < MOST_DEPTH and isinstance(value, Mapping):
        return {_text(name): _jsonable(one, depth + 1) for name, one in value.items()}
    if depth < MOST_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(one, depth + 1) for one in value]
    return _text(value)


def _text(value: Any) -> str:
    try:
        return str(value)[:MOST_TEXT]
    except Exception:  # a host's own __str__ may raise anything
        return f"<{type(value).__name__}>"


def _finite(value: Any) -> float | None:
    """The float; None for infinities, and for what is not a number."""
    try:
        number = float(value)
    except ValueError:  # a signaling NaN
        return None
    return number if math.isfinite(number) else None


def _of_type(shape: Shape) -> Convert:
    if shape.type == "array":
        return _array(converter(shape.items) if shape.items else jsonable)
    if shape.type == "object":
        return _object(converter(shape.items) if shape.items else jsonable)
    return PLAIN[shape.type]


def _wrong(expected: str, value: Any) -> Unfit:
    return Unfit("type", f"expected {expected}, got {type(value).__name__}")


def _string(value: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration that is a string, its value
    raise _wrong("string", value)


def _integer(value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, bool):
        raise _wrong("integer", value)
    try:
        return int(operator.index(value))  # numpy's integers too
    except TypeError:
        raise _wrong("integer", value) from None


def _number(value: Any) -> float | int:
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, float | int | Decimal):
        raise _wrong("number", value)
    number = _finite(value)
    if number is None:
        raise Unfit("not_finite", f"{value} is no number in JSON")
    return number


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise _wrong("boolean", value)


def _datetime(value: Any) -> str:
    if not isinstance(value, datetime):
        raise _wrong("datetime", value)
    if value.tzinfo is None:
        raise Unfit("timezone", "the datetime has no time zone")
    return value.isoformat()


def _date(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise _wrong("date", value)


def _uuid(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise _wrong("uuid", value)


PLAIN: dict[str, Convert] = {
    "string": _string, "integer": _integer, "number": _number, "boolean": _boolean, "datetime": _datetime,
    "date": _date, "uuid": _uuid, "any": jsonable,
}  # fmt: skip


def _enumerated(shape: Shape) -> Convert:
    wire = {value: value for value in shape.enum}
    expected = shape.words()

    def convert(value: Any) -> Any:
        plain = value.value if isinstance(value, Enum) else value
        try:
            found = wire[plain]
        except (KeyError, TypeError):
            raise Unfit("enum", f"{_text(plain)[:80]!r} is not one of {expected}") from None
        if isinstance(plain, bool) is not isinstance(found, bool):  # 1 == True, and so it is found
            raise _wrong(shape.type, value)
        return found

    return convert


def _bounded(inner: Convert, bounds: list[tuple[Callable[[Any, Any], bool], str, float]]) -> Convert:
    def convert(value: Any) -> Any:
        found = inner(value)
        for test, sign, bound in bounds:
            if not test(found, bound):
                raise Unfit("range", f"{found} is not {sign} {bound}")
        return found

    return convert


def _worded(inner: Convert, max_length: int | None, pattern: str | None) -> Convert:
    matches = re.compile(pattern).fullmatch if pattern is not None else None

    def convert(value: Any) -> Any:
        found = inner(value)
        if max_length is not None and len(found) > max_length:
            raise Unfit("length", f"{len(found)} characters, at most {max_length} are allowed")
        if matches is not None and not matches(found):
            raise Unfit("pattern", f"{found[:80]!r} is not like {pattern}")
        return found

    return convert


def _nullable(inner: Convert) -> Convert:
    def convert(value: Any) -> Any:
        return None if value is None else inner(value)

    return convert


def _array(inner: Convert) -> Convert:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise _wrong("array", value)
        try:
            return [inner(one) for one in value]
        except Unfit as unfit:
            raise Unfit(unfit.rule, f"in its items: {unfit.detail}") from None

    return convert


def _object(inner: Convert) -> Convert:
    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise _wrong("object with names that are strings", value)
        try:
            return {name: inner(one) for name, one in value.items()}
        except Unfit as unfit:
            raise Unfit(unfit.rule, f"in its values: {unfit.detail}") from None

    return convert
