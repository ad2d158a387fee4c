"""Declarations for people (Markdown) and for other tools (JSON Schema)."""

import json
from collections.abc import Sequence
from typing import Any

from vedette.sdk.schema.declaration import Declaration, Property
from vedette.sdk.schema.shapes import Shape

JSON_TYPES = {"datetime": ("string", "date-time"), "date": ("string", "date"), "uuid": ("string", "uuid")}
BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def markdown(declarations: Sequence[Declaration]) -> str:
    """A page with every event, by name; the same for the same declarations."""
    ordered = sorted(declarations, key=lambda one: (one.name, -one.version))
    lines = ["# Product events", "", "Written by `vedette schema docs`; change the classes, not this page.", ""]
    lines += ["| event | version | owner | status | what |", "|---|---|---|---|---|"]
    lines += [
        f"| [`{one.name}`](#{_anchor(one)}) | {one.version} | {_cell(one.owner)} | {one.status} "
        f"| {_cell(one.description.partition(chr(10))[0])} |"
        for one in ordered
    ]
    for one in ordered:
        lines += ["", *_section(one)]
    return "\n".join(lines) + "\n"


def _anchor(one: Declaration) -> str:
    return f"{one.name}-version-{one.version}"


def _section(one: Declaration) -> list[str]:
    facts = [f"owner {one.owner or 'nobody'}", one.status]
    facts += [f"replaced by `{one.replacement}`"] if one.replacement else []
    facts += [f"counts once for each {', '.join(f'`{name}`' for name in one.key)}"] if one.key else []
    lines = [f"## {one.name} version {one.version}", "", ", ".join(facts) + "."]
    lines += ["", one.description] if one.description else []
    if one.properties:
        lines += ["", "| property | type | unit | required | what |", "|---|---|---|---|---|"]
        lines += [_row(prop) for prop in one.properties]
    return lines


def _row(one: Property) -> str:
    said = {"hash": "Personal: sent as a hash.", "drop": "Personal: never sent.", "keep": "Personal."}.get(one.pii, "")
    what = " ".join(part for part in (one.description, said) if part)
    type_ = one.shape.words().removesuffix(" or null")
    return f"| `{one.name}` | {_cell(type_)} | {_cell(one.unit)} | {'yes' if one.required else 'no'} | {_cell(what)} |"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def json_schema(declarations: Sequence[Declaration]) -> str:
    """One JSON Schema (2020-12) an event, of its properties; of an event's versions, the latest."""
    latest = {one.name: one for one in sorted(declarations, key=lambda one: (one.name, one.version))}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {name: _event_schema(one) for name, one in latest.items()},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _event_schema(one: Declaration) -> dict[str, Any]:
    return {
        "title": one.name,
        "description": one.description,
        "type": "object",
        "deprecated": one.status == "deprecated",
        "x-version": one.version,
        "x-owner": one.owner,
        "properties": {prop.name: _property_schema(prop) for prop in one.properties if prop.pii != "drop"},
        "required": [prop.name for prop in one.properties if prop.required and prop.pii != "drop"],
    }


def _property_schema(one: Property) -> dict[str, Any]:
    shape = Shape("string", pattern="[0-9a-f]{32}") if one.pii == "hash" else one.shape
    words = {"description": one.description, "x-unit": one.unit}
    return {**_shape_schema(shape), **{name: text for name, text in words.items() if text}}


def _shape_schema(shape: Shape) -> dict[str, Any]:
    """`null` is never sent: what may be None may be absent."""
    kind, format_ = JSON_TYPES.get(shape.type, (shape.type, ""))
    found: dict[str, Any] = {} if kind == "any" else {"type": kind}
    if format_:
        found["format"] = format_
    if shape.enum:
        found["enum"] = list(shape.enum)
    found |= {word: bound for name, word in BOUNDS.items() if (bound := getattr(shape, name)) is not None}
    if shape.max_length is not None:
        found["maxLength"] = shape.max_length
    if shape.pattern is not None:
        found["pattern"] = f"^(?:{shape.pattern})$"
    if shape.items:
        found["items" if kind == "array" else "additionalProperties"] = _shape_schema(shape.items)
    return found
