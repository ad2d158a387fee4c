"""Rules in the metadata database: read whole into memory, replaced whole by whoever may."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from vedette.server.features.rules.shapes import Form, GroupingRules, ScrubbingForm
from vedette.server.grouping import Rules
from vedette.server.http.errors import Conflict
from vedette.server.http.rules import NONE_SET, ProjectRules
from vedette.server.metadata.engine import Metadata
from vedette.server.metadata.issues import IssueRow
from vedette.server.metadata.models import ProjectRulesRow, now

log = logging.getLogger("vedette.rules")

GROUPING, SCRUBBING = "grouping", "scrubbing"
F = TypeVar("F", bound=Form)


def load_rules(metadata: Metadata) -> dict[int, ProjectRules]:
    """Every project's rules, for the rule book. Rules of another version of the server that cannot be read are left
    out, with a line in the log."""
    with metadata.session() as session:
        rows = session.scalars(select(ProjectRulesRow)).all()
        discarded = session.execute(select(IssueRow.project_id, IssueRow.fingerprint).where(IssueRow.discarded)).all()
    found: dict[int, ProjectRules] = {}
    for row in rows:
        known = found.get(row.project_id, ProjectRules())
        try:
            if row.kind == GROUPING:
                known = replace(known, grouping=_read_grouping(row.document, row.version))
            elif row.kind == SCRUBBING:
                scrubbing = ScrubbingForm.model_validate_json(row.document).read(row.version)
                known = replace(known, scrubbing=scrubbing)
        except ValueError as error:
            log.error("the %s rules of project %s cannot be read: %s", row.kind, row.project_id, error)
        found[row.project_id] = known
    fingerprints: dict[int, set[str]] = {}
    for project_id, fingerprint in discarded:
        fingerprints.setdefault(project_id, set()).add(fingerprint)
    for project_id, theirs in fingerprints.items():
        found[project_id] = replace(found.get(project_id, NONE_SET), discarded=frozenset(theirs))
    return {project_id: rules for project_id, rules in found.items() if rules != NONE_SET}


@lru_cache(maxsize=64)
def _read_grouping(document: str, version: int) -> Rules:
    """Rules that did not change stay the same object, with what they remember of frames: they are read every few
    seconds, and a thousand take 80 ms."""
    return GroupingRules.model_validate_json(document).read(version)


@dataclass(frozen=True, slots=True)
class Saved(Generic[F]):
    """What is saved; an empty form, version 0 and no time when nothing ever was."""

    form: F
    version: int = 0
    changed_at: datetime | None = None


def saved(session: Session, project_id: int, kind: str, form: type[F]) -> Saved[F]:
    """The rules of one kind."""
    row = session.get(ProjectRulesRow, (project_id, kind))
    if row is None:
        return Saved(form())
    return Saved(form.model_validate_json(row.document), row.version, row.changed_at)


def save(session: Session, project_id: int, kind: str, form: Form, *, instead_of: int | None) -> tuple[int, datetime]:
    """Replace what is saved; returns the new version and its time. The caller holds the organisation's lock.

    Raises Conflict when `instead_of` names a version that is not the newest.
    """
    row = session.get(ProjectRulesRow, (project_id, kind))
    if row is None:
        row = ProjectRulesRow(project_id=project_id, kind=kind, version=0)
        session.add(row)
    if instead_of is not None and instead_of != row.version:
        raise Conflict(
            f"these rules were changed meanwhile: version {row.version} is the newest, not {instead_of}",
            hint="read them again, and make the change to those",
            code="changed_meanwhile",
        )
    row.version += 1
    row.document = form.model_dump_json(exclude={"version"})
    row.changed_at = now()
    return row.version, row.changed_at
