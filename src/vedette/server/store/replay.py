"""From a spool into the store: segment by segment, in order; what the store refuses is set aside."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor

from vedette.server.store.errors import InsertRejected
from vedette.server.store.inbound import Block, Inbound
from vedette.server.store.spool import Segment, Spool

log = logging.getLogger("vedette.store")

Insert = Callable[[Inbound, Sequence[Block], str], Awaitable[None]]  # blocks, under a token
Refused = Callable[[Inbound, Block, str], None]  # a block that had been acknowledged, and why the store refuses it


class Replay:
    """Stores what a spool holds. `executor` reads its files; once `stopped`, it ends after the segment at hand."""

    def __init__(
        self,
        spool: Spool,
        insert: Insert,
        executor: Executor,
        refused: Refused,
        *,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._spool = spool
        self._refused = refused
        self._insert = insert
        self._executor = executor
        self._stopped = stopped

    async def table(self, inbound: Inbound, *, most: float = float("inf")) -> tuple[bool, str]:
        """Store a table's first `most` segments. Returns whether any was stored, and the error that stopped it."""
        stored = 0
        loop = asyncio.get_running_loop()
        while not self._stopped() and stored < most:
            try:
                found = await loop.run_in_executor(self._executor, self._spool.oldest, inbound)
                if found is None:
                    break
                segment, blocks = found
                await self._blocks(segment, blocks, 0, segment.token)
                self._spool.done(segment)
            except Exception as error:  # whatever it is, the data stays in the spool for the next try
                return bool(stored), str(error) or repr(error)
            stored += 1
        return bool(stored), ""

    async def _blocks(self, segment: Segment, blocks: list[Block], first: int, token: str) -> None:
        """Store blocks `first`… of a segment; halve them when refused, and set a bad one aside.

        The halves' tokens depend on nothing but their place, so a replay after a crash repeats them.
        """
        if not blocks:
            return
        try:
            await self._insert(segment.inbound, blocks, token)
        except InsertRejected as error:
            if len(blocks) == 1:
                log.error("a spooled block for %s is refused: %s", segment.inbound.table, error)
                self._spool.reject(segment, first, blocks[0], str(error))
                self._refused(segment.inbound, blocks[0], str(error))
                return
            middle = len(blocks) // 2
            for start, part in ((0, blocks[:middle]), (middle, blocks[middle:])):
                place = f"{segment.token}-{first + start}-{len(part)}"
                await self._blocks(segment, part, first + start, place)
