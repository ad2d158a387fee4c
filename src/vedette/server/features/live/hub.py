"""Who is watching what arrives: one poller a project while somebody watches, and a bounded queue a viewer.

The committer wakes the pollers, so a quiet server asks nothing. Rows are found by `received_at`; requests that
were received together may be stored in any order, so each look reaches back a little and skips what it has shown.
A look first counts what has arrived, by second of receipt: nothing new, nothing to read; more than is shown at once,
and viewers are told how much.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from vedette.server.http.listing import SECOND, TimeRange, sql_time
from vedette.server.signals.errors.queries import LISTING as ERRORS
from vedette.server.signals.errors.queries import once
from vedette.server.signals.events.queries import LISTING as EVENTS
from vedette.server.signals.events.queries import as_sent
from vedette.server.signals.logs.queries import LISTING as LOGS
from vedette.server.signals.spans.queries import LISTING as SPANS
from vedette.server.store.client import Store
from vedette.server.store.errors import StoreError
from vedette.server.store.sql import fill, load

log = logging.getLogger("vedette.live")

POLL_SECONDS = 0.3  # at most this often
OVERLAP_SECONDS = 10  # how long a request may take from its first byte to being stored, and still be shown
PAST_SECONDS = 900  # rows with an older time are history, not live
AHEAD_SECONDS = 3600  # clocks run ahead
ROWS_A_POLL = 500
QUEUE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Stream:
    """How one signal is watched: its table, its list's SQL, what makes a row itself, which are shown, and how."""

    table: str
    sql: str
    key: Callable[[dict[str, Any]], Any]
    condition: str = ""
    shown: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row


STREAMS: dict[str, Stream] = {
    "log": Stream("logs", LOGS.sql, lambda row: (row["time"], row["id"])),
    "span": Stream("spans", SPANS.sql, lambda row: (row["trace_id"], row["span_id"], row["time"])),
    "error": Stream("errors", ERRORS.sql, lambda row: row["event_id"], once()[0]),
    "event": Stream("events", EVENTS.sql, lambda row: row["uuid"], shown=as_sent),
    "metric_point": Stream(
        "metric_points", load(__package__, "metric_points.sql"), lambda row: (row["series_id"], row["time"])
    ),
}


class Viewer:
    """One open stream: what waits for it, and how much it missed."""

    def __init__(self, signals: frozenset[str]) -> None:
        self.signals = signals
        self._waiting: deque[bytes] = deque()
        self._dropped = 0
        self._wake = asyncio.Event()
        self.ended = False

    def give(self, signal: str, messages: Sequence[bytes], more: int = 0) -> None:
        """Queue messages; what does not fit is counted instead, as are the `more` rows that were not read."""
        if signal not in self.signals:
            return
        room = QUEUE_ROWS - len(self._waiting)
        self._waiting.extend(messages[:room])
        self._dropped += max(0, len(messages) - room) + more
        if messages or more:
            self._wake.set()

    def end(self) -> None:
        """Let the stream finish."""
        self.ended = True
        self._wake.set()

    async def take(self, timeout_seconds: float) -> bytes:
        """What has come, as server-sent events; a comment line when nothing came in time."""
        try:
            await asyncio.wait_for(self._wake.wait(), timeout_seconds)
        except TimeoutError:
            return b": still here\n\n"
        self._wake.clear()
        messages = list(self._waiting)
        self._waiting.clear()
        if self._dropped:
            messages.append(message("dropped", {"count": self._dropped}))
            self._dropped = 0
        return b"".join(messages)


@dataclass(slots=True)
class Watch:
    """A project that somebody watches."""

    viewers: set[Viewer] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    seen: dict[str, dict[Any, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None


class Hub:
    """All watches. Lives on the event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watches: dict[int, Watch] = {}
        self._closed = False

    def stored(self, _table: str) -> None:
        """Something was stored: the committer's listener."""
        for watch in self._watches.values():
            watch.wake.set()

    def join(self, project_id: int, signals: frozenset[str]) -> Viewer:
        """Start watching a project."""
        viewer = Viewer(signals)
        if self._closed:
            viewer.end()
            return viewer
        watch = self._watches.get(project_id)
        if watch is None:
            watch = self._watches[project_id] = Watch()
            watch.task = asyncio.create_task(self._poll(project_id, watch), name=f"live {project_id}")
        watch.viewers.add(viewer)
        return viewer

    def leave(self, project_id: int, viewer: Viewer) -> None:
        """Stop watching; the last one turns the poller off."""
        watch = self._watches.get(project_id)
        if watch is None:
            return
        watch.viewers.discard(viewer)
        if not watch.viewers:
            del self._watches[project_id]
            if watch.task:
                watch.task.cancel()

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for watch in self._watches.values():
            for viewer in watch.viewers:
                viewer.end()

    async def _poll(self, project_id: int, watch: Watch) -> None:
        started = time.time_ns()
        watch.wake.set()
        while True:
            await watch.wake.wait()
            watch.wake.clear()
            wanted = frozenset().union(*(viewer.signals for viewer in watch.viewers))
            for signal in sorted(wanted):
                try:
                    known = watch.counts.get(signal, {})
                    rows, counts = await asyncio.to_thread(self._look, project_id, signal, started, known)
                except StoreError as error:
                    log.warning("live view of project %s: %s", project_id, error)
                    continue
                messages = [message(signal, row) for row in fresh(watch.seen.setdefault(signal, {}), signal, rows)]
                more = max(0, arrived(known, counts) - len(messages))
                watch.counts[signal] = counts
                for viewer in watch.viewers:
                    viewer.give(signal, messages, more)
            await asyncio.sleep(POLL_SECONDS)

    def _look(
        self, project_id: int, signal: str, started_ns: int, known: dict[int, int]
    ) -> tuple[list[dict[str, Any]], dict[int, int]]:
        """Rows received lately, newest first, and how many there are by second; no rows when as many are `known`.
        Blocking."""
        now = time.time_ns()
        after = max(started_ns - SECOND, (now // SECOND - OVERLAP_SECONDS) * SECOND)  # whole seconds can be compared
        window = TimeRange(now - PAST_SECONDS * SECOND, now + AHEAD_SECONDS * SECOND)
        parameters = {
            **window.parameters(), "project_id": project_id, "after": sql_time(after), "limit": ROWS_A_POLL,
        }  # fmt: skip
        stream = STREAMS[signal]
        conditions = ["received_at >= {after:DateTime64(9, 'UTC')}", *([stream.condition] if stream.condition else [])]
        condition = " AND ".join(conditions)
        sql = fill(load(__package__, "arrived.sql"), condition).replace("/* table */ logs", stream.table)
        counts = dict(self._store.query(sql, parameters).rows)
        if not arrived(known, counts):
            return [], counts
        rows = self._store.query(fill(stream.sql, condition), parameters).dicts()
        return [stream.shown(row) for row in rows], counts


def arrived(known: dict[int, int], counts: dict[int, int]) -> int:
    """How many rows the counts by second have over those known."""
    return sum(max(0, count - known.get(second, 0)) for second, count in counts.items())


def fresh(seen: dict[Any, int], signal: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows not shown before, oldest first. `seen` remembers keys for as long as a look reaches back."""
    now = time.time_ns()
    key = STREAMS[signal].key
    new = [row for row in reversed(rows) if key(row) not in seen]
    seen.update((key(row), now) for row in rows)
    for old in [one for one, when in seen.items() if now - when > 3 * OVERLAP_SECONDS * SECOND]:
        del seen[old]
    return new


def message(name: str, data: Any) -> bytes:
    """One server-sent event. JSON has no line breaks, so one data line is enough."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
