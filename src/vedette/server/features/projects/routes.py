"""Projects and their ingest keys; contract: `docs/api.md`."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from vedette.server.features.projects import account, members, tokens
from vedette.server.features.projects.bootstrap import connect_info, read_address
from vedette.server.features.projects.queries import received
from vedette.server.features.projects.shapes import (
    Connect,
    KeyForm,
    KeyShape,
    ProjectDeleted,
    ProjectForm,
    ProjectShape,
)
from vedette.server.http.access import Admin, Caller, ServicesDep, Viewer
from vedette.server.http.errors import Conflict, NotFound
from vedette.server.metadata.engine import lock_organisation
from vedette.server.metadata.models import IngestKeyRow, Project, now

router = APIRouter(tags=["projects"])
router.include_router(account.router)
router.include_router(tokens.router)
router.include_router(members.router)

RowId = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/projects")
def list_projects(access: Caller, services: ServicesDep) -> list[ProjectShape]:
    """The caller's projects; to a token of one project, that one."""
    with services.metadata.session() as session:
        rows = select(Project).where(Project.organisation_id == access.organisation_id).order_by(Project.id)
        if access.project_id is not None:
            rows = rows.where(Project.id == access.project_id)
        return [ProjectShape.model_validate(row) for row in session.scalars(rows)]


@router.post("/projects", status_code=201)
def create_project(form: ProjectForm, access: Admin, services: ServicesDep) -> ProjectShape:
    """Create a project with its first ingest key."""
    with services.metadata.session() as session:
        project = Project(organisation_id=access.organisation_id, name=form.name)
        session.add(project)
        session.flush()
        _add_key(session, project.id, "Default")
        answer = ProjectShape.model_validate(project)
    services.keys.reload()
    return answer


@router.get("/projects/{project_id}")
def read_project(project_id: int, access: Viewer, services: ServicesDep) -> ProjectShape:
    """One project."""
    with services.metadata.session() as session:
        return ProjectShape.model_validate(session.get_one(Project, project_id))


@router.patch("/projects/{project_id}")
def rename_project(project_id: int, form: ProjectForm, access: Admin, services: ServicesDep) -> ProjectShape:
    """Rename a project."""
    with services.metadata.session() as session:
        project = session.get_one(Project, project_id)
        project.name = form.name
        return ProjectShape.model_validate(project)


@router.delete("/projects/{project_id}")
def delete_project(project_id: int, access: Admin, services: ServicesDep) -> ProjectDeleted:
    """Delete a project: its keys and tokens end at once, its telemetry goes as its retention passes.

    Ids are never given out again, so no later project can see those rows.
    """
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        others = select(func.count()).where(Project.organisation_id == access.organisation_id, Project.id != project_id)
        if not session.scalar(others):
            raise Conflict("the last project cannot be deleted", hint="create another one first")
        session.delete(session.get_one(Project, project_id))
    services.keys.reload()
    return ProjectDeleted(
        id=project_id,
        note="Its keys and tokens no longer work. Stored telemetry cannot be read any more and is removed from "
        "disk as its retention time passes.",
    )


@router.get("/projects/{project_id}/connect")
def connect(project_id: int, access: Viewer, services: ServicesDep) -> Connect:
    """Where each kind of client sends to, and what has come in."""
    with services.metadata.session() as session:
        key = session.scalars(
            select(IngestKeyRow.key)
            .where(IngestKeyRow.project_id == project_id, IngestKeyRow.revoked_at.is_(None))
            .order_by(IngestKeyRow.id)
        ).first()
    address = read_address(services.settings)
    info = connect_info(project_id, key or "", url=address["url"], grpc_endpoint=address["grpc_endpoint"])
    signals, protocols = received(services.store, project_id)
    return Connect(**info, received=signals, protocols=protocols)


@router.get("/projects/{project_id}/keys")
def list_keys(project_id: int, access: Viewer, services: ServicesDep) -> list[KeyShape]:
    """The project's ingest keys, revoked ones too."""
    with services.metadata.session() as session:
        rows = session.scalars(
            select(IngestKeyRow).where(IngestKeyRow.project_id == project_id).order_by(IngestKeyRow.id)
        )
        return [KeyShape.model_validate(row) for row in rows]


@router.post("/projects/{project_id}/keys", status_code=201)
def create_key(project_id: int, form: KeyForm, access: Admin, services: ServicesDep) -> KeyShape:
    """Create an ingest key."""
    with services.metadata.session() as session:
        answer = KeyShape.model_validate(_add_key(session, project_id, form.name))
    services.keys.reload()
    return answer


@router.delete("/projects/{project_id}/keys/{key_id}", status_code=204)
def revoke_key(project_id: int, key_id: RowId, access: Admin, services: ServicesDep) -> None:
    """Revoke an ingest key: from now on it is unknown to every protocol."""
    with services.metadata.session() as session:
        row = session.get(IngestKeyRow, key_id)
        if row is None or row.project_id != project_id:
            raise NotFound(f"no key {key_id} in project {project_id}")
        session.execute(
            update(IngestKeyRow)
            .where(IngestKeyRow.id == key_id, IngestKeyRow.revoked_at.is_(None))
            .values(revoked_at=now())
        )
    services.keys.reload()


def _add_key(session: Session, project_id: int, name: str) -> IngestKeyRow:
    row = IngestKeyRow(project_id=project_id, name=name, key=secrets.token_hex(16))
    session.add(row)
    session.flush()
    return row
