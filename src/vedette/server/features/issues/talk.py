"""Activity and comments of an issue, saved searches, discarded issues, and what a search can say."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vedette.server.features.correlation import fields
from vedette.server.features.issues.conditions import (
    CATEGORIES,
    COLUMNS,
    FRAMES,
    IS,
    LEVELS,
    NUMBERS,
    OF_ISSUES,
    RELEASES,
    TIMES,
)
from vedette.server.features.issues.decide import Desk, known_issues
from vedette.server.features.issues.overlay import Overlay
from vedette.server.features.issues.routes import DecidingDesk, IssueId, ReadingDesk, ask_two_weeks
from vedette.server.features.issues.shapes import (
    Activity,
    CommentForm,
    Discarded,
    Member,
    SavedSearch,
    SearchForm,
    SearchKey,
    SearchValue,
)
from vedette.server.features.issues.states import PRIORITIES
from vedette.server.http.errors import Conflict, Forbidden, NotFound
from vedette.server.http.listing import Items, TimeRange
from vedette.server.metadata.issues import IssueActivity, IssueRow, IssueSearch

router = APIRouter(tags=["issues"])

RowId = Annotated[int, Path(ge=1, lt=2**31)]
MOST_ACTIVITY = 500
MOST_SEARCHES = 200
"""Keys that are two words for one thing are offered once."""
OFFERED_COLUMNS = (
    "level", "issue.category", "release", "environment", "service", "user.email", "user.id", "user.username", "message",
    "title", "culprit", "error.type", "error.value", "error.handled", "transaction", "trace", "session", "url",
    "platform", "logger", "server_name", "dist", "sdk.name", "source", "event_id", "fingerprint", *FRAMES,
)  # fmt: skip
OFFERED_OF_ISSUES = (
    "is", "assigned", "priority", "times_seen", "users", "comments", "feedback", "age", "first_seen", "last_seen",
    "first_release", "last_release", "has",
)  # fmt: skip
"""What can be typed after a key that asks about issues."""
VALUES = {
    "is": tuple(IS), "assigned": ("me", "none"), "assigned_to": ("me", "none"), "priority": PRIORITIES,
    "level": LEVELS, **dict.fromkeys(("issue.category", "category"), CATEGORIES), "error.handled": ("true", "false"),
    **dict.fromkeys(TIMES, ("-1h", "-24h", "-7d", "+30d")), **dict.fromkeys(NUMBERS, (">10", ">100", ">1000")),
}  # fmt: skip


@router.get("/projects/{project_id}/issues/{issue}/activity")
def issue_activity(issue: IssueId, desk: ReadingDesk) -> Items[Activity]:
    """What happened to an issue and what was said of it, newest first; of all that was merged into it."""
    overlay = desk.overlay()
    fingerprints = overlay.fingerprints_of(overlay.issue_of(issue))
    known_issues(desk, overlay, [issue])
    with desk.services.metadata.session() as session:
        rows = session.scalars(
            select(IssueActivity)
            .where(IssueActivity.project_id == desk.project_id, IssueActivity.fingerprint.in_(fingerprints))
            .order_by(IssueActivity.id.desc())
            .limit(MOST_ACTIVITY)
        ).all()
    return Items(items=[_activity(row, overlay) for row in rows])


@router.post("/projects/{project_id}/issues/{issue}/comments", status_code=201)
def comment(issue: IssueId, form: CommentForm, desk: DecidingDesk) -> Activity:
    """Say something about an issue."""
    overlay = desk.overlay()
    known_issues(desk, overlay, [issue])
    with desk.services.metadata.session() as session:
        row = IssueActivity(
            project_id=desk.project_id,
            fingerprint=overlay.issue_of(issue),
            user_id=desk.access.user_id,
            kind="comment",
            data=json.dumps({"text": form.text}),
        )
        session.add(row)
        session.flush()
        return _activity(row, overlay)


@router.delete("/projects/{project_id}/issues/{issue}/comments/{comment_id}", status_code=204)
def delete_comment(issue: IssueId, comment_id: RowId, desk: DecidingDesk) -> None:
    """Take back a comment: one's own, or an admin anyone's."""
    with desk.services.metadata.session() as session:
        row = session.get(IssueActivity, comment_id)
        if row is None or (row.project_id, row.kind) != (desk.project_id, "comment"):
            raise NotFound(f"no comment {comment_id}")
        if row.user_id != desk.access.user_id and not desk.access.may("admin"):
            raise Forbidden("this comment is someone else's")
        session.delete(row)


def _activity(row: IssueActivity, overlay: Overlay) -> Activity:
    known = overlay.members.get(row.user_id) if row.user_id is not None else None
    return Activity(
        id=row.id,
        fingerprint=row.fingerprint,
        kind=row.kind,
        data=json.loads(row.data),
        user=Member(id=row.user_id or 0, email=known[0], name=known[1]) if known else None,
        created_at=row.created_at,
        edited_at=row.edited_at,
    )


@router.get("/projects/{project_id}/issue-searches")
def list_searches(desk: ReadingDesk) -> Items[SavedSearch]:
    """Saved searches: those shared with the project, and one's own."""
    with desk.services.metadata.session() as session:
        rows = session.scalars(
            select(IssueSearch)
            .where(
                IssueSearch.project_id == desk.project_id,
                or_(IssueSearch.shared, IssueSearch.user_id == desk.access.user_id),
            )
            .order_by(IssueSearch.name, IssueSearch.id)
        ).all()
        return Items(items=[_saved(row, desk) for row in rows])


