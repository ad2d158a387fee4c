"""A log and its readers, and processes that die over them."""

import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vedette.sdk.delivery.segments import Log, Sealed
from vedette.sdk.delivery.spool import Spool

LANES = ("posthog", "vedette")


class Losses(Counter[tuple[str, str]]):
    def __call__(self, lane: str, reason: str, count: int) -> None:
        self[lane, reason] += count


def line(number: int, padding: int = 0) -> bytes:
    return b'{"id":%d,"p":"%s"}\n' % (number, b"x" * padding)


def number_of(text: bytes) -> int:
    return int(text[6 : text.index(b",")])


def open_log(directory: Path, losses: Any = None, segment_bytes: int = 100) -> Log:
    return Log(directory, "events", LANES, segment_bytes, losses if losses is not None else Losses())


def test_readers_go_their_own_way_and_segments_go_when_all_are_done(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    for number in range(20):
        log.append(line(number))
    assert len(log.segments) == 4  # of six lines of 17 bytes
    taken = log.readers["vedette"].take(100)
    assert [number_of(text) for text in taken] == [0, 1, 2, 3, 4, 5]  # one segment at a time
    log.readers["vedette"].done()
    assert len(list(tmp_path.glob("*.jsonl"))) == 4
    while log.readers["vedette"].take(100):
        log.readers["vedette"].done()
    while log.readers["posthog"].take(4):
        log.readers["posthog"].done()
    assert log.idle
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["events-00000004.jsonl"]  # the one being written
    log.close()


def test_a_batch_in_hand_is_taken_again_after_a_crash_and_a_done_one_is_not(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    for number in range(5):
        log.append(line(number))
    reader = log.readers["vedette"]
    reader.take(2)
    reader.done()
    reader.take(2)
    log.close()
    again = open_log(tmp_path)
    assert [number_of(text) for text in again.readers["vedette"].take(9)] == [2, 3, 4]
    assert len(again.readers["posthog"]) == 5
    again.close()


@pytest.mark.parametrize("content", [b"", b"12", b"\0" * 30, b"x" * 30, b"-000000001 000000000000000005\n"])
def test_an_illegible_cursor_begins_again(tmp_path: Path, content: bytes) -> None:
    log = open_log(tmp_path)
    log.append(line(1))
    log.close()
    (tmp_path / "events@vedette.cursor").write_bytes(content)
    assert len(open_log(tmp_path).readers["vedette"]) == 1


def test_a_line_cut_off_by_a_crash_is_not_read(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.append(line(1))
    log.close()
    with next(tmp_path.glob("*.jsonl")).open("ab") as file:
        file.write(line(2)[:-4])
    again = open_log(tmp_path)
    assert [number_of(text) for text in again.readers["vedette"].take(9)] == [1]
    assert again.size == len(line(1))


def test_a_short_write_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the disk fills up in the middle of a line."""
    log = open_log(tmp_path)
    log.append(line(1))
    whole = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: whole(fd, data[: len(data) // 2]))
        with pytest.raises(OSError, match="No space"):
            log.append(line(2))
    log.append(line(3))
    assert [number_of(text) for text in log.readers["vedette"].take(9)] == [1, 3]
    log.close()


def test_dropping_counts_what_each_lane_has_not_taken(tmp_path: Path) -> None:
    losses = Losses()
    log = open_log(tmp_path, losses)
    for number in range(12):
        log.append(line(number))
    log.readers["vedette"].take(4)  # in hand: neither lost nor counted
    log.drop_oldest("overflow")
    assert losses == {("vedette", "overflow"): 2, ("posthog", "overflow"): 6}
    log.readers["vedette"].done()
    for lane in LANES:
        assert [number_of(text) for text in log.readers[lane].take(9)] == [6, 7, 8, 9, 10, 11]
    assert log.droppable() is None
    log.close()


def test_files_deleted_by_another_hand_are_counted(tmp_path: Path) -> None:
    losses = Losses()
    log = open_log(tmp_path, losses)
    for number in range(8):
        log.append(line(number))
    for path in tmp_path.glob("*.jsonl"):
        path.unlink()
    for _ in range(3):
        assert log.readers["vedette"].take(9) == []
    assert losses == {(lane, "lost"): 8 for lane in LANES}
    log.append(line(9))
    assert [number_of(text) for text in log.readers["posthog"].take(9)] == [9]
    log.close()


class SpoolMachine(RuleBasedStateMachine):
    """Processes share a spool, crash over it with half a line written, and others carry on.

    A lane must get every item whose append returned, in the end; twice only what was in hand at a crash.
    """

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.alive: list[Spool] = []
        self.next = 0
        self.kept: set[int] = set()
        self.got: dict[str, Counter[int]] = {lane: Counter() for lane in LANES}
        self.again: dict[str, set[int]] = {lane: set() for lane in LANES}
        self.hand: dict[tuple[int, str], tuple[Any, list[int]]] = {}
        self.lost = Counter[str]()

    def _lose(self, signal: str, lane: str, reason: str, count: int) -> None:
        self.lost[reason] += count

    @initialize()
    def begin(self) -> None:
        self.start()

    @precondition(lambda self: len(self.alive) < 3)
    @rule()
    def start(self) -> None:
        spool = Spool(self.root, {"events": LANES}, max_bytes=1 << 30, segment_bytes=200, lost=self._lose)
        spool.segment_bytes = 200
        self.alive.append(spool)

    @rule(who=st.integers(0, 2), padding=st.integers(0, 300))
    def append(self, who: int, padding: int) -> None:
        if self.alive:
            self.alive[who % len(self.alive)].append("events", line(self.next, padding))
            self.kept.add(self.next)
            self.next += 1

    @rule(who=st.integers(0, 2), lane=st.sampled_from(LANES), which=st.integers(0, 3), limit=st.integers(1, 4))
    def take(self, who: int, lane: str, which: int, limit: int) -> None:
        if not self.alive:
            return
        spool = self.alive[who % len(self.alive)]
        readers = spool.readers("events", lane)
        if readers and (id(spool), lane) not in self.hand:
            reader = readers[which % len(readers)]
            taken = [number_of(text) for text in reader.take(limit)]
            if taken:
                self.hand[id(spool), lane] = (reader, taken)

    @rule(who=st.integers(0, 2), lane=st.sampled_from(LANES))
    def done(self, who: int, lane: str) -> None:
        if self.alive:
            self._finish(self.alive[who % len(self.alive)], lane)

    def _finish(self, spool: Spool, lane: str) -> None:
        reader, taken = self.hand.pop((id(spool), lane), (None, []))
        if reader is not None:
            self.got[lane].update(taken)
            reader.done()

    @rule(who=st.integers(0, 2))
    def keep_up(self, who: int) -> None:
        if self.alive:
            spool = self.alive[who % len(self.alive)]
            spool.adopt()
            spool.sync()
            spool.tidy()

    @rule(who=st.integers(0, 2), torn=st.integers(0, 10), sent=st.booleans())
    def crash(self, who: int, torn: int, sent: bool) -> None:
        """`sent`: the backend had taken what was in hand, and nobody was left to note it."""
        if not self.alive:
            return
        spool = self.alive.pop(who % len(self.alive))
        for lane in LANES:
            _, taken = self.hand.pop((id(spool), lane), (None, []))
            if sent:
                self.got[lane].update(taken)
                self.again[lane].update(taken)
        own = spool._own
        spool.abandon()
        newest = max(own.path.glob("*.jsonl"), default=None) if own is not None else None
        if newest is not None and torn:
            with newest.open("ab") as file:
                file.write(line(10**6)[:torn])

    @rule(who=st.integers(0, 2))
    def close(self, who: int) -> None:
        if self.alive:
            spool = self.alive.pop(who % len(self.alive))
            for lane in LANES:
                self._finish(spool, lane)
            spool.close(1.0)

    @invariant()
    def nobody_gets_what_they_should_not(self) -> None:
        for lane in LANES:
            assert set(self.got[lane]) <= self.kept
            twice = {number for number, times in self.got[lane].items() if times > 1}
            assert twice <= self.again[lane]
        assert not self.lost

    def teardown(self) -> None:
        for _ in range(len(self.alive)):
            self.crash(0, 7, False)
        self.start()
        last = self.alive[0]
        while last.adopt() or last.adopting:
            for lane in LANES:
                for reader in last.readers("events", lane):
                    while taken := reader.take(100):
                        self.got[lane].update(map(number_of, taken))
                        reader.done()
            last.tidy()
        for lane in LANES:
            assert set(self.got[lane]) == self.kept
        self.nobody_gets_what_they_should_not()
        assert list(self.root.iterdir()) == []
        last.close(1.0)
        shutil.rmtree(self.root)


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_what_is_appended_while_the_spool_closes_is_not_lost(tmp_path: Path) -> None:
    """The end deletes a home that is finished, while other threads may still be reporting their errors."""
    spool = Spool(tmp_path, {"events": ("vedette",)}, max_bytes=1 << 30, segment_bytes=1 << 20, lost=lambda *_: None)
    kept: list[int] = []
    got: list[int] = []
    stop = threading.Event()

    def append(first: int) -> None:
        number = first
        while not stop.is_set():
            spool.append("events", line(number))
            kept.append(number)
            number += 1
            time.sleep(0.0002)

    def send(sender: Spool) -> None:
        for reader in sender.readers("events", "vedette"):
            while taken := reader.take(1000):
                got.extend(map(number_of, taken))
                reader.done()

    threads = [threading.Thread(target=append, args=(part * 10**6,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(60):
        send(spool)
        spool.close(1.0)
    stop.set()
    for thread in threads:
        thread.join()
    spool.abandon()
    heir = Spool(tmp_path, {"events": ("vedette",)}, max_bytes=1 << 30, segment_bytes=1 << 20, lost=lambda *_: None)
    while heir.adopt() or heir.adopting:
        send(heir)
        heir.tidy()
    assert Counter(got) == Counter(kept)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_appended_to_a_home_that_others_may_have_adopted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, {"events": LANES}, max_bytes=1 << 20, segment_bytes=1 << 20, lost=lambda *_: None)
    spool.append("events", line(1))
    log = spool._own.logs["events"]  # as a thread has it that is about to append
    spool.close(1.0)
    with pytest.raises(Sealed):
        log.append(line(2))
    spool.append("events", line(3))
    assert len(list(tmp_path.iterdir())) == 2
    spool.abandon()


def test_homes_are_private(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", {"events": LANES}, max_bytes=1 << 20, segment_bytes=1 << 20, lost=lambda *_: None)
    spool.append("events", line(1))
    modes = {path.name: path.stat().st_mode & 0o777 for path in [tmp_path / "spool", *(tmp_path / "spool").rglob("*")]}
    assert {mode for name, mode in modes.items() if Path(name).suffix or name == "lock"} == {0o600}
    assert {mode for name, mode in modes.items() if not Path(name).suffix and name != "lock"} == {0o700}
    spool.close(1.0)
