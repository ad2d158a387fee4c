"""Looks at what was received, every 15 seconds, a window of receipt at a time.

A trace is looked at whenever something of it is received and no call of it has come for five seconds, so late spans
lead to it again: what is found then is the row that was found before. How far the work has come is kept in the
metadata database. Only what has been stored is followed by the next window, so a restart looks at a window again
rather than skipping it.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from fastapi import FastAPI
from sqlalchemy import select

from vedette.server.features.detectors import documents, queries
from vedette.server.features.detectors.detect import findings_of
from vedette.server.features.detectors.queries import REACH_SECONDS, Candidate, Window
from vedette.server.features.detectors.rows import Located, locate, row
from vedette.server.features.detectors.shapes import DetectorSettings, State
from vedette.server.http.access import Services
from vedette.server.http.listing import SECOND, TimeRange, iso_time
from vedette.server.metadata.models import Project
from vedette.server.store.errors import StoreError
from vedette.server.store.inbound import Inbound

log = logging.getLogger("vedette.detectors")

EVERY_SECONDS = 15.0
QUIET_SECONDS = 5  # how long a request may take to be stored, and a trace to be sent
LONGEST_QUIET_SECONDS = 300  # a trace that goes on for ever is looked at all the same
FIRST_SECONDS = 3600  # how far back the first sweep of a project looks
WINDOW_SECONDS = 60
MOST_WINDOWS = 60  # of one sweep: an hour is caught up with in one
IDLE_SECONDS = 600  # where nothing is received, how far the work has come is written down this often
MOST_TRACES = 1000  # of one window
BATCH_TRACES = 200
WAIT_SECONDS = 300  # for the span that made the calls
MOST_WAITING = 1000
ROWS_AN_HOUR = 20  # of one fingerprint
HOUR_US = 3600 * 1_000_000

SETTINGS = {"date_time_input_format": "best_effort"}
ERRORS = Inbound("errors", "JSONEachRow", SETTINGS)
HOURS = Inbound("finding_hours", "JSONEachRow", SETTINGS)


@asynccontextmanager
async def running(api: FastAPI, services: Services) -> AsyncIterator[None]:
    """Sweep while the server runs. At the end a query that runs is waited for: it uses the store."""
    sweeps = Sweeps(services)
    task = asyncio.create_task(sweeps.run())
    try:
        yield
    finally:
        sweeps.stopping.set()
        await task


class Sweeps:
    """One sweep after the other. Who received nothing since the one before costs nothing."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.stopping = asyncio.Event()
        self._looked_ns = 0  # what was received before was looked at, but for that of `_unfinished` projects
        self._unfinished: set[int] = set()

    async def run(self) -> None:
        """Sweep every 15 seconds until `stopping` is set."""
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), EVERY_SECONDS)
                return
            try:
                await self.sweep(now_ns=time.time_ns())
            except StoreError as error:
                log.warning("spans are looked at again in %d seconds: %s", EVERY_SECONDS, error)
            except Exception:
                log.exception("spans are looked at again in %d seconds", EVERY_SECONDS)

    async def sweep(self, *, now_ns: int) -> int:
        """Look at what every project received until a few seconds ago; returns how many rows were written."""
        if self.services.committer.status().spool.blocks:
            return 0  # what comes out of the spool was received before; it would be passed over
        before_ns = now_ns - QUIET_SECONDS * SECOND
        projects = await asyncio.to_thread(_projects, self.services)
        if self._looked_ns:
            window = Window(self._looked_ns, before_ns)
            busy = await asyncio.to_thread(queries.busy, self.services.store, projects, window)
            projects = [one for one in projects if one in busy or one in self._unfinished]
        written = 0
        for project_id in projects:
            known_ns = 0 if project_id in self._unfinished else self._looked_ns
            self._unfinished.add(project_id)
            try:
                swept = await sweep_project(
                    self.services, project_id, now_ns=now_ns, known_ns=known_ns, stopping=self.stopping
                )
            except StoreError as error:
                log.warning("project %s is looked at again in %d seconds: %s", project_id, EVERY_SECONDS, error)
                await asyncio.to_thread(documents.write_error, self.services.metadata, project_id, str(error)[:500])
                continue
            written += swept.written
            if swept.is_finished:
                self._unfinished.discard(project_id)
        self._looked_ns = before_ns
        return written


