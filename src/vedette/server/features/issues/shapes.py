"""The bodies that the issues' calls take and answer; contract: `docs/api.md`."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from vedette.server.signals.errors.routes import ErrorDetail

IssueId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
MOST_IDS = 1000
MOST_MATCHING = 10_000
Ids = Annotated[list[IssueId], Field(min_length=1, max_length=MOST_IDS)]
Status = Literal["unresolved", "resolved", "archived"]
Priority = Literal["high", "medium", "low"]
Sort = Literal["last_seen", "first_seen", "events", "users", "priority", "trend"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Count = Annotated[int, Field(ge=1, lt=2**31)]


class Member(BaseModel):
    """Someone with a login."""

    id: int
    email: str
    name: str


class Issue(BaseModel):
    """Errors that are one problem. Counts are of the range asked for, first and last seen of everything kept."""

    id: str = Field(description="its fingerprint; of a merged issue the one it was merged into")
    title: str
    type: str
    value: str
    culprit: str
    platform: str
    category: Literal["error", "performance"]
    level: str
    handled: bool | None
    services: list[str]
    last_event_id: str
    status: Status
    substatus: Literal["", "new", "ongoing", "escalating", "regressed"]
    cause: str = Field(description="the release it came back in, or the count that ended its archiving")
    changed_at: str | None
    resolution: Literal["", "now", "next", "release"]
    release: str
    archived_until: Literal["", "forever", "escalating", "time", "events", "users"]
    until_time: str | None
    until_count: int | None
    ceiling: int | None = Field(description="archived until escalating: events an hour that are as usual")
    priority: Priority
    assignee: Member | None
    count: int
    users: int
    first_time: str
    last_time: str
    first_release: str
    last_release: str
    trend: float = Field(description="events of the second half of the range for each of the first")
    buckets: list[int]
    fingerprints: int
    comments: int
    feedback: int = Field(description="how often users wrote about it in the range")


class IssuePage(BaseModel):
    """A page of issues; `total` match, and `counts` says how many of each status do but for `is:`."""

    items: list[Issue]
    next_cursor: str | None
    total: int
    counts: dict[Status, int]


class TrendBucket(BaseModel):
    """Events of one piece of the range."""

    time: str
    count: int
    users: int


class ReleaseMark(BaseModel):
    """A release that the project first saw in the range."""

    release: str
    time: str


class OverTime(BaseModel):
    """An issue's events over the range, with the releases that came."""

    bucket_seconds: int
    buckets: list[TrendBucket]
    releases: list[ReleaseMark]


class IssueDetail(Issue):
    """One issue with its trend."""

    over_time: OverTime


class TagValue(BaseModel):
    """One value of a tag; `share` of the events that have the tag."""

    value: str
    count: int
    share: float


class Tag(BaseModel):
    """A tag or field of an issue's newest 10,000 events, and its ten commonest values."""

    key: str
    total: int
    distinct: int
    values: list[TagValue]


class Fingerprint(BaseModel):
    """One of the fingerprints that are an issue."""

    fingerprint: str
    title: str
    culprit: str
    source: str
    count: int
    first_time: str
    last_time: str
    last_event_id: str


class Occurrence(BaseModel):
    """One event of an issue, and the ids of those before and after it, of all that are kept.

    `total` events came in `reports`: of what several sources reported only one counts, and `counted` says whether that
    is this one. Where all are reports of other issues' events `total` is 0, and the reports are walked.
    """

    event: ErrorDetail
    previous: str | None
    next: str | None
    newer: int
    total: int
    reports: int
    counted: bool


class Step(BaseModel):
    """A span on the way to the one that failed; `start_ns` counts from the trace's start."""

    span_id: str
    parent_span_id: str
    start_ns: int
    duration_ns: int
    name: str
    service: str
    op: str
    status_code: str
    status_message: str


class TraceAround(BaseModel):
    """The trace an error happened in, and the way to the span that failed."""

    trace_id: str
    time: str
    duration_ns: int
    span_count: int
    error_count: int
    truncated: bool
    path: list[Step]


class LogAround(BaseModel):
    """A log record of the same trace."""

    id: str
    time: str
    severity_number: int
    severity_text: str
    body: str
    service: str


class EventAround(BaseModel):
    """What the same user or session did."""

    uuid: str
    time: str
    event: str
    distinct_id: str
    session_id: str
    current_url: str


class ErrorAround(BaseModel):
    """Another error that the same user or session met."""

    fingerprint: str
    title: str
    culprit: str
    level: str
    last_event_id: str
    count: int
    first_time: str
    last_time: str