@router.post("/projects/{project_id}/issue-searches", status_code=201)
def save_search(form: SearchForm, desk: DecidingDesk) -> SavedSearch:
    """Keep a search."""
    with desk.services.metadata.session() as session:
        kept = session.scalars(select(IssueSearch.id).where(IssueSearch.project_id == desk.project_id)).all()
        if len(kept) >= MOST_SEARCHES:
            raise Conflict(f"this project has {MOST_SEARCHES} saved searches already", hint="delete one first")
        row = IssueSearch(project_id=desk.project_id, user_id=desk.access.user_id, **form.model_dump())
        session.add(row)
        session.flush()
        return _saved(row, desk)


@router.patch("/projects/{project_id}/issue-searches/{search_id}")
def change_search(search_id: RowId, form: SearchForm, desk: DecidingDesk) -> SavedSearch:
    """Replace what a saved search says."""
    with desk.services.metadata.session() as session:
        row = _search(session, search_id, desk)
        for name, value in form.model_dump().items():
            setattr(row, name, value)
        return _saved(row, desk)


@router.delete("/projects/{project_id}/issue-searches/{search_id}", status_code=204)
def delete_search(search_id: RowId, desk: DecidingDesk) -> None:
    """Forget a saved search."""
    with desk.services.metadata.session() as session:
        session.delete(_search(session, search_id, desk))


def _search(session: Session, search_id: int, desk: Desk) -> IssueSearch:
    row = session.get(IssueSearch, search_id)
    if row is None or row.project_id != desk.project_id or not (row.shared or row.user_id == desk.access.user_id):
        raise NotFound(f"no saved search {search_id}")
    if row.user_id != desk.access.user_id and not desk.access.may("admin"):
        raise Forbidden("this search is someone else's")
    return row


def _saved(row: IssueSearch, desk: Desk) -> SavedSearch:
    mine = row.user_id == desk.access.user_id
    return SavedSearch(id=row.id, name=row.name, query=row.query, sort=row.sort, shared=row.shared, mine=mine)


@router.get("/projects/{project_id}/issue-discards")
def list_discards(desk: ReadingDesk) -> Items[Discarded]:
    """Issues whose events are refused."""
    mine = IssueRow.project_id == desk.project_id
    with desk.services.metadata.session() as session:
        rows = session.scalars(select(IssueRow).where(mine, IssueRow.discarded).order_by(IssueRow.id)).all()
    return Items(items=[Discarded(id=row.fingerprint, title=row.title, discarded_at=row.changed_at) for row in rows])


@router.delete("/projects/{project_id}/issue-discards/{issue}", status_code=204)
def stop_discarding(issue: IssueId, desk: DecidingDesk) -> None:
    """Take the issue's events again."""
    mine = (IssueRow.project_id == desk.project_id, IssueRow.fingerprint == issue, IssueRow.discarded)
    with desk.services.metadata.session() as session:
        row = session.scalar(select(IssueRow).where(*mine))
        if row is None:
            raise NotFound("this issue is not discarded")
        session.delete(row)
    desk.services.rules.reload()


@router.get("/projects/{project_id}/issue-search/keys")
def search_keys(
    desk: ReadingDesk, since: str = "-14d", until: str = "now", prefix: Annotated[str, Query(max_length=200)] = ""
) -> Items[SearchKey]:
    """What can be searched for: what is asked of issues, fields of events, and tags of the newest events."""
    range_ = ask_two_weeks(since, until)
    found = [SearchKey(key=key, kind="issue") for key in OFFERED_OF_ISSUES]
    found += [SearchKey(key=key, kind="event") for key in OFFERED_COLUMNS]
    known = {*COLUMNS, *OF_ISSUES, *OFFERED_COLUMNS}
    tags = [one["name"].removeprefix("tags.") for one in _fields(desk, range_) if one["kind"] == "tag"]
    found += [SearchKey(key=tag if tag not in known else f"tags[{tag}]", kind="tag") for tag in tags]
    wanted = prefix.lower()
    return Items(items=[one for one in found if one.key.lower().startswith(wanted)])


def _fields(desk: Desk, range_: TimeRange) -> list[dict[str, str]]:
    return fields.names(desk.services.store, desk.project_id, "errors", range_)


@router.get("/projects/{project_id}/issue-search/values")
def search_values(
    desk: ReadingDesk,
    key: Annotated[str, Query(max_length=250)],
    since: str = "-14d",
    until: str = "now",
    prefix: Annotated[str, Query(max_length=250)] = "",
) -> Items[SearchValue]:
    """What a key can be."""
    if key in ("assigned", "assigned_to"):
        emails = [email for email, _ in desk.overlay().members.values()]
        return _plain([*VALUES["assigned"], *emails], prefix)
    if key in VALUES:
        return _plain(VALUES[key], prefix)
    if key in FRAMES or key == "has":
        return Items(items=[])
    column = "release" if key in RELEASES else COLUMNS.get(key)
    name = column or f"tags.{key[5:-1] if key.startswith('tags[') else key}"
    rows = fields.values(desk.services.store, desk.project_id, "errors", name, prefix, ask_two_weeks(since, until))
    found = [SearchValue(value=row["value"], count=row["count"]) for row in rows]
    if column == "release" and "latest".startswith(prefix.lower()):
        found.insert(0, SearchValue(value="latest", count=None))
    return Items(items=found)


def _plain(values: list[str] | tuple[str, ...], prefix: str) -> Items[SearchValue]:
    wanted = prefix.lower()
    return Items(items=[SearchValue(value=one, count=None) for one in values if one.lower().startswith(wanted)])
