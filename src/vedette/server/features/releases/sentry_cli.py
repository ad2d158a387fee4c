"""`sentry-cli releases …` and `deploys …`, as it calls them. Mounted under `/api/0/`.

A release there belongs to an organisation and is in several projects; ours is a row in each of them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vedette.server.features.sentry_api.naming import (
    checked_version,
    ensure_release,
    projects_named,
    slug,
    visible_projects,
)
from vedette.server.http.access import Access, Caller, ServicesDep
from vedette.server.http.errors import Forbidden, NotFound
from vedette.server.metadata.engine import lock_organisation
from vedette.server.metadata.models import Project, now
from vedette.server.metadata.releases import Deploy, ReleaseCommit, ReleaseRow

sentry_router = APIRouter()

MOST_COMMITS = 1000
MOST_PATHS = 1000
MOST_LISTED = 100

Word = Annotated[str, Field(max_length=255)]
Url = Annotated[str, Field(max_length=2048)]


class Changed(BaseModel):
    """A file that a commit changed."""

    path: str = ""


class Commit(BaseModel):
    """A commit as `set-commits` sends it, the newest first."""

    id: Annotated[str, Field(max_length=64)]
    repository: Word | None = None
    message: str | None = None
    author_name: Word | None = None
    author_email: Annotated[str, Field(max_length=320)] | None = None
    timestamp: datetime | None = None
    patch_set: Annotated[list[Changed], Field(max_length=MOST_PATHS)] | None = None


class Ref(BaseModel):
    """The commit that a repository is at in a release."""

    repository: Word
    commit: Annotated[str, Field(max_length=64)]


class ReleaseForm(BaseModel):
    """What is said about a release; what is not given stays."""

    projects: list[str | int] = []
    ref: Word | None = None
    url: Url | None = None
    dateReleased: datetime | None = None
    commits: Annotated[list[Commit], Field(max_length=MOST_COMMITS)] | None = None
    refs: Annotated[list[Ref], Field(max_length=100)] | None = None


class NewRelease(ReleaseForm):
    """The same with its name."""

    version: str


class DeployForm(BaseModel):
    """A deploy as `deploys new` sends it."""

    environment: Annotated[str, Field(min_length=1, max_length=64)]
    name: Word | None = None
    url: Url | None = None
    dateStarted: datetime | None = None
    dateFinished: datetime | None = None
    projects: list[str | int] = []


@sentry_router.get("/")
def root(access: Caller) -> dict[str, Any]:
    """`sentry-cli info` and `login` look whether the token is good."""
    return {"version": "0", "auth": {"scopes": [f"role:{access.role}"]}, "user": None}


@sentry_router.get("/organizations/{org}/repos/")
def repositories(org: str, access: Caller) -> list[dict[str, Any]]:
    """We know no repositories, so sentry-cli reads commits from the working copy it is run in."""
    return []


@sentry_router.get("/organizations/{org}/releases/{version}/previous-with-commits/")
def previous_with_commits(org: str, version: str, access: Caller, services: ServicesDep) -> dict[str, Any]:
    """The newest other release of the same projects that has commits: sentry-cli sends what came after its newest."""
    with services.metadata.session() as session:
        rows = _rows(session, access, version)
        found = session.execute(
            select(ReleaseRow, ReleaseCommit)
            .join(ReleaseCommit, ReleaseCommit.release_id == ReleaseRow.id)
            .where(
                ReleaseRow.project_id.in_([row.project_id for row in rows]),
                ReleaseRow.version != version,
                ReleaseCommit.position == 0,
            )
            .order_by(ReleaseRow.created_at.desc(), ReleaseRow.id.desc())
            .limit(1)
        ).first()
        if found is None:
            return {}
        previous, commit = found
        return {**_shape(session, [previous]), "lastCommit": {"id": commit.sha, "repository": commit.repository}}


@sentry_router.get("/projects/{org}/{project}/releases/")
def of_project(org: str, project: str, access: Caller, services: ServicesDep) -> list[dict[str, Any]]:
    """Releases of one project, the newest first."""
    with services.metadata.session() as session:
        return _listed(session, projects_named(session, access, [project], role="viewer"))


@sentry_router.get("/organizations/{org}/releases/")
def of_organisation(
    org: str, access: Caller, services: ServicesDep, project: Annotated[list[str] | None, Query()] = None
) -> list[dict[str, Any]]:
    """Releases of all projects that the token may see, the newest first."""
    with services.metadata.session() as session:
        chosen = (
            projects_named(session, access, project, role="viewer") if project else visible_projects(session, access)
        )
        return _listed(session, chosen)


@sentry_router.post("/organizations/{org}/releases/", status_code=201)
def create(org: str, form: NewRelease, access: Caller, services: ServicesDep) -> dict[str, Any]:
    """Create a release, or say more about one."""
    with services.metadata.session() as session:
        return _write(session, access, form.version, form)


@sentry_router.get("/organizations/{org}/releases/{version}/")
def read(org: str, version: str, access: Caller, services: ServicesDep) -> dict[str, Any]:
    """One release."""
    with services.metadata.session() as session:
        return _shape(session, _rows(session, access, version))


@sentry_router.put("/organizations/{org}/releases/{version}/")
@sentry_router.put("/projects/{org}/{project}/releases/{version}/")
def update(
    org: str, version: str, form: ReleaseForm, access: Caller, services: ServicesDep, project: str | None = None
) -> dict[str, Any]:
    """Say more about a release: `finalize`, `set-commits`."""
    if project and not form.projects:
        form.projects = [project]
    with services.metadata.session() as session:
        return _write(session, access, version, form)


@sentry_router.delete("/organizations/{org}/releases/{version}/", status_code=204)
@sentry_router.delete("/projects/{org}/{project}/releases/{version}/", status_code=204)
def remove(org: str, version: str, access: Caller, services: ServicesDep, project: str | None = None) -> None:
    """Forget what was said about a release; telemetry that names it stays."""
    with services.metadata.session() as session:
        chosen = projects_named(session, access, [project], role="member") if project else []
        rows = _rows(session, access, version, role="member")
        for row in rows:
            if not chosen or row.project_id in {one.id for one in chosen}:
                session.delete(row)


@sentry_router.get("/organizations/{org}/releases/{version}/deploys/")
def deploys(org: str, version: str, access: Caller, services: ServicesDep) -> list[dict[str, Any]]:
    """A release's deploys, the newest first."""
    with services.metadata.session() as session:
        ids = [row.id for row in _rows(session, access, version)]
        found = session.scalars(
            select(Deploy).where(Deploy.release_id.in_(ids)).order_by(Deploy.finished_at.desc(), Deploy.id.desc())
        )
        return [_deploy_shape(one) for one in found]


