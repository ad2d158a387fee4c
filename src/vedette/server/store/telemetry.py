"""Everything of the store that one server runs, composed from its settings."""

import asyncio
import datetime as dt
import hashlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from vedette.server.config import Settings
from vedette.server.store.client import Store
from vedette.server.store.commit import WRITERS, Committer
from vedette.server.store.disk import DiskGuard
from vedette.server.store.dsn import Dsn
from vedette.server.store.errors import StoreError, StoreUnavailable
from vedette.server.store.inbound import Inbound
from vedette.server.store.migrate import migrate
from vedette.server.store.retention import apply_rules, drop_surplus, rules
from vedette.server.store.retries import CrashMarker, RecentRequests
from vedette.server.store.spool import Spool

log = logging.getLogger("vedette.store")

RETENTION_SECONDS = 60
RETRY_SECONDS = 2


class Telemetry:
    """`reader` answers questions, `committer` takes data, `recent` knows requests that may come twice.

    The writers have handles of their own, so that slow questions never hold up data.
    """

    def __init__(self, settings: Settings, *, read_settings: Mapping[str, Any], readers: int = 4) -> None:
        self._settings = settings
        settings.data.mkdir(parents=True, exist_ok=True)
        dsn = Dsn.parse(settings.store_dsn)
        self.reader = Store(dsn, handles=readers, session_settings=read_settings)
        self.writer = Store(dsn, handles=WRITERS + 1)  # one for retention
        self.spool = self.journal = None
        if dsn.embedded:
            self.journal = Spool(
                settings.data / "journal",
                max_bytes=settings.queue_max_bytes,
                segment_bytes=settings.commit_max_bytes,
            )
        else:
            self.spool = Spool(
                settings.data / "spool",
                max_bytes=settings.spool_max_bytes,
                segment_bytes=settings.commit_max_bytes,
            )
        self.guard = DiskGuard(settings.data, min_free_bytes=settings.min_free_disk_bytes)
        self.committer = Committer(
            self._insert,
            wait_seconds=settings.commit_wait_ms / 1000,
            trickle_wait_seconds=settings.commit_trickle_wait_ms / 1000,
            max_bytes=settings.commit_max_bytes,
            queue_max_bytes=settings.queue_max_bytes,
            spool=self.spool,
            journal=self.journal,
            guard=self.guard,
        )
        self.recent = RecentRequests()
        self._marker = CrashMarker(settings.data)
        self._prepared = False
        self._reached = settings.data / "spool" / "reached"
        self._address = hashlib.sha256(settings.store_dsn.encode()).hexdigest()  # it may hold a password

    def _insert(self, inbound: Inbound, block: bytes) -> None:
        if not self._prepared:
            raise StoreUnavailable("the store has not been reached since the start")
        self.writer.insert(inbound.table, block, fmt=inbound.fmt, settings=inbound.settings)

    @asynccontextmanager
    async def running(self, packages: Sequence[str]) -> AsyncIterator["Telemetry"]:
        """Bring the packages' tables up to date, then take data until the end; on leaving, store what waits.

        While a remote store is away, data goes to the spool, and the tables' turn comes when it is back. But a
        store that was never reached from this data directory is more likely a wrong address.

        Raises:
            MigrationError: the stored schema and the program's do not fit together.
            StoreUnavailable: the store cannot be opened, and never could.
        """
        try:
            if self._marker.crashed and self.spool is not None:
                await asyncio.to_thread(self.recent.load_spool, self.spool)
            try:
                await asyncio.to_thread(self._prepare, packages)
            except StoreUnavailable as error:
                if not self._was_reached():
                    raise
                log.warning("the store is away, data goes to the spool: %s", error)
            self._marker.set()
            self.committer.start()
            upkeep = asyncio.create_task(self._upkeep(packages), name="store upkeep")
            try:
                yield self
            finally:
                upkeep.cancel()
                with suppress(asyncio.CancelledError):
                    await upkeep
                await self.committer.close()
                self._marker.clear()
        finally:
            self.reader.close()
            self.writer.close()

    def _prepare(self, packages: Sequence[str]) -> None:
        migrate(self.writer, packages)
        if self._marker.crashed:
            self.recent.load(self.writer)
            log.warning("the last run was cut off: %d requests may be sent again", len(self.recent))
        apply_rules(self.writer, rules(self._settings))
        if self.spool is not None:
            self._reached.write_text(self._address)
        self._prepared = True

    def _was_reached(self) -> bool:
        return self.spool is not None and self._reached.exists() and self._reached.read_text() == self._address

    async def _upkeep(self, packages: Sequence[str]) -> None:
        """Reach a store that was away at the start; then drop the oldest partitions over the limit, every minute."""
        while not self._prepared:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                await asyncio.to_thread(self._prepare, packages)
            except StoreUnavailable:
                continue
            except StoreError:
                log.exception("the store is back, but its tables cannot be used; data stays in the spool")
        while self._settings.retention_max_bytes:
            today = dt.datetime.now(dt.UTC).date()
            try:
                await asyncio.to_thread(drop_surplus, self.writer, self._settings.retention_max_bytes, today=today)
            except StoreError as error:
                log.warning("retention by bytes failed, next try in a minute: %s", error)
            await asyncio.sleep(RETENTION_SECONDS)
