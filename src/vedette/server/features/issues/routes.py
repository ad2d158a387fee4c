"""`GET issues`, one issue and its questions, `PATCH issues`, merging, deleting; contract: `docs/api.md`."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from vedette.server.features.issues import around, choosing, decide, detail, listing, queries
from vedette.server.features.issues.conditions import Conditions
from vedette.server.features.issues.decide import Desk
from vedette.server.features.issues.shapes import (
    Around,
    Changed,
    DeleteForm,
    Fingerprint,
    IssueChange,
    IssueDetail,
    IssuePage,
    Merged,
    MergeForm,
    Occurrence,
    Sort,
    Tag,
    UnmergeForm,
)
from vedette.server.features.source_maps.culprits import CulpritsDep
from vedette.server.http.access import Access, Member, ServicesDep, Viewer
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import Items, Page, Question, TimeRange, answer, ask
from vedette.server.signals.errors.queries import LISTING
from vedette.server.signals.errors.routes import ErrorEvent
from vedette.server.store.filters import Filter

router = APIRouter(tags=["issues"])

SINCE = "-14d"
IssueId = Annotated[str, Path(max_length=64)]


def desk_of(access: Viewer, services: ServicesDep) -> Desk:
    """The caller, to read."""
    return _desk(access, services)


def deciding_desk_of(access: Member, services: ServicesDep) -> Desk:
    """The caller, to decide."""
    return _desk(access, services)


def _desk(access: Access, services: ServicesDep) -> Desk:
    assert access.project_id is not None
    return Desk(services, access, access.project_id)


ReadingDesk = Annotated[Desk, Depends(desk_of)]
DecidingDesk = Annotated[Desk, Depends(deciding_desk_of)]


def ask_two_weeks(since: str = SINCE, until: str = "now") -> TimeRange:
    """The range of issues: two weeks unless said otherwise."""
    return TimeRange.parse(since, until)


def ask_events(
    range_: Annotated[TimeRange, Depends(ask_two_weeks)],
    filter: Annotated[list[str] | None, Query(description="field=value, repeatable")] = None,
    service: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    trace_id: str | None = None,
    user_id: str | None = None,
    session_id: str | None = None,
) -> Question:
    """The common parameters over two weeks."""
    return ask(range_, filter, "", service, environment, release, trace_id, user_id, session_id)


EventsQuery = Annotated[Question, Depends(ask_events)]


@router.get("/projects/{project_id}/issues", response_model=IssuePage)
def list_issues(
    desk: ReadingDesk,
    culprits: CulpritsDep,
    question: EventsQuery,
    query: Annotated[str, Query(max_length=2000, description='is:unresolved level:error key:value "free text"')] = "",
    sort: Sort = "last_seen",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Issues that were seen in the range and match the search."""
    asked = listing.Asked(question.range, query, question.filters, sort, cursor, limit, desk.access.user_id)
    store = desk.services.store
    found = listing.list_issues(store, desk.project_id, desk.overlay(), asked, now_ns=time.time_ns())
    culprits.name(store, desk.project_id, found["items"])
    return answer(found)


@router.patch("/projects/{project_id}/issues", response_model_exclude_unset=True)
def change_issues(form: IssueChange, desk: DecidingDesk) -> Changed:
    """Resolve, archive, reopen, assign or rank issues: those named, or all that match a search."""
    chosen = choosing.choose(desk, form)
    decide.change(desk, form, chosen.known)
    if form.matching is None:
        return Changed(changed=len(chosen.known))
    return Changed(changed=len(chosen.known), undo=choosing.undo(form, chosen))


@router.post("/projects/{project_id}/issues/merge")
def merge_issues(form: MergeForm, desk: DecidingDesk) -> Merged:
    """Make several issues one, from the first event on. Nothing is rewritten: `unmerge` gives back what was."""
    issue, fingerprints = decide.merge(desk, form)
    return Merged(id=issue, fingerprints=fingerprints)


