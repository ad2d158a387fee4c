"""Acknowledged means stored, exactly once: whoever is killed, and whenever."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.server.store.conftest import SHOP, SIGNALS
from vedette.server.store.client import Dsn, Store
from vedette.server.store.commit import Committer
from vedette.server.store.migrate import migrate
from vedette.server.store.retries import newest_requests
from vedette.server.store.spool import Spool

ROOT = Path(__file__).parents[3]
WRITER = Path(__file__).with_name("crash_writer.py")


class Writer:
    """The child process, and what it acknowledged so far."""

    def __init__(self, dsn: str, data: Path, project_id: int, first: int) -> None:
        self._log = data / f"acknowledged-{first}"
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(WRITER), dsn, str(data), str(project_id), str(first)],
                stdout=output,
                env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
            )

    def acknowledged(self) -> list[int]:
        """Whole lines only: a number cut short was never printed."""
        lines = self._log.read_bytes().split(b"\n")[:-1]
        return [int(line) for line in lines if line != b"closed"]

    def wait_for(self, more: int, *, seconds: float = 20) -> None:
        """Until `more` further requests are acknowledged."""
        wanted = len(self.acknowledged()) + more
        deadline = time.monotonic() + seconds
        while len(self.acknowledged()) < wanted:
            assert self.process.poll() is None, "the writer stopped"
            assert time.monotonic() < deadline, f"{len(self.acknowledged())} of {wanted} acknowledged"
            time.sleep(0.01)

    def kill(self) -> list[int]:
        self.process.kill()
        self.process.wait()
        return self.acknowledged()

    def end(self) -> list[int]:
        self.process.terminate()
        assert self.process.wait(30) == 0
        assert self._log.read_bytes().endswith(b"closed\n")
        return self.acknowledged()


def stored(store: Store, project_id: int) -> Counter[int]:
    """How many records of each request a reader sees."""
    sql = "SELECT request_id, count() FROM logs WHERE project_id = {project_id:UInt32} GROUP BY request_id"
    return Counter(dict(store.query(sql, {"project_id": project_id}).rows))


def check(found: Counter[int], acknowledged: list[int]) -> None:
    """Every acknowledged request is there, whole and once; no other is there in part or twice."""
    missing = [number for number in acknowledged if number not in found]
    assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged requests are lost: {missing[:5]}"
    wrong = {number: rows for number, rows in found.items() if rows != 3}
    assert not wrong, f"requests stored in part or twice: {dict(list(wrong.items())[:5])}"


def test_embedded_store_survives_kills(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'store'}"
    run_alone(f"from tests.server.store.test_crash import create; create({dsn!r})")
    chance = random.Random(1)
    acknowledged: list[int] = []
    for attempt in range(5):
        writer = Writer(dsn, tmp_path, 1, attempt * 1_000_000)
        writer.wait_for(20 + chance.randrange(100))
        time.sleep(chance.random() * 0.02)
        acknowledged += writer.kill()
    writer = Writer(dsn, tmp_path, 1, 9_000_000)
    writer.wait_for(50)
    acknowledged += writer.end()
    run_alone(
        "from tests.server.store.test_crash import *; "
        f"verify({dsn!r}, {str(tmp_path)!r}, clean_from=9_000_000, least={len(acknowledged)})"
    )


def run_alone(code: str) -> None:
    """In a process of its own: one process opens only one embedded store."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-3000:]


def create(dsn: str) -> None:
    store = Store(Dsn.parse(dsn))
    migrate(store, [*SIGNALS, SHOP])
    store.close()


def verify(dsn: str, data: str, *, clean_from: int, least: int) -> None:
    store = Store(Dsn.parse(dsn))
    acknowledged = [
        int(line)
        for log in Path(data).glob("acknowledged-*")
        for line in log.read_bytes().split(b"\n")[:-1]
        if line != b"closed"
    ]
    assert len(acknowledged) == least
    found = stored(store, 1)
    check(found, acknowledged)
    clean = {number for number in found if number >= clean_from}
    assert clean == {number for number in acknowledged if number >= clean_from}, "SIGTERM left a request unanswered"
    # What was stored but not answered is what a client sends again: all of it is recognised.
    recent = {request_id for _, request_id in newest_requests(store, "logs")}
    assert set(found) - set(acknowledged) <= recent
    store.close()


async def _replayed(dsn: str, data: Path) -> None:
    """Open the spool as a restarted server does, and wait until it is empty."""
    store = Store(Dsn.parse(dsn), handles=3)
    spool = Spool(data / "spool", max_bytes=1 << 30)
    committer = Committer(
        lambda inbound, block: store.insert(inbound.table, block, fmt=inbound.fmt, settings=inbound.settings),
        spool=spool,
    )
    committer.start()
    async with asyncio.timeout(20):
        while spool.status().blocks:
            await asyncio.sleep(0.05)
    assert spool.status().rejected_blocks == 0
    await committer.close()
    store.close()


@pytest.mark.cluster
def test_cluster_loses_nothing_whoever_dies(own_cluster: Cluster, tmp_path: Path) -> None:
    """One node, both nodes, the server, in turn and in the middle of inserts."""
    dsn = own_cluster.dsn()
    create(dsn)
    acknowledged: list[int] = []
    first, second = own_cluster.nodes
    writer = Writer(dsn, tmp_path, 1, 0)
    writer.wait_for(50)
    second.kill()
    writer.wait_for(100)
    second.start()
    second.wait()
    writer.wait_for(50)
    first.kill()
    second.kill()
    writer.wait_for(100)
    acknowledged += writer.kill()  # with a spool on disk, perhaps in the middle of writing it

    writer = Writer(dsn, tmp_path, 1, 1_000_000)  # starts while the store is away
    writer.wait_for(100)
    own_cluster.start()
    for attempt in range(3):
        writer.wait_for(40)
        time.sleep(0.03)
        acknowledged += writer.kill()  # in the middle of a replay
        writer = Writer(dsn, tmp_path, 1, (attempt + 2) * 1_000_000)
    writer.wait_for(40)
    acknowledged += writer.end()

    asyncio.run(_replayed(dsn, tmp_path))
    for host in Store(Dsn.parse(dsn)).each_host():
        check(stored(host, 1), acknowledged)


@pytest.mark.cluster
def test_frozen_node_delays_nobody_for_ever(own_cluster: Cluster, tmp_path: Path) -> None:
    """A host that neither answers nor hangs up: inserts time out, then go to the spool."""
    create(own_cluster.dsn())
    writer = Writer(own_cluster.dsn(), tmp_path, 1, 0)
    writer.wait_for(30)
    own_cluster.nodes[1].freeze()
    writer.wait_for(60, seconds=60)
    own_cluster.nodes[1].thaw()
    writer.wait_for(30)
    acknowledged = writer.end()
    asyncio.run(_replayed(own_cluster.dsn(), tmp_path))
    check(stored(Store(Dsn.parse(own_cluster.dsn())), 1), acknowledged)
