"""The bodies that the event schema's calls take and answer; contract: `docs/api.md`."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr, StringConstraints, model_validator

Type = Literal["string", "integer", "number", "boolean", "datetime", "date", "uuid", "array", "object", "any"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
EnumValue = StrictBool | StrictInt | Annotated[StrictStr, StringConstraints(max_length=200)]
Bound = Annotated[float, Field(allow_inf_nan=False)]
MOST_NESTED = 5


class ValueShape(BaseModel):
    """The values a property may have; `items` is the shape of an array's items or of an object's values."""

    type: Type
    nullable: bool = False
    enum: Annotated[list[EnumValue], Field(max_length=500)] = []
    ge: Bound | None = None
    gt: Bound | None = None
    le: Bound | None = None
    lt: Bound | None = None
    max_length: int | None = None
    pattern: Word | None = None
    items: "ValueShape | None" = None

    @model_validator(mode="after")
    def is_shallow(self) -> Self:
        """Refuse shapes within shapes without end."""
        depth, inner = 0, self.items
        while inner is not None:
            depth, inner = depth + 1, inner.items
        if depth > MOST_NESTED:
            raise ValueError(f"arrays and objects may be nested {MOST_NESTED} deep")
        return self


class DeclaredProperty(ValueShape):
    """One property of an event, as an application declares it."""

    required: bool = False
    description: Text = ""
    unit: Word = ""
    pii: Literal["", "hash", "drop", "keep"] = ""


class DeclaredEvent(BaseModel):
    """One version of one event, as an application declares it."""

    name: Name
    version: Annotated[int, Field(ge=1, lt=2**31)] = 1
    owner: Word = ""
    status: Literal["experimental", "stable", "deprecated"] = "stable"
    replacement: Word = ""
    description: Text = ""
    key: Annotated[list[Name], Field(max_length=20)] = []
    properties: Annotated[dict[Name, DeclaredProperty], Field(max_length=300)] = {}


class EventSchemaForm(BaseModel):
    """Body of `PUT event-schema`: everything that one source (a service, a package) declares."""

    source: Name
    events: Annotated[list[DeclaredEvent], Field(max_length=1000)]

    @model_validator(mode="after")
    def says_each_once(self) -> Self:
        """Refuse the same version of an event twice."""
        keys = [(event.name, event.version) for event in self.events]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            name, version = twice[0]
            raise ValueError(f"version {version} of {name} is declared twice")
        return self


class SchemaSource(BaseModel):
    """Who has declared how many events, and when last."""

    source: str
    pushed_at: datetime
    events: int


class DeclaredVersion(DeclaredEvent):
    """A declared event, and which sources declare it like this."""

    sources: list[str]


class SchemaEvent(BaseModel):
    """One event: what is declared of it (newest version first, empty where nothing is) and what was seen."""

    name: str
    versions: list[DeclaredVersion]
    count: int = 0
    users: int = 0
    last_time: str | None = None
    violating: int = Field(0, description="of the newest events, how many carry $schema_violations")
    undeclared: list[str] = Field([], description="properties of the newest events that no version declares")
    unfit: list[str] = Field([], description="properties of the newest events whose type no version declares")


class EventSchema(BaseModel):
    """Answer of `GET event-schema`."""

    sources: list[SchemaSource]
    events: list[SchemaEvent]


class SeenProperty(BaseModel):
    """A property of the newest events: its types in the store and how many events have it."""

    name: str
    types: list[str]
    count: int
    declared: bool
    fits: bool


class SeenViolation(BaseModel):
    """One way in which events are not as declared, in the SDK's words."""

    text: str
    count: int


class SeenEvent(BaseModel):
    """Answer of `GET event-schema/seen`."""

    properties: list[SeenProperty]
    violations: list[SeenViolation]
