"""`vedette.Event`: a product event as a typed class.

    class PlanUpgraded(vedette.Event, name="plan_upgraded", version=1, owner="growth"):
        \"\"\"Customer moved to a more expensive plan.\"\"\"

        from_plan: Plan
        seats: Annotated[int, vedette.field("Seats after the change", ge=1)]
        reason: Literal["self_serve", "sales"] = "self_serve"

Type checkers see a dataclass with keyword arguments. At run time nothing raises: what does not fit its declaration
is a `Violation`, which is reported, and the event is sent with what it was given.
"""

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from inspect import cleandoc
from typing import Annotated, Any, ClassVar, dataclass_transform, get_args, get_origin, get_type_hints

from vedette.sdk.schema.checks import Convert, Unfit, converter, jsonable
from vedette.sdk.schema.declaration import CURRENCY, Declaration, Pii, Property
from vedette.sdk.schema.shapes import DeclarationError, Money, Shape, shape_of

MISSING: Any = object()
POSITIONAL = "__positional__"


@dataclass(frozen=True, slots=True)
class Facts:
    """What `field` says of a property."""

    description: str = ""
    unit: str = ""
    pii: Pii = ""
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    max_length: int | None = None
    pattern: str | None = None


field = Facts
"""What else there is to say of a property: `Annotated[int, field("Time to first byte", unit="ms", ge=0)]`.

`pii="hash"` sends a keyed hash instead of the value (key: `VEDETTE_PII_KEY`), `"drop"` sends nothing, `"keep"` only
says in the documentation that the value is personal."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which an event is not as declared."""

    event: str
    property: str
    rule: str  # missing, undeclared, type, enum, range, length, pattern, timezone, not_finite, positional, declaration
    detail: str

    def __str__(self) -> str:
        return f"{self.property}: {self.detail}" if self.property else self.detail


@dataclass(frozen=True, slots=True)
class Meta:
    """The keyword arguments of an event's class statement."""

    name: str
    version: int
    owner: str
    status: str
    replacement: str
    key: tuple[str, ...]


@dataclass_transform(kw_only_default=True)
class Event:
    """Base of every declared product event; the class statement takes its name, version, owner, status, replacement
    and `key`: the properties that make it the same event when it is sent twice.

    Without a name it is the class's own in snake_case. `abstract=True` is for what several events share.
    """

    __meta__: ClassVar[Meta]
    __copied__: ClassVar[dict[str, Any]] = {}  # defaults that one event must not share with the next

    def __init_subclass__(
        cls,
        *,
        name: str = "",
        version: int = 1,
        owner: str = "",
        status: str = "stable",
        replacement: str = "",
        key: str | tuple[str, ...] = (),
        abstract: bool = False,
    ) -> None:
        super().__init_subclass__()
        name = name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower()
        cls.__meta__ = Meta(name, version, owner, status, replacement, (key,) if isinstance(key, str) else tuple(key))
        mutable = {key: value for key, value in vars(cls).items() if isinstance(value, list | dict) and key[0] != "_"}
        cls.__copied__ = {**cls.__copied__, **mutable}
        if not abstract:
            declared[(cls.__module__, cls.__qualname__)] = cls

    def __init__(self, /, *positional: Any, **values: Any) -> None:
        self.__dict__.update(values)
        for name, default in type(self).__copied__.items():
            self.__dict__.setdefault(name, default.copy())
        if positional:
            self.__dict__[POSITIONAL] = positional

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __vedette_event__(self) -> tuple[str, dict[str, Any], list[Violation]]:
        """The event's name, its properties as JSON, and in what it is not as declared. Never raises."""
        cls = type(self)
        plan = cls.__dict__.get("__plan__") or plan_of(cls)
        return plan.render(self.__dict__)

    def __vedette_key__(self) -> str | None:
        """What makes this the same event when it is sent twice; None where nothing is said, or not all is there."""
        meta = type(self).__meta__
        values = [getattr(self, name, None) for name in meta.key]
        if not values or None in values:
            return None
        return ":".join([meta.name, *(str(jsonable(value)) for value in values)])


