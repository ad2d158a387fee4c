"""`crons` under `/projects/{project_id}/`; contract: `docs/api.md`."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query

from vedette.server.features.crons import overlay, queries
from vedette.server.features.crons.listing import (
    BUCKETS,
    Watched,
    by_code,
    described,
    environment_of,
    in_force,
    monitors,
    time_of,
    watch,
    within,
)
from vedette.server.features.crons.overlay import Decision
from vedette.server.features.crons.shapes import MonitorDetail, MonitorForm, Monitors, RunShape, Said
from vedette.server.features.crons.timeline import Run
from vedette.server.http.access import Member, ServicesDep, StoreDep
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import ProjectId, RangeQuery, bucket_seconds

router = APIRouter(tags=["crons"])

MOST_RUNS = 500
NUMBERS = ("checkin_margin", "max_runtime", "failure_issue_threshold", "recovery_threshold")
Slug = Annotated[str, Path(min_length=1, max_length=128)]
Environment = Annotated[str, Query(description="only in this environment")]


@router.get("/projects/{project_id}/crons")
def crons(
    project: ProjectId, services: ServicesDep, store: StoreDep, range_: RangeQuery, environment: Environment = ""
) -> Monitors:
    """Every monitor with its runs in the range, counted; its status is that of now."""
    now_ms = _now_ms()
    with services.metadata.session() as session:
        decided = overlay.decisions(session, project)
    most = min(queries.MOST_CHECK_INS, queries.MOST_OF_ALL // max(1, queries.how_many(store, project)) + 10)
    heard = queries.check_ins(store, project, environment=environment, most=most)
    watched = watch(heard, decided, now_ms, most)
    return Monitors(bucket_seconds=bucket_seconds(range_, BUCKETS), items=monitors(watched, decided, range_, now_ms))


@router.get("/projects/{project_id}/crons/{slug:path}")
def monitor(
    project: ProjectId,
    slug: Slug,
    services: ServicesDep,
    store: StoreDep,
    range_: RangeQuery,
    environment: Environment = "",
) -> MonitorDetail:
    """One monitor with its newest 500 runs in the range."""
    now_ms = _now_ms()
    with services.metadata.session() as session:
        decided = overlay.decision(session, project, slug)
    decision = decided or Decision()
    heard = queries.check_ins(store, project, slug=slug, environment=environment)
    watched = watch(heard, {slug: decision}, now_ms)
    if not watched and not decision.kept:
        raise NotFound(f"no monitor {slug!r}", hint="it is there as soon as its first check-in has come")
    config = watched[0].config if watched else in_force("", decision)
    found = [(run, one) for one in watched for run in within(one.runs, range_)]
    found.sort(key=lambda pair: -pair[0].started_ms)
    shown = found[:MOST_RUNS]
    earliest_ms = min((run.started_ms for run, _ in shown), default=now_ms)
    traces = sorted({run.trace_id for run, _ in shown if run.trace_id})
    errors = queries.errors(store, project, traces, earliest_ms)
    summary = described(slug, config, {slug: decision})
    summary.environments = [environment_of(one, range_, now_ms) for one in watched]
    return MonitorDetail(
        **dict(summary),
        bucket_seconds=bucket_seconds(range_, BUCKETS),
        runs=[_run(run, one, errors.get(run.trace_id, 0)) for run, one in shown],
        more_runs=len(found) > len(shown),
        by_code=by_code(heard, decision),
        by_people=Said(**decision.said),
        **{name: getattr(config, name) for name in NUMBERS},
    )


@router.put("/projects/{project_id}/crons/{slug:path}", status_code=204)
def decide(project_id: int, slug: Slug, form: MonitorForm, access: Member, services: ServicesDep) -> None:
    """Say what a monitor expects, before what code says; one that is not known yet waits for its first check-in."""
    said = form.model_dump(exclude={"muted"}, exclude_none=True)
    with services.metadata.session() as session:
        overlay.decide(session, project_id, slug, said, muted=form.muted)


@router.delete("/projects/{project_id}/crons/{slug:path}", status_code=204)
def forget(project_id: int, slug: Slug, access: Member, services: ServicesDep) -> None:
    """Take a monitor away with its runs and settings; a check-in that comes later begins it anew."""
    with services.metadata.session() as session:
        overlay.forget(session, project_id, slug)


def _run(run: Run, one: Watched, errors: int) -> RunShape:
    return RunShape(
        time=time_of(run.started_ms) or "",
        status=run.status,
        environment=one.environment,
        check_in_id=run.check_in_id,
        duration_ms=run.duration_ms,
        release=run.release,
        trace_id=run.trace_id,
        errors=errors,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