@sentry_router.post("/organizations/{org}/releases/{version}/deploys/", status_code=201)
def deploy(org: str, version: str, form: DeployForm, access: Caller, services: ServicesDep) -> dict[str, Any]:
    """Say that a release was brought to an environment."""
    with services.metadata.session() as session:
        rows = _rows(session, access, version, role="member")
        if form.projects:
            chosen = {one.id for one in projects_named(session, access, form.projects, role="member")}
            rows = [row for row in rows if row.project_id in chosen]
        made = [
            Deploy(
                release_id=row.id,
                environment=form.environment,
                name=form.name or "",
                url=form.url or "",
                started_at=form.dateStarted,
                finished_at=form.dateFinished or now(),
            )
            for row in rows
        ]
        session.add_all(made)
        session.flush()
        return _deploy_shape(made[0])


def _write(session: Session, access: Access, version: str, form: ReleaseForm) -> dict[str, Any]:
    version = checked_version(version)
    lock_organisation(session, access.organisation_id)
    known = _rows(session, access, version, missing_ok=True, role="member")
    if form.projects or not known:
        for project in projects_named(session, access, form.projects, role="member"):
            ensure_release(session, project.id, version)
    rows = _rows(session, access, version, role="member")
    if form.projects:
        chosen = {one.id for one in projects_named(session, access, form.projects, role="member")}
        rows = [row for row in rows if row.project_id in chosen]
    for row in rows:
        row.released_at = form.dateReleased or row.released_at
        row.ref = form.ref if form.ref is not None else row.ref
        row.url = form.url if form.url is not None else row.url
        if (commits := _commits(form)) is not None:
            session.execute(delete(ReleaseCommit).where(ReleaseCommit.release_id == row.id))
            session.add_all(_commit_row(row.id, place, commit) for place, commit in enumerate(commits))
    session.flush()
    return _shape(session, rows)


def _commits(form: ReleaseForm) -> Sequence[Commit] | None:
    if form.commits is not None:
        return form.commits
    return [Commit(id=ref.commit, repository=ref.repository) for ref in form.refs] if form.refs else None


def _commit_row(release_id: int, position: int, commit: Commit) -> ReleaseCommit:
    return ReleaseCommit(
        release_id=release_id,
        position=position,
        sha=commit.id,
        repository=commit.repository or "",
        author_name=commit.author_name or "",
        author_email=commit.author_email or "",
        message=(commit.message or "")[:10_000],
        committed_at=commit.timestamp,
        files=json.dumps([one.path for one in commit.patch_set or ()]),
    )


def _rows(
    session: Session, access: Access, version: str, *, role: str = "viewer", missing_ok: bool = False
) -> list[ReleaseRow]:
    """A release's rows in the projects that the caller may see. Raises Forbidden, NotFound."""
    if not access.may(role):
        raise Forbidden(f"this needs the role {role}; yours is {access.role}")
    ids = [project.id for project in visible_projects(session, access)]
    rows = session.scalars(
        select(ReleaseRow).where(ReleaseRow.version == version, ReleaseRow.project_id.in_(ids)).order_by(ReleaseRow.id)
    ).all()
    if not rows and not missing_ok:
        raise NotFound(f"no release {version}", hint="create it with sentry-cli releases new")
    return list(rows)


def _listed(session: Session, projects: Sequence[Project]) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ReleaseRow)
        .where(ReleaseRow.project_id.in_([project.id for project in projects]))
        .order_by(ReleaseRow.created_at.desc(), ReleaseRow.id.desc())
        .limit(MOST_LISTED)
    ).all()
    by_version: dict[str, list[ReleaseRow]] = {}
    for row in rows:
        by_version.setdefault(row.version, []).append(row)
    return [_shape(session, same) for same in by_version.values()]


def _shape(session: Session, rows: Sequence[ReleaseRow]) -> dict[str, Any]:
    first = rows[0]
    projects = session.scalars(select(Project).where(Project.id.in_([row.project_id for row in rows]))).all()
    return {
        "version": first.version,
        "shortVersion": first.version.rpartition("@")[2],
        "ref": first.ref or None,
        "url": first.url or None,
        "dateCreated": first.created_at.isoformat(),
        "dateReleased": first.released_at.isoformat() if first.released_at else None,
        "newGroups": 0,
        "projects": [{"id": one.id, "slug": slug(one.name), "name": one.name} for one in projects],
    }


def _deploy_shape(deploy: Deploy) -> dict[str, Any]:
    return {
        "id": str(deploy.id),
        "environment": deploy.environment,
        "name": deploy.name or None,
        "url": deploy.url or None,
        "dateStarted": deploy.started_at.isoformat() if deploy.started_at else None,
        "dateFinished": deploy.finished_at.isoformat(),
    }