declared: dict[tuple[str, str], type[Event]] = {}
"""Every event class of this process, by module and qualified name: a module loaded twice declares once."""


@dataclass(frozen=True, slots=True)
class Member:
    """One attribute of an event class: how it becomes properties, and what is declared of them."""

    name: str
    put: Callable[[dict[str, Any], Any], None]  # raises Unfit
    default: Any
    required: bool
    properties: tuple[Property, ...]

    @property
    def private(self) -> bool:
        """Whether its value must not leave as it is."""
        return self.properties[0].pii in ("hash", "drop")


@dataclass(frozen=True, slots=True)
class Plan:
    """An event class, compiled."""

    name: str
    version: int
    members: tuple[Member, ...]
    names: frozenset[str]
    problem: str = ""

    def render(self, values: Mapping[str, Any]) -> tuple[str, dict[str, Any], list[Violation]]:
        """The event as it is sent, from an instance's attributes."""
        properties: dict[str, Any] = {"$schema_version": self.version}
        violations: list[Violation] = []
        for member in self.members:
            value = values.get(member.name, member.default)
            if value is MISSING:
                if member.required:
                    violations.append(Violation(self.name, member.name, "missing", "is required"))
                continue
            try:
                member.put(properties, value)
            except Exception as error:  # a host's own type may raise anything when it is looked at
                unfit = error if isinstance(error, Unfit) else Unfit("type", f"raises {type(error).__name__}")
                detail = "is not as declared" if member.private else unfit.detail  # which may quote the value
                violations.append(Violation(self.name, member.name, unfit.rule, detail))
                _put_unfit(properties, member, value)
        if not self.names.issuperset(values):
            violations += self._rest(values, properties)
        if self.problem:
            violations.append(Violation(self.name, "", "declaration", self.problem))
        return self.name, properties, violations

    def _rest(self, values: Mapping[str, Any], properties: dict[str, Any]) -> list[Violation]:
        """What was given beyond what is declared is sent too."""
        found = []
        for name, value in values.items():
            if name == POSITIONAL:
                found.append(Violation(self.name, "", "positional", "takes keyword arguments only"))
            elif name not in self.names:
                properties[name] = jsonable(value)
                if not self.problem:
                    found.append(Violation(self.name, name, "undeclared", "is not declared"))
        return found


def plan_of(cls: type[Event]) -> Plan:
    """The compiled class; a class that cannot be read gives a plan that says why, and sends what it is given."""
    meta = cls.__meta__
    try:
        members = tuple(members_of(cls))
        plan = Plan(meta.name, meta.version, members, frozenset(one.name for one in members))
    except Exception as error:  # an annotation may name anything, and evaluating it may raise anything
        plan = Plan(meta.name, meta.version, (), frozenset(), f"{cls.__qualname__}: {error}")
    cls.__plan__ = plan  # type: ignore[attr-defined]  # found by __dict__, so that a subclass has its own
    return plan


def declaration_of(cls: type[Event]) -> Declaration:
    """What is declared of an event class. Raises DeclarationError."""
    plan, meta = plan_of(cls), cls.__meta__
    if plan.problem:
        raise DeclarationError(plan.problem)
    return Declaration(
        meta.name, meta.version, meta.owner, meta.status, meta.replacement,
        description=cleandoc(cls.__dict__.get("__doc__") or ""), key=meta.key,
        properties=tuple(one for member in plan.members for one in member.properties),
    )  # fmt: skip


def members_of(cls: type[Event]) -> list[Member]:
    """The attributes that a class and its bases declare, in order. Raises DeclarationError and whatever an annotation
    raises."""
    hints = get_type_hints(cls, include_extras=True)
    found = [
        _member(name, annotation, next((vars(one)[name] for one in cls.__mro__ if name in vars(one)), MISSING))
        for name, annotation in hints.items()
        if not name.startswith("_") and get_origin(annotation) is not ClassVar
    ]
    names = [one.name for member in found for one in member.properties]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DeclarationError(f"{twice[0]} is declared twice: money takes <name> and <name>_currency")
    return found


