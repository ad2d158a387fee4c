"""Looks at all issues once a minute.

- Which resolved and archived issues came back is written down, so that it is known since when and why. Readers do not
  wait for it: what it writes is what `states.settle` says anyway.
- What a new version of grouping calls by another fingerprint is merged into the issue that it was, once, while the
  fingerprint is new: whoever takes it out again is not overruled.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from sqlalchemy import select

from vedette.server.features.issues import queries
from vedette.server.features.issues.listing import states
from vedette.server.features.issues.merges import root_of
from vedette.server.features.issues.overlay import Overlay, read_overlay, reopened, say, write_decision, write_parents
from vedette.server.http.access import Services
from vedette.server.http.listing import SECOND, TimeRange
from vedette.server.metadata.engine import lock_organisation
from vedette.server.metadata.issues import IssueActivity, IssueRow
from vedette.server.metadata.models import Project
from vedette.server.store.errors import StoreError

log = logging.getLogger("vedette.issues")

EVERY_SECONDS = 60.0
NEW_SECONDS = 600  # a fingerprint that is older has been looked at


@asynccontextmanager
async def running(api: FastAPI, services: Services) -> AsyncIterator[None]:
    """Sweep while the server runs."""
    task = asyncio.create_task(_run(services))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _run(services: Services) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await asyncio.to_thread(sweep, services, now_ns=time.time_ns())
            await asyncio.to_thread(adopt, services, now_ns=time.time_ns())
        except StoreError as error:
            log.warning("issues are looked at again in a minute: %s", error)
        except Exception:
            log.exception("issues are looked at again in a minute")


def sweep(services: Services, *, now_ns: int) -> int:
    """Look at every issue that is resolved or archived; returns how many came back. Blocking."""
    with services.metadata.session() as session:
        decided = (
            select(Project.id, Project.organisation_id)
            .join(IssueRow, IssueRow.project_id == Project.id)
            .where(IssueRow.status.in_(("resolved", "archived")))
            .distinct()
        )
        projects = session.execute(decided).all()
    return sum(_sweep_project(services, *project, now_ns=now_ns) for project in projects)


def _sweep_project(services: Services, project_id: int, organisation_id: int, *, now_ns: int) -> int:
    store = services.store
    with services.metadata.session() as session:
        before = read_overlay(session, project_id, organisation_id)
    closed = [
        issue
        for issue, decision in before.decisions.items()
        if decision.status in ("resolved", "archived") and before.issue_of(issue) == issue
    ]
    known = queries.known(store, project_id, before, closed)
    first_ns = {issue: known[issue]["first_us"] * 1000 if issue in known else now_ns for issue in closed}
    settled = states(store, project_id, before, first_ns, now_ns)
    back = {issue: state for issue, state in settled.items() if state.status == "unresolved"}
    if not back:
        return 0
    with services.metadata.session() as session:
        lock_organisation(session, organisation_id)
        now = read_overlay(session, project_id, organisation_id)
        for issue, state in back.items():
            decision = now.of(issue)
            if decision != before.of(issue):
                continue  # someone was faster; they are looked at next time
            write_decision(session, project_id, issue, reopened(decision, state.substatus, now_ns))
            kind = state.substatus if state.substatus in ("regressed", "escalating") else "unarchived"
            say(session, project_id, [issue], kind, {"cause": state.cause}, None)
    return len(back)


def adopt(services: Services, *, now_ns: int) -> int:
    """Merge what grouping has lately given a new fingerprint into the issue it was; returns how many. Blocking."""
    with services.metadata.session() as session:
        projects = session.execute(select(Project.id, Project.organisation_id)).all()
    return sum(_adopt_in_project(services, *project, now_ns=now_ns) for project in projects)


def _adopt_in_project(services: Services, project_id: int, organisation_id: int, *, now_ns: int) -> int:
    store = services.store
    lately = TimeRange(now_ns - NEW_SECONDS * SECOND, now_ns)
    found = queries.regrouped(store, project_id, lately)
    if not found:
        return 0
    minified = queries.minified(store, project_id, lately)
    nothing = Overlay()
    known = queries.known(store, project_id, nothing, [*found, *found.values(), *minified])
    is_new = {one: known[one]["first_us"] * 1000 >= lately.since_ns for one in known}
    # A new fingerprint goes where the older one is. One by minified frames, of a build whose errors came before its
    # maps, goes where the readable one is, however long that is known.
    moves = [(newer, older) for newer, older in found.items() if is_new.get(newer)] + [*minified.items()]
    with services.metadata.session() as session:
        lock_organisation(session, organisation_id)
        overlay = read_overlay(session, project_id, organisation_id)
        taken_out = select(IssueActivity.fingerprint).where(
            IssueActivity.project_id == project_id, IssueActivity.kind == "unmerged"
        )
        decided = {*overlay.decisions, *overlay.parents, *session.scalars(taken_out)}
        after = dict(overlay.parents)
        for one, into in moves:
            if one not in decided and one in known and into in known and root_of(into, after) != one:
                after[one] = root_of(into, after)
                say(session, project_id, [after[one]], "regrouped", {"fingerprint": one}, None)
        write_parents(session, project_id, overlay.parents, after)
    return len(after) - len(overlay.parents)
