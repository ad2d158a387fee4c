"""The bodies that account and project calls take and answer; contract: `docs/api.md`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Role = Literal["admin", "member", "viewer"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
]
# NIST SP 800-63B §3.1.1: at least 8, at least 64 allowed, no rules of composition.
Password = Annotated[str, StringConstraints(min_length=8, max_length=256)]
RowId = Annotated[int, Field(ge=1, lt=2**31)]


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SetupState(BaseModel):
    """Answer of `GET /auth/setup`: `email` is set by an invitation, which is for that address only."""

    valid: bool
    email: str | None = None


class SetupForm(BaseModel):
    """Body of `POST /auth/setup`."""

    token: str = Field(max_length=200)
    email: Email
    name: Name
    password: Password


class LoginForm(BaseModel):
    """Body of `POST /auth/login`."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=320)]
    password: str = Field(max_length=256)


class PasswordForm(BaseModel):
    """Body of `POST /auth/password`."""

    current: str = Field(max_length=256)
    new: Password


class Account(_Row):
    """The user who is logged in."""

    id: int
    email: str
    name: str
    role: Role


class Named(_Row):
    """An organisation or project in `me`."""

    id: int
    name: str


class Me(BaseModel):
    """Answer of `GET /auth/me`, and of set-up and login. An API token is no user, and needs no CSRF token."""

    user: Account | None
    csrf_token: str
    organisation: Named
    projects: list[Named]
    url: str
    version: str


class ProjectForm(BaseModel):
    """Body of `POST /projects` and `PATCH /projects/{id}`."""

    name: Name


class ProjectShape(_Row):
    """A project."""

    id: int
    name: str
    created_at: datetime


class ProjectDeleted(BaseModel):
    """Answer of `DELETE /projects/{id}`."""

    id: int
    note: str


class Received(BaseModel):
    """What has come in of one signal: when last, and how many items since midnight UTC."""

    last_time: str | None = None
    count: int = 0


class ProtocolReceived(Received):
    """What has come in by one protocol, and by that protocol of each signal."""

    categories: dict[str, Received] = {}


class Connect(BaseModel):
    """Where each kind of client sends to, and what has come in."""

    project_id: int
    sentry_dsn: str
    posthog_host: str
    posthog_key: str
    otlp_endpoint: str
    otlp_grpc_endpoint: str
    otlp_headers: str
    prometheus_write_url: str
    betterstack_host: str
    ingest_key: str
    url: str
    received: dict[str, Received]
    protocols: dict[str, ProtocolReceived]


class KeyForm(BaseModel):
    """Body of `POST /projects/{id}/keys`."""

    name: Name = "Key"


class KeyShape(_Row):
    """An ingest key. It is public by nature: every browser that sends telemetry has it."""

    id: int
    name: str
    key: str
    created_at: datetime
    revoked_at: datetime | None


class TokenForm(BaseModel):
    """Body of `POST /tokens`; without a project it reaches all of them."""

    name: Name
    role: Role = "viewer"
    project_id: RowId | None = None


class TokenShape(_Row):
    """An API token, without its text."""

    id: int
    name: str
    role: Role
    project_id: int | None
    created_at: datetime
    last_used_at: datetime | None
    prefix: str


class NewToken(TokenShape):
    """Answer of `POST /tokens`: the only time that the token's text is shown."""

    token: str


class MemberShape(_Row):
    """Someone with a login."""

    id: int
    email: str
    name: str
    role: Role
    created_at: datetime


class InvitationForm(BaseModel):
    """Body of `POST /members`."""

    email: Email
    role: Role = "member"


class NewInvitation(BaseModel):
    """Answer of `POST /members`: the only time that the link is shown."""

    email: str
    role: Role
    invite_url: str
    expires_at: datetime


class MemberForm(BaseModel):
    """Body of `PATCH /members/{id}`; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
