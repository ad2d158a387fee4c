"""Rules as the API takes and gives them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from vedette.server.grouping import Rules, read_rules
from vedette.server.http.scrubbing import ScrubbingRules, read_scrubbing

MOST_RULES = 100
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(max_length=100)]


class Form(BaseModel):
    """A body with no fields but these: a misspelt one is an error, not a rule that does nothing."""

    model_config = ConfigDict(extra="forbid")


class GroupingThen(Form):
    """What a rule does: give events a fingerprint, or say what the frames that it fits count as."""

    fingerprint: Annotated[list[Pattern], Field(max_length=16)] = []
    frames: Literal["", "app", "library", "ignore"] = ""


class GroupingRule(Form):
    """Field → patterns, all of which must hold, and what follows (docs/grouping.md)."""

    name: Name = ""
    when: dict[str, Annotated[list[Pattern], Field(max_length=50)]]
    then: GroupingThen


class GroupingRules(Form):
    """A project's grouping rules, tried from the top. `version` counts their changes."""

    rules: Annotated[list[GroupingRule], Field(max_length=MOST_RULES)] = []

    def read(self, version: int = 0) -> Rules:
        """The rules as ingestion uses them. Raises BadRule."""
        return read_rules([rule.model_dump() for rule in self.rules], version=version)

    @model_validator(mode="after")
    def _can_be(self) -> "GroupingRules":
        self.read()
        return self


class SavedGroupingRules(GroupingRules):
    """The rules in force."""

    version: int = 0


class ScrubbingForm(Form):
    """What is a secret here beside what is known: names of fields, patterns (`#` a digit, `*` within a word), and
    whether e-mail and IP addresses are; `safe_keys` are names whose values stay although they look like secrets."""

    keys: Annotated[list[Pattern], Field(max_length=200)] = []
    safe_keys: Annotated[list[Pattern], Field(max_length=200)] = []
    patterns: Annotated[list[Pattern], Field(max_length=50)] = []
    emails: bool = False
    ips: bool = False

    def read(self, version: int = 0) -> ScrubbingRules:
        """The rules as ingestion uses them. Raises ValueError."""
        return read_scrubbing(**self.model_dump(include=set(ScrubbingForm.model_fields)), version=version)

    @model_validator(mode="after")
    def _can_be(self) -> "ScrubbingForm":
        self.read()
        return self


class SavedScrubbing(ScrubbingForm):
    """The rules in force."""

    version: int = 0


class PreviewForm(GroupingRules):
    """Rules to try on the newest errors."""

    errors: Annotated[int, Field(ge=1, le=2000)] = 500


class ChangedGroup(BaseModel):
    """A group as the rules would make it, of events that would change; `before` are the groups they are in now."""

    fingerprint: str
    title: str
    count: int
    before: list[str]
    rules: list[str]
    last_event_id: str


class Preview(BaseModel):
    """What the rules would do to the newest errors: `errors` looked at, `changed` that would change their group."""

    errors: int
    changed: int
    groups_before: int
    groups_after: int
    groups: list[ChangedGroup]


class ScrubbedPlace(BaseModel):
    """A place in an error where the rules would filter something that is stored now."""

    event_id: str
    path: str


class ScrubbingPreviewForm(ScrubbingForm):
    """Rules to try on the newest errors."""

    errors: Annotated[int, Field(ge=1, le=2000)] = 200


class ScrubbingPreview(BaseModel):
    """How many of the newest errors hold something that the rules would filter, and where; values are not shown."""

    errors: int
    changed: int
    places: list[ScrubbedPlace]
