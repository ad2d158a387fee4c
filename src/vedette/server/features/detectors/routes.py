"""`detectors` under `/projects/{project_id}/`, and what an issue's finding was met in; contract: `docs/api.md`."""

from typing import Annotated

from fastapi import APIRouter, Depends

from vedette.server.features.detectors import queries
from vedette.server.features.detectors.documents import SETTINGS, read_settings, read_state
from vedette.server.features.detectors.shapes import Detectors, DetectorSettings, DetectorStatus, Met
from vedette.server.features.detectors.sweep import ROWS_AN_HOUR
from vedette.server.features.issues.routes import IssueId, ReadingDesk, ask_two_weeks
from vedette.server.features.rules import documents
from vedette.server.http.access import Member, Services, ServicesDep
from vedette.server.http.listing import ProjectId, TimeRange, iso_time
from vedette.server.metadata.engine import lock_organisation

router = APIRouter(tags=["detectors"])


@router.get("/projects/{project_id}/detectors")
def get_detectors(project: ProjectId, services: ServicesDep) -> Detectors:
    """What is looked for in spans, from where on it counts, and how the work goes."""
    return _detectors(services, project)


@router.put("/projects/{project_id}/detectors")
def set_detectors(project_id: int, form: DetectorSettings, access: Member, services: ServicesDep) -> Detectors:
    """Replace the settings. They hold for what is received from now on; what was found stays."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        documents.save(session, project_id, SETTINGS, form, instead_of=None)
    return _detectors(services, project_id)


@router.get("/projects/{project_id}/issues/{issue}/met")
def issue_met(issue: IssueId, desk: ReadingDesk, range_: Annotated[TimeRange, Depends(ask_two_weeks)]) -> Met:
    """In how many traces an issue's findings were met in the hours of the range, of which a few are its events."""
    overlay = desk.overlay()
    fingerprints = overlay.fingerprints_of(overlay.issue_of(issue))
    traces, rows = queries.met(desk.services.store, desk.project_id, range_, fingerprints)
    return Met(traces=traces, rows=rows, most_rows_an_hour=ROWS_AN_HOUR)


def _detectors(services: Services, project_id: int) -> Detectors:
    form, version = read_settings(services.metadata, project_id)
    state = read_state(services.metadata, project_id)
    numbers = state.model_dump(exclude={"until_ns", "waiting"})
    status = DetectorStatus(
        **numbers, until=iso_time(state.until_ns) if state.until_ns else None, waiting=len(state.waiting)
    )
    return Detectors(**form.model_dump(), version=version, status=status)
