"""Counting what became of every item."""

import asyncio
from typing import Any

import orjson

from vedette.server.http.outcomes import Outcomes
from vedette.server.store.errors import StoreUnavailable
from vedette.server.store.inbound import Block, Inbound, RequestId


class Tape:
    """Stands for the committer: keeps the rows, or fails."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.down = False

    async def commit(self, inbound: Any, block: bytes, *, rows: int = 1) -> None:
        if self.down:
            raise StoreUnavailable("down")
        found = [orjson.loads(line) for line in block.splitlines()]
        assert len(found) == rows
        self.rows += found


def test_what_is_refused_after_it_was_acknowledged_is_counted() -> None:
    async def scenario() -> None:
        tape: Any = Tape()
        outcomes = Outcomes(tape)
        line = b'{"project_id":7,"source":"sentry"}\n'
        outcomes.refused_late(Inbound("errors", "JSONEachRow"), Block(line * 2, 2), "no such enum")
        named = RequestId("logs", 8, 1)
        outcomes.refused_late(Inbound("otlp_logs_inbound", "Protobuf"), Block(b"\x01", 5, named), "no")
        outcomes.refused_late(Inbound("errors", "JSONEachRow"), Block(b"{", 1), "not even JSON")
        await outcomes.flush()
        names = ("project_id", "protocol", "category", "reason", "quantity")
        assert [tuple(row[name] for name in names) for row in tape.rows] == [
            (7, "sentry", "errors", "store_refused", 2),
            (8, "otlp", "otlp_logs_inbound", "store_refused", 5),
            (0, "errors", "errors", "store_refused", 1),
        ]

    asyncio.run(scenario())


def test_accepted_items_are_added_up() -> None:
    async def scenario() -> None:
        tape: Any = Tape()
        outcomes = Outcomes(tape)
        outcomes.accepted(1, "otlp", "log", 3, 100)
        outcomes.accepted(1, "otlp", "log", 4, 50)
        outcomes.accepted(1, "otlp", "span", 0)
        outcomes.unauthorized("sentry", "unknown_key")
        outcomes.unauthorized("sentry", "unknown_key")
        await outcomes.flush()
        await outcomes.flush()
        kept = [(row["project_id"], row["outcome"], row["reason"], row["quantity"], row["bytes"]) for row in tape.rows]
        assert kept == [(1, "accepted", "", 7, 150), (0, "rejected", "unknown_key", 2, 0)]

    asyncio.run(scenario())


def test_counts_survive_a_store_that_is_down() -> None:
    async def scenario() -> None:
        tape: Any = Tape()
        tape.down = True
        outcomes = Outcomes(tape, flush_seconds=0.01)
        outcomes.accepted(1, "otlp", "log", 3)
        task = asyncio.create_task(outcomes.run())
        await asyncio.sleep(0.05)
        outcomes.accepted(1, "otlp", "log", 2)
        tape.down = False
        await asyncio.sleep(0.05)
        task.cancel()
        assert [row["quantity"] for row in tape.rows] == [5]

    asyncio.run(scenario())


def test_a_dropped_item_is_written_at_once_with_a_capped_sample() -> None:
    async def scenario() -> None:
        tape: Any = Tape()
        await Outcomes(tape).dropped(
            1, "otlp", "log", "invalid", quantity=2, detail="d" * 5000, sample=b"\xff" * 10_000
        )
        (row,) = tape.rows
        assert (row["outcome"], row["reason"], row["quantity"]) == ("rejected", "invalid", 2)
        assert len(row["detail"]) == 1000 and len(row["sample"]) == 4096

    asyncio.run(scenario())
