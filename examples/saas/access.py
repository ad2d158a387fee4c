"""Who is calling: a signed token for people, a shared secret between services."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, HTTPException

import vedette

SECRET = os.environ.get("APP_SECRET", "only-for-demos").encode()


@dataclass(frozen=True)
class User:
    """The authenticated person."""

    id: str
    organization_id: str


def issue_token(user: User) -> str:
    """A token that `current_user` accepts."""
    payload = base64.urlsafe_b64encode(f"{user.id}:{user.organization_id}".encode()).decode()
    return f"{payload}.{_signature(payload)}"


async def current_user(authorization: Annotated[str, Header()] = "") -> User:
    """FastAPI dependency: the user of the bearer token, whose ids are then on all telemetry of the request."""
    payload, _, signature = authorization.removeprefix("Bearer ").partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(payload).encode()):
        raise HTTPException(401, "sign in first")
    user = User(*base64.urlsafe_b64decode(payload).decode().split(":"))
    identify(user)
    return user


def identify(user: User, **traits: object) -> None:
    """Say who the request is for: from here on all telemetry of it says so. The browser's own claim is not enough."""
    vedette.identify(user.id, traits=traits, group={"organization": user.organization_id})


async def from_service(x_internal_secret: Annotated[str, Header()] = "") -> None:
    """FastAPI dependency: only our own services may call."""
    if not hmac.compare_digest(x_internal_secret.encode(), SECRET):
        raise HTTPException(403, "internal")


CurrentUser = Annotated[User, Depends(current_user)]
INTERNAL = [Depends(from_service)]


def _signature(payload: str) -> str:
    return hmac.new(SECRET, payload.encode(), hashlib.sha256).hexdigest()[:32]