@router.post("/projects/{project_id}/issues/delete", response_model_exclude_unset=True)
def delete_issues(form: DeleteForm, desk: DecidingDesk) -> Changed:
    """Delete issues with all their events; `discard` also refuses those to come, counted as `filtered`."""
    known = choosing.choose(desk, form).known
    decide.delete_issues(desk, form, known)
    return Changed(changed=len(known))


@router.get("/projects/{project_id}/issues/{issue}", response_model=IssueDetail)
def one_issue(issue: IssueId, desk: ReadingDesk, question: EventsQuery, culprits: CulpritsDep) -> Response:
    """One issue with its trend; a merged fingerprint finds the issue it belongs to."""
    overlay = desk.overlay()
    found = detail.issue_detail(
        desk.services.store, desk.project_id, overlay, overlay.issue_of(issue), _events(question), now_ns=time.time_ns()
    )
    culprits.name(desk.services.store, desk.project_id, [found])
    return answer(found)


@router.get("/projects/{project_id}/issues/{issue}/tags", response_model=Items[Tag])
def issue_tags(issue: IssueId, desk: ReadingDesk, question: EventsQuery) -> Response:
    """How the issue's newest 10,000 events spread over tags and fields."""
    overlay = desk.overlay()
    return answer(
        detail.tags(desk.services.store, desk.project_id, overlay, overlay.issue_of(issue), _events(question))
    )


@router.get("/projects/{project_id}/issues/{issue}/fingerprints", response_model=Items[Fingerprint])
def issue_fingerprints(issue: IssueId, desk: ReadingDesk) -> Response:
    """The fingerprints that are this issue, the one seen last first."""
    overlay = desk.overlay()
    return answer({"items": detail.members(desk.services.store, desk.project_id, overlay, overlay.issue_of(issue))})


@router.post("/projects/{project_id}/issues/{issue}/unmerge")
def unmerge_issue(issue: IssueId, form: UnmergeForm, desk: DecidingDesk) -> Merged:
    """Let fingerprints leave the issue, with what was decided about them before they were merged."""
    root, fingerprints = decide.unmerge(desk, issue, form.fingerprints)
    return Merged(id=root, fingerprints=fingerprints)


@router.get("/projects/{project_id}/issues/{issue}/events", response_model=Page[ErrorEvent])
def issue_events(
    issue: IssueId,
    desk: ReadingDesk,
    question: EventsQuery,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The issue's events, newest first, every report of them."""
    overlay = desk.overlay()
    fingerprints = overlay.fingerprints_of(overlay.issue_of(issue))
    page = LISTING.page(
        desk.services.store,
        desk.project_id,
        queries.paged(question, cursor, limit),
        extra=["fingerprint IN {fingerprints:Array(String)}"],
        parameters={"fingerprints": fingerprints},
    )
    return answer(page)


@router.get("/projects/{project_id}/issues/{issue}/events/{event_id}", response_model=Occurrence)
def issue_event(issue: IssueId, event_id: str, desk: ReadingDesk) -> Response:
    """One event of the issue, by its id or as `latest`, `oldest`, `recommended`; with those before and after it."""
    overlay = desk.overlay()
    return answer(detail.occurrence(desk.services.store, desk.project_id, overlay, overlay.issue_of(issue), event_id))


@router.get("/projects/{project_id}/issues/{issue}/events/{event_id}/around", response_model=Around)
def around_event(issue: IssueId, event_id: str, desk: ReadingDesk) -> Response:
    """What else happened: the failing span's way through its trace, logs, the user, what they did, other errors."""
    overlay = desk.overlay()
    fingerprints = overlay.fingerprints_of(overlay.issue_of(issue))
    event = queries.ids_of(desk.services.store, desk.project_id, event_id)
    if event is None:
        raise NotFound("no such event", hint="it may not have arrived yet, or be past retention")
    return answer(around.around(desk.services.store, desk.project_id, event, fingerprints))


def _events(question: Question) -> queries.Events:
    filters: list[Filter] = list(question.filters)
    return queries.Events(question.range, Conditions(), filters)
