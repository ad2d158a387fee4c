"""Releases, one release, and the commits an error may come from; contract: `docs/api.md`."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from vedette.server.features.releases import queries
from vedette.server.features.releases.shapes import (
    Commit,
    DeployMark,
    DeployShape,
    Release,
    ReleaseDetail,
    ReleaseIssue,
    SuspectCommit,
)
from vedette.server.features.releases.suspects import suspects
from vedette.server.features.source_maps.culprits import CulpritsDep
from vedette.server.features.source_maps.routes import KeepingDep, stacktrace
from vedette.server.http.access import Services, ServicesDep, StoreDep
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import Items, ProjectId, Question, RangeQuery, SignalQuery, TimeRange
from vedette.server.metadata.issues import IssueActivity
from vedette.server.metadata.releases import Deploy, ReleaseCommit, ReleaseRow
from vedette.server.signals.errors import queries as errors
from vedette.server.store.client import Store

router = APIRouter(tags=["releases"])

MOST_SUSPECTS = 3
MOST_DEPLOYS = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/projects/{project_id}/releases")
def releases(
    project: ProjectId,
    services: ServicesDep,
    store: StoreDep,
    question: SignalQuery,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Items[Release]:
    """Releases that telemetry names in the range or that were created in it, the newest first. `q`: in the name."""
    found = _releases(services, store, project, question)
    words = question.words.lower()
    return Items(items=[one for one in found if words in one.version.lower()][:limit])


@router.get("/projects/{project_id}/releases/{version:path}")
def release(
    project: ProjectId,
    services: ServicesDep,
    store: StoreDep,
    culprits: CulpritsDep,
    question: SignalQuery,
    version: str,
    buckets: Annotated[int, Query(ge=1, le=500)] = 60,
) -> ReleaseDetail:
    """One release: its health in the range, over time, its issues, commits and deploys."""
    one = next((one for one in _releases(services, store, project, question, version) if one.version == version), None)
    if one is None:
        raise NotFound(f"no release {version} in this range", hint="widen the range")
    step, rows = queries.timeline(store, project, question, version, buckets)
    new = set(queries.new_issues(store, project, [version]).get(version, ()))
    back = set(_regressed(services, store, project).get(version, ()))
    issues = queries.issues(store, project, question, version)
    culprits.name(store, project, issues)
    with services.metadata.session() as session:
        commits = _commits(session, project, version)
    return ReleaseDetail(
        **one.model_dump(),
        bucket_seconds=step,
        buckets=rows,
        commits=commits,
        issues=[ReleaseIssue(**group, state=_state(group["fingerprint"], new, back)) for group in issues],
    )


@router.get("/projects/{project_id}/deploys")
def deploys(
    project: ProjectId, services: ServicesDep, range_: RangeQuery, environment: str | None = None
) -> Items[DeployMark]:
    """Deploys that ended in the range, of all environments or one, the newest first; 200 at most."""
    since, until = _ends(range_)
    found = (
        select(Deploy, ReleaseRow.version)
        .join(ReleaseRow, ReleaseRow.id == Deploy.release_id)
        .where(ReleaseRow.project_id == project, Deploy.finished_at >= since, Deploy.finished_at < until)
        .order_by(Deploy.finished_at.desc(), Deploy.id.desc())
        .limit(MOST_DEPLOYS)
    )
    if environment:
        found = found.where(Deploy.environment == environment)
    with services.metadata.session() as session:
        rows = session.execute(found).all()
    shapes = ((DeployShape.model_validate(one), version) for one, version in rows)
    return Items(items=[DeployMark(**shape.model_dump(), release=version) for shape, version in shapes])


@router.get("/projects/{project_id}/errors/{event_id}/suspect-commits")
def suspect_commits(
    project: ProjectId, services: ServicesDep, store: StoreDep, keeping: KeepingDep, event_id: str
) -> Items[SuspectCommit]:
    """Commits of the release that an error was first seen in which changed files of its stack, the likeliest first."""
    error = errors.detail(store, project, event_id)
    seen = queries.seen_in(store, project, [error["fingerprint"]]).get(error["fingerprint"], [])
    version = seen[0][0] if seen else error["release"]
    with services.metadata.session() as session:
        commits = _commits(session, project, version) if version else []
    if not commits:
        return Items(items=[])
    frames = _files(stacktrace(project, store, services, keeping, event_id).exceptions, error)
    found = suspects(frames, [commit.files for commit in commits])[:MOST_SUSPECTS]
    return Items(
        items=[
            SuspectCommit(**commits[one.commit].model_dump(), release=version, path=one.path, frame=one.frame)
            for one in found
        ]
    )


def _releases(services: Services, store: Store, project: int, question: Question, version: str = "") -> list[Release]:
    seen = queries.seen(store, project, question)
    with services.metadata.session() as session:
        rows = {row.version: row for row in _rows(session, project, question, seen, version)}
        deploys = _deploys(session, rows.values())
    versions = {*seen, *rows}
    known = queries.first_seen(store, project, versions)
    new = queries.new_issues(store, project, versions)
    back = _regressed(services, store, project)
    sessions = sum(row.get("sessions", 0) for row in seen.values())
    users = sum(row.get("users", 0) for row in seen.values())
    found = []
    for name in versions:
        counts, row = seen.get(name, {}), rows.get(name)
        times = [time for time in (known.get(name), counts.get("first_time")) if time]
        found.append(
            Release(
                version=name,
                first_time=min(times) if times else None,
                last_time=counts.get("last_time"),
                created_at=row.created_at if row else None,
                released_at=row.released_at if row else None,
                ref=row.ref if row else "",
                url=row.url if row else "",
                **_health(counts, sessions, users),
                errors=counts.get("errors", 0),
                error_users=counts.get("error_users", 0),
                spans=counts.get("spans", 0),
                new_issues=len(new.get(name, ())),
                regressed_issues=len(back.get(name, ())),
                deploys=deploys.get(name, []),
            )
        )
    return sorted(found, key=_age, reverse=True)


def _health(counts: dict[str, Any], all_sessions: int, all_users: int) -> dict[str, Any]:
    """Session counts, and percentages where there is anything to take them of."""
    sessions, users = counts.get("sessions", 0), counts.get("users", 0)
    crashed, crashed_users = counts.get("crashed", 0), counts.get("crashed_users", 0)
    return {
        "sessions": sessions,
        "crashed": crashed,
        "errored": counts.get("errored", 0),
        "abnormal": counts.get("abnormal", 0),
        "users": users,
        "crashed_users": crashed_users,
        "crash_free_sessions": 100 * (1 - crashed / sessions) if sessions else None,
        "crash_free_users": 100 * (1 - crashed_users / users) if users else None,
        "adoption": 100 * sessions / all_sessions if all_sessions else None,
        "adoption_users": 100 * users / all_users if all_users else None,
    }


def _age(release: Release) -> tuple[str, str]:
    created = release.created_at.isoformat() if release.created_at else ""
    return (min(time for time in (release.first_time, created or release.first_time) if time), release.version)


def _ends(range_: TimeRange) -> tuple[datetime, datetime]:
    return datetime.fromtimestamp(range_.since_ns / 1e9, UTC), datetime.fromtimestamp(range_.until_ns / 1e9, UTC)


def _rows(
    session: Session, project: int, question: Question, seen: Iterable[str], version: str
) -> Sequence[ReleaseRow]:
    """What was said about the releases that were seen, and those that were created in the range or are asked for."""
    since, until = _ends(question.range)
    created = ReleaseRow.created_at.between(since, until)
    wanted = created | ReleaseRow.version.in_([*seen, version])
    newest = select(ReleaseRow).where(ReleaseRow.project_id == project, wanted)
    return session.scalars(newest.order_by(ReleaseRow.created_at.desc()).limit(5000)).all()


def _deploys(session: Session, rows: Iterable[ReleaseRow]) -> dict[str, list[DeployShape]]:
    versions = {row.id: row.version for row in rows}
    found: dict[str, list[DeployShape]] = {}
    query = select(Deploy).where(Deploy.release_id.in_(versions)).order_by(Deploy.finished_at.desc(), Deploy.id.desc())
    for one in session.scalars(query):
        found.setdefault(versions[one.release_id], []).append(DeployShape.model_validate(one))
    return found


def _commits(session: Session, project: int, version: str) -> list[Commit]:
    rows = session.scalars(
        select(ReleaseCommit)
        .join(ReleaseRow, ReleaseRow.id == ReleaseCommit.release_id)
        .where(ReleaseRow.project_id == project, ReleaseRow.version == version)
        .order_by(ReleaseCommit.position)
    )
    return [
        Commit(
            sha=row.sha, repository=row.repository, author_name=row.author_name, author_email=row.author_email,
            message=row.message, committed_at=row.committed_at, files=json.loads(row.files),
        )
        for row in rows
    ]  # fmt: skip


def _regressed(services: Services, store: Store, project: int) -> dict[str, list[str]]:
    with services.metadata.session() as session:
        rows = session.execute(
            select(IssueActivity.fingerprint, IssueActivity.created_at).where(
                IssueActivity.project_id == project, IssueActivity.kind == "resolved"
            )
        ).all()
    resolved = [(fingerprint, int((moment - EPOCH).total_seconds() * 1e6)) for fingerprint, moment in rows]
    if not resolved:
        return {}
    return queries.regressed(resolved, queries.seen_in(store, project, {fingerprint for fingerprint, _ in resolved}))


def _state(fingerprint: str, new: set[str], back: set[str]) -> str:
    return "new" if fingerprint in new else "regressed" if fingerprint in back else "ongoing"


def _files(exceptions: Sequence[dict[str, Any]], error: dict[str, Any]) -> list[str]:
    """The files of the application's frames, the innermost first."""
    frames = exceptions[-1].get("stacktrace", {}).get("frames", []) if exceptions else error["frames"]
    own = [frame for frame in frames if frame.get("in_app")] or list(frames)
    return [str(frame.get("filename") or frame.get("abs_path") or "") for frame in reversed(own)]
