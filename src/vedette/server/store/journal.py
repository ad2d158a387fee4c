"""Rows that come a few at a time: acknowledged once they are in a file, stored soon after, many in one insert.

An insert into the embedded engine costs 20 CPU-ms however few its rows are, an fsynced append to a file a tenth of
one. So what names itself (`Inbound.has_ids`) is appended to a spool's segment, and the segment is inserted half a
second later (at most one and a half, when inserts are slow), or as soon as somebody asks (`settle`). After a crash
segments are inserted again, which changes nothing: rows with ids count once. See docs/decisions/0005-journal.md.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from vedette.server.store.inbound import Block, Inbound
from vedette.server.store.replay import Insert, Refused, Replay
from vedette.server.store.spool import Spool, SpoolStatus

log = logging.getLogger("vedette.store")

APPLY_SECONDS = 0.5
LONGEST_APPLY_SECONDS = 1.5  # between inserts when those take long: on a busy machine fewer and larger ones cost less
PAUSES = 10  # as long as an insert takes
RETRY_SECONDS = 2.0


class Journal:
    """A spool that is always being emptied. Lives on the event loop; `insert` stores blocks, off the loop."""

    def __init__(self, spool: Spool, insert: Insert, refused: Refused) -> None:
        self._spool = spool
        self._pause_seconds = APPLY_SECONDS
        # One thread appends while the other reads.
        self._executor = ThreadPoolExecutor(2, thread_name_prefix="journal")
        self._replay = Replay(spool, insert, self._executor, refused)
        self._filled = asyncio.Event()
        self._hurry = asyncio.Event()
        self._askers: list[asyncio.Future[None]] = []
        self._closing = False
        self._applying = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to store what is appended, and what an earlier run left."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="journal")
            if self._spool.inbounds():
                self._filled.set()
                self._hurry.set()

    def status(self) -> SpoolStatus:
        """What waits to be stored."""
        return self._spool.status()

    async def append(self, inbound: Inbound, blocks: Sequence[Block]) -> None:
        """Blocks → the file; when it returns, they are on disk. Raises StoreFull."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._spool.append, inbound, blocks)
        self._filled.set()
        if self._spool.segments(inbound) > 1 + self._applying:  # a whole one waits, beside the one being stored
            self._hurry.set()

    async def settle(self) -> None:
        """Return when all that was appended before is stored, or when that was tried and failed."""
        if self._task is None or self._task.done() or not self._spool.inbounds():
            return
        asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._askers.append(asked)
        self._filled.set()
        self._hurry.set()
        await asked

    async def close(self) -> None:
        """Store what is there, stop. What cannot be stored stays for the next start."""
        self._closing = True
        self._filled.set()
        self._hurry.set()
        if self._task is not None:
            await asyncio.wait([self._task])
        self._executor.shutdown()

    async def _run(self) -> None:
        """Store everything every half a second or so, until closed; after a failure, a little later."""
        while True:
            await self._filled.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), self._pause_seconds)
            self._filled.clear()
            self._hurry.clear()
            last, askers, self._askers = self._closing, self._askers, []
            self._applying = True
            failed = await self._apply()
            self._applying = False
            for asked in askers:
                if not asked.done():
                    asked.set_result(None)
            if last:
                return
            if failed:
                log.warning("the journal waits to be stored: %s", failed)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), RETRY_SECONDS)
                self._filled.set()

    async def _apply(self) -> str:
        """Store the segments that there are now: more may come as fast as these go. Returns what went wrong."""
        failed, started = "", time.monotonic()
        for inbound in self._spool.inbounds():
            _, error = await self._replay.table(inbound, most=self._spool.segments(inbound))
            failed = error or failed
        took = time.monotonic() - started
        self._pause_seconds = min(max(APPLY_SECONDS, PAUSES * took), LONGEST_APPLY_SECONDS)
        return failed
