"""`GET /projects/{project_id}/web-vitals` and what it consists of; contract: `docs/api.md`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from vedette.server.features.web_vitals import queries
from vedette.server.features.web_vitals.shapes import By, Metric, Source, VitalExample, VitalsBreakdown, WebVitals
from vedette.server.http.access import StoreDep
from vedette.server.http.listing import Items, ProjectId, SignalQuery, answer

router = APIRouter(tags=["web vitals"])

SourceQuery = Annotated[Source | None, Query(description="whose reports; by default the first of `sources`")]


@router.get("/projects/{project_id}/web-vitals", response_model=WebVitals)
def web_vitals(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    source: SourceQuery = None,
    buckets: Annotated[int, Query(ge=1, le=500)] = 60,
) -> Response:
    """Every vital with its percentiles, ratings and score, and over time. `q`: in the page's name."""
    return answer(queries.overview(store, project, question, source, buckets))


@router.get("/projects/{project_id}/web-vitals/breakdown", response_model=VitalsBreakdown)
def web_vitals_breakdown(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    by: By = "page",
    source: SourceQuery = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Vitals by page, browser, device and so on, the most loaded first."""
    whose = queries.source_of(store, project, question, source)
    return answer(queries.breakdown(store, project, question, whose, by, limit))


@router.get("/projects/{project_id}/web-vitals/examples", response_model=Items[VitalExample])
def web_vitals_examples(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    metric: Metric = "lcp",
    source: SourceQuery = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """The page loads in which a vital was worst."""
    whose = queries.source_of(store, project, question, source)
    return answer({"items": queries.examples(store, project, question, whose, metric, limit)})
