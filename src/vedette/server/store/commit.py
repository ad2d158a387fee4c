"""Group commit: requests that arrive within a few milliseconds share one insert, and are answered together.

    async with committer: await committer.commit(inbound, block, rows=1000)

`commit` returns once the rows are on disk (fsync is a setting of the tables), so "200 means stored" needs no
log of our own. Natural batching: while one insert runs, the next batch fills up; an idle table inserts after
`wait_seconds` at the latest. A batch that the engine refuses is split until the one bad block is found, so
that it never takes its neighbours down.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from vedette.server.store.errors import InsertRejected, StoreFull, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Inbound:
    """A table that takes encoded rows: blocks of one format that can be joined by concatenation."""

    table: str
    fmt: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)


@dataclass(slots=True)
class _Waiting:
    block: bytes
    rows: int
    stored: asyncio.Future[None]


class _Lane:
    """One inbound table's queue and its insert loop."""

    def __init__(self, inbound: Inbound) -> None:
        self.inbound = inbound
        self.waiting: list[_Waiting] = []
        self.bytes = 0
        self.wake = asyncio.Event()
        self.full = asyncio.Event()


InsertFunction = Callable[[Inbound, bytes], None]
Listener = Callable[[str], None]


class Committer:
    """Joins blocks per inbound table and inserts them on worker threads."""

    def __init__(
        self,
        insert: InsertFunction,
        *,
        wait_seconds: float = 0.005,
        max_bytes: int = 32 * 1024 * 1024,
        queue_max_bytes: int = 256 * 1024 * 1024,
        writers: int = 2,
    ) -> None:
        self._insert = insert
        self._wait_seconds = wait_seconds
        self._max_bytes = max_bytes
        self._queue_max_bytes = queue_max_bytes
        self._queued_bytes = 0
        self._executor = ThreadPoolExecutor(writers, thread_name_prefix="commit")
        self._lanes: dict[Inbound, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener(table)` on the event loop after each insert."""
        self._listeners.append(listener)

    @property
    def queued_bytes(self) -> int:
        """Bytes accepted from clients and not yet stored (nor acknowledged)."""
        return self._queued_bytes

    def commit(self, inbound: Inbound, block: bytes, *, rows: int = 1) -> Awaitable[None]:
        """Store one block; the awaitable completes when it is on disk.

        Raises (from the awaitable):
            InsertRejected: the engine cannot take this block.
            StoreFull: too much is waiting already, or the disk is full.
            StoreUnavailable: shutting down, or the store is unreachable and cannot spool.
        """
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[None] = loop.create_future()
        if self._closing:
            stored.set_exception(StoreUnavailable("the server is shutting down"))
        elif self._queued_bytes + len(block) > self._queue_max_bytes and self._queued_bytes:
            stored.set_exception(StoreFull("too much data is waiting to be stored"))
        else:
            lane = self._lanes.get(inbound)
            if lane is None:
                lane = self._lanes[inbound] = _Lane(inbound)
                task = loop.create_task(self._run(lane), name=f"commit {inbound.table}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            lane.waiting.append(_Waiting(block, rows, stored))
            lane.bytes += len(block)
            self._queued_bytes += len(block)
            lane.wake.set()
            if lane.bytes >= self._max_bytes:
                lane.full.set()
        return stored

    async def close(self) -> None:
        """Refuse new blocks, store what is waiting, stop. Nothing acknowledged is lost."""
        self._closing = True
        for lane in self._lanes.values():
            lane.wake.set()
            lane.full.set()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._executor.shutdown()

    async def _run(self, lane: _Lane) -> None:
        """Insert the lane's batches one after the other, until closed and empty."""
        while True:
            await lane.wake.wait()
            if not lane.waiting:
                if self._closing:
                    return
                lane.wake.clear()
                continue
            if self._wait_seconds and not self._closing and lane.bytes < self._max_bytes:
                try:
                    await asyncio.wait_for(lane.full.wait(), self._wait_seconds)
                except TimeoutError:
                    pass
            batch = self._take(lane)
            await self._store(lane.inbound, batch)
            self._queued_bytes -= sum(len(waiting.block) for waiting in batch)
            for listener in self._listeners:
                listener(lane.inbound.table)

    def _take(self, lane: _Lane) -> list[_Waiting]:
        """Remove the next batch from the lane: at least one block, at most about `max_bytes`."""
        size = count = 0
        for waiting in lane.waiting:
            if count and size + len(waiting.block) > self._max_bytes:
                break
            size += len(waiting.block)
            count += 1
        batch, lane.waiting = lane.waiting[:count], lane.waiting[count:]
        lane.bytes -= size
        if lane.bytes < self._max_bytes:
            lane.full.clear()
        return batch

    async def _store(self, inbound: Inbound, batch: list[_Waiting]) -> None:
        """Insert a batch and answer its waiters; a refused batch is halved until the bad block stands alone."""
        block = batch[0].block if len(batch) == 1 else b"".join([waiting.block for waiting in batch])
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._insert, inbound, block)
        except InsertRejected as error:
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._store(inbound, batch[:middle])
                await self._store(inbound, batch[middle:])
                return
            _fail(batch, error)
        except Exception as error:
            _fail(batch, error)
        else:
            for waiting in batch:
                if not waiting.stored.done():  # the client may have gone away
                    waiting.stored.set_result(None)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.stored.done():
            waiting.stored.set_exception(error)
