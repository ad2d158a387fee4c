"""Tell a client's retry after a crash from new data, for protocols whose requests carry no id (OTLP).

A request that was stored but not answered, because the server was killed in between, comes again. Its rows carry
a hash of its body (`request_id`), and so does its record while it waits in the spool, so the newest ids before the
crash are known at the next start. In normal running nothing is remembered: equal requests that were
answered are all stored.

The window is a minute of data. What it cannot see: a request whose batch covered two days of data (or two
tables) may have been stored in part, as each part is written on its own; it counts as stored.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vedette.server.store.client import Store
from vedette.server.store.errors import StoreError
from vedette.server.store.inbound import RequestId
from vedette.server.store.spool import Spool

log = logging.getLogger("vedette.store")

TABLES = ("logs", "spans", "metric_points")
CRASH_WINDOW_SECONDS = 60
CRASH_MEMORY_SECONDS = 3600
UNANSWERED_MEMORY_SECONDS = 600
PATIENT_SECONDS = 5  # exporters give up after 10 s by default, some sooner
MAX_REMEMBERED = 200_000

# The newest blocks have the highest numbers, in whichever part merges have put them since.
NEWEST_REQUESTS = """
WITH newest AS (
    SELECT name FROM system.parts
    WHERE active AND database = currentDatabase() AND table = {table:String}
        AND max_block_number > (
            SELECT max(max_block_number) - 10000 FROM system.parts
            WHERE active AND database = currentDatabase() AND table = {table:String}
        )
)
SELECT DISTINCT project_id, request_id FROM TABLE
WHERE _part IN newest AND request_id != 0 AND received_at >= (
    SELECT max(received_at) FROM TABLE WHERE _part IN newest
) - toIntervalSecond({seconds:UInt32})
LIMIT {limit:UInt32}
"""


class RecentRequests:
    """Ids of requests that are stored but may not have been answered. Use from one thread (the event loop)."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._expires: dict[RequestId, float] = {}

    def __len__(self) -> int:
        return len(self._expires)

    def already_stored(self, table: str, project_id: int, request_id: int) -> bool:
        """Whether this request is a retry of a stored one; answer it as stored. True once for each such request."""
        expires = self._expires.pop(RequestId(table, project_id, request_id), None)
        return expires is not None and self._clock() < expires

    def unacknowledged(self, table: str, project_id: int, request_id: int) -> None:
        """The request is stored or will be, but its client may not have got the answer (gone, or waited long)."""
        self._remember(RequestId(table, project_id, request_id), UNANSWERED_MEMORY_SECONDS)

    @contextmanager
    def answering(self, table: str, project_id: int, request_id: int) -> Iterator[None]:
        """Around the commit of one request: remembers it if its client may not get, or not await, the answer."""
        started = self._clock()
        try:
            yield
        except asyncio.CancelledError:  # the client went away; the commit goes on
            self.unacknowledged(table, project_id, request_id)
            raise
        if self._clock() - started > PATIENT_SECONDS:
            self.unacknowledged(table, project_id, request_id)

    def load(self, store: Store, tables: Sequence[str] = TABLES) -> None:
        """Remember the last requests before a crash. Blocking; a table that cannot be read is left out."""
        for table in tables:
            try:
                keys = newest_requests(store, table)
            except StoreError as error:
                log.warning("cannot tell retries from new requests in %s: %s", table, error)
                continue
            for project_id, request_id in keys:
                self._remember(RequestId(table, project_id, request_id), CRASH_MEMORY_SECONDS)

    def load_spool(self, spool: Spool) -> None:
        """Remember the last requests that went into the spool before a crash. Blocking; before anything is replayed."""
        for request in spool.last_requests(CRASH_WINDOW_SECONDS):
            self._remember(request, CRASH_MEMORY_SECONDS)

    def _remember(self, key: RequestId, seconds: float) -> None:
        now = self._clock()
        if len(self._expires) >= MAX_REMEMBERED:
            self._expires = {key: expires for key, expires in self._expires.items() if expires > now}
        if len(self._expires) < MAX_REMEMBERED:
            self._expires[key] = now + seconds


def newest_requests(store: Store, table: str) -> set[tuple[int, int]]:
    """The (project_id, request_id) received in the last minute of a table's data, over all hosts."""
    found: set[tuple[int, int]] = set()
    local = store.dsn.local_table(table)
    parameters = {"table": local, "seconds": CRASH_WINDOW_SECONDS, "limit": MAX_REMEMBERED}
    for host in store.each_host():
        result = host.query(NEWEST_REQUESTS.replace("TABLE", local), parameters, settings={"max_execution_time": 5})
        found.update((int(row[0]), int(row[1])) for row in result.rows)
    return found


class CrashMarker:
    """A file that exists while the server runs: found at start, the last run did not end by itself."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "running"
        self.crashed = self._path.exists()

    def set(self) -> None:
        """The server may now answer requests."""
        self._path.touch()

    def clear(self) -> None:
        """Everything is answered and stored."""
        self._path.unlink(missing_ok=True)
