"""`GET /projects/{project_id}/logs`, one record and the histogram; contract: `docs/api.md`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import StoreDep
from vedette.server.http.listing import ListQuery, Page, ProjectId, SignalQuery, answer, parse_time
from vedette.server.signals.logs import queries

router = APIRouter(tags=["logs"])


class LogRecord(BaseModel):
    """One log record."""

    id: str
    time: str
    severity_number: int
    severity_text: str
    body: str
    service: str
    environment: str
    release: str
    trace_id: str
    span_id: str
    session_id: str
    user_id: str
    event_name: str
    scope_name: str
    source: str
    attributes: dict[str, str]
    resource: dict[str, str]


class LogBucket(BaseModel):
    """Log records of one bucket by severity: error, warn, info, debug."""

    time: str
    counts: dict[str, int]


class LogHistogram(BaseModel):
    """Counts over time, without gaps."""

    bucket_seconds: int
    buckets: list[LogBucket]


Severity = Annotated[str | None, Query(description="at least: trace, debug, info, warn, error, fatal, or 1-24")]


@router.get("/projects/{project_id}/logs", response_model=Page[LogRecord])
def logs(project: ProjectId, store: StoreDep, question: ListQuery, severity: Severity = None) -> Response:
    """Log records, newest first. `q` finds records that have all its words in their body."""
    return answer(queries.list_logs(store, project, question, severity))


@router.get("/projects/{project_id}/logs/histogram", response_model=LogHistogram)
def logs_histogram(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    severity: Severity = None,
    buckets: Annotated[int, Query(ge=1, le=1000)] = 60,
) -> Response:
    """Log records per bucket and severity."""
    return answer(queries.histogram(store, project, question, severity, buckets))


@router.get("/projects/{project_id}/logs/{id}", response_model=LogRecord)
def log_record(
    project: ProjectId,
    store: StoreDep,
    id: str,
    time: Annotated[str, Query(description="the record's time, exactly: senders give no ids to look up")],
) -> Response:
    """One log record."""
    return answer(queries.record(store, project, id, parse_time(time, now_ns=0)))