class PersonAround(BaseModel):
    """Who met the error."""

    person_id: str
    distinct_ids: list[str]
    is_identified: bool
    properties: dict[str, Any]


class Around(BaseModel):
    """What else happened: everything that shares an error's trace, session or user."""

    trace: TraceAround | None
    logs: list[LogAround]
    person: PersonAround | None
    events: list[EventAround]
    errors: list[ErrorAround]


class Matching(BaseModel):
    """Every issue that a list shows, by the parameters of `GET issues`. Refused when more than `at_most` match."""

    query: Annotated[str, StringConstraints(max_length=2000)] = ""
    since: str = "-14d"
    until: str = "now"
    filter: Annotated[list[str], Field(max_length=50)] = []
    service: str | None = None
    environment: str | None = None
    release: str | None = None
    trace_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    at_most: Annotated[int, Field(ge=1, le=MOST_MATCHING)] = MOST_MATCHING


class Choice(BaseModel):
    """Which issues a call is about: these, or all that match a search."""

    ids: Ids | None = None
    matching: Matching | None = None

    @model_validator(mode="after")
    def says_which(self) -> Self:
        """Refuse both, and neither."""
        if (self.ids is None) == (self.matching is None):
            raise ValueError("name the issues by ids or by matching")
        return self


class IssueChange(Choice):
    """Body of `PATCH issues`. What is left out stays as it is.

    `resolved`: at once, `resolution` next (once a release later than the latest is seen without it) or release (fixed
    in `release`). `archived`: until `archived_until`.
    """

    status: Status | None = None
    resolution: Literal["now", "next", "release"] = "now"
    release: Annotated[str, StringConstraints(max_length=250)] = ""
    archived_until: Literal["forever", "escalating", "time", "events", "users"] = "escalating"
    until_time: AwareDatetime | None = None
    until_count: Count | None = None
    assignee: int | Literal["me"] | None = None
    priority: Priority | None = None

    @model_validator(mode="after")
    def says_until_when(self) -> Self:
        """Refuse a resolution or archiving that lacks its other half."""
        if self.status == "resolved" and self.resolution == "release" and not self.release:
            raise ValueError("resolution=release needs the release")
        if self.status == "archived":
            if self.archived_until == "time" and self.until_time is None:
                raise ValueError("archived_until=time needs until_time")
            if self.archived_until in ("events", "users") and self.until_count is None:
                raise ValueError(f"archived_until={self.archived_until} needs until_count")
        return self


class Changed(BaseModel):
    """How many issues were changed, and of those that matched a search, the changes that give back what was."""

    changed: int
    undo: list[IssueChange] = []


class MergeForm(BaseModel):
    """Body of `POST issues/merge`: all become one issue, `into` or the first."""

    ids: Annotated[list[IssueId], Field(min_length=1, max_length=500)]
    into: IssueId | None = None


class UnmergeForm(BaseModel):
    """Body of `POST issues/{issue}/unmerge`: these fingerprints leave it, each with those merged into it before."""

    fingerprints: Annotated[list[IssueId], Field(min_length=1, max_length=500)]


class Merged(BaseModel):
    """The issue that is left."""

    id: str
    fingerprints: list[str]


class DeleteForm(Choice):
    """Body of `POST issues/delete`; `discard` also refuses what comes of them."""

    discard: bool = False


class Discarded(BaseModel):
    """An issue whose events are refused."""

    id: str
    title: str
    discarded_at: datetime | None


class CommentForm(BaseModel):
    """Body of a comment."""

    text: Text


class Activity(BaseModel):
    """Something that happened to an issue, or that someone said of it. `user` null: the server, or an API token."""

    id: int
    fingerprint: str
    kind: str
    data: dict[str, Any]
    user: Member | None
    created_at: datetime
    edited_at: datetime | None


class SearchForm(BaseModel):
    """Body of a saved search."""

    name: Name
    query: Annotated[str, StringConstraints(max_length=2000)]
    sort: Sort = "last_seen"
    shared: bool = True


class SavedSearch(SearchForm):
    """A saved search; `mine`: the caller made it."""

    id: int
    mine: bool


class SearchKey(BaseModel):
    """A key of the search language. `kind`: issue, event, tag."""

    key: str
    kind: str


class SearchValue(BaseModel):
    """A value that a key can have; `count` in the newest events, null for those of issues."""

    value: str
    count: int | None
