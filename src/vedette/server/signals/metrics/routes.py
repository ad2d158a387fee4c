"""`GET /projects/{project_id}/metrics` and one metric over time; contract: `docs/api.md`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import Page, ProjectId, SignalQuery, answer
from vedette.server.signals.metrics import queries

router = APIRouter(tags=["metrics"])


class MetricName(BaseModel):
    """A metric and what is known of it."""

    metric_name: str
    type: str
    unit: str
    description: str
    temporality: str
    is_monotonic: bool
    series_count: int
    services: list[str]
    last_time: str


class MetricSeries(BaseModel):
    """One group's values over time: `[time, value]`, value null where there is none."""

    labels: dict[str, str]
    points: list[tuple[str, float | None]]


class Metric(BaseModel):
    """A metric over time; `label_keys` are the attributes of its series, to group by as `attributes.<key>`."""

    metric_name: str
    type: str
    unit: str
    is_monotonic: bool
    label_keys: list[str]
    step_seconds: int
    series: list[MetricSeries]


@router.get("/projects/{project_id}/metrics", response_model=Page[MetricName])
def metrics(project: ProjectId, store: StoreDep, question: SignalQuery) -> Response:
    """Which metrics there are, by name. `q` looks in name and description."""
    return answer(queries.names(store, project, question))


@router.get("/projects/{project_id}/metrics/{name:path}", response_model=Metric)
def metric(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    name: str,
    aggregate: queries.Aggregate = "avg",
    group_by: Annotated[list[str] | None, Query(description="service, attributes.<key>, …; repeatable")] = None,
    step_seconds: Annotated[int | None, Query(ge=1, le=30 * 86400)] = None,
) -> Response:
    """One metric over time, a series a group. `rate` is per second and survives counter resets."""
    groups = [part for text in group_by or () for part in text.split(",") if part]
    found = queries.series(
        store, project, name, question, aggregate=aggregate, group_by=groups, step_seconds=step_seconds
    )
    return answer(found)
