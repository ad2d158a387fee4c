import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.server.store.commit import Committer
from vedette.server.store.errors import InsertRejected, StoreFull, StoreUnavailable
from vedette.server.store.inbound import Inbound
from vedette.server.store.spool import Spool

LINES = Inbound("lines", "JSONEachRow")


class Table:
    """A table of lines: refuses inserts with a bad line, is away on demand, knows tokens. Not a mock of ours:
    it stands for the network's other end, which no test can order about so exactly."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.tokens: dict[str, bytes] = {}
        self.inserts = 0
        self.away = False
        self.lose_answers = 0
        self._lock = threading.Lock()

    def insert(self, inbound: Inbound, block: bytes) -> None:
        with self._lock:
            self.inserts += 1
            if self.away:
                raise StoreUnavailable("away")
            if b"bad" in block:
                raise InsertRejected("bad line")
            token = inbound.settings["insert_deduplication_token"]
            assert self.tokens.setdefault(token, block) == block, "one token, different rows"
            if self.tokens[token] is block:
                self.lines += block.splitlines()
            if self.lose_answers:
                self.lose_answers -= 1
                raise StoreUnavailable("the answer was lost")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 60), st.sampled_from([0.0, 0.001])), max_size=40),
    st.integers(20, 200),
)
def test_every_block_is_answered_once_and_bad_ones_stand_alone(
    blocks: list[tuple[bool, int, float]], max_bytes: int
) -> None:
    table = Table()

    async def run() -> list[BaseException | None]:
        committer = Committer(table.insert, wait_seconds=0.0005, max_bytes=max_bytes)
        answers = []
        for number, (good, size, pause) in enumerate(blocks):
            line = b"%d-%s\n" % (number, (b"x" if good else b"bad") * size)
            answers.append(asyncio.ensure_future(committer.commit(LINES, line)))
            await asyncio.sleep(pause)
        await committer.close()
        assert committer.queued_bytes == 0
        return await asyncio.gather(*answers, return_exceptions=True)

    answers = asyncio.run(run())
    assert [answer is None for answer in answers] == [good for good, _, _ in blocks]
    assert all(answer is None or isinstance(answer, InsertRejected) for answer in answers)
    stored = [int(line.split(b"-")[0]) for line in table.lines]
    assert stored == [number for number, (good, _, _) in enumerate(blocks) if good]


async def _outage(table: Table, committer: Committer) -> None:
    await committer.commit(LINES, b"before\n")
    table.away = True
    for number in range(20):
        await committer.commit(LINES, b"during %02d\n" % number)
    table.away = False


def test_blocks_for_a_store_that_is_away_are_spooled_and_replayed_in_order(tmp_path: Path) -> None:
    table = Table()

    async def run() -> None:
        committer = Committer(table.insert, wait_seconds=0, spool=Spool(tmp_path, max_bytes=10_000))
        await _outage(table, committer)
        assert committer.status().spool.blocks == 20
        assert committer.status().last_error == "away"
        await committer.commit(LINES, b"x-after\n")  # queues behind the spooled ones
        await until(lambda: committer.status().spool.blocks == 0)
        await committer.commit(LINES, b"y-last\n")
        assert committer.status().last_error == ""
        await committer.close()

    asyncio.run(run())
    assert table.lines == sorted(table.lines)
    assert len(table.lines) == 23
    assert not list(tmp_path.glob("*.spool"))
    assert table.inserts < 12  # joined again, not one insert a block


def test_lost_answers_store_nothing_twice(tmp_path: Path) -> None:
    table = Table()
    table.lose_answers = 2

    async def run() -> None:
        committer = Committer(table.insert, wait_seconds=0, spool=Spool(tmp_path, max_bytes=10_000))
        await committer.commit(LINES, b"one\n")
        await committer.commit(LINES, b"two\n")
        await until(lambda: committer.status().spool.blocks == 0)
        await committer.close()

    asyncio.run(run())
    assert table.lines == [b"one", b"two"]


def test_spool_outlives_the_process(tmp_path: Path) -> None:
    table = Table()

    async def first() -> None:
        committer = Committer(table.insert, wait_seconds=0, spool=Spool(tmp_path, max_bytes=10_000))
        table.away = True
        await committer.commit(LINES, b"kept\n")
        await committer.close()

    async def second() -> None:
        committer = Committer(table.insert, spool=Spool(tmp_path, max_bytes=10_000))
        committer.start()
        await until(lambda: bool(table.lines) and committer.status().spool.blocks == 0)
        await committer.close()

    asyncio.run(first())
    table.away = False
    asyncio.run(second())
    assert table.lines == [b"kept"]


def test_spooled_block_that_is_refused_is_set_aside(tmp_path: Path) -> None:
    table = Table()

    async def run() -> None:
        spool = Spool(tmp_path, max_bytes=10_000)
        committer = Committer(table.insert, wait_seconds=0, spool=spool)
        table.away = True
        await asyncio.gather(*(committer.commit(LINES, line) for line in (b"a\n", b"bad\n", b"b\n", b"c\n")))
        table.away = False
        await until(lambda: committer.status().spool.blocks == 0)
        assert committer.status().spool.rejected_blocks == 1
        await committer.close()

    asyncio.run(run())
    assert table.lines == [b"a", b"b", b"c"]
    assert [path.read_bytes() for path in (tmp_path / "rejected").glob("*.block")] == [b"bad\n"]
    assert Spool(tmp_path, max_bytes=1).status().rejected_blocks == 1


def test_full_spool_refuses(tmp_path: Path) -> None:
    table = Table()
    table.away = True

    async def run() -> None:
        committer = Committer(table.insert, wait_seconds=0, spool=Spool(tmp_path, max_bytes=300))
        await committer.commit(LINES, b"x" * 100)
        with pytest.raises(StoreFull, match="spool"):
            await committer.commit(LINES, b"x" * 200)
        await committer.close()

    asyncio.run(run())


def test_without_a_spool_the_client_is_told(tmp_path: Path) -> None:
    table = Table()
    table.away = True

    async def run() -> None:
        committer = Committer(table.insert, wait_seconds=0)
        with pytest.raises(StoreUnavailable, match="away"):
            await committer.commit(LINES, b"x")
        await committer.close()
        with pytest.raises(StoreUnavailable, match="shutting down"):
            await committer.commit(LINES, b"x")

    asyncio.run(run())


def test_queue_and_guard_refuse_early() -> None:
    table = Table()
    started, release = threading.Event(), threading.Event()

    def slow(inbound: Inbound, block: bytes) -> None:
        started.set()
        release.wait(10)
        table.insert(inbound, block)

    def no_room() -> None:
        raise StoreFull("no room")

    async def run() -> None:
        committer = Committer(slow, wait_seconds=0, queue_max_bytes=10)
        first = committer.commit(LINES, b"x" * 8)
        await asyncio.to_thread(started.wait, 10)
        with pytest.raises(StoreFull, match="waiting"):
            await committer.commit(LINES, b"x" * 8)
        release.set()
        await first
        await committer.close()
        guarded = Committer(table.insert, guard=no_room)
        with pytest.raises(StoreFull, match="no room"):
            await guarded.commit(LINES, b"x")
        await guarded.close()

    asyncio.run(run())


def test_listeners_hear_of_each_insert() -> None:
    heard: list[str] = []

    async def run() -> None:
        committer = Committer(Table().insert)
        committer.subscribe(heard.append)
        await committer.commit(LINES, b"x")
        await committer.close()

    asyncio.run(run())
    assert heard == ["lines"]


def test_inserts_with_other_settings_are_never_joined() -> None:
    """Each protocol encodes rows of a shared table its own way; one's settings must not read the other's bytes."""
    seen: list[tuple[object, bytes]] = []

    async def run() -> None:
        committer = Committer(lambda inbound, block: seen.append((inbound.settings.get("style"), block)))
        pairs = Inbound("lines", "JSONEachRow", {"style": "pairs"})
        objects = Inbound("lines", "JSONEachRow", {"style": "objects"})
        await asyncio.gather(committer.commit(pairs, b"[]\n"), committer.commit(objects, b"{}\n"))
        await committer.close()

    asyncio.run(run())
    assert sorted(seen, key=str) == [("objects", b"{}\n"), ("pairs", b"[]\n")]


def test_clients_in_two_crowds_come_together() -> None:
    """Whoever waits while others are stored shares the next insert with them, not half of every one."""
    sizes: list[int] = []

    def insert(inbound: Inbound, block: bytes) -> None:
        sizes.append(len(block))
        time.sleep(0.05)

    async def run() -> None:
        committer = Committer(insert, wait_seconds=0.02)

        async def client(number: int) -> None:
            await asyncio.sleep(0.02 if number < 4 else 0)
            for _ in range(6):
                await committer.commit(LINES, b"x")

        await asyncio.gather(*(client(number) for number in range(8)))
        await committer.close()

    asyncio.run(run())
    assert sum(sizes) == 48
    assert max(sizes) == 8


def test_a_trickle_shares_inserts_and_nobody_waits_longer_than_said() -> None:
    sizes: list[int] = []
    waits: list[float] = []

    def insert(inbound: Inbound, block: bytes) -> None:
        sizes.append(len(block))
        time.sleep(0.02)

    async def run() -> None:
        committer = Committer(insert, wait_seconds=0.001, trickle_wait_seconds=0.2)

        async def client() -> None:
            started = time.monotonic()
            await committer.commit(LINES, b"x")
            waits.append(time.monotonic() - started)

        clients = []
        for _ in range(20):
            clients.append(asyncio.create_task(client()))
            await asyncio.sleep(0.05)
        await asyncio.gather(*clients)
        await committer.close()

    asyncio.run(run())
    assert sum(sizes) == 20
    assert len(sizes) <= 10
    assert max(waits) >= 0.1


def slow_insert(inbound: Inbound, block: bytes) -> None:
    time.sleep(0.1)  # a trickle would wait for ten times that


def test_who_sends_again_when_answered_does_not_wait_for_others() -> None:
    async def run() -> float:
        committer = Committer(slow_insert, trickle_wait_seconds=1000)
        started = time.monotonic()
        for _ in range(5):
            await committer.commit(LINES, b"x")
        elapsed = time.monotonic() - started
        await committer.close()
        return elapsed

    assert asyncio.run(run()) < 2.5


def test_large_blocks_are_no_trickle_and_closing_ends_the_wait() -> None:
    async def run() -> float:
        committer = Committer(slow_insert, trickle_wait_seconds=1000)
        started = time.monotonic()
        for size in (1, 100_000, 100_000, 100_000):
            await committer.commit(LINES, b"x" * size)
            await asyncio.sleep(0.15)
        last = asyncio.ensure_future(committer.commit(LINES, b"x"))
        await asyncio.sleep(0.05)
        await committer.close()
        await last
        return time.monotonic() - started

    assert asyncio.run(run()) < 1.9
