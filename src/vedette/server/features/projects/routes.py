"""Account, projects, keys, tokens and members under `/api/v1/`; contract: `docs/api.md`."""

import secrets
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from vedette.server.features.projects.bootstrap import connect_info, read_address
from vedette.server.http.access import Admin, ServicesDep, Viewer
from vedette.server.metadata.models import IngestKeyRow, Project

router = APIRouter(tags=["projects"])


class NewProject(BaseModel):
    """Body of `POST /projects`."""

    name: str = Field(min_length=1, max_length=255)


@router.post("/projects", status_code=201)
def create_project(body: NewProject, access: Admin, services: ServicesDep) -> dict[str, Any]:
    """Create a project with its first ingest key."""
    with services.metadata.session() as session:
        project = Project(organisation_id=access.organisation_id, name=body.name)
        session.add(project)
        session.flush()
        session.add(IngestKeyRow(project_id=project.id, name="Default", key=secrets.token_hex(16)))
        answer = _project(project)
    services.keys.reload()
    return answer


@router.get("/projects/{project_id}")
def read_project(project_id: int, access: Viewer, services: ServicesDep) -> dict[str, Any]:
    """One project."""
    with services.metadata.session() as session:
        return _project(session.get_one(Project, project_id))


@router.get("/projects/{project_id}/connect")
def connect(project_id: int, access: Viewer, services: ServicesDep) -> dict[str, Any]:
    """Where each kind of client sends to."""
    with services.metadata.session() as session:
        key = session.scalars(
            select(IngestKeyRow)
            .where(IngestKeyRow.project_id == project_id, IngestKeyRow.revoked_at.is_(None))
            .order_by(IngestKeyRow.id)
        ).first()
    address = read_address(services.settings)
    return connect_info(
        project_id, key.key if key else "", url=address["url"], grpc_endpoint=address["grpc_endpoint"]
    )


def _project(project: Project) -> dict[str, Any]:
    return {"id": project.id, "name": project.name, "created_at": project.created_at}