def _member(name: str, annotation: Any, default: Any) -> Member:
    facts = Facts()
    if get_origin(annotation) is Annotated:
        annotation, *extra = get_args(annotation)
        facts = next((one for one in extra if isinstance(one, Facts)), facts)
    inner = [one for one in get_args(annotation) if one is not type(None)]
    optional = type(None) in get_args(annotation)
    if annotation is Money or inner == [Money]:
        return _money(name, facts, default, optional)
    shape = _bounded(name, shape_of(annotation), facts)
    required = default is MISSING and not shape.nullable
    convert = converter(shape)
    if facts.pii == "drop":
        put: Callable[[dict[str, Any], Any], None] = partial(_put_nothing, convert)
    elif facts.pii == "hash":
        put = partial(_put_hashed, name, convert)
    else:
        put = partial(_put, name, convert)
    described = Property(name, shape, required, facts.description, facts.unit, facts.pii)
    return Member(name, put, default, required, (described,))


def _bounded(name: str, shape: Shape, facts: Facts) -> Shape:
    ranged = (facts.ge, facts.gt, facts.le, facts.lt)
    worded = (facts.max_length, facts.pattern)
    if any(value is not None for value in ranged) and (shape.type not in ("integer", "number") or shape.enum):
        raise DeclarationError(f"{name}: ge, gt, le and lt are for numbers")
    if any(value is not None for value in worded) and (shape.type != "string" or shape.enum):
        raise DeclarationError(f"{name}: max_length and pattern are for strings")
    if facts.pii not in ("", "hash", "drop", "keep"):
        raise DeclarationError(f"{name}: pii is hash, drop or keep, not {facts.pii!r}")
    re.compile(facts.pattern or "")
    return replace(
        shape, ge=facts.ge, gt=facts.gt, le=facts.le, lt=facts.lt, max_length=facts.max_length, pattern=facts.pattern
    )


def _money(name: str, facts: Facts, default: Any, optional: bool) -> Member:
    if facts.pii in ("hash", "drop"):
        raise DeclarationError(f"{name}: money is sent as it is; leave the property out instead")
    amount = Shape("integer", optional, ge=facts.ge, gt=facts.gt, le=facts.le, lt=facts.lt)
    currency = replace(CURRENCY, nullable=optional)
    required = default is MISSING and not optional
    said = f"Currency of {name}, ISO 4217"
    minor, code = converter(amount), converter(currency)

    def put(properties: dict[str, Any], value: Any) -> None:
        if isinstance(value, Money):
            properties[name], properties[f"{name}_currency"] = minor(value.minor), code(value.currency)
        elif not (optional and value is None):
            raise Unfit("type", f"expected Money, got {type(value).__name__}")

    return Member(
        name, put, default, required,
        (
            Property(name, amount, required, facts.description, facts.unit or "minor units", facts.pii),
            Property(f"{name}_currency", currency, required, said),
        ),
    )  # fmt: skip


def _put(name: str, convert: Convert, properties: dict[str, Any], value: Any) -> None:
    found = convert(value)
    if found is not None:
        properties[name] = found


def _put_nothing(convert: Convert, properties: dict[str, Any], value: Any) -> None:
    convert(value)


def _put_hashed(name: str, convert: Convert, properties: dict[str, Any], value: Any) -> None:
    found = convert(value)
    if found is not None:
        properties[name] = hashed(found)


def hashed(value: Any) -> str:
    """A hash of 32 hex digits, the same wherever `VEDETTE_PII_KEY` is the same."""
    key = hashlib.sha256(os.environ.get("VEDETTE_PII_KEY", "").encode()).digest()
    return hashlib.blake2b(str(value).encode(errors="replace"), digest_size=16, key=key).hexdigest()


def _put_unfit(properties: dict[str, Any], member: Member, value: Any) -> None:
    """What breaks a rule is sent all the same; what is personal, only as its declaration lets it."""
    pii = member.properties[0].pii
    if pii == "drop":
        return
    if isinstance(value, Money):
        properties[member.name], properties[f"{member.name}_currency"] = jsonable(value.minor), jsonable(value.currency)
    else:
        properties[member.name] = hashed(jsonable(value)) if pii == "hash" else jsonable(value)
