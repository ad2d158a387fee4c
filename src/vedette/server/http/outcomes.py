"""What happened to every item received: the numbers behind the Ingestion page and the `outcomes` table.

Accepted items are counted in memory and written once a second, and so are requests without a valid key (anyone can
send those, so they may not cost an insert each). Everything else is written before the request is answered, with
its reason, where it was, and the start of its payload, without the secrets in it.
"""

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from vedette.server.http.rules import RuleBook
from vedette.server.store.commit import Committer
from vedette.server.store.inbound import Block, Inbound

Protocol = Literal["otlp", "sentry", "posthog", "prometheus", "betterstack", "heartbeat"]
Outcome = Literal["rejected", "filtered", "rate_limited", "client_discarded", "changed"]

# (project_id, protocol, category, outcome, reason) → [quantity, bytes]
Counts = defaultdict[tuple[int, str, str, str, str], list[int]]

INBOUND = Inbound("outcomes", "JSONEachRow", {"date_time_input_format": "best_effort"})
SAMPLE_BYTES = 4096
DETAIL_CHARACTERS = 1000


class Outcomes:
    """Counts items by what became of them."""

    def __init__(self, committer: Committer, *, flush_seconds: float = 1.0) -> None:
        self.rules = RuleBook()  # the projects', once they are read: what counts as a secret in a sample
        self._committer = committer
        self._flush_seconds = flush_seconds
        self._counts: Counts = _no_counts()

    def accepted(self, project_id: int, protocol: Protocol, category: str, quantity: int, size: int = 0) -> None:
        """Count stored items; `size` is their bytes as received. Call after the commit."""
        if quantity:
            counter = self._counts[project_id, protocol, category, "accepted", ""]
            counter[0] += quantity
            counter[1] += size

    def scrubbed(self, project_id: int, protocol: Protocol, category: str, values: int) -> None:
        """Count values that were stored as `[Filtered]`, or with that in them. Call after the commit."""
        if values:
            self._counts[project_id, protocol, category, "changed", "scrubbed"][0] += values

    def refused_late(self, inbound: Inbound, block: Block, reason: str) -> None:
        """Count rows that the store refuses after they were acknowledged, out of the journal or the spool; the log and
        the folder `rejected/` there have the rest."""
        owner: dict[str, Any] = {}
        if inbound.fmt == "JSONEachRow":
            with suppress(orjson.JSONDecodeError):
                owner = orjson.loads(block.data.partition(b"\n")[0])
        project_id = owner.get("project_id") or (block.request.project_id if block.request else 0)
        protocol = owner.get("source") or inbound.table.partition("_")[0]
        self._counts[project_id, protocol, inbound.table, "rejected", "store_refused"][0] += block.rows

    def unauthorized(self, protocol: Protocol, reason: Literal["no_key", "unknown_key"]) -> None:
        """Count a request whose key leads to no project, under project 0."""
        self._counts[0, protocol, "request", "rejected", reason][0] += 1

    async def dropped(
        self,
        project_id: int,
        protocol: Protocol,
        category: str,
        reason: str,
        *,
        outcome: Outcome = "rejected",
        quantity: int = 1,
        detail: str = "",
        sample: bytes = b"",
    ) -> None:
        """Record items that were not stored as sent, before the client is answered.

        `reason` is a short stable word such as `invalid_json`; `detail` says what was wrong and where.
        `changed` is for items that were stored with a repair, such as a clamped time. Each call is an insert:
        join what a request has of one reason into one call with its `quantity`.
        """
        rules = self.rules.of(project_id).scrubbing
        row = {
            "project_id": project_id,
            "time": _now(),
            "protocol": protocol,
            "category": category,
            "outcome": outcome,
            "reason": reason,
            "quantity": quantity,
            "bytes": len(sample),
            "detail": rules.scrub(detail[: 2 * DETAIL_CHARACTERS])[:DETAIL_CHARACTERS],
            "sample": rules.sample(sample, SAMPLE_BYTES),
        }
        await self._committer.commit(INBOUND, orjson.dumps(row) + b"\n", rows=1)

    async def run(self) -> None:
        """Write the accepted counts once a second, until cancelled; then `flush` writes the rest."""
        while True:
            await asyncio.sleep(self._flush_seconds)
            await self.flush()

    async def flush(self) -> None:
        """Write the counts gathered so far. Keeps them when the store cannot take them now."""
        if not self._counts:
            return
        counts, self._counts = self._counts, _no_counts()
        rows: list[dict[str, Any]] = [
            {
                "project_id": project_id,
                "time": _now(),
                "protocol": protocol,
                "category": category,
                "outcome": outcome,
                "reason": reason,
                "quantity": quantity,
                "bytes": size,
            }
            for (project_id, protocol, category, outcome, reason), (quantity, size) in counts.items()
        ]
        block = b"".join(orjson.dumps(row) + b"\n" for row in rows)
        try:
            await self._committer.commit(INBOUND, block, rows=len(rows))
        except Exception:
            for key, (quantity, size) in counts.items():
                self._counts[key][0] += quantity
                self._counts[key][1] += size


def _no_counts() -> Counts:
    return defaultdict(lambda: [0, 0])


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
