"""Rules as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from vedette.server.grouping import Rules, read_rules
from vedette.server.http.scrubbing import ScrubbingRules, read_scrubbing

MOST_RULES = 1000
MOST_TRIED = 100_000
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

    @model_validator(mode="after")
    def _can_be(self) -> "GroupingRule":
        read_rules([{**self.model_dump(), "name": self.name or "this rule"}])
        return self


class GroupingRules(Form):
    """A project's grouping rules, tried from the top. `version` counts their changes."""

    rules: Annotated[list[GroupingRule], Field(max_length=MOST_RULES)] = []

    def read(self, version: int = 0) -> Rules:
        """The rules as ingestion uses them. Raises BadRule."""
        return read_rules([rule.model_dump() for rule in self.rules], version=version)

    def read_numbered(self) -> Rules:
        """The same, each named after its position."""
        return read_rules([{**rule.model_dump(), "name": str(at)} for at, rule in enumerate(self.rules)])


class Version(Form):
    """Whoever says which version a change is made to is told when that is no longer the newest."""

    version: Annotated[int, Field(ge=0)] | None = None


class GroupingChange(GroupingRules, Version):
    """Body of `PUT grouping-rules`."""


class SavedGroupingRules(GroupingRules):
    """The rules in force."""

    version: int = 0
    changed_at: datetime | None = None


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


class ScrubbingChange(ScrubbingForm, Version):
    """Body of `PUT scrubbing-rules`."""


class SavedScrubbing(ScrubbingForm):
    """The rules in force."""

    version: int = 0
    changed_at: datetime | None = None


class PreviewForm(GroupingRules):
    """Rules to try on the newest errors."""

    errors: Annotated[int, Field(ge=1, le=2000)] = 500


class Side(BaseModel):
    """One group of an effect. `issue`: where its events are, or would be; `known`: whether there is one already."""

    fingerprint: str
    issue: str
    known: bool
    title: str
    count: int
    rules: list[int] = Field(description="positions of the rules that make it")
    event_id: str = Field(description="the newest of its events")


class Effect(BaseModel):
    """Issues that the rules would change, with all that their events go to.

    `joined` several become one; `split` one becomes several; `moved` both; `renamed` one goes on as another.
    """

    kind: Literal["joined", "split", "moved", "renamed"]
    count: int = Field(description="events that change")
    before: list[Side]
    after: list[Side]


class Preview(BaseModel):
    """What the rules would do to the newest errors: `errors` looked at, `changed` that would change their issue;
    `met` of each rule how many errors it decides something about; the largest effects of `effects_total`."""

    errors: int
    changed: int
    groups_before: int
    groups_after: int
    met: list[int]
    effects_total: int
    effects: list[Effect]


class ScrubbedPlace(BaseModel):
    """A place in errors where the rules would filter something that is stored now: of how many, and the newest."""

    path: str = Field(description="positions in lists are `*`")
    count: int
    event_id: str
    fingerprint: str


class ScrubbingPreviewForm(ScrubbingForm):
    """Rules to try on the newest errors."""

    errors: Annotated[int, Field(ge=1, le=2000)] = 200


class ScrubbingPreview(BaseModel):
    """How many of the newest errors hold something that the rules would filter, and where; values are not shown."""

    errors: int
    changed: int
    places: list[ScrubbedPlace]


class TryForm(ScrubbingForm):
    """Rules, and a JSON document or text to see what becomes of it."""

    text: Annotated[str, StringConstraints(max_length=MOST_TRIED)]


class Tried(BaseModel):
    """What is stored of the text: as JSON where it was."""

    text: str
    is_json: bool
    changed: bool
