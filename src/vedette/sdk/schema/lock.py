"""The lock file: what was declared when someone last looked, so that a breaking change is made on purpose.

A change breaks when a reader (a dashboard, a query) or a writer (another place that sends the event) that was right
before is wrong after. A new version of the event announces it; within a version it is an error.
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vedette.sdk.schema.checks import Unfit, converter
from vedette.sdk.schema.declaration import Declaration, Property
from vedette.sdk.schema.shapes import DeclarationError, Shape

LOCK_FILE = "vedette-events.lock.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Change:
    """One difference from the lock file."""

    event: str
    text: str
    breaking: bool

    def __str__(self) -> str:
        return f"{self.event}: {self.text}"


def to_text(declarations: Sequence[Declaration]) -> str:
    """The lock file of these events: JSON with sorted keys, the same for the same declarations."""
    events = [one.to_dict() for one in sorted(declarations, key=lambda one: (one.name, one.version))]
    return json.dumps({"format": FORMAT, "events": events}, indent=2, ensure_ascii=False) + "\n"


def read(path: Path) -> list[Declaration]:
    """The events of a lock file. Raises DeclarationError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise DeclarationError(f"{path} has format {data['format']}; this version of vedette reads {FORMAT}")
        return [Declaration.from_dict(one) for one in data["events"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DeclarationError(f"{path} does not read as a lock file: {error}") from error


def compare(locked: Sequence[Declaration], now: Sequence[Declaration]) -> list[Change]:
    """What has changed, breaking changes first."""
    before = {(one.name, one.version): one for one in locked}
    after = {(one.name, one.version): one for one in now}
    new = [one for key, one in after.items() if key not in before]
    found: list[Change] = []
    for key, one in before.items():
        found += _changes(one, after[key]) if key in after else [_gone(one, now, new)]
    for one in new:
        earlier = any(name == one.name for name, _ in before)
        found.append(Change(one.name, f"version {one.version} is new" if earlier else "is new", False))
    return sorted(found, key=lambda one: (not one.breaking, one.event))


def _gone(old: Declaration, now: Sequence[Declaration], new: Sequence[Declaration]) -> Change:
    if any(one.name == old.name and one.version > old.version for one in now):
        return Change(old.name, f"version {old.version} has given way to a later one", False)
    if old.status == "deprecated":
        return Change(old.name, "was deprecated, and is removed", False)
    alike = [one.name for one in new if one.name != old.name and one.properties and _same(one, old)]
    if alike:
        return Change(old.name, f"is removed; renamed to {alike[0]}?", True)
    return Change(old.name, f"version {old.version} is removed without having been deprecated", True)


def _same(one: Declaration, other: Declaration) -> bool:
    return {prop.name: prop for prop in one.properties} == {prop.name: prop for prop in other.properties}


def _changes(old: Declaration, new: Declaration) -> list[Change]:
    before = {one.name: one for one in old.properties}
    after = {one.name: one for one in new.properties}
    added = [one for name, one in after.items() if name not in before]
    found: list[tuple[str, bool]] = []
    for name, one in before.items():
        found += _property_changes(one, after[name]) if name in after else [_missing(one, added)]
    found += [
        (f"{one.name} is new and required: who sends this event today does not send it", True)
        if one.required
        else (f"{one.name} is new", False)
        for one in added
    ]
    if old.key != new.key:
        found.append((f"key was ({', '.join(old.key)}), is ({', '.join(new.key)}): what counts as one event", True))
    for word in ("owner", "status", "replacement", "description"):
        if getattr(old, word) != getattr(new, word):
            found.append((f"{word} has changed", False))
    return [Change(old.name, text, breaking) for text, breaking in found]


def _missing(old: Property, added: Sequence[Property]) -> tuple[str, bool]:
    alike = [one.name for one in added if one.shape == old.shape and one.unit == old.unit]
    return (f"{old.name} is removed; renamed to {alike[0]}?" if alike else f"{old.name} is removed", True)


def _property_changes(old: Property, new: Property) -> list[tuple[str, bool]]:
    found = [(f"{old.name} {text}", True) for text in narrowed(old.shape, new.shape)]
    if new.required and not old.required:
        found.append((f"{old.name} is required now", True))
    if not found and old.shape != new.shape:
        found.append((f"{old.name} was {old.shape.words()}, is {new.shape.words()}", False))
    if old.required and not new.required:
        found.append((f"{old.name} is optional now", False))
    if old.unit != new.unit:
        found.append((f"{old.name} was in {old.unit or 'no unit'}, is in {new.unit or 'no unit'}", True))
    if (old.pii in ("hash", "drop") or new.pii in ("hash", "drop")) and old.pii != new.pii:
        found.append((f"{old.name} had pii={old.pii or 'none'}, has pii={new.pii or 'none'}", True))
    if old.description != new.description:
        found.append((f"{old.name}: its description has changed", False))
    return found


def narrowed(old: Shape, new: Shape) -> list[str]:
    """In which ways values that were right before are wrong after. Empty only when there are none."""
    if new.type == "any":
        return []
    found = ["may not be null any more"] if old.nullable and not new.nullable else []
    if old.type != new.type and not (old.type == "integer" and new.type == "number"):
        return [*found, f"was {old.type}, is {new.type}"]
    if new.enum:
        lost = [str(one) for one in old.enum if one not in new.enum]
        if not old.enum:
            found.append(f"was any {old.type}, is one of {new.words()}")
        elif lost:
            found.append(f"may not be {', '.join(lost)} any more")
        return found
    if old.enum:
        return found + [f"may not be {one} any more" for one in old.enum if not _fits(one, new)]
    found += _narrowed_bounds(old, new)
    if new.items:
        found += [f"in its items: {text}" for text in narrowed(old.items or Shape("any"), new.items)]
    return found


def _fits(value: object, shape: Shape) -> bool:
    try:
        converter(shape)(value)
    except Unfit:
        return False
    return True


def _narrowed_bounds(old: Shape, new: Shape) -> list[str]:
    found = []
    for sign, other, stricter in (("ge", "gt", operator.gt), ("le", "lt", operator.lt)):
        if _tighter(_bound(old, sign, other), _bound(new, sign, other), stricter):
            found.append(f"its bound was {_said(old, sign, other)}, is {_said(new, sign, other)}")
    if new.max_length is not None and (old.max_length is None or new.max_length < old.max_length):
        found.append(f"may have at most {new.max_length} characters")
    if new.pattern is not None and new.pattern != old.pattern:
        found.append(f"must be like {new.pattern}")
    return found


def _bound(shape: Shape, closed: str, opened: str) -> Mapping[str, float]:
    return {name: bound for name in (closed, opened) if (bound := getattr(shape, name)) is not None}


def _said(shape: Shape, closed: str, opened: str) -> str:
    return ", ".join(f"{name} {bound}" for name, bound in _bound(shape, closed, opened).items()) or "none"


def _tighter(old: Mapping[str, float], new: Mapping[str, float], stricter: Callable[[float, float], bool]) -> bool:
    """Whether a bound of the new shape shuts out what every bound of the old one let in."""
    for name, bound in new.items():
        implied = any(
            stricter(one, bound) or (one == bound and (kind == name or kind in ("gt", "lt")))
            for kind, one in old.items()
        )
        if not implied:
            return True
    return False
