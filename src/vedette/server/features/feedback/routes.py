"""`feedback` under `/projects/{project_id}/`; contract: `docs/api.md`."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from vedette.server.features.feedback import listing, overlay
from vedette.server.features.feedback.picture import picture_type
from vedette.server.features.feedback.shapes import Changed, FeedbackChange, FeedbackDetail, FeedbackPage
from vedette.server.features.issues.overlay import read_overlay
from vedette.server.http.access import Access, Member, Services, ServicesDep, StoreDep, Viewer
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import Cursor, ProjectId, Question, TimeRange, answer, ask
from vedette.server.metadata.engine import lock_organisation
from vedette.server.signals.errors import queries

router = APIRouter(tags=["feedback"])

SINCE = "-14d"
FeedbackId = Annotated[str, Path(min_length=1, max_length=64)]
Asked = Literal["new", "resolved", "spam", "all"]


def ask_range(since: str = SINCE, until: str = "now") -> TimeRange:
    """The range of feedback: two weeks unless said otherwise."""
    return TimeRange.parse(since, until)


def ask_feedback(  # noqa: PLR0913 - the API's common parameters, docs/api.md
    range_: Annotated[TimeRange, Depends(ask_range)],
    filter: Annotated[list[str] | None, Query(description="field=value, repeatable")] = None,
    q: Annotated[str, Query(description="a part of message, name, email or url")] = "",
    service: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    trace_id: str | None = None,
    user_id: str | None = None,
    session_id: str | None = None,
) -> Question:
    """The common parameters over two weeks."""
    return ask(range_, filter, q, service, environment, release, trace_id, user_id, session_id)


def desk_of(access: Access, services: Services) -> listing.Desk:
    """What was decided in the caller's project."""
    assert access.project_id is not None
    with services.metadata.session() as session:
        return listing.Desk(
            read_overlay(session, access.project_id, access.organisation_id),
            overlay.decisions(session, access.project_id),
        )


@router.get("/projects/{project_id}/feedback", response_model=FeedbackPage)
def list_feedback(
    access: Viewer,
    services: ServicesDep,
    question: Annotated[Question, Depends(ask_feedback)],
    status: Asked = "new",
    linked: Annotated[bool | None, Query(description="only what an error is known of, or only the rest")] = None,
    issue: Annotated[str | None, Query(max_length=64)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What users wrote, the newest first."""
    assert access.project_id is not None
    desk = desk_of(access, services)
    after = Cursor.decode(cursor) if cursor else None
    page = Question(question.range, question.filters, question.words, after, limit)
    asked = listing.Asked(page, status, linked, desk.overlay.issue_of(issue) if issue else None)
    return answer(listing.list_feedback(services.store, access.project_id, desk, asked))


@router.patch("/projects/{project_id}/feedback")
def change_feedback(form: FeedbackChange, access: Member, services: ServicesDep) -> Changed:
    """Resolve, mark as spam, or put back into the inbox: all of them or none."""
    assert access.project_id is not None
    ids = list(dict.fromkeys(form.ids))
    if missing := listing.missing(services.store, access.project_id, ids):
        raise NotFound(f"{missing} of {len(ids)} are not there", hint="they may be past retention")
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        overlay.decide(session, access.project_id, ids, form.status, access.user_id)
    return Changed(changed=len(ids))


@router.get("/projects/{project_id}/feedback/{feedback_id}", response_model=FeedbackDetail)
def one_feedback(feedback_id: FeedbackId, access: Viewer, services: ServicesDep) -> Response:
    """One with its files, its error, and what else happened: trace, logs, the user, what they did and met."""
    assert access.project_id is not None
    desk = desk_of(access, services)
    return answer(listing.one_feedback(services.store, access.project_id, desk, feedback_id))


@router.get(
    "/projects/{project_id}/feedback/{feedback_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def attachment(project: ProjectId, store: StoreDep, feedback_id: FeedbackId, attachment_id: str) -> Response:
    """A file that came with feedback: to be shown if it really is a PNG, JPEG or WebP, else to be saved."""
    filename, content = queries.attachment(store, project, feedback_id, attachment_id)
    kind = picture_type(content)
    # RFC 6266 with RFC 8187's encoding: nothing of the name can end the header or name a folder.
    name = quote(filename.replace("\\", "/").rsplit("/", 1)[-1] or "attachment", safe="")
    return Response(
        content,
        media_type=kind or "application/octet-stream",
        headers={
            "content-disposition": f"{'inline' if kind else 'attachment'}; filename*=UTF-8''{name}",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "private, max-age=3600",
        },
    )
