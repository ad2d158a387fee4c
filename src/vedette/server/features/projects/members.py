"""Members and their invitations."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from vedette.server.features.projects.bootstrap import read_address
from vedette.server.features.projects.shapes import InvitationForm, MemberForm, MemberShape, NewInvitation
from vedette.server.http.access import Admin, ServicesDep, Viewer, hash_token, new_token
from vedette.server.http.errors import Conflict, NotFound
from vedette.server.metadata.engine import lock_organisation
from vedette.server.metadata.models import Invitation, User, now

router = APIRouter(tags=["account"])

INVITATION_DAYS = 7
MemberId = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/members")
def list_members(access: Viewer, services: ServicesDep) -> list[MemberShape]:
    """Everyone with a login."""
    with services.metadata.session() as session:
        rows = select(User).where(User.organisation_id == access.organisation_id).order_by(User.id)
        return [MemberShape.model_validate(row) for row in session.scalars(rows)]


@router.post("/members", status_code=201)
def invite(form: InvitationForm, access: Admin, services: ServicesDep) -> NewInvitation:
    """A one-time link with which this address becomes a member; an earlier one for it ends."""
    token = new_token()
    expires_at = now() + timedelta(days=INVITATION_DAYS)
    with services.metadata.session() as session:
        if session.scalar(select(User.id).where(User.email == form.email)):
            raise Conflict(f"{form.email} has a login already")
        session.execute(
            delete(Invitation).where(
                Invitation.organisation_id == access.organisation_id, Invitation.email == form.email
            )
        )
        session.add(
            Invitation(
                organisation_id=access.organisation_id,
                email=form.email,
                role=form.role,
                token_hash=hash_token(token),
                expires_at=expires_at,
            )
        )
    url = read_address(services.settings)["url"]
    return NewInvitation(
        email=form.email, role=form.role, invite_url=f"{url}/setup?token={token}", expires_at=expires_at
    )


@router.patch("/members/{member_id}")
def change_member(member_id: MemberId, form: MemberForm, access: Admin, services: ServicesDep) -> MemberShape:
    """Change a member's name or role; a new role counts from their next request."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        user = _member(session, member_id, access.organisation_id)
        if form.role not in (None, "admin"):
            _keep_an_admin(session, user)
        user.role = form.role or user.role
        user.name = form.name or user.name
        session.flush()
        return MemberShape.model_validate(user)


@router.delete("/members/{member_id}", status_code=204)
def remove_member(member_id: MemberId, access: Admin, services: ServicesDep) -> None:
    """Remove a member; their sessions end at once."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        user = _member(session, member_id, access.organisation_id)
        _keep_an_admin(session, user)
        session.delete(user)


def _member(session: Session, member_id: int, organisation_id: int) -> User:
    user = session.get(User, member_id)
    if user is None or user.organisation_id != organisation_id:
        raise NotFound(f"no member {member_id}")
    return user


def _keep_an_admin(session: Session, user: User) -> None:
    """Raises Conflict when this user is the only admin. The organisation is locked meanwhile."""
    others = select(func.count()).where(
        User.organisation_id == user.organisation_id, User.role == "admin", User.id != user.id
    )
    if user.role == "admin" and not session.scalar(others):
        raise Conflict("the last admin can be neither removed nor demoted", hint="make someone else an admin first")
