"""First start: an organisation, project 1, its ingest key and an API token; and what `vedette keys` prints."""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from vedette.server.config import Settings
from vedette.server.http.access import hash_token, new_token
from vedette.server.http.keys import IngestKey
from vedette.server.metadata.engine import Metadata
from vedette.server.metadata.models import (
    ApiToken,
    IngestKeyRow,
    Invitation,
    Organisation,
    Project,
    User,
    now,
)

TOKEN_FILE = "api-token"
ADDRESS_FILE = "address.json"
SETUP_HOURS = 24


def bootstrap(metadata: Metadata, data: Path) -> None:
    """Create what the first start needs, unless it is there. The API token's text is kept in a private file."""
    data.mkdir(parents=True, exist_ok=True)
    token_file = data / TOKEN_FILE
    with metadata.session() as session:
        organisation = session.scalar(select(Organisation).order_by(Organisation.id))
        if organisation is None:
            organisation = Organisation(name="My company")
            session.add(organisation)
            session.flush()
            project = Project(organisation_id=organisation.id, name="My product")
            session.add(project)
            session.flush()
            session.add(IngestKeyRow(project_id=project.id, name="Default", key=secrets.token_hex(16)))
        if not token_file.exists():
            token = new_token("vdt_")
            session.add(
                ApiToken(
                    organisation_id=organisation.id,
                    name="Created at first start",
                    role="admin",
                    prefix=token[:8],
                    token_hash=hash_token(token),
                )
            )
            session.flush()
            descriptor = os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(token)


def setup_link(metadata: Metadata, url: str) -> str | None:
    """A fresh link with which the first visitor creates the admin; None once a user exists."""
    with metadata.session() as session:
        if session.scalar(select(func.count()).select_from(User)):
            return None
        organisation = session.scalars(select(Organisation).order_by(Organisation.id)).first()
        assert organisation is not None, "bootstrap() runs first"
        for old in session.scalars(select(Invitation).where(Invitation.is_setup)):
            session.delete(old)
        token = new_token()
        session.add(
            Invitation(
                organisation_id=organisation.id,
                role="admin",
                token_hash=hash_token(token),
                is_setup=True,
                expires_at=now() + timedelta(hours=SETUP_HOURS),
            )
        )
        return f"{url}/setup?token={token}"


def load_ingest_keys(metadata: Metadata) -> dict[str, IngestKey]:
    """Every valid ingest key, for the key ring."""
    with metadata.session() as session:
        rows = session.scalars(select(IngestKeyRow).where(IngestKeyRow.revoked_at.is_(None)))
        return {row.key: IngestKey(row.id, row.key, row.project_id) for row in rows}


def connect_info(project_id: int, key: str, *, url: str, grpc_endpoint: str) -> dict[str, Any]:
    """Where each kind of client sends to. The names are fixed: scripts read them."""
    scheme, _, host = url.partition("://")
    return {
        "project_id": project_id,
        "sentry_dsn": f"{scheme}://{key}@{host}/{project_id}",
        "posthog_host": url,
        "posthog_key": key,
        "otlp_endpoint": url,
        "otlp_grpc_endpoint": grpc_endpoint,
        "otlp_headers": f"Authorization=Bearer {key}",
        "prometheus_write_url": f"{url}/prometheus/api/v1/write",
        "betterstack_host": url,
        "ingest_key": key,
        "url": url,
    }


def default_keys(metadata: Metadata, settings: Settings) -> dict[str, Any]:
    """What `vedette keys --json` prints: the first project's connect info and the API token, empty once revoked."""
    token = (settings.data / TOKEN_FILE).read_text()
    with metadata.session() as session:
        project = session.scalars(select(Project).order_by(Project.id)).first()
        assert project is not None, "bootstrap() runs first"
        key = session.scalars(
            select(IngestKeyRow)
            .where(IngestKeyRow.project_id == project.id, IngestKeyRow.revoked_at.is_(None))
            .order_by(IngestKeyRow.id)
        ).first()
        works = session.scalar(select(ApiToken.id).where(ApiToken.token_hash == hash_token(token))) is not None
    address = read_address(settings)
    info = connect_info(project.id, key.key if key else "", url=address["url"], grpc_endpoint=address["grpc_endpoint"])
    return {**info, "api_token": token if works else ""}


def write_address(settings: Settings, *, url: str, grpc_endpoint: str) -> None:
    """Leave the running server's address in the data directory, for `vedette keys`."""
    unfinished = settings.data / f"{ADDRESS_FILE}.new"
    unfinished.write_text(json.dumps({"url": url, "grpc_endpoint": grpc_endpoint}))
    unfinished.replace(settings.data / ADDRESS_FILE)  # whoever waits for the file must not read half of it


def read_address(settings: Settings) -> dict[str, str]:
    """The address a server on this data directory had last, or the one the settings imply."""
    file = settings.data / ADDRESS_FILE
    if file.exists():
        address: dict[str, str] = json.loads(file.read_text())
        return address
    grpc = f"http://{settings.host}:{settings.grpc_port}" if settings.grpc_port >= 0 else ""
    return {"url": settings.url, "grpc_endpoint": grpc}
