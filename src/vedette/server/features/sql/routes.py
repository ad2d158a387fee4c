"""`POST /projects/{project_id}/sql`; contract: `docs/api.md`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, Field

from vedette.server.features.sql.sandbox import Sandbox
from vedette.server.http.access import Services, Viewer

router = APIRouter(tags=["sql"])


class SqlQuery(BaseModel):
    """Body of `POST sql`: one ClickHouse SELECT."""

    sql: str = Field(min_length=1)


class SqlAnswer(BaseModel):
    """`rows[i][j]` belongs to `columns[j]`, of ClickHouse type `types[j]`; `truncated`: there were more rows."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    elapsed_ms: float
    truncated: bool


@asynccontextmanager
async def running(api: FastAPI, services: Services) -> AsyncIterator[None]:
    """Keep the sandbox's handles while the server runs."""
    api.state.sandbox = sandbox = Sandbox(services.store.dsn, services.settings)
    try:
        yield
    finally:
        sandbox.close()


@router.post("/projects/{project_id}/sql")
def sql(project_id: int, body: SqlQuery, access: Viewer, request: Request) -> SqlAnswer:
    """Run one read-only SELECT over this project's rows."""
    sandbox: Sandbox = request.app.state.sandbox
    result, truncated = sandbox.run(body.sql, project_id)
    return SqlAnswer(
        columns=result.columns,
        types=result.types,
        rows=result.rows,
        elapsed_ms=result.elapsed_ms,
        truncated=truncated,
    )
