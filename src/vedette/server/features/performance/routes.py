"""Transactions under `/projects/{project_id}/performance/`; contract: `docs/api.md`, terms: `docs/transactions.md`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from vedette.server.features.performance import causes, detail, queries, thresholds
from vedette.server.features.performance.shapes import (
    Breakdown,
    Examples,
    Facets,
    Impact,
    TransactionList,
    TransactionSummary,
    Trends,
)
from vedette.server.features.performance.thresholds import PerformanceForm, SavedPerformanceSettings
from vedette.server.http.access import Member, ServicesDep, StoreDep
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import ProjectId, SignalQuery, answer
from vedette.server.metadata.engine import lock_organisation

router = APIRouter(tags=["performance"])

MOST_TRENDS = 100
Texts = Annotated[list[str] | None, Query(max_length=MOST_TRENDS)]


def settings_of(project: ProjectId, services: ServicesDep) -> SavedPerformanceSettings:
    """What the project says of T."""
    with services.metadata.session() as session:
        return thresholds.saved(session, project)


def transaction_of(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    name: str,
    service: str = "",
    op: str | None = None,
) -> detail.Transaction:
    """The transaction that a request names; without `op`, the one of that name that takes the most time."""
    return detail.find(store, project, question, service, name, op)


SettingsDep = Annotated[SavedPerformanceSettings, Depends(settings_of)]
TransactionDep = Annotated[detail.Transaction, Depends(transaction_of)]


@router.get("/projects/{project_id}/performance/transactions", response_model=TransactionList)
def transactions(
    project: ProjectId,
    store: StoreDep,
    question: SignalQuery,
    settings: SettingsDep,
    sort: str = "-time_spent",
    cursor: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Transactions by name. `q`: words of the name, `service:`, `op:`, `release:`, `environment:`."""
    page = queries.Page(sort, cursor, limit)
    return answer(queries.transactions(store, project, question, settings, page))


@router.get("/projects/{project_id}/performance/trends", response_model=Trends)
def trends(
    project: ProjectId, store: StoreDep, question: SignalQuery, of: Texts = None, name: Texts = None, op: Texts = None
) -> Response:
    """Some transactions over time and in the range before, each by `of` (its service), `name` and `op`, in order."""
    services, names, ops = of or [], name or [], op or []
    if not len(services) == len(names) == len(ops):
        raise BadRequest("of, name and op are given as often as each other", hint="one of each a transaction")
    return answer(queries.trends(store, project, question, list(zip(services, names, ops, strict=True))))


@router.get("/projects/{project_id}/performance/transaction", response_model=TransactionSummary)
def transaction(
    found: TransactionDep, settings: SettingsDep, buckets: Annotated[int, Query(ge=1, le=500)] = 60
) -> Response:
    """One transaction: now and before, over time, durations, statuses, releases."""
    return answer(detail.summary(found, settings, buckets))


@router.get("/projects/{project_id}/performance/transaction/examples", response_model=Examples)
def examples(found: TransactionDep) -> Response:
    """Its slowest, its usual and its failed traces."""
    return answer(detail.examples(found))


@router.get("/projects/{project_id}/performance/transaction/breakdown", response_model=Breakdown)
def breakdown(found: TransactionDep) -> Response:
    """Where its time goes: own time of its spans by what they did, over a sample of its traces."""
    return answer(causes.breakdown(found))


@router.get("/projects/{project_id}/performance/transaction/facets", response_model=Facets)
def facets(found: TransactionDep) -> Response:
    """What its slow ones have in common."""
    return answer(causes.facets(found))


@router.get("/projects/{project_id}/performance/transaction/impact", response_model=Impact)
def impact(found: TransactionDep, settings: SettingsDep) -> Response:
    """Errors that happened in it, and users it failed or kept waiting."""
    return answer(detail.impact(found, settings))


@router.get("/projects/{project_id}/performance/settings")
def performance_settings(settings: SettingsDep) -> SavedPerformanceSettings:
    """T of Apdex: the project's, and some transactions' own."""
    return settings


@router.put("/projects/{project_id}/performance/settings")
def set_performance_settings(
    project_id: int, form: PerformanceForm, access: Member, services: ServicesDep
) -> SavedPerformanceSettings:
    """Replace T of the project and of transactions."""
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)
        return thresholds.save(session, project_id, form)
