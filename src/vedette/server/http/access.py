"""Who may use the read API: an API token or a login cookie, a role, and the project it is for.

A route under `/projects/{project_id}/` depends on `viewer`, `member` or `admin` (at least that role); one that
belongs to no project on `organisation_viewer` and so on. A project of another organisation answers 404, as if it
did not exist.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import select

from vedette.server.config import Settings
from vedette.server.http.attempts import Attempts
from vedette.server.http.errors import Forbidden, NotFound, Unauthorized
from vedette.server.http.keys import KeyRing
from vedette.server.http.rules import RuleBook
from vedette.server.metadata.engine import Metadata
from vedette.server.metadata.models import ApiToken, LoginSession, Project, User, now
from vedette.server.store.client import Store
from vedette.server.store.commit import Committer

ROLES = ("viewer", "member", "admin")
COOKIE = "vedette_session"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Services:
    """What the read API's routes are given; `app.state.services`."""

    settings: Settings
    store: Store
    metadata: Metadata
    keys: KeyRing
    committer: Committer
    rules: RuleBook = field(default_factory=RuleBook)
    attempts_by_email: Attempts = field(default_factory=lambda: Attempts(10, 15 * 60))
    attempts_by_ip: Attempts = field(default_factory=lambda: Attempts(50, 15 * 60))


@dataclass(frozen=True, slots=True)
class Access:
    """The caller. `user_id` is None for an API token; `project_id` None where the route has no project."""

    organisation_id: int
    role: str
    user_id: int | None = None
    project_id: int | None = None

    def may(self, role: str) -> bool:
        """Whether the caller has at least this role."""
        return ROLES.index(self.role) >= ROLES.index(role)


def hash_token(token: str) -> str:
    """What the database keeps of a random token. SHA-256 is enough: tokens have 256 bits of their own."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(prefix: str = "") -> str:
    """A random URL-safe token of 256 bits."""
    return prefix + secrets.token_urlsafe(32)


def get_services(request: Request) -> Services:
    """The services of the app that serves this request."""
    services: Services = request.app.state.services
    return services


def get_store(request: Request) -> Store:
    """The store for reading."""
    return get_services(request).store


def authenticate(request: Request) -> Access:
    """The caller by bearer token or login cookie.

    Raises:
        Unauthorized: neither, or one that is not (or no longer) valid.
        Forbidden: a cookie without its CSRF token on a request that changes something.
    """
    services = get_services(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return _by_api_token(services.metadata, token.strip())
    if cookie := request.cookies.get(COOKIE):
        return _by_cookie(services.metadata, cookie, request)
    raise Unauthorized("not logged in", hint="log in, or send an API token: Authorization: Bearer TOKEN")


def _by_api_token(metadata: Metadata, token: str) -> Access:
    with metadata.session() as session:
        row = session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_token(token)))
        if row is None:
            raise Unauthorized("unknown API token", hint="create one under Settings → API tokens")
        if row.last_used_at is None or (now() - row.last_used_at).total_seconds() > 60:
            row.last_used_at = now()
        return Access(row.organisation_id, row.role, project_id=row.project_id)


def _by_cookie(metadata: Metadata, cookie: str, request: Request) -> Access:
    with metadata.session() as session:
        found = session.execute(
            select(LoginSession, User)
            .join(User, User.id == LoginSession.user_id)
            .where(LoginSession.token_hash == hash_token(cookie))
        ).first()
        if found is None or found[0].expires_at < now():
            raise Unauthorized("the login has expired", hint="log in again")
        login, user = found
        csrf_token = request.headers.get(CSRF_HEADER, "").encode()
        if request.method not in SAFE_METHODS and not hmac.compare_digest(csrf_token, login.csrf_token.encode()):
            raise Forbidden("missing or wrong X-CSRF-Token header", hint="take it from GET /api/v1/auth/me")
        return Access(user.organisation_id, user.role, user_id=user.id)


def row_id(text: str) -> int:
    """A row's id in a path; 0, which no row has, when it is none. PostgreSQL's integers end at 2³¹ - 1."""
    text = str(text)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) < 2**31 else 0


def _require(role: str) -> Callable[..., Access]:
    def dependency(request: Request) -> Access:
        access = authenticate(request)
        if not access.may(role):
            raise Forbidden(f"this needs the role {role}; yours is {access.role}")
        project = request.path_params.get("project_id")
        if project is None:
            if access.project_id is not None:
                raise Forbidden("this token is for one project only")
            return access
        project_id = row_id(project)
        if access.project_id is not None and access.project_id != project_id:
            raise NotFound(f"no project {project}")
        with get_services(request).metadata.session() as session:
            row = session.get(Project, project_id)
            if row is None or row.organisation_id != access.organisation_id:
                raise NotFound(f"no project {project}")
        return Access(access.organisation_id, access.role, access.user_id, project_id)

    return dependency


viewer = _require("viewer")
member = _require("member")
admin = _require("admin")

Caller = Annotated[Access, Depends(authenticate)]  # any role, any project
Viewer = Annotated[Access, Depends(viewer)]
Member = Annotated[Access, Depends(member)]
Admin = Annotated[Access, Depends(admin)]
StoreDep = Annotated[Store, Depends(get_store)]
ServicesDep = Annotated[Services, Depends(get_services)]


def api_error(code: str, message: str, hint: str = "") -> dict[str, Any]:
    """The read API's error body."""
    return {"error": {"code": code, "message": message, "hint": hint}}
