"""What people decided about monitors, read and written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vedette.server.http.errors import Conflict
from vedette.server.metadata.models import now
from vedette.server.metadata.monitors import MonitorRow

MOST_MONITORS = 10_000


@dataclass(frozen=True, slots=True)
class Decision:
    """`said` holds since `changed_ms`; check-ins up to `deleted_ms` are forgotten; `kept` shows it before its first."""

    said: Mapping[str, Any] = field(default_factory=dict)
    changed_ms: int = 0
    deleted_ms: int = -1
    muted: bool = False
    kept: bool = False


def decisions(session: Session, project_id: int) -> dict[str, Decision]:
    """Everything that was decided in a project, by slug."""
    rows = session.scalars(select(MonitorRow).where(MonitorRow.project_id == project_id))
    return {row.slug: _decision(row) for row in rows}


def decision(session: Session, project_id: int, slug: str) -> Decision | None:
    """What was decided about one monitor."""
    row = _row(session, project_id, slug)
    return _decision(row) if row else None


def decide(session: Session, project_id: int, slug: str, said: Mapping[str, Any], *, muted: bool) -> None:
    """Let this hold from now on."""
    document = json.dumps(said, sort_keys=True)
    row = _row(session, project_id, slug) or _new(session, project_id, slug)
    if row.document != document:
        row.document, row.changed_at = document, now()
    row.muted, row.kept = muted, True


def forget(session: Session, project_id: int, slug: str) -> None:
    """Take a monitor away, and with it what was decided; check-ins that come later begin it anew."""
    row = _row(session, project_id, slug) or _new(session, project_id, slug)
    row.document, row.muted, row.kept = "{}", False, False
    row.changed_at = row.deleted_at = now()


def _row(session: Session, project_id: int, slug: str) -> MonitorRow | None:
    return session.scalar(select(MonitorRow).where(MonitorRow.project_id == project_id, MonitorRow.slug == slug))


def _new(session: Session, project_id: int, slug: str) -> MonitorRow:
    if len(decisions(session, project_id)) >= MOST_MONITORS:
        raise Conflict(f"{MOST_MONITORS:,} monitors of this project have settings already")
    row = MonitorRow(project_id=project_id, slug=slug, document="{}", changed_at=now())
    session.add(row)
    return row


def _decision(row: MonitorRow) -> Decision:
    deleted_ms = int(row.deleted_at.timestamp() * 1000) if row.deleted_at else -1
    return Decision(json.loads(row.document), int(row.changed_at.timestamp() * 1000), deleted_ms, row.muted, row.kept)