def _projects(services: Services) -> list[int]:
    with services.metadata.session() as session:
        return list(session.scalars(select(Project.id).order_by(Project.id)))


class Swept(NamedTuple):
    """How many rows were written, and whether there is nothing to come back for."""

    written: int
    is_finished: bool


async def sweep_project(
    services: Services, project_id: int, *, now_ns: int, known_ns: int = 0, stopping: asyncio.Event | None = None
) -> Swept:
    """Look at what a project received until a few seconds ago. Nothing was between its last look and `known_ns`."""
    state = await asyncio.to_thread(documents.read_state, services.metadata, project_id)
    settings, _ = await asyncio.to_thread(documents.read_settings, services.metadata, project_id)
    written = 0
    before_ns = now_ns - QUIET_SECONDS * SECOND
    looked_ns = state.until_ns
    for window in windows(state, before_ns, known_ns):
        if stopping is not None and stopping.is_set():
            break
        look = Look(services, project_id, settings, window)
        following = await look.at_window(state)
        written += look.written
        if following != state:
            await asyncio.to_thread(documents.write_state, services.metadata, project_id, following)
        state, looked_ns = following, window.before_ns
    return Swept(written, looked_ns >= before_ns and not state.waiting)


def windows(state: State, before_ns: int, known_ns: int = 0) -> list[Window]:
    """What is to be looked at, in pieces; what was received a day ago and longer is passed over."""
    earliest = before_ns - REACH_SECONDS * SECOND
    after = max(known_ns, state.until_ns or before_ns - FIRST_SECONDS * SECOND)
    if after < earliest:
        state.skipped_seconds += (earliest - after) // SECOND
        after = earliest
    found: list[Window] = []
    while after < before_ns and len(found) < MOST_WINDOWS:
        following = min(after + WINDOW_SECONDS * SECOND, before_ns)
        found.append(Window(after, following))
        after = following
    return found


