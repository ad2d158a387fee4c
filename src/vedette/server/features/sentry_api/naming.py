"""Projects by the words that sentry-cli is configured with, and releases as rows."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vedette.server.http.access import Access, row_id
from vedette.server.http.errors import BadRequest, Forbidden
from vedette.server.metadata.models import Project
from vedette.server.metadata.releases import ReleaseRow

LONGEST_VERSION = 200
FORBIDDEN = re.compile(r"[\x00-\x1f/\\]")  # Sentry's rule; a version stands in paths


def slug(name: str) -> str:
    """A project's name as it may be written in a configuration: `My Shop` is `my-shop`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def projects_named(session: Session, access: Access, names: Iterable[object], *, role: str) -> list[Project]:
    """The caller's projects of these ids or slugs; of a token for one project, that one when none is named.

    Raises:
        Forbidden: the caller's role is less than `role`.
        BadRequest: none is named, there is none of that name for this caller, or there are two. Not NotFound, which
            sentry-cli words in its own way ("organization not found").
    """
    if not access.may(role):
        raise Forbidden(f"this needs the role {role}; yours is {access.role}")
    wanted = [str(name) for name in names if str(name)]
    known = visible_projects(session, access)
    if not wanted:
        if access.project_id is None:
            raise BadRequest("no project is named", hint="give --project or SENTRY_PROJECT: a project's id or slug")
        return list(known)
    return [_named(known, name) for name in dict.fromkeys(wanted)]


def visible_projects(session: Session, access: Access) -> Sequence[Project]:
    """The projects that the caller may see."""
    rows = select(Project).where(Project.organisation_id == access.organisation_id).order_by(Project.id)
    if access.project_id is not None:
        rows = rows.where(Project.id == access.project_id)
    return session.scalars(rows).all()


def _named(known: Sequence[Project], name: str) -> Project:
    found = [one for one in known if one.id == row_id(name)] or [one for one in known if slug(one.name) == slug(name)]
    if not found:
        raise BadRequest(f"no project {name}", hint="give the project's id, or its name in lower case with dashes")
    if len(found) > 1:
        raise BadRequest(f"{len(found)} projects are called {name}", hint="give the project's id")
    return found[0]


def checked_version(version: object) -> str:
    """A release's name. Raises BadRequest."""
    text = str(version).strip()
    if not text or len(text) > LONGEST_VERSION or FORBIDDEN.search(text) or text in (".", "..", "latest"):
        raise BadRequest(
            f"{text[:80]!r} cannot be a release", hint=f"at most {LONGEST_VERSION} characters, no slashes or controls"
        )
    return text


def ensure_release(session: Session, project_id: int, version: str) -> ReleaseRow:
    """The row of a release, made when there is none. Hold `lock_organisation`, or two may make it."""
    row = session.scalar(select(ReleaseRow).where(ReleaseRow.project_id == project_id, ReleaseRow.version == version))
    if row is None:
        row = ReleaseRow(project_id=project_id, version=version)
        session.add(row)
        session.flush()
    return row
