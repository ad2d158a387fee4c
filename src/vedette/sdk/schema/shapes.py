"""What a property may hold: read from a Python annotation, written to the lock file, checked at `track()`."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

Scalar = str | int | bool
TYPES = ("string", "integer", "number", "boolean", "datetime", "date", "uuid", "array", "object", "any")
PLAIN: dict[Any, str] = {
    str: "string", int: "integer", float: "number", Decimal: "number", bool: "boolean", datetime: "datetime",
    date: "date", UUID: "uuid", list: "array", dict: "object", tuple: "array", Any: "any", object: "any",
}  # fmt: skip


class DeclarationError(Exception):
    """An event class, or a line of a lock file, that cannot be read as a declaration; says why."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) and its ISO 4217 currency: `Money(4900, "USD")` is 49 dollars.

    On the wire it is two properties, `<name>` and `<name>_currency`: integers add up exactly, and every analytics
    tool can sum them.
    """

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The values a property may have. `items` is the shape of an array's items, or of an object's values."""

    type: str
    nullable: bool = False
    enum: tuple[Scalar, ...] = ()
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    max_length: int | None = None
    pattern: str | None = None
    items: "Shape | None" = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without what is not set."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        found["items"] = self.items.to_dict() if self.items else None
        found["enum"] = list(self.enum)
        return {
            name: value for name, value in found.items() if value is not None and value != [] and value is not False
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Shape":
        """What `to_dict` wrote. Raises DeclarationError."""
        if data.get("type") not in TYPES:
            raise DeclarationError(f"unknown type {data.get('type')!r}: it is one of {', '.join(TYPES)}")
        known = {one.name: data[one.name] for one in fields(cls) if one.name in data}
        if "items" in known:
            known["items"] = cls.from_dict(known["items"])
        return cls(**{**known, "enum": tuple(known.get("enum", ()))})

    def words(self) -> str:
        """For people: `integer ≥ 0`, `"free" | "pro"`, `array of string`."""
        text = " | ".join(f'"{one}"' if isinstance(one, str) else str(one).lower() for one in self.enum) or self.type
        if self.items:
            text += f" of {self.items.words()}"
        for sign, bound in (("≥", self.ge), (">", self.gt), ("≤", self.le), ("<", self.lt)):
            text += f" {sign} {bound}" if bound is not None else ""
        text += f", at most {self.max_length} characters" if self.max_length is not None else ""
        text += f", like {self.pattern}" if self.pattern is not None else ""
        return f"{text} or null" if self.nullable else text


def shape_of(annotation: Any) -> Shape:
    """The shape of a Python annotation, `Annotated` and `Money` excepted. Raises DeclarationError."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enumeration([member.value for member in annotation], annotation.__name__)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return _enumeration(list(arguments), str(annotation))
    if origin in (Union, types.UnionType):
        inner = [one for one in arguments if one is not types.NoneType]
        if len(inner) == 1:
            shape = shape_of(inner[0])
            return Shape(**{**{one.name: getattr(shape, one.name) for one in fields(shape)}, "nullable": True})
    if origin is list or (origin is tuple and arguments[1:] == (...,)):
        return Shape("array", items=shape_of(arguments[0]))
    if origin in (dict, Mapping) and arguments[0] is str:
        return Shape("object", items=shape_of(arguments[1]))
    try:
        return Shape(PLAIN[annotation])
    except (KeyError, TypeError):
        raise DeclarationError(
            f"{annotation!r} cannot be a property: use str, int, float, bool, an Enum, Literal, datetime, date, "
            "Decimal, UUID, Money, list[…], dict[str, …], Any, or one of them with | None"
        ) from None


def _enumeration(values: list[Any], what: str) -> Shape:
    for kind, name in ((bool, "boolean"), (str, "string"), (int, "integer")):
        if values and all(type(value) is kind for value in values):
            return Shape(name, enum=tuple(values))
    raise DeclarationError(f"{what}: its values must all be strings, all integers or all booleans")
