"""Rules in the metadata database: read whole into memory, replaced whole by whoever may."""

import logging
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from vedette.server.features.rules.shapes import Form, GroupingRules, ScrubbingForm
from vedette.server.http.rules import NONE_SET, ProjectRules
from vedette.server.metadata.engine import Metadata
from vedette.server.metadata.issues import IssueRow
from vedette.server.metadata.models import ProjectRulesRow

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
                rules = GroupingRules.model_validate_json(row.document).read(row.version)
                known = replace(known, grouping=rules)
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


def saved(session: Session, project_id: int, kind: str, form: type[F]) -> tuple[F, int]:
    """What is saved and its version; an empty form and 0 when nothing ever was."""
    row = session.get(ProjectRulesRow, (project_id, kind))
    return (form.model_validate_json(row.document), row.version) if row else (form(), 0)


def save(session: Session, project_id: int, kind: str, form: Form) -> int:
    """Replace what is saved; returns the new version. The caller holds the organisation's lock."""
    row = session.get(ProjectRulesRow, (project_id, kind))
    if row is None:
        row = ProjectRulesRow(project_id=project_id, kind=kind, version=0)
        session.add(row)
    row.version += 1
    row.document = form.model_dump_json()
    return row.version
