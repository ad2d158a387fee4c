import asyncio
from pathlib import Path

import pytest

from tests.server.store.conftest import Shop
from vedette.server.store.client import Dsn, Store
from vedette.server.store.errors import StoreFull
from vedette.server.store.inbound import Block, Inbound, RequestId
from vedette.server.store.retries import (
    CRASH_MEMORY_SECONDS,
    UNANSWERED_MEMORY_SECONDS,
    CrashMarker,
    RecentRequests,
    newest_requests,
)
from vedette.server.store.spool import Spool


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_stored_request_is_recognised_once_after_a_crash(shop: Shop) -> None:
    shop.insert(shop.block(["one", "two"], request_id=2**63 + 5))
    recent = RecentRequests()
    recent.load(shop.store)
    assert not recent.already_stored("spans", shop.project_id, 2**63 + 5)
    assert not recent.already_stored("logs", shop.project_id + 1, 2**63 + 5)
    assert recent.already_stored("logs", shop.project_id, 2**63 + 5)
    assert not recent.already_stored("logs", shop.project_id, 2**63 + 5)


def test_a_spooled_request_is_recognised_once_after_a_crash(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=10_000)
    spool.append(Inbound("otlp_logs_inbound", "Protobuf"), [Block(b"x", 1, RequestId("logs", 3, 2**63 + 5))])
    recent = RecentRequests()
    recent.load_spool(Spool(tmp_path, max_bytes=10_000))
    assert not recent.already_stored("spans", 3, 2**63 + 5)
    assert recent.already_stored("logs", 3, 2**63 + 5)
    assert not recent.already_stored("logs", 3, 2**63 + 5)


def test_only_the_last_minute_counts(store: Store, shop: Shop) -> None:
    row = '{"project_id": %d, "request_id": %d, "time": "2026-11-20 12:00:00", "received_at": "2036-01-01 00:%s"}\n'
    project = shop.project_id
    old, recent = row % (project, 1, "00:00"), row % (project, 2, "01:30")
    store.insert("spans", old.encode() + recent.encode(), fmt="JSONEachRow")
    assert newest_requests(store, "spans") == {(project, 2)}


def test_ids_expire() -> None:
    clock = Clock()
    recent = RecentRequests(clock=clock)
    recent.unacknowledged("logs", 1, 7)
    recent.unacknowledged("logs", 1, 8)
    clock.now = UNANSWERED_MEMORY_SECONDS - 1
    assert recent.already_stored("logs", 1, 7)
    clock.now = UNANSWERED_MEMORY_SECONDS + 1
    assert not recent.already_stored("logs", 1, 8)
    assert CRASH_MEMORY_SECONDS > UNANSWERED_MEMORY_SECONDS


def test_only_slow_or_abandoned_requests_are_remembered() -> None:
    clock = Clock()
    recent = RecentRequests(clock=clock)
    with recent.answering("logs", 1, 1):
        clock.now += 1
    with recent.answering("logs", 1, 2):
        clock.now += 6
    with pytest.raises(asyncio.CancelledError), recent.answering("logs", 1, 3):
        raise asyncio.CancelledError
    with pytest.raises(StoreFull), recent.answering("logs", 1, 4):
        clock.now += 6
        raise StoreFull("nothing was stored")
    assert [recent.already_stored("logs", 1, request_id) for request_id in (1, 2, 3, 4)] == [False, True, True, False]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.server.store.retries.MAX_REMEMBERED", 10)
    clock = Clock()
    recent = RecentRequests(clock=clock)
    for number in range(20):
        recent.unacknowledged("logs", 1, number)
    assert len(recent) == 10
    clock.now = UNANSWERED_MEMORY_SECONDS + 1
    recent.unacknowledged("logs", 1, 99)
    assert len(recent) == 1


def test_a_store_that_is_away_stops_nothing() -> None:
    recent = RecentRequests()
    recent.load(Store(Dsn.parse("clickhouse://127.0.0.1:9/vedette")))
    assert len(recent) == 0


def test_marker_tells_a_crash_from_a_clean_end(tmp_path: Path) -> None:
    first = CrashMarker(tmp_path)
    assert not first.crashed
    first.set()
    assert CrashMarker(tmp_path).crashed
    first.clear()
    assert not CrashMarker(tmp_path).crashed
