"""Set-up by link, login, logout, password, `me`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vedette import __version__
from vedette.server.features.projects.bootstrap import read_address
from vedette.server.features.projects.passwords import hash_password, verify_password
from vedette.server.features.projects.shapes import (
    Account,
    LoginForm,
    Me,
    Named,
    PasswordForm,
    SetupForm,
    SetupState,
)
from vedette.server.http.access import (
    COOKIE,
    Access,
    Caller,
    Services,
    ServicesDep,
    hash_token,
    new_token,
)
from vedette.server.http.errors import BadRequest, Conflict, Forbidden, Unauthorized
from vedette.server.http.ingest import client_ip
from vedette.server.metadata.models import Invitation, LoginSession, Organisation, Project, User, now

router = APIRouter(tags=["account"])


@router.get("/auth/setup")
def setup_state(token: Annotated[str, Query(max_length=200)], services: ServicesDep) -> SetupState:
    """Whether a set-up link or an invitation still works."""
    with services.metadata.session() as session:
        invitation = session.scalar(select(Invitation).where(_open_invitation(token)))
        if invitation is None:
            return SetupState(valid=False)
        return SetupState(valid=True, email=invitation.email)


@router.post("/auth/setup")
def setup(form: SetupForm, request: Request, response: Response, services: ServicesDep) -> Me:
    """Create the user that a set-up link or an invitation is for, and log in."""
    state = setup_state(form.token, services)
    if not state.valid:
        raise Forbidden("this link has expired or was used", hint="ask for a new one: `vedette setup`, or an admin")
    if state.email not in (None, form.email):
        raise BadRequest(f"this invitation is for {state.email}")
    password_hash = hash_password(form.password)
    try:
        with services.metadata.session() as session:
            user = _use_invitation(session, form, password_hash)
            login = _start_session(session, user, request, services)
    except IntegrityError as error:
        raise Conflict(f"there is a user {form.email} already", hint="log in") from error
    return _logged_in(services, response, user, *login)


def _open_invitation(token: str) -> ColumnElement[bool]:
    return and_(Invitation.token_hash == hash_token(token), Invitation.used_at.is_(None), Invitation.expires_at > now())


def _use_invitation(session: Session, form: SetupForm, password_hash: str) -> User:
    """The new user. The update takes the row's lock: of two uses at once, one finds it used."""
    invitation = session.scalar(
        update(Invitation).where(_open_invitation(form.token)).values(used_at=now()).returning(Invitation)
    )
    users = session.scalar(select(func.count()).select_from(User))
    if invitation is None or (invitation.is_setup and users):
        raise Forbidden("this link was used", hint="log in, or ask an admin for an invitation")
    user = User(
        organisation_id=invitation.organisation_id,
        email=form.email,
        name=form.name,
        role=invitation.role,
        password_hash=password_hash,
    )
    session.add(user)
    session.flush()
    return user


@router.post("/auth/login")
def login(form: LoginForm, request: Request, response: Response, services: ServicesDep) -> Me:
    """Log in by e-mail and password."""
    ip = client_ip(request.scope, request.headers.get("x-forwarded-for", ""), services.settings.trusted_proxies)
    services.attempts_by_ip.take(ip)
    services.attempts_by_email.take(form.email)
    with services.metadata.session() as session:
        user = session.scalar(select(User).where(User.email == form.email))
    if not verify_password(form.password, user.password_hash if user else None) or user is None:
        raise Unauthorized("wrong e-mail or password", code="wrong_login")
    services.attempts_by_ip.give_back(ip)
    services.attempts_by_email.give_back(form.email)
    with services.metadata.session() as session:
        started = _start_session(session, user, request, services)
    return _logged_in(services, response, user, *started)


def _start_session(session: Session, user: User, request: Request, services: Services) -> tuple[str, str]:
    """A new session with new secrets, whatever cookie came; this browser's old one ends, and expired ones go.

    Returns the cookie and the CSRF token.
    """
    old = hash_token(request.cookies.get(COOKIE, ""))
    session.execute(delete(LoginSession).where((LoginSession.token_hash == old) | (LoginSession.expires_at < now())))
    cookie, csrf_token = new_token(), new_token()
    session.add(
        LoginSession(
            user_id=user.id,
            token_hash=hash_token(cookie),
            csrf_token=csrf_token,
            expires_at=now() + timedelta(days=services.settings.session_days),
        )
    )
    return cookie, csrf_token


def _logged_in(services: Services, response: Response, user: User, cookie: str, csrf_token: str) -> Me:
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=services.settings.session_days * 24 * 3600,
        httponly=True,
        samesite="lax",
        secure=services.settings.cookies_over_https_only,
    )
    return _me(services, Access(user.organisation_id, user.role, user.id), csrf_token=csrf_token)


@router.post("/auth/logout", status_code=204)
def logout(request: Request, response: Response, access: Caller, services: ServicesDep) -> None:
    """End this browser's session."""
    with services.metadata.session() as session:
        session.execute(
            delete(LoginSession).where(LoginSession.token_hash == hash_token(request.cookies.get(COOKIE, "")))
        )
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=services.settings.cookies_over_https_only)


@router.post("/auth/password", status_code=204)
def change_password(form: PasswordForm, request: Request, access: Caller, services: ServicesDep) -> None:
    """Change the caller's password; every other session of theirs ends."""
    if access.user_id is None:
        raise Forbidden("an API token has no password", hint="log in")
    with services.metadata.session() as session:
        user = session.get_one(User, access.user_id)
    services.attempts_by_email.take(user.email)
    if not verify_password(form.current, user.password_hash):
        raise Forbidden("the current password is wrong", code="wrong_password")
    services.attempts_by_email.give_back(user.email)
    password_hash = hash_password(form.new)
    this = hash_token(request.cookies.get(COOKIE, ""))
    with services.metadata.session() as session:
        session.execute(update(User).where(User.id == user.id).values(password_hash=password_hash))
        session.execute(delete(LoginSession).where(LoginSession.user_id == user.id, LoginSession.token_hash != this))


@router.get("/auth/me")
def me(request: Request, access: Caller, services: ServicesDep) -> Me:
    """Who is calling, and what they can see."""
    return _me(services, access, csrf_token=_csrf_token(services, request) if access.user_id else "")


def _csrf_token(services: Services, request: Request) -> str:
    with services.metadata.session() as session:
        cookie = hash_token(request.cookies.get(COOKIE, ""))
        return session.scalar(select(LoginSession.csrf_token).where(LoginSession.token_hash == cookie)) or ""


def _me(services: Services, access: Access, *, csrf_token: str) -> Me:
    with services.metadata.session() as session:
        user = session.get(User, access.user_id) if access.user_id else None
        projects = select(Project).where(Project.organisation_id == access.organisation_id).order_by(Project.id)
        if access.project_id is not None:
            projects = projects.where(Project.id == access.project_id)
        return Me(
            user=Account.model_validate(user) if user else None,
            csrf_token=csrf_token,
            organisation=Named.model_validate(session.get_one(Organisation, access.organisation_id)),
            projects=[Named.model_validate(project) for project in session.scalars(projects)],
            url=read_address(services.settings)["url"],
            version=__version__,
        )
