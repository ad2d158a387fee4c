"""`related`, `fields` and `fields/values` under `/projects/{project_id}/`; contract: `docs/api.md`."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from vedette.server.features.correlation import fields
from vedette.server.http.access import StoreDep
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import Items, ProjectId, RangeQuery
from vedette.server.signals.errors.queries import once
from vedette.server.store.filters import Filter
from vedette.server.store.sql import fill, load

router = APIRouter(tags=["correlation"])


class Related(BaseModel):
    """Rows of each signal that carry the ids asked for."""

    logs: int
    spans: int
    errors: int
    events: int


class Field(BaseModel):
    """Something to filter on. `kind`: column, attribute, resource, scope, tag, property."""

    name: str
    kind: str


class Value(BaseModel):
    """A value of a field, and how often it was seen in the newest rows."""

    value: str
    count: int


@router.get("/projects/{project_id}/related")
def related(
    project: ProjectId,
    store: StoreDep,
    range_: RangeQuery,
    trace_id: str = "",
    user_id: str = "",
    session_id: str = "",
) -> Related:
    """Counts per signal for one trace, user or session: the Related strip."""
    ids = {"trace_id": trace_id, "user_id": user_id, "session_id": session_id}
    if not any(ids.values()):
        raise BadRequest("name a trace_id, user_id or session_id")
    condition, bound = once([Filter(name, "=", value) for name, value in ids.items() if value])
    sql = fill(load(__package__, "related.sql"), condition)
    rows = store.query(sql, {**bound, **ids, **range_.parameters(), "project_id": project})
    return Related(**rows.dicts()[0])


@router.get("/projects/{project_id}/fields")
def list_fields(project: ProjectId, store: StoreDep, range_: RangeQuery, signal: str) -> Items[Field]:
    """What can be filtered on."""
    return Items(items=[Field(**row) for row in fields.names(store, project, signal, range_)])


@router.get("/projects/{project_id}/fields/values")
def list_values(
    project: ProjectId, store: StoreDep, range_: RangeQuery, signal: str, field: str, prefix: str = ""
) -> Items[Value]:
    """Values of one field, commonest first."""
    rows: list[dict[str, Any]] = fields.values(store, project, signal, field, prefix, range_)
    return Items(items=[Value(**row) for row in rows])
