"""API tokens: bearer tokens for the read API, in one role, for all projects or one."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import select

from vedette.server.features.projects.shapes import NewToken, TokenForm, TokenShape
from vedette.server.http.access import Admin, ServicesDep, hash_token, new_token
from vedette.server.http.errors import NotFound
from vedette.server.metadata.models import ApiToken, Project

router = APIRouter(tags=["account"])

TOKEN_PREFIX = "vdt_"  # lets secret scanners and people tell what it is


@router.get("/tokens")
def list_tokens(access: Admin, services: ServicesDep) -> list[TokenShape]:
    """The organisation's API tokens, without their text."""
    with services.metadata.session() as session:
        rows = select(ApiToken).where(ApiToken.organisation_id == access.organisation_id).order_by(ApiToken.id)
        return [TokenShape.model_validate(row) for row in session.scalars(rows)]


@router.post("/tokens", status_code=201)
def create_token(form: TokenForm, access: Admin, services: ServicesDep) -> NewToken:
    """Create an API token; only its hash is stored, so this answer alone has its text."""
    token = new_token(TOKEN_PREFIX)
    with services.metadata.session() as session:
        if form.project_id is not None:
            project = session.get(Project, form.project_id)
            if project is None or project.organisation_id != access.organisation_id:
                raise NotFound(f"no project {form.project_id}")
        row = ApiToken(
            organisation_id=access.organisation_id,
            project_id=form.project_id,
            name=form.name,
            role=form.role,
            prefix=token[:8],
            token_hash=hash_token(token),
        )
        session.add(row)
        session.flush()
        return NewToken(**TokenShape.model_validate(row).model_dump(), token=token)


@router.delete("/tokens/{token_id}", status_code=204)
def delete_token(token_id: Annotated[int, Path(ge=1, lt=2**31)], access: Admin, services: ServicesDep) -> None:
    """Delete an API token; it stops working at once."""
    with services.metadata.session() as session:
        row = session.get(ApiToken, token_id)
        if row is None or row.organisation_id != access.organisation_id:
            raise NotFound(f"no token {token_id}")
        session.delete(row)
