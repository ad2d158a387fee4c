"""What one request will store: rows per table, and what became of each item. Filled by the item handlers."""

import asyncio
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from vedette.server.grouping import Names
from vedette.server.http.ingest import Ingest
from vedette.server.http.outcomes import Outcome
from vedette.server.http.rules import NONE_SET, ProjectRules
from vedette.server.protocols.sentry.times import Clock, FirstTimes, time_text
from vedette.server.store.errors import InsertRejected
from vedette.server.store.inbound import Inbound, RequestId

JSON_ROWS = {"input_format_json_named_tuples_as_objects": 0, "date_time_input_format": "basic"}


def _json_table(table: str) -> Inbound:
    return Inbound(table, "JSONEachRow", JSON_ROWS)


ERRORS = replace(_json_table("errors"), has_ids=True)
FEEDBACK = _json_table("feedback")
SPANS = _json_table("spans")
LOGS = _json_table("logs")
METRIC_SERIES = _json_table("metric_series")
METRIC_POINTS = _json_table("metric_points")
SESSIONS = _json_table("sessions")
CHECK_INS = _json_table("check_ins")
ATTACHMENTS = Inbound("error_attachments", "RowBinary")  # content is bytes, which JSON cannot carry

# Category of items with a time of the client's → table.
TABLES = {
    "error": "errors", "feedback": "feedback", "log": "logs", "metric_point": "metric_points", "session": "sessions",
    "span": "spans",
}  # fmt: skip
WITHOUT_ID = (LOGS, SPANS)  # tables that cannot tell a repeated row from a new one


@dataclass(slots=True)
class Dropped:
    """Items that were not stored as sent, for `Outcomes.dropped`."""

    category: str
    reason: str
    outcome: Outcome
    quantity: int
    detail: str
    sample: bytes


@dataclass(slots=True)
class Batch:
    """One request's rows. `event_id` and `trace` come from the envelope header; `body` is hashed for `request_id`;
    `kept_days` says how long each table keeps its rows, `names` what the frames of an item are called in their
    source, by its payload. `filtered` counts values that were secrets, by the `category` of the item at hand."""

    project_id: int
    received_at: float
    clock: Clock
    first_times: FirstTimes
    kept_days: Mapping[str, int] = field(default_factory=dict)
    client_ip: str = ""
    event_id: str = ""
    trace: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""
    rules: ProjectRules = NONE_SET
    names: Mapping[bytes, Names] = field(default_factory=dict)
    rows: dict[Inbound, list[bytes]] = field(default_factory=dict)
    accepted: dict[str, list[int]] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    category: str = "error"
    filtered: dict[str, int] = field(default_factory=dict)
    _request_id: int = 0

    @property
    def request_id(self) -> int:
        """A hash of the request: tells a client's retry from new data. Never 0."""
        if not self._request_id:
            digest = hashlib.blake2b(self.body, digest_size=8).digest()
            self._request_id = int.from_bytes(digest, "little") or 1
        return self._request_id

    @property
    def received(self) -> str:
        """Time of arrival, as the engine reads it."""
        return time_text(self.received_at)

    def scrub(self, value: Any) -> Any:
        """Take secrets out of what a client sent, by the known rules and the project's own; in place."""
        value, count = self.rules.scrubbing.scrub_and_count(value)
        self.filtered[self.category] = self.filtered.get(self.category, 0) + count
        return value

    def add(self, inbound: Inbound, row: dict[str, Any]) -> None:
        """One row for a table that takes JSON; project and arrival are filled in here."""
        row["project_id"] = self.project_id
        self.add_encoded(inbound, orjson.dumps(row) + b"\n")

    def add_encoded(self, inbound: Inbound, row: bytes) -> None:
        """One row, encoded in the table's format."""
        self.rows.setdefault(inbound, []).append(row)

    def accept(self, category: str, size: int, quantity: int = 1) -> None:
        """Count items that will be stored; reported once they are."""
        counter = self.accepted.setdefault(category, [0, 0])
        counter[0] += quantity
        counter[1] += size

    def drop(
        self,
        category: str,
        reason: str,
        detail: str = "",
        *,
        outcome: Outcome = "rejected",
        quantity: int = 1,
        sample: bytes = b"",
    ) -> None:
        """Record items that are not stored as sent. Those alike are counted together, with the first one's sample."""
        for known in self.dropped:
            if (known.category, known.reason, known.outcome) == (category, reason, outcome):
                known.quantity += quantity
                return
        self.dropped.append(Dropped(category, reason, outcome, quantity, detail, sample))

    def time_of(self, value: Any, *, category: str, item_id: str = "") -> float:
        """A client's time in seconds, corrected; a clamped one is counted as `changed`.

        With `item_id`, an item whose own time is of no use keeps the time it first got, however often it is sent.
        """
        seconds, origin = self.clock.correct(value, 86400 * self.kept_days.get(TABLES[category], math.inf))
        if origin == "clamped":
            self.drop(category, "clamped_time", f"time {value!r} replaced by the time of arrival", outcome="changed")
        if item_id and origin != "client":
            seconds = self.first_times.keep(self.project_id, item_id, seconds)
        return seconds

    async def store(self, ingest: Ingest) -> None:
        """Commit every row and every outcome; when this returns, all are on disk.

        Raises:
            StoreFull, StoreUnavailable: nothing may be acknowledged; the client should retry all of it.
        """
        work = [self._store_new(ingest, inbound, rows) for inbound, rows in self.rows.items()]
        if len(work) == 1:
            await work[0]
        elif work:
            await asyncio.gather(*work)
        for category, (quantity, size) in self.accepted.items():
            ingest.outcomes.accepted(self.project_id, "sentry", category, quantity, size)
        for category, values in self.filtered.items():
            ingest.outcomes.scrubbed(self.project_id, "sentry", category, values)
        if self.dropped:
            await asyncio.gather(*(self._store_dropped(ingest, dropped) for dropped in self.dropped))

    async def _store_new(self, ingest: Ingest, inbound: Inbound, rows: Sequence[bytes]) -> None:
        """Store rows, unless they are those of a request that was stored but not answered before a crash."""
        if inbound not in WITHOUT_ID:
            await self._store_table(ingest, inbound, rows)
        elif not ingest.recent_requests.already_stored(inbound.table, self.project_id, self.request_id):
            with ingest.recent_requests.answering(inbound.table, self.project_id, self.request_id):
                await self._store_table(ingest, inbound, rows)

    async def _store_table(self, ingest: Ingest, inbound: Inbound, rows: Sequence[bytes]) -> None:
        block = rows[0] if len(rows) == 1 else b"".join(rows)
        sent = RequestId(inbound.table, self.project_id, self.request_id) if inbound in WITHOUT_ID else None
        try:
            await ingest.committer.commit(inbound, block, rows=len(rows), request=sent)
        except InsertRejected as error:
            # A gap in our own checks. Its neighbours are not to suffer: find the row, keep the rest.
            if len(rows) > 1:
                middle = len(rows) // 2
                await self._store_table(ingest, inbound, rows[:middle])
                await self._store_table(ingest, inbound, rows[middle:])
                return
            self.drop(inbound.table, "store_refused", str(error), sample=rows[0])

    async def _store_dropped(self, ingest: Ingest, dropped: Dropped) -> None:
        await ingest.outcomes.dropped(
            self.project_id,
            "sentry",
            dropped.category,
            dropped.reason,
            outcome=dropped.outcome,
            quantity=dropped.quantity,
            detail=dropped.detail,
            sample=dropped.sample,
        )
