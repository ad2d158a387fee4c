"""`GET /projects/{project_id}/errors`, one error, and errors by fingerprint; contract: `docs/api.md`."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import ListQuery, Page, ProjectId, Question, answer
from vedette.server.signals.errors import queries

router = APIRouter(tags=["errors"])


class ErrorEvent(BaseModel):
    """One occurrence of an exception, a captured message, or (category performance) what a detector found."""

    event_id: str
    time: str
    level: str
    type: str
    value: str
    title: str
    culprit: str
    handled: bool | None
    platform: str
    service: str
    environment: str
    release: str
    transaction: str
    trace_id: str
    span_id: str
    session_id: str
    user_id: str
    user_email: str
    fingerprint: str
    category: str
    source: str


class Frame(BaseModel):
    """One call of a stack trace, outermost first."""

    module: str
    function: str
    filename: str
    lineno: int
    in_app: bool


class Attachment(BaseModel):
    """A file that came with an error."""

    attachment_id: str
    filename: str
    content_type: str
    size: int


class Report(BaseModel):
    """Another source's report of the same crash."""

    event_id: str
    time: str
    source: str
    title: str
    service: str
    fingerprint: str


class Grouping(BaseModel):
    """Why an error is in its group (docs/grouping.md). Frames are `[exception, frame, name]`, positions in `payload`;
    `left_out` has those that did not count and the reason."""

    by: str = ""
    rule: str = ""
    fingerprint: list[str] = []
    types: list[str] = []
    message: str = ""
    of: str = ""
    weak: bool = False
    frames: list[tuple[int, int, str]] = []
    left_out: list[tuple[int, int, str]] = []
    rules: int = 0


class ErrorDetail(ErrorEvent):
    """An error with everything it carried; `payload` is the event as sent, after scrubbing.

    `fingerprints` are all that it could be grouped by, the first one's digits being `fingerprint`.
    """

    fingerprints: list[str]
    grouping: Grouping

    frames: list[Frame]
    tags: dict[str, str]
    payload: dict[str, Any]
    reports: list[Report]
    attachments: list[Attachment]


class ErrorGroup(BaseModel):
    """All errors of one fingerprint in the range."""

    fingerprint: str
    title: str
    type: str
    value: str
    culprit: str
    level: str
    count: int
    users: int
    first_time: str
    last_time: str
    last_event_id: str
    services: list[str]


def ask_errors(question: ListQuery, level: str | None = None, fingerprint: str | None = None) -> Question:
    """The common parameters and those of errors."""
    return replace(question, filters=queries.only(question, level=level, fingerprint=fingerprint))


ErrorQuery = Annotated[Question, Depends(ask_errors)]


@router.get("/projects/{project_id}/errors", response_model=Page[ErrorEvent])
def errors(project: ProjectId, store: StoreDep, question: ErrorQuery) -> Response:
    """Errors, newest first, a crash once however many sources reported it. `q` looks in title, value and culprit."""
    return answer(queries.list_errors(store, project, question))


@router.get("/projects/{project_id}/errors/groups", response_model=Page[ErrorGroup])
def error_groups(project: ProjectId, store: StoreDep, question: ErrorQuery) -> Response:
    """Errors by fingerprint, those seen last first."""
    return answer(queries.groups(store, project, question))


@router.get("/projects/{project_id}/errors/{event_id}", response_model=ErrorDetail)
def error(project: ProjectId, store: StoreDep, event_id: str) -> Response:
    """One error with its frames, tags, payload, attachments, and what other sources reported of it."""
    return answer(queries.detail(store, project, event_id))


@router.get(
    "/projects/{project_id}/errors/{event_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def attachment(project: ProjectId, store: StoreDep, event_id: str, attachment_id: str) -> Response:
    """A file that came with an error, to save. Whatever it says it is, no browser shows or runs it here."""
    filename, content = queries.attachment(store, project, event_id, attachment_id)
    # RFC 6266 with RFC 8187's encoding: nothing of the name can end the header or name a folder.
    name = quote(filename.replace("\\", "/").rsplit("/", 1)[-1] or "attachment", safe="")
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{name}",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )
