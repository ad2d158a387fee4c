"""`grouping-rules` and `scrubbing-rules` under `/projects/{project_id}/`; contract: `docs/api.md`."""

from fastapi import APIRouter

from vedette.server.features.issues.overlay import read_overlay
from vedette.server.features.issues.queries import known
from vedette.server.features.rules import documents, preview
from vedette.server.features.rules.documents import GROUPING, SCRUBBING
from vedette.server.features.rules.effects import Issues
from vedette.server.features.rules.shapes import (
    GroupingChange,
    GroupingRules,
    Preview,
    PreviewForm,
    SavedGroupingRules,
    SavedScrubbing,
    ScrubbingChange,
    ScrubbingForm,
    ScrubbingPreview,
    ScrubbingPreviewForm,
    Tried,
    TryForm,
)
from vedette.server.http.access import Admin, Member, ServicesDep, StoreDep
from vedette.server.http.listing import ProjectId
from vedette.server.metadata.engine import lock_organisation

router = APIRouter(tags=["rules"])


@router.get("/projects/{project_id}/grouping-rules")
def grouping_rules(project: ProjectId, services: ServicesDep) -> SavedGroupingRules:
    """How the project's errors are grouped beside the built-in ways."""
    with services.metadata.session() as session:
        found = documents.saved(session, project, GROUPING, GroupingRules)
    return SavedGroupingRules(rules=found.form.rules, version=found.version, changed_at=found.changed_at)


@router.put("/projects/{project_id}/grouping-rules")
def set_grouping_rules(
    project_id: int, form: GroupingChange, access: Member, services: ServicesDep
) -> SavedGroupingRules:
    """Replace the grouping rules. Errors that arrive from now on follow them; those stored stay as they are."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        version, at = documents.save(session, project_id, GROUPING, form, instead_of=form.version)
    services.rules.reload()
    return SavedGroupingRules(rules=form.rules, version=version, changed_at=at)


@router.post("/projects/{project_id}/grouping-rules/preview")
def preview_grouping_rules(
    project: ProjectId, form: PreviewForm, access: Member, services: ServicesDep, store: StoreDep
) -> Preview:
    """What these rules would do to the newest errors of the last 30 days. Nothing is saved."""
    with services.metadata.session() as session:
        found = documents.saved(session, project, GROUPING, GroupingRules)
        overlay = read_overlay(session, project, access.organisation_id)
    issues = Issues(overlay.issue_of, known(store, project, overlay).keys())
    events = preview.recent(store, project, form.errors)
    return preview.preview_grouping(events, found.form.read(found.version), form, issues)


@router.get("/projects/{project_id}/scrubbing-rules")
def scrubbing_rules(project: ProjectId, services: ServicesDep) -> SavedScrubbing:
    """What counts as a secret here beside what is known."""
    with services.metadata.session() as session:
        found = documents.saved(session, project, SCRUBBING, ScrubbingForm)
    return SavedScrubbing(**found.form.model_dump(), version=found.version, changed_at=found.changed_at)


@router.put("/projects/{project_id}/scrubbing-rules")
def set_scrubbing_rules(project_id: int, form: ScrubbingChange, access: Admin, services: ServicesDep) -> SavedScrubbing:
    """Replace the scrubbing rules. They hold for what arrives from now on; what is stored stays as it is."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        version, at = documents.save(session, project_id, SCRUBBING, form, instead_of=form.version)
    services.rules.reload()
    return SavedScrubbing(**form.model_dump(exclude={"version"}), version=version, changed_at=at)


@router.post("/projects/{project_id}/scrubbing-rules/preview")
def preview_scrubbing_rules(
    project: ProjectId, form: ScrubbingPreviewForm, access: Admin, store: StoreDep
) -> ScrubbingPreview:
    """Where these rules would filter something that the newest errors hold now. Nothing is saved or shown."""
    return preview.preview_scrubbing(preview.recent(store, project, form.errors), form.read())


@router.post("/projects/{project_id}/scrubbing-rules/try")
def try_scrubbing_rules(project: ProjectId, form: TryForm, access: Admin) -> Tried:
    """What ingestion would store of a JSON document or a text under these rules. Nothing of it is kept."""
    return preview.try_scrubbing(form.text, form.read())
