"""workflows: what the product is for. Create workflows, run them, see reports."""

import asyncio
import random
import time
import uuid
from collections import Counter
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel

import vedette
from saas import access, events, services
from saas.database import Database

app = services.application("workflows")
log = vedette.get_logger()
running: Counter[str] = Counter()

STEPS = {
    "sync_contacts": ("fetch contacts", "merge duplicates", "write contacts"),
    "send_digest": ("select news", "render mail", "send mail"),
    "enrich_leads": ("fetch leads", "look up companies", "score leads"),
    "import_csv": ("read file", "map columns", "write rows"),
}
database = Database(
    "workflows",
    """
    CREATE TABLE IF NOT EXISTS workspaces (organization_id TEXT PRIMARY KEY, runs_a_day INTEGER);
    CREATE TABLE IF NOT EXISTS workflows (id TEXT PRIMARY KEY, organization_id TEXT, name TEXT, kind TEXT);
    CREATE TABLE IF NOT EXISTS runs (
        id TEXT PRIMARY KEY, workflow_id TEXT, organization_id TEXT, user_id TEXT, started REAL
    );
    CREATE INDEX IF NOT EXISTS runs_of_organization ON runs (organization_id, started);
    CREATE INDEX IF NOT EXISTS runs_of_user ON runs (user_id);
    """,
)


class Workspace(BaseModel):
    organization_id: str
    runs_a_day: int


class PastRun(BaseModel):
    user_id: str
    organization_id: str


class NewWorkflow(BaseModel):
    name: str
    kind: str


@app.post("/workspaces", dependencies=access.INTERNAL)
async def set_workspace(workspace: Workspace) -> Workspace:
    """Create a workspace, or change what it may run."""
    await database.query(
        "INSERT OR REPLACE INTO workspaces VALUES (?, ?)", workspace.organization_id, workspace.runs_a_day
    )
    log.info("workspace set", runs_a_day=workspace.runs_a_day)
    return workspace


@app.post("/workspaces/import", dependencies=access.INTERNAL)
async def import_workspaces(workspaces: list[Workspace]) -> dict[str, int]:
    """Take over workspaces from another system."""
    rows = [(workspace.organization_id, workspace.runs_a_day) for workspace in workspaces]
    database.connection.executemany("INSERT OR REPLACE INTO workspaces VALUES (?, ?)", rows)
    return {"workspaces": len(rows)}


@app.post("/runs/import", dependencies=access.INTERNAL)
async def import_runs(past: list[PastRun]) -> dict[str, int]:
    """Take over who has run a workflow before, and is therefore active already."""
    rows = [(f"run_{run.user_id}", "", run.organization_id, run.user_id, 0.0) for run in past]
    database.connection.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?)", rows)
    return {"runs": len(rows)}


@app.post("/workflows", status_code=201)
async def create_workflow(form: NewWorkflow, user: access.CurrentUser) -> dict[str, str]:
    """Create a workflow of one of the four kinds."""
    if form.kind not in STEPS:
        raise HTTPException(422, f"kind must be one of {', '.join(STEPS)}")
    workflow_id = f"wfl_{uuid.uuid4().hex[:10]}"
    await database.query(
        "INSERT INTO workflows VALUES (?, ?, ?, ?)", workflow_id, user.organization_id, form.name, form.kind
    )
    vedette.track(events.WorkflowCreated(kind=form.kind))
    log.info("workflow created", workflow_id=workflow_id, kind=form.kind)
    return {"id": workflow_id}


@app.get("/workflows")
async def list_workflows(user: access.CurrentUser) -> list[dict[str, Any]]:
    """The organisation's workflows, each with its last run. A query for each: the classic N+1."""
    found = await database.query(
        "SELECT id, name, kind FROM workflows WHERE organization_id = ? LIMIT 50", user.organization_id
    )
    for workflow in found:
        workflow["last_run"] = await database.one(
            "SELECT max(started) AS started FROM runs WHERE workflow_id = ?", workflow["id"]
        )
    return found


@app.post("/workflows/{workflow_id}/run")
async def run_workflow(workflow_id: str, user: access.CurrentUser) -> dict[str, Any]:
    """Run a workflow to its end. The first that ends well activates the organisation."""
    workflow = await database.one("SELECT kind FROM workflows WHERE id = ?", workflow_id)
    if not workflow:
        raise HTTPException(404, "no such workflow")
    kind = workflow["kind"]
    await _check_quota(user.organization_id)
    started, rows, outcome = time.time(), random.randint(20, 400), "failed"
    _now_running(kind, 1)
    try:
        await _run_steps(kind, rows)
        outcome = "succeeded"
    finally:
        milliseconds = (time.time() - started) * 1000
        _now_running(kind, -1)
        vedette.count("workflow.runs", kind=kind, outcome=outcome)
        vedette.timing("workflow.run.duration", milliseconds, kind=kind, outcome=outcome)
        vedette.track(events.WorkflowRun(kind=kind, outcome=outcome, rows=rows, duration_ms=round(milliseconds)))
    first = not await database.one("SELECT id FROM runs WHERE organization_id = ? LIMIT 1", user.organization_id)
    run_id = f"run_{uuid.uuid4().hex[:10]}"
    await database.query(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?)", run_id, workflow_id, user.organization_id, user.id, started
    )
    if first:
        vedette.track(events.Activated(organization_id=user.organization_id, milestone="first workflow run"))
    log.info("workflow ran", workflow_id=workflow_id, kind=kind, rows=rows)
    return {"id": run_id, "rows": rows, "activated": first}


@app.get("/reports/usage")
async def usage_report(user: access.CurrentUser) -> dict[str, Any]:
    """Runs of the last 30 days. Reads the whole table: slow for everybody, very slow for some."""
    seconds = min(random.lognormvariate(0.3, 0.6), 8)
    if seconds > 3:
        log.warning("slow query", seconds=round(seconds, 3), report="usage")
    found = await database.one(
        "SELECT count(*) AS runs, min(started) AS first FROM runs WHERE organization_id || '' = ?",
        user.organization_id,
        seconds=seconds,
    )
    vedette.track(events.ReportViewed(report="usage"))
    return found or {}


async def _check_quota(organization_id: str) -> None:
    limit = await database.one("SELECT runs_a_day FROM workspaces WHERE organization_id = ?", organization_id)
    used = await database.one(
        "SELECT count(*) AS runs FROM runs WHERE organization_id = ? AND started > ?",
        organization_id,
        time.time() - 86400,
    )
    if used and used["runs"] >= (limit["runs_a_day"] if limit else 50):
        log.warning("quota used up", runs_today=used["runs"])
        vedette.track(events.QuotaExceeded(runs_today=used["runs"]))
        raise HTTPException(429, "this plan's runs of today are used up")


def _now_running(kind: str, change: int) -> None:
    running[kind] += change
    vedette.gauge("workflow.runs.active", running[kind], kind=kind)


async def _run_steps(kind: str, rows: int) -> None:
    for step in STEPS[kind]:
        with vedette.span(step, **{"workflow.kind": kind, "rows": rows}):
            log.debug("step started", step=step, rows=rows)
            await asyncio.sleep(random.lognormvariate(-3, 0.7))
            if step == "map columns":
                _map_columns({"name": "Ada"} if random.random() < 0.18 else {"name": "Ada", "email": "ada@a.example"})


def _map_columns(row: dict[str, str]) -> str:
    # The bug of this service: files without the column are not expected.
    return f"{row['name']} <{row['email']}>"
