"""The bodies that the feedback's calls take and answer; contract: `docs/api.md`."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from vedette.server.features.issues.shapes import Around, Member

MOST_IDS = 1000
Status = Literal["new", "resolved", "spam"]
FeedbackId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class AboutError(BaseModel):
    """The error that feedback is about, in the richest report of it."""

    issue: str = Field(description="the issue it belongs to")
    event_id: str
    time: str
    level: str
    title: str
    culprit: str
    service: str
    by: Literal["event", "trace"] = Field(description="how it is known: the feedback names it, or shares its trace")


class Feedback(BaseModel):
    """What one user wrote. `user_id`, `environment`, `release` and `trace_id` are its error's where it names none."""

    id: str
    time: str
    name: str
    email: str
    message: str
    url: str
    event_id: str = Field(description="the event it names; it may not have come yet")
    trace_id: str
    user_id: str
    environment: str
    release: str
    status: Status
    changed_at: str | None
    changed_by: Member | None
    error: AboutError | None
    files: int = Field(description="how many came with it")


class FeedbackPage(BaseModel):
    """Answer of `GET feedback`. `counts` are of everything that matches, whatever its status."""

    items: list[Feedback]
    next_cursor: str | None
    total: int
    counts: dict[str, int]
    truncated: bool = Field(description="the range has more; the newest 10,000 were looked at")


class File(BaseModel):
    """A file that came with feedback; `picture` is one that a browser may be shown."""

    attachment_id: str
    filename: str
    content_type: str
    size: int
    picture: bool


class FeedbackDetail(Feedback):
    """One feedback with its files, what happened around it, and the event as sent (after scrubbing)."""

    session_id: str
    replay_id: str
    attachments: list[File]
    around: Around
    payload: dict[str, Any]


class FeedbackChange(BaseModel):
    """Body of `PATCH feedback`."""

    ids: Annotated[list[FeedbackId], Field(min_length=1, max_length=MOST_IDS)]
    status: Status


class Changed(BaseModel):
    """How many were changed."""

    changed: int
