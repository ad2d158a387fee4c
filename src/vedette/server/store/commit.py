"""Group commit: requests that arrive within a few milliseconds share one insert, and are answered together.

    await committer.commit(inbound, block, rows=1000)

`commit` returns once the rows are on disk (fsync is a setting of the tables), so "200 means stored" needs no
log of our own. Natural batching: while one insert runs, the next batch fills up; then it waits for those who have
just been answered to send again. Without that, clients part into two crowds that take turns, and every insert is
half as large as it could be. A lone client never waits, the others at most `wait_seconds` (or half as long as
inserts take, when those take longer: large inserts cost a sixth of the CPU of small ones). A batch that the engine
refuses is split until the one bad block is found, so that it never takes its neighbours down.

A trickle, blocks that come neither at once after an answer nor seldom, would make an insert of each; its blocks wait
up to `trickle_wait_seconds`. Clients who send again when answered never wait so long, nor does whoever comes alone.

With a `journal`, rows that name themselves are acknowledged once they are in it, and are in the store soon after.

With a `spool`, blocks for an unreachable store are acknowledged once they are on the spool's disk. They are
replayed in order per table; new blocks of a table queue behind its spooled ones.
"""

import asyncio
import logging
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from vedette.server.store.errors import InsertRejected, StoreFull, StoreUnavailable
from vedette.server.store.inbound import Block, Inbound, RequestId
from vedette.server.store.journal import Journal
from vedette.server.store.replay import Refused, Replay
from vedette.server.store.spool import Spool, SpoolStatus

__all__ = ["CommitStatus", "Committer", "Inbound"]

log = logging.getLogger("vedette.store")

WRITERS = 2  # inserts at one time, of different tables
FIRST_RETRY_SECONDS = 0.25
LAST_RETRY_SECONDS = 30.0
LONGEST_WAIT = 10  # times `wait_seconds`; in a trickle, times what an insert takes
SELDOM_SECONDS = 1.0  # blocks farther apart are no trickle: waiting would rarely bring two together
TRICKLE_BYTES = 64 * 1024  # more than this is no trickle any more, and its sender is busy


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """What waits to be stored, for the health page. `last_error` is empty while the store takes data."""

    queued_bytes: int
    spool: SpoolStatus
    last_error: str


@dataclass(slots=True)
class _Waiting:
    block: Block
    since: float
    stored: asyncio.Future[None]


class _Lane:
    """One inbound table's queue and its insert loop."""

    def __init__(self, inbound: Inbound) -> None:
        self.inbound = inbound
        self.waiting: deque[_Waiting] = deque()
        self.bytes = 0
        self.expected = 1  # blocks that make a batch worth inserting: the last one's, and those that came meanwhile
        self.trickle = False  # blocks come one by one, on nobody's answer
        self.insert_seconds = 0.0
        self.inserted_at = -inf
        self.wake = asyncio.Event()
        self.full = asyncio.Event()

    def is_full(self, max_bytes: int) -> bool:
        """Whether nothing more is worth waiting for."""
        if self.trickle:
            return self.bytes >= min(TRICKLE_BYTES, max_bytes)
        return self.bytes >= max_bytes or len(self.waiting) >= self.expected


InsertFunction = Callable[[Inbound, bytes], None]
Listener = Callable[[str], None]