@dataclass
class Look:
    """One window of one project."""

    services: Services
    project_id: int
    settings: DetectorSettings
    window: Window
    rows: Counter[tuple[str, int]] = field(default_factory=Counter)  # those of this window by fingerprint and hour
    found: int = 0
    written: int = 0
    discarded: int = 0

    async def at_window(self, state: State) -> State:
        """Look at the window's traces and store what is found; returns how far the work is then."""
        spans, candidates, total, due = await asyncio.to_thread(self._candidates, state)
        if not spans and not due:
            is_near = self.window.before_ns - state.until_ns < IDLE_SECONDS * SECOND
            return state if is_near and not state.error else self._after(state)
        waiting = {trace: until for trace, until in state.waiting.items() if trace not in due}
        for start in range(0, len(candidates), BATCH_TRACES):
            batch = candidates[start : start + BATCH_TRACES]
            located, incomplete = await asyncio.to_thread(self._examine, batch, due)
            for one in batch:
                waiting.pop(one.trace_id, None)
            for trace_id in incomplete:
                until = state.waiting.get(trace_id, self.window.before_ns + WAIT_SECONDS * SECOND)
                if len(waiting) < MOST_WAITING:
                    waiting[trace_id] = until
            await self._store(located)
        if total > len(candidates):
            log.info("project %s: examined %d of %d traces", self.project_id, len(candidates), total)
        following = self._after(state)
        if not spans:  # nothing but what was waited for: the numbers stay those of the last spans
            return following.model_copy(update={"waiting": waiting})
        return following.model_copy(
            update={
                "waiting": waiting, "spans": spans, "candidates": total, "examined": len(candidates),
                "found": self.found, "written": self.written, "discarded": self.discarded,
            }
        )  # fmt: skip

    def _after(self, state: State) -> State:
        return state.model_copy(update={"until_ns": self.window.before_ns, "error": ""})

    def _candidates(self, state: State) -> tuple[int, list[Candidate], int, set[str]]:
        """Spans received, traces to look at, how many there are, and which were waited for long enough. Blocking."""
        store, window = self.services.store, self.window
        due = {trace for trace, until in state.waiting.items() if until <= window.before_ns}
        spans, late = queries.arrived(store, self.project_id, window)
        found: dict[str, Candidate] = {}
        total = 0
        asked = []
        if spans > late:
            asked.append(queries.recent_candidates(store, self.project_id, window, self.settings, MOST_TRACES))
        if late:
            asked.append(queries.late_candidates(store, self.project_id, window, self.settings, MOST_TRACES))
        if due:
            times = queries.times_of(store, self.project_id, due)
            asked.append(queries.of_traces(store, self.project_id, times, self.settings, MOST_TRACES))
        for candidates, count in asked:
            quiet = {one.trace_id: one for one in candidates if self._is_quiet(one) and one.trace_id not in found}
            total += count - (len(candidates) - len(quiet))
            found |= quiet
        return spans, list(found.values()), total, due

    def _is_quiet(self, one: Candidate) -> bool:
        """Whether its calls have all come; if not, what comes leads to it again in the next window."""
        if one.received_ms * 1_000_000 < self.window.before_ns:
            return True
        return one.began_ns < self.window.before_ns - LONGEST_QUIET_SECONDS * SECOND

    def _examine(self, batch: Sequence[Candidate], due: set[str]) -> tuple[list[Located], list[str]]:
        """What is found in the traces, and which of them lack a span on the way to their entry. Blocking."""
        store = self.services.store
        calls = queries.calls(store, self.project_id, batch)
        parents = queries.parents(store, self.project_id, batch)
        found: list[Located] = []
        incomplete: list[str] = []
        for trace_id, theirs in calls.items():
            for finding in findings_of(theirs, self.settings):
                located, is_known = locate(finding, parents.get(trace_id, {}))
                if is_known or trace_id in due:
                    found.append(located)
                elif trace_id not in incomplete:
                    incomplete.append(trace_id)
        return found, incomplete

    async def _store(self, located: Sequence[Located]) -> None:
        """Store the rows and count what they are examples of."""
        if not located:
            return
        rows, hours = await asyncio.to_thread(self._rows, located)
        committer = self.services.committer
        if rows:
            await committer.commit(ERRORS, _encoded(rows), rows=len(rows))
        if hours:
            await committer.commit(HOURS, _encoded(hours), rows=len(hours))

    def _rows(self, located: Sequence[Located]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of `errors`, at most so many a fingerprint and hour, and of `finding_hours`, all. Blocking."""
        rules = self.services.rules.of(self.project_id)
        times = [one.finding.first.start_ns for one in located]
        known = queries.kept(
            self.services.store, self.project_id, TimeRange(min(times), max(times) + 1000),
            [one.event_id for one in located], sorted({one.fingerprint for one in located}),
        )  # fmt: skip
        by_id = {one.event_id: one for one in known}
        there = Counter((one.fingerprint, one.time_us // HOUR_US) for one in known)
        rows, hours = [], []
        for one in located:
            kept = by_id.get(one.event_id)
            fingerprint = kept.fingerprint if kept else one.fingerprint
            if rules.discards([f"{one.finding.detector}.v1:{fingerprint}"]):
                self.discarded += 1
                continue
            self.found += 1
            time_us = kept.time_us if kept else one.finding.first.start_ns // 1000
            place = fingerprint, time_us // HOUR_US
            hour = iso_time(place[1] * HOUR_US * 1000)
            hours.append({
                "project_id": self.project_id, "fingerprint": fingerprint, "hour": hour, "event_id": one.event_id,
            })  # fmt: skip
            if kept is None:
                if max(there[place], self.rows[place]) >= ROWS_AN_HOUR:
                    continue
                there[place] += 1
                self.rows[place] = there[place]
            rows.append(row(self.project_id, one, kept, rules))
        self.written += len(rows)
        return rows, hours


def _encoded(rows: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in rows)
