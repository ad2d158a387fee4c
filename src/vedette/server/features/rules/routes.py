"""`grouping-rules` and `scrubbing-rules` under `/projects/{project_id}/`; contract: `docs/api.md`."""

from fastapi import APIRouter

from vedette.server.features.rules import documents, preview
from vedette.server.features.rules.documents import GROUPING, SCRUBBING
from vedette.server.features.rules.shapes import (
    GroupingRules,
    Preview,
    PreviewForm,
    SavedGroupingRules,
    SavedScrubbing,
    ScrubbingForm,
    ScrubbingPreview,
    ScrubbingPreviewForm,
)
from vedette.server.http.access import Admin, Member, ServicesDep, StoreDep
from vedette.server.http.listing import ProjectId
from vedette.server.metadata.engine import lock_organisation

router = APIRouter(tags=["rules"])


@router.get("/projects/{project_id}/grouping-rules")
def grouping_rules(project: ProjectId, services: ServicesDep) -> SavedGroupingRules:
    """How the project's errors are grouped beside the built-in ways."""
    with services.metadata.session() as session:
        form, version = documents.saved(session, project, GROUPING, GroupingRules)
    return SavedGroupingRules(rules=form.rules, version=version)


@router.put("/projects/{project_id}/grouping-rules")
def set_grouping_rules(
    project_id: int, form: GroupingRules, access: Member, services: ServicesDep
) -> SavedGroupingRules:
    """Replace the grouping rules. Errors that arrive from now on follow them; those stored stay as they are."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        version = documents.save(session, project_id, GROUPING, form)
    services.rules.reload()
    return SavedGroupingRules(rules=form.rules, version=version)


@router.post("/projects/{project_id}/grouping-rules/preview")
def preview_grouping_rules(
    project: ProjectId, form: PreviewForm, access: Member, services: ServicesDep, store: StoreDep
) -> Preview:
    """What these rules would do to the newest errors of the last 30 days. Nothing is saved."""
    with services.metadata.session() as session:
        now, version = documents.saved(session, project, GROUPING, GroupingRules)
    return preview.preview_grouping(preview.recent(store, project, form.errors), now.read(version), form.read())


@router.get("/projects/{project_id}/scrubbing-rules")
def scrubbing_rules(project: ProjectId, services: ServicesDep) -> SavedScrubbing:
    """What counts as a secret here beside what is known."""
    with services.metadata.session() as session:
        form, version = documents.saved(session, project, SCRUBBING, ScrubbingForm)
    return SavedScrubbing(**form.model_dump(), version=version)


@router.put("/projects/{project_id}/scrubbing-rules")
def set_scrubbing_rules(project_id: int, form: ScrubbingForm, access: Admin, services: ServicesDep) -> SavedScrubbing:
    """Replace the scrubbing rules. They hold for what arrives from now on; what is stored stays as it is."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        version = documents.save(session, project_id, SCRUBBING, form)
    services.rules.reload()
    return SavedScrubbing(**form.model_dump(), version=version)


@router.post("/projects/{project_id}/scrubbing-rules/preview")
def preview_scrubbing_rules(
    project: ProjectId, form: ScrubbingPreviewForm, access: Admin, store: StoreDep
) -> ScrubbingPreview:
    """Where these rules would filter something that the newest errors hold now. Nothing is saved or shown."""
    return preview.preview_scrubbing(preview.recent(store, project, form.errors), form.read())
