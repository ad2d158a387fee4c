"""Rows that name themselves are acknowledged once they are in the journal, and stored soon after."""

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.store.test_commit import LINES, Table
from vedette.server.store.commit import Committer
from vedette.server.store.errors import StoreFull
from vedette.server.store.inbound import Block, Inbound
from vedette.server.store.journal import Journal
from vedette.server.store.spool import Spool

NAMED = Inbound("named", "JSONEachRow", has_ids=True)


def journal_in(folder: Path, **bounds: int) -> Spool:
    return Spool(folder, **{"max_bytes": 1 << 20, **bounds})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60), st.sampled_from(["", "pause", "ask"])), max_size=30))
def test_who_asks_finds_all_that_was_acknowledged(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[tuple[bool, int, str]]
) -> None:
    table = Table()
    folder = tmp_path_factory.mktemp("journal")

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(folder, segment_bytes=300))
        refused: list[bytes] = []
        committer.on_refused(lambda inbound, block, reason: refused.append(block.data))
        acknowledged: list[bytes] = []
        for number, (good, size, then) in enumerate(blocks):
            line = b"%d-%s" % (number, (b"x" if good else b"bad") * size)
            await committer.commit(NAMED, line + b"\n")
            acknowledged += [line] if good else []
            if then == "pause":
                await asyncio.sleep(0.001)
            elif then == "ask":
                await committer.settle()
                assert table.lines == acknowledged
        await committer.close()
        assert table.lines == acknowledged
        assert committer.queued_bytes == committer.status().queued_bytes == 0
        assert len(refused) == sum(not good for good, _, _ in blocks)

    asyncio.run(run())
    bad = sum(not good for good, _, _ in blocks)
    assert journal_in(folder).status().rejected_blocks == bad
    assert not list(folder.glob("*.spool"))


def test_many_blocks_share_an_insert_and_are_stored_without_being_asked_for(tmp_path: Path) -> None:
    table = Table()

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(tmp_path))
        for number in range(100):
            await committer.commit(NAMED, b"%d\n" % number)
        async with asyncio.timeout(30):
            while len(table.lines) < 100 or committer.status().queued_bytes:
                await asyncio.sleep(0.005)
        await committer.close()

    asyncio.run(run())
    assert table.lines == [b"%d" % number for number in range(100)]
    assert table.inserts < 50


def test_what_comes_while_rows_are_stored_waits_for_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one insert would follow another without a pause, each of a few rows."""
    monkeypatch.setattr("vedette.server.store.journal.APPLY_SECONDS", 60.0)
    monkeypatch.setattr("vedette.server.store.journal.LONGEST_APPLY_SECONDS", 60.0)
    storing, goes_on = threading.Event(), threading.Event()
    stored: list[bytes] = []

    def insert(inbound: Inbound, block: bytes) -> None:
        storing.set()
        assert goes_on.wait(60)
        stored.append(block)

    async def run() -> None:
        committer = Committer(insert, journal=journal_in(tmp_path))
        await committer.commit(NAMED, b"first\n")
        asked = asyncio.create_task(committer.settle())
        assert await asyncio.to_thread(storing.wait, 60)
        await committer.commit(NAMED, b"second\n")
        goes_on.set()
        await asked
        await asyncio.sleep(0.2)
        assert stored == [b"first\n"]
        await committer.settle()
        assert stored == [b"first\n", b"second\n"]
        await committer.close()

    asyncio.run(run())


def test_what_was_acknowledged_before_a_crash_is_stored_at_the_next_start(tmp_path: Path) -> None:
    journal_in(tmp_path).append(NAMED, [Block(b"one\n", 1), Block(b"two\n", 1)])
    table = Table()

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(tmp_path))
        committer.start()
        await committer.settle()
        assert table.lines == [b"one", b"two"]
        await committer.close()

    asyncio.run(run())


def test_what_is_appended_while_others_are_stored_is_not_forgotten(tmp_path: Path) -> None:
    table = Table()
    inserting, go_on = threading.Event(), threading.Event()

    def insert(inbound: Inbound, block: bytes) -> None:
        inserting.set()
        assert go_on.wait(30)
        table.insert(inbound, block)

    async def run() -> None:
        committer = Committer(insert, journal=journal_in(tmp_path))
        await committer.commit(NAMED, b"before\n")
        early = asyncio.create_task(committer.settle())
        assert await asyncio.to_thread(inserting.wait, 30)
        await committer.commit(NAMED, b"meanwhile\n")
        late = asyncio.create_task(committer.settle())
        await asyncio.sleep(0)  # it has asked by now
        go_on.set()
        await early
        await late
        assert table.lines == [b"before", b"meanwhile"]
        await committer.close()

    asyncio.run(run())


def test_a_store_that_fails_keeps_nobody_waiting_and_gets_it_later(tmp_path: Path) -> None:
    table = Table()
    table.away = True

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(tmp_path))
        await committer.commit(NAMED, b"kept\n")
        await committer.settle()
        assert table.lines == []
        assert committer.status().queued_bytes > 0
        table.away = False
        await committer.settle()
        assert table.lines == [b"kept"]
        await committer.close()

    asyncio.run(run())


def test_closing_leaves_in_the_journal_what_cannot_be_stored(tmp_path: Path) -> None:
    table = Table()
    table.away = True

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(tmp_path))
        await committer.commit(NAMED, b"kept\n")
        await committer.close()

    asyncio.run(run())
    assert journal_in(tmp_path).status().blocks == 1


def test_a_full_journal_refuses(tmp_path: Path) -> None:
    table = Table()
    table.away = True

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(tmp_path, max_bytes=300))
        await committer.commit(NAMED, b"x" * 100)
        with pytest.raises(StoreFull):
            await committer.commit(NAMED, b"x" * 200)
        await committer.close()

    asyncio.run(run())


def test_rows_without_ids_go_to_the_store_at_once(tmp_path: Path) -> None:
    table = Table()

    async def run() -> None:
        committer = Committer(table.insert, journal=journal_in(tmp_path))
        await committer.commit(LINES, b"one\n")
        assert table.lines == [b"one"]
        await committer.close()

    asyncio.run(run())


def test_a_journal_that_was_never_started_has_nothing_to_settle(tmp_path: Path) -> None:
    async def insert(inbound: Inbound, blocks: object, token: str) -> None:
        raise AssertionError("nothing was appended")

    async def run() -> None:
        journal = Journal(journal_in(tmp_path), insert, lambda *_: None)
        await journal.settle()
        journal.start()
        journal.start()
        await journal.settle()
        await journal.close()

    asyncio.run(run())
