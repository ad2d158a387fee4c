"""The API's filters → one SQL condition with bound values.

A filter reads `field op value`: `service=checkout`, `duration_ns>=1000000`, `body~timeout`,
`attributes.http.route!=/health`. Fields are the table's own columns or a key of one of its maps; what a table
allows is listed in its `Fields`. Values are always bound, and field names come from the list or become a bound
map key, so nothing of a filter's text reaches the SQL itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OPERATORS = {"=": "=", "!=": "!=", ">=": ">=", "<=": "<=", ">": ">", "<": "<", "~": "contains", "!~": "lacks"}
FILTER = re.compile(r"(?P<field>[^=!<>~]+)(?P<op>!=|>=|<=|!~|=|>|<|~)(?P<value>.*)", re.DOTALL)


class BadFilter(ValueError):
    """A filter that does not read, or that names a field the table does not have."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One parsed condition."""

    field: str
    op: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Read `field op value`. Raises BadFilter."""
        match = FILTER.fullmatch(text)
        if match is None:
            raise BadFilter(f"filter {text!r} is not of the form field=value, field!=value, field>=value or field~text")
        return cls(match["field"].strip(), match["op"], match["value"])


@dataclass(frozen=True, slots=True)
class Fields:
    """What can be filtered on a table: `columns` by ClickHouse type, `maps` of strings, `json` columns. `items` names
    the array of `key=value` of a map that has a text index on it."""

    columns: Mapping[str, str]
    maps: Sequence[str] = field(default_factory=tuple)
    json: Sequence[str] = field(default_factory=tuple)
    items: Mapping[str, str] = field(default_factory=dict)


def compile_filters(filters: Sequence[Filter], fields: Fields, *, prefix: str = "") -> tuple[str, dict[str, Any]]:
    """AND the filters into one condition; returns it with its parameters (`f0`, `f1`, … after `prefix`, for a query
    with two such conditions). Raises BadFilter."""
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for index, item in enumerate(filters):
        expression, kind = _expression(item, fields, f"{prefix}k{index}", parameters)
        name = f"{prefix}f{index}"
        if item.op in ("~", "!~"):
            parameters[name] = item.value
            test = f"positionCaseInsensitiveUTF8(toString({expression}), {{{name}:String}}) > 0"
            conditions.append(f"NOT ({test})" if item.op == "!~" else test)
            continue
        parameters[name] = _value(item, kind)
        conditions.append(f"{expression} {OPERATORS[item.op]} {{{name}:{kind}}}")
        column, _, key = item.field.partition(".")
        if item.op == "=" and item.value and item.field not in fields.columns and column in fields.items:
            # The index knows items, the map does not use it; and "a=b" "c" is the same item as "a" "b=c".
            parameters[f"{prefix}i{index}"] = f"{key}={item.value}"
            conditions.append(f"has({fields.items[column]}, {{{prefix}i{index}:String}})")
    return " AND ".join(f"({condition})" for condition in conditions), parameters


def expression(field_name: str, fields: Fields, parameters: dict[str, Any]) -> str:
    """The SQL expression of one field; a map's key is bound in `parameters`. Raises BadFilter."""
    return _expression(Filter(field_name, "=", ""), fields, "field_key", parameters)[0]


def _expression(item: Filter, fields: Fields, key_name: str, parameters: dict[str, Any]) -> tuple[str, str]:
    """The SQL expression of a filter's field and the type its value is bound as."""
    if item.field in fields.columns:
        return item.field, fields.columns[item.field]
    column, _, key = item.field.partition(".")
    numeric = item.op in (">", "<", ">=", "<=")
    if key and column in fields.maps:
        parameters[key_name] = key
        expression = f"{column}[{{{key_name}:String}}]"
        return (f"toFloat64OrNull({expression})", "Float64") if numeric else (expression, "String")
    if key and column in fields.json:
        expression = _json_value(column, key)
        return (f"toFloat64OrNull({expression})", "Float64") if numeric else (expression, "String")
    known = ", ".join([*fields.columns, *(f"{name}.<key>" for name in (*fields.maps, *fields.json))])
    raise BadFilter(f"no field {item.field!r} here; there are: {known}")


def _json_value(column: str, key: str) -> str:
    """A property as text. `a.b` is the key of that name, or else `b` inside `a`.

    A JSON path cannot be bound, so it is quoted; the engine keeps a dot that belongs to a key as %2E.
    """
    nested = f"{column}.{_quoted(key)}"
    if "." not in key:
        return f"toString({nested})"
    flat = f"{column}.{_quoted(key.replace('.', '%2E'))}"
    return f"toString(if(isNull({flat}), {nested}, {flat}))"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _value(item: Filter, kind: str) -> Any:
    if kind == "String":
        return item.value
    try:
        return float(item.value) if kind.startswith("Float") else int(item.value)
    except ValueError:
        raise BadFilter(f"{item.field} is a number, {item.value!r} is not") from None
