"""A child process that commits requests until it is killed, and prints the ids of those acknowledged.

`crash_writer.py DSN DATA PROJECT_ID FIRST`: one line `number` per acknowledged request, on stdout, unbuffered.
SIGTERM ends it cleanly; it then prints the last acknowledged ids and `closed`.
"""

import asyncio
import json
import os
import signal
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

from vedette.server.store.client import Dsn, Store  # noqa: E402
from vedette.server.store.commit import Committer, Inbound  # noqa: E402
from vedette.server.store.spool import Spool  # noqa: E402

INBOUND = Inbound("shop_inbound", "JSONEachRow")
CLIENTS = 8


async def main(dsn: str, data: Path, project_id: int, first: int) -> None:
    """Commit from several clients at once, each waiting for its answer before the next request."""
    parsed = Dsn.parse(dsn)
    store = Store(parsed, handles=3, timeout_seconds=3)
    spool = None if parsed.embedded else Spool(data / "spool", max_bytes=1 << 30)

    def insert(inbound: Inbound, block: bytes) -> None:
        store.insert(inbound.table, block, fmt=inbound.fmt, settings=inbound.settings)

    committer = Committer(insert, spool=spool)
    committer.start()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    numbers = iter(range(first, first + 10_000_000))

    async def client() -> None:
        while not stopping.is_set():
            number = next(numbers)
            row = {
                "project_id": project_id,
                "request_id": number,
                "time": "2026-11-20 12:00:00",
                "lines": [f"{number} a", f"{number} b", f"{number} c"],
            }
            await committer.commit(INBOUND, json.dumps(row).encode() + b"\n", rows=3)
            os.write(1, b"%d\n" % number)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    await committer.close()
    store.close()
    os.write(1, b"closed\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