class Committer:
    """Joins blocks per inbound table and inserts them on worker threads.

    `insert` may be called from several threads, for one table by one at a time; `inbound.settings` then carry
    an `insert_deduplication_token`, the same when an insert is repeated. `journal` is for an embedded store, `spool`
    for a remote one. `guard` is asked before each block and
    raises StoreFull when there is no room (see `disk`).
    """

    def __init__(
        self,
        insert: InsertFunction,
        *,
        wait_seconds: float = 0.005,
        trickle_wait_seconds: float = 0.2,
        max_bytes: int = 32 * 1024 * 1024,
        queue_max_bytes: int = 256 * 1024 * 1024,
        spool: Spool | None = None,
        journal: Spool | None = None,
        guard: Callable[[], None] | None = None,
    ) -> None:
        self._insert = insert
        self._wait_seconds = wait_seconds
        self._trickle_wait_seconds = trickle_wait_seconds
        self._max_bytes = max_bytes
        self._queue_max_bytes = queue_max_bytes
        self._queued_bytes = 0
        self._executor = ThreadPoolExecutor(WRITERS, thread_name_prefix="commit")
        # Appends must not wait for inserts that hang on a dead store.
        self._spool_executor = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._spool = spool
        self._guard = guard
        self._lanes: dict[Inbound, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._replaying: asyncio.Task[None] | None = None
        self._journal = Journal(journal, self._attempt, self._tell_refused) if journal else None
        self._spooled = asyncio.Event()
        self._closing = False
        self._listeners: list[Listener] = []
        self._refused_listeners: list[Refused] = []
        self._last_error = ""

    def subscribe(self, listener: Listener) -> None:
        """Call `listener(table)` on the event loop after each insert."""
        self._listeners.append(listener)

    def on_refused(self, listener: Refused) -> None:
        """Call `listener(inbound, block, reason)` on the event loop when the store refuses what was acknowledged."""
        self._refused_listeners.append(listener)

    @property
    def queued_bytes(self) -> int:
        """Bytes accepted from clients and not yet stored (nor acknowledged)."""
        return self._queued_bytes

    def status(self) -> CommitStatus:
        """What waits to be stored."""
        spool = self._spool.status() if self._spool else SpoolStatus()
        journal = self._journal.status() if self._journal else SpoolStatus()
        return CommitStatus(self._queued_bytes + journal.bytes, spool, self._last_error)

    def start(self) -> None:
        """Begin to store what an earlier run left in the spool or the journal. Needs the running event loop."""
        if self._spool is not None and self._replaying is None:
            self._replaying = asyncio.create_task(self._replay_spool(self._spool), name="replay spool")
            self._spooled.set()
        if self._journal is not None:
            self._journal.start()

    async def settle(self) -> None:
        """Return when whoever asks the store finds all that was acknowledged until now (unless the store fails)."""
        if self._journal is not None:
            await self._journal.settle()

    def commit(
        self, inbound: Inbound, block: bytes, *, rows: int = 1, request: RequestId | None = None
    ) -> Awaitable[None]:
        """Store one block; the awaitable completes when it is on disk.

        `request` goes with the block into the spool, for protocols whose retries are told by it (see `retries`).

        Raises (from the awaitable):
            InsertRejected: the engine cannot take this block.
            StoreFull: too much is waiting already, or the disk or the spool is full.
            StoreUnavailable: shutting down, or the store is unreachable and there is no spool.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            self._admit(len(block))
        except (StoreFull, StoreUnavailable) as error:
            stored.set_exception(error)
            return stored
        lane = self._lane(inbound)
        lane.waiting.append(_Waiting(Block(block, rows, request), time.monotonic(), stored))
        lane.bytes += len(block)
        self._queued_bytes += len(block)
        lane.wake.set()
        self._mark(lane)
        return stored

    def _admit(self, size: int) -> None:
        if self._closing:
            raise StoreUnavailable("the server is shutting down")
        if self._queued_bytes and self._queued_bytes + size > self._queue_max_bytes:
            raise StoreFull("too much data is waiting to be stored")
        if self._guard is not None:
            self._guard()

    def _lane(self, inbound: Inbound) -> _Lane:
        self.start()
        lane = self._lanes.get(inbound)
        if lane is None:
            lane = self._lanes[inbound] = _Lane(inbound)
            task = asyncio.create_task(self._run(lane), name=f"commit {inbound.table}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return lane

    async def close(self) -> None:
        """Refuse new blocks, store what is waiting, stop. Nothing acknowledged is lost; a spool stays on disk."""
        self._closing = True
        for lane in self._lanes.values():
            lane.wake.set()
            lane.full.set()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._replaying is not None:
            self._spooled.set()
            await asyncio.wait([self._replaying])
        if self._journal is not None:
            await self._journal.close()
        self._executor.shutdown()
        self._spool_executor.shutdown()

    async def _run(self, lane: _Lane) -> None:
        """Insert the lane's batches one after the other, until closed and empty."""
        while True:
            await lane.wake.wait()
            if not lane.waiting:
                if self._closing:
                    return
                lane.wake.clear()
                continue
            lane.trickle = self._is_trickle(lane)
            self._mark(lane)
            patience = self._patient_until(lane) - time.monotonic()
            if patience > 0 and not lane.full.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lane.full.wait(), patience)
            batch = self._take(lane)
            started = time.monotonic()
            await self._store(lane.inbound, batch)
            lane.inserted_at = time.monotonic()
            lane.insert_seconds = lane.inserted_at - started
            lane.expected = len(batch) + len(lane.waiting)
            self._queued_bytes -= sum(len(waiting.block.data) for waiting in batch)

    def _mark(self, lane: _Lane) -> None:
        """Say whether the lane's next batch has anything to wait for."""
        if self._closing or lane.is_full(self._max_bytes):
            lane.full.set()
        else:
            lane.full.clear()

    def _is_trickle(self, lane: _Lane) -> bool:
        """Whether the next batch's first block came on nobody's answer, and not long after the last one."""
        pause = lane.waiting[0].since - lane.inserted_at
        if pause < 0:  # it came during an insert: nobody had just been answered if that was a trickle's
            return lane.trickle
        return max(LONGEST_WAIT * self._wait_seconds, lane.insert_seconds) < pause < SELDOM_SECONDS

    def _patient_until(self, lane: _Lane) -> float:
        """When to insert what waits, if no more comes."""
        if self._journal and lane.inbound.has_ids:
            return lane.waiting[0].since  # an append costs too little to wait for others
        if lane.trickle:
            return lane.waiting[0].since + min(self._trickle_wait_seconds, LONGEST_WAIT * lane.insert_seconds)
        patience = max(self._wait_seconds, min(lane.insert_seconds / 2, LONGEST_WAIT * self._wait_seconds))
        return max(lane.waiting[0].since, lane.inserted_at) + patience

    def _take(self, lane: _Lane) -> list[_Waiting]:
        """Remove the next batch from the lane: at least one block, at most about `max_bytes`."""
        batch: list[_Waiting] = []
        size = 0
        while lane.waiting:
            following = len(lane.waiting[0].block.data)
            if batch and size + following > self._max_bytes:
                break
            batch.append(lane.waiting.popleft())
            size += following
        lane.bytes -= size
        return batch

    async def _store(self, inbound: Inbound, batch: list[_Waiting]) -> None:
        """Store a batch and answer its waiters; a refused batch is halved until the bad block stands alone."""
        if self._journal and inbound.has_ids:
            await _answer_when(batch, self._journal.append(inbound, [waiting.block for waiting in batch]))
            return
        token = ""
        try:
            if self._spool is None or not (self._last_error or self._spool.holds(inbound)):
                token = uuid.uuid4().hex
                await self._attempt(inbound, [waiting.block for waiting in batch], token)
                _answer(batch, None)
                return
        except InsertRejected as error:
            if len(batch) == 1:
                _answer(batch, error)
                return
            middle = len(batch) // 2
            await self._store(inbound, batch[:middle])
            await self._store(inbound, batch[middle:])
            return
        except StoreUnavailable as error:
            if self._spool is None:
                _answer(batch, error)
                return
            log.warning("the store is unreachable, data goes to the spool: %s", error)
            self._last_error = str(error)
        except Exception as error:
            _answer(batch, error)
            return
        await self._put_aside(inbound, batch, token)

    async def _attempt(self, inbound: Inbound, blocks: Sequence[Block], token: str) -> None:
        """One insert of joined blocks under a token, on a worker thread."""
        joined = blocks[0].data if len(blocks) == 1 else b"".join([block.data for block in blocks])
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._insert, inbound.with_token(token), joined)
        self._last_error = ""
        for listener in self._listeners:
            listener(inbound.table)

    def _tell_refused(self, inbound: Inbound, block: Block, reason: str) -> None:
        for listener in self._refused_listeners:
            listener(inbound, block, reason)

    async def _put_aside(self, inbound: Inbound, batch: list[_Waiting], token: str) -> None:
        """Append a batch to the spool and answer its waiters. A token says that an insert was tried under it."""
        assert self._spool is not None
        blocks = [waiting.block for waiting in batch]
        append = self._spool.append
        loop = asyncio.get_running_loop()
        appended = loop.run_in_executor(self._spool_executor, lambda: append(inbound, blocks, token=token))
        await _answer_when(batch, appended)
        self._spooled.set()

    async def _replay_spool(self, spool: Spool) -> None:
        """Store the spool's segments, per table in order, until closed. Backs off while the store is down."""
        replay = Replay(spool, self._attempt, self._spool_executor, self._tell_refused, stopped=lambda: self._closing)
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            await self._spooled.wait()
            self._spooled.clear()
            if self._closing:
                return
            progress, failed = False, ""
            for inbound in spool.inbounds():
                stored, error = await replay.table(inbound)
                progress, failed = progress or stored, error or failed
            # While nothing goes through, blocks of all tables skip the attempt; it may hang until a timeout.
            self._last_error = "" if progress or not failed else failed
            retry_seconds = FIRST_RETRY_SECONDS if progress else min(2 * retry_seconds, LAST_RETRY_SECONDS)
            if failed:
                await self._sleep(retry_seconds)
                self._spooled.set()

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but not into a shutdown. New blocks do not end it: they cannot bring the store back."""
        until = time.monotonic() + seconds
        while not self._closing and (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.2))


async def _answer_when(batch: list[_Waiting], appended: Awaitable[None]) -> None:
    """Tell each block's waiter when its batch is on disk, or why it is not."""
    try:
        await appended
    except Exception as error:
        _answer(batch, error)
    else:
        _answer(batch, None)


def _answer(batch: list[_Waiting], error: Exception | None) -> None:
    """Tell each block's waiter; one whose client went away is passed over."""
    for waiting in batch:
        if waiting.stored.done():
            continue
        if error is None:
            waiting.stored.set_result(None)
        else:
            waiting.stored.set_exception(error)
