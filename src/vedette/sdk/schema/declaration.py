"""What is declared of an event: the one form that the documentation, the lock file and the server share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vedette.sdk.schema.shapes import DeclarationError, Shape

Pii = Literal["", "hash", "drop", "keep"]
STATUSES = ("experimental", "stable", "deprecated")
CURRENCY = Shape("string", pattern="[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an event, as it is on the wire."""

    name: str
    shape: Shape
    required: bool
    description: str = ""
    unit: str = ""
    pii: Pii = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        words = {"description": self.description, "unit": self.unit, "pii": self.pii}
        return {**self.shape.to_dict(), "required": self.required, **{k: v for k, v in words.items() if v}}

    @classmethod
    def from_dict(cls, name: str, data: Mapping[str, Any]) -> "Property":
        """What `to_dict` wrote. Raises DeclarationError."""
        words = {key: data[key] for key in ("description", "unit", "pii") if key in data}
        return cls(name, Shape.from_dict(data), bool(data.get("required")), **words)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One version of one event. `key` names the properties that tell one occurrence from another."""

    name: str
    version: int
    owner: str
    status: str
    replacement: str
    description: str
    key: tuple[str, ...]
    properties: tuple[Property, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON, in an order that does not change."""
        return {
            "name": self.name,
            "version": self.version,
            "owner": self.owner,
            "status": self.status,
            "replacement": self.replacement,
            "description": self.description,
            "key": list(self.key),
            "properties": {one.name: one.to_dict() for one in sorted(self.properties, key=lambda one: one.name)},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Declaration":
        """What `to_dict` wrote. Raises DeclarationError."""
        try:
            return cls(
                name=str(data["name"]),
                version=int(data["version"]),
                owner=str(data.get("owner", "")),
                status=str(data.get("status", "stable")),
                replacement=str(data.get("replacement", "")),
                description=str(data.get("description", "")),
                key=tuple(data.get("key", ())),
                properties=tuple(Property.from_dict(name, one) for name, one in data["properties"].items()),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DeclarationError(f"not a declaration of an event: {error!r}") from None


# Irregular past participles that event names end in; the regular ones end in -ed.
PAST = frozenset(
    """
    been begun bought broken brought built caught chosen cut done drawn driven fallen found given gone grown
    heard held hidden hit kept known led left lent lost made met paid put read redone reset ridden risen run
    seen sent set shown shut sold spent split spoken stolen taken thrown told understood undone withdrawn
    won written
    """.split()  # noqa: SIM905 - sixty words in quotes read worse
)


def naming_problems(declaration: Declaration) -> tuple[list[str], list[str]]:
    """(errors, warnings) about an event's name and what is said of it."""
    name, errors, warnings = declaration.name, [], []
    if name.startswith("$"):
        errors.append("names that start with $ are reserved for the library")
    elif not name or len(name) > 200:
        errors.append("a name has 1 to 200 characters")
    elif not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        warnings.append("the name is not snake_case")
    elif not any(word.endswith("ed") or word in PAST for word in name.split("_")):
        warnings.append("the name is not object_action in the past tense, as in plan_upgraded")
    if declaration.status not in STATUSES:
        errors.append(f"the status {declaration.status!r} is not one of {', '.join(STATUSES)}")
    if declaration.version < 1:
        errors.append("versions count from 1")
    unknown = set(declaration.key) - {one.name for one in declaration.properties}
    errors += [f"the key names {one}, which is no property" for one in sorted(unknown)]
    if declaration.status == "deprecated" and not declaration.replacement:
        warnings.append("it is deprecated, and no replacement is named")
    warnings += ["it has no owner"] if not declaration.owner else []
    warnings += ["it has no description: write a docstring"] if not declaration.description else []
    return errors, warnings
