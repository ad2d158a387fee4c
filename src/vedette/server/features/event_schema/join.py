"""Declarations and what was seen, side by side."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vedette.server.features.event_schema.shapes import (
    DeclaredEvent,
    DeclaredProperty,
    DeclaredVersion,
    SchemaEvent,
    SeenProperty,
)

VIOLATIONS = "$schema_violations"  # written by the SDK; see docs/events.md
OF_EVERY_EVENT = frozenset(("service", "environment", "release"))  # written by the SDK, beside what is declared
# The store's types by what they hold. It reads a string that looks like a time as one.
STORED: dict[str, tuple[str, ...]] = {
    "string": ("String", "Date", "DateTime"),
    "integer": ("Int", "UInt"),
    "number": ("Int", "UInt", "Float"),
    "boolean": ("Bool",),
    "datetime": ("String", "Date", "DateTime"),
    "date": ("String", "Date", "DateTime"),
    "uuid": ("String",),
    "array": ("Array", "Tuple"),
    "object": ("JSON", "Map", "Tuple"),
    "any": ("",),
}


def versions_of(documents: Mapping[str, Sequence[DeclaredEvent]]) -> dict[str, list[DeclaredVersion]]:
    """Every declared event by name, the newest version first. Sources that say the same are one entry."""
    found: dict[str, list[DeclaredVersion]] = {}
    for source, events in documents.items():
        for event in events:
            plain = event.model_dump()
            alike = [one for one in found.get(event.name, []) if one.model_dump(exclude={"sources"}) == plain]
            if alike:
                alike[0].sources.append(source)
            else:
                found.setdefault(event.name, []).append(DeclaredVersion(**plain, sources=[source]))
    for versions in found.values():
        versions.sort(key=lambda one: -one.version)
    return found


def side_by_side(
    declared: Mapping[str, list[DeclaredVersion]],
    seen: Iterable[Mapping[str, Any]],
    properties: Iterable[Mapping[str, Any]],
) -> list[SchemaEvent]:
    """One row an event, declared ones first, by name."""
    rows = {name: SchemaEvent(name=name, versions=versions) for name, versions in declared.items()}
    for one in seen:
        name = str(one["event"])
        row = rows.setdefault(name, SchemaEvent(name=name, versions=[]))
        row.count, row.users, row.last_time = one["count"], one["users"], one["last_time"]
    by_event: dict[str, list[Mapping[str, Any]]] = {}
    for one in properties:
        by_event.setdefault(str(one["event"]), []).append(one)
    for name, row in rows.items():
        found = by_event.get(name, [])
        row.violating = sum(one["count"] for one in found if one["property"] == VIOLATIONS)
        if row.versions:
            looked_at = seen_properties(row.versions, found)
            row.undeclared = [one.name for one in looked_at if not one.declared]
            row.unfit = [one.name for one in looked_at if one.declared and not one.fits]
    return sorted(rows.values(), key=lambda row: (not row.versions, row.name))


def seen_properties(versions: Sequence[DeclaredVersion], found: Iterable[Mapping[str, Any]]) -> list[SeenProperty]:
    """The properties of one event as seen, by name. Without a declaration none is held against it."""
    known: dict[str, list[DeclaredProperty]] = {}
    for version in versions:
        for name, shape in version.properties.items():
            known.setdefault(name, []).append(shape)
    rows: dict[str, SeenProperty] = {}
    for one in found:
        path, stored = str(one["property"]), str(one["type"])
        if path == VIOLATIONS or (versions and path in OF_EVERY_EVENT and path not in known):
            continue
        top = path.partition(".")[0]
        inside = path not in known and top in known  # a path within an object is of the object
        declared = known.get(top if inside else path, [])
        row = rows.setdefault(
            path, SeenProperty(name=path, types=[], count=0, declared=bool(declared) or not versions, fits=True)
        )
        row.types.append(stored)
        row.count += one["count"]
        row.fits &= not declared or any(_holds(shape, stored, inside) for shape in declared)
    return [rows[name] for name in sorted(rows)]


def _holds(declared: DeclaredProperty, stored: str, inside: bool) -> bool:
    if inside:
        return declared.type in ("object", "any")
    if declared.pii == "hash":
        return stored == "String"
    return declared.pii != "drop" and stored.startswith(STORED[declared.type])
