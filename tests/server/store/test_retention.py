import datetime as dt
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.store.conftest import Shop
from vedette.server.config import Settings
from vedette.server.store.client import Store
from vedette.server.store.disk import DiskGuard, free_bytes
from vedette.server.store.errors import StoreFull
from vedette.server.store.retention import (
    Partition,
    Rule,
    apply_rules,
    drop_surplus,
    last_day,
    partitions,
    rules,
    surplus,
)


def test_every_rule_is_applied_once(store: Store) -> None:
    wanted = rules(Settings(retention_logs_days=7))
    assert set(apply_rules(store, wanted)) == {rule.table for rule in wanted}
    assert apply_rules(store, wanted) == []
    assert apply_rules(store, rules(Settings(retention_logs_days=8))) == ["logs"]
    assert apply_rules(store, rules(Settings())) == ["logs"]


def test_expired_rows_go(store: Store) -> None:
    apply_rules(store, [Rule("feedback", "time", 3650)])
    now = dt.datetime.now(dt.UTC)
    for days in (1, 40):
        at = (now - dt.timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
        store.insert(
            "feedback", f'{{"project_id": 1, "time": "{at}", "feedback_id": "{days}"}}'.encode(), fmt="JSONEachRow"
        )
    apply_rules(store, [Rule("feedback", "time", 30)])
    for host in store.each_host():
        host.command(f"OPTIMIZE TABLE {store.dsn.local_table('feedback')} FINAL")
    assert [row[0] for row in store.query("SELECT feedback_id FROM feedback").rows] == ["1"]


def test_dropping_the_oldest_partitions_frees_disk(store: Store, shop: Shop, data_folders: list[Path]) -> None:
    """Measured on the file system, not in the engine's books."""
    noise = [str(hash((number, "noise"))) * 20 for number in range(3000)]
    for day in (1, 2, 3):
        shop.insert(shop.block([f"{day} {line}" for line in noise], time=f"2026-11-{day:02d} 12:00:00"))
    before = sum(_disk_bytes(folder) for folder in data_folders)
    held = {(item.table, item.id): item.bytes for item in partitions(store)}
    logs = store.dsn.local_table("logs")
    old = held[logs, "20261101"] + held[logs, "20261102"]
    keep = sum(held.values()) - old
    older = [key for key in held if last_day(key[1]) < dt.date(2026, 11, 1)]
    keep -= sum(held[key] for key in older)
    dropped = drop_surplus(store, keep, today=dt.date(2026, 11, 23))
    assert {(item.table, item.id) for item in dropped} >= {(logs, "20261101"), (logs, "20261102")}
    deadline = time.monotonic() + 15
    while (freed := before - sum(_disk_bytes(folder) for folder in data_folders)) < 0.9 * old:
        assert time.monotonic() < deadline, f"{freed} of {old} bytes freed"
        time.sleep(0.1)
    assert {body[0] for body in shop.bodies()} == {"3"}
    assert drop_surplus(store, 0, today=dt.date(2026, 11, 23)) == []


def _disk_bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:  # merges go on
            continue
    return total


@given(
    st.lists(
        st.builds(
            Partition,
            st.sampled_from(["a", "b"]),
            st.just("x"),
            st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
            st.integers(1, 100),
        ),
        max_size=12,
    ),
    st.integers(1, 500),
)
def test_surplus_takes_the_oldest_and_no_more(found: list[Partition], max_bytes: int) -> None:
    found.sort(key=lambda partition: partition.end)
    today = dt.date(2026, 11, 1)
    going = surplus(found, max_bytes, today)
    left = sum(item.bytes for item in found) - sum(item.bytes for item in going)
    for item in going:
        assert item.end < today
        assert item.end < max(other.end for other in found if other.table == item.table)
    if going:
        assert left + going[-1].bytes > max_bytes


def test_partition_ids() -> None:
    assert last_day("20261123") == dt.date(2026, 11, 23)
    assert last_day("202602") == dt.date(2026, 2, 28)
    assert last_day("all") == last_day("20261399") == dt.date.max


def test_disk_guard_asks_once_a_second(tmp_path: Path) -> None:
    now = 0.0
    guard = DiskGuard(tmp_path, min_free_bytes=free_bytes(tmp_path) * 2, clock=lambda: now)
    with pytest.raises(StoreFull, match="MiB of disk are free"):
        guard()
    roomy = DiskGuard(tmp_path, min_free_bytes=1, clock=lambda: now)
    roomy()
    roomy.free_bytes = 0
    with pytest.raises(StoreFull):
        roomy()
    now = 1.0
    roomy()
