import os
import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.server.store.errors import StoreFull
from vedette.server.store.inbound import Block, Inbound, RequestId
from vedette.server.store.records import Record, decode_records, encode_record
from vedette.server.store.spool import Spool

LOGS = Inbound("logs_inbound", "Protobuf", {"format_schema_source": "string"})
SPANS = Inbound("spans_inbound", "Protobuf")
REQUESTS = st.none() | st.builds(
    RequestId, st.sampled_from(["logs", "spans"]), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
)
BLOCKS = st.lists(st.builds(Block, st.binary(max_size=60), st.integers(0, 2**32 - 1), REQUESTS), max_size=8)


def blocks_of(content: bytes) -> list[Block]:
    return [record.block for record in decode_records(content) if record is not None]


@given(BLOCKS, st.floats(0, 2e9))
def test_records_round_trip(blocks: list[Block], written: float) -> None:
    content = b"".join(encode_record(block, written) for block in blocks)
    assert list(decode_records(content)) == [Record(block, written) for block in blocks]


@given(BLOCKS, st.integers(0, 10_000))
def test_torn_tail_costs_only_the_torn_record(blocks: list[Block], cut: int) -> None:
    whole = b"".join(map(encode_record, blocks))
    torn = whole[: min(cut, len(whole))]
    found = blocks_of(torn)
    assert found == blocks[: len(found)]
    assert len(b"".join(map(encode_record, blocks[: len(found) + 1]))) > len(torn) or found == blocks


@given(BLOCKS.filter(bool), st.randoms(use_true_random=False), st.binary(max_size=30))
def test_damage_never_invents_a_block(blocks: list[Block], chance: random.Random, garbage: bytes) -> None:
    content = bytearray(b"".join(map(encode_record, blocks)) + garbage)
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    found = blocks_of(bytes(content))
    assert len(found) >= 0
    assert all(block in blocks for block in found)


@given(st.sampled_from([b"", b"VDR1", b"VDR2"]), st.binary(max_size=300))
def test_any_bytes_are_read_without_error(magic: bytes, content: bytes) -> None:
    list(decode_records(magic + content))


def old_record(block: Block) -> bytes:
    """As 0.1 wrote it, before records named their request."""
    head = struct.pack("<II", len(block.data), block.rows)
    return b"VDR1" + head + struct.pack("<I", zlib.crc32(block.data, zlib.crc32(head))) + block.data


@given(BLOCKS)
def test_records_of_an_earlier_version_are_read(blocks: list[Block]) -> None:
    blocks = [Block(block.data, block.rows) for block in blocks]
    assert blocks_of(b"".join(map(old_record, blocks))) == blocks


def test_a_segment_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=10_000)
    spool.append(LOGS, [Block(b"new", 1)])
    (path,) = tmp_path.glob("*.spool")
    header, _, _ = path.read_bytes().partition(b"\n")
    path.write_bytes(header + b"\n" + old_record(Block(b"1", 1)) + old_record(Block(b"2", 3)))
    again = Spool(tmp_path, max_bytes=10_000)
    assert again.status().blocks == 2 and not again.last_requests(60)
    assert again.oldest(LOGS) is not None and again.oldest(LOGS)[1] == [Block(b"1", 1), Block(b"2", 3)]  # type: ignore[index]


def test_the_last_requests_are_known_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the newest minute, whichever segment they are in; what is damaged may come again."""
    spool = Spool(tmp_path, max_bytes=10_000)
    ids = [RequestId("logs", 1, number) for number in range(5)]
    moments = [1000.0, 1100.0, 1100.0, 1150.0, 1155.0]
    for moment, id_, inbound in zip(moments, ids, [LOGS, LOGS, SPANS, LOGS, LOGS], strict=True):
        monkeypatch.setattr("time.time", lambda moment=moment: moment)
        spool.append(inbound, [Block(b"block %d" % id_.request_id, 1, id_), Block(b"without", 1)])
    for path, changed in zip(sorted(tmp_path.glob("*.spool")), [1155.0, 1100.0], strict=True):
        os.utime(path, (changed, changed))
    first, _ = sorted(tmp_path.glob("*.spool"))
    assert Spool(tmp_path, max_bytes=10_000).last_requests(60) == set(ids[1:])
    assert Spool(tmp_path, max_bytes=10_000).last_requests(10) == set(ids[3:])
    first.write_bytes(first.read_bytes().replace(b"block 3", b"bl0ck 3"))
    os.utime(first, (1155.0, 1155.0))
    assert Spool(tmp_path, max_bytes=10_000).last_requests(10) == {ids[4]}
    assert Spool(tmp_path / "empty", max_bytes=10_000).last_requests(60) == set()


def test_blocks_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=10_000)
    spool.append(LOGS, [Block(b"1", 1)], token="tried")
    spool.append(LOGS, [Block(b"2", 1), Block(b"3", 1)])
    spool.append(SPANS, [Block(b"s", 7)])
    spool.append(LOGS, [Block(b"4", 1)])
    again = Spool(tmp_path, max_bytes=10_000)
    assert again.inbounds() == [LOGS, SPANS]
    assert again.inbounds()[0].settings == LOGS.settings
    assert again.status().blocks == 5
    again.append(LOGS, [Block(b"5", 1)])  # loaded segments may have been tried: new blocks get a new one
    seen = []
    while found := again.oldest(LOGS):
        segment, blocks = found
        seen.append((segment.token == "tried", [block.data for block in blocks]))
        again.done(segment)
    assert seen == [(True, [b"1"]), (False, [b"2", b"3", b"4"]), (False, [b"5"])]
    assert not again.holds(LOGS) and again.holds(SPANS)


def test_a_segment_takes_no_blocks_once_a_replay_has_seen_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=10_000)
    spool.append(LOGS, [Block(b"1", 1)])
    first = spool.oldest(LOGS)
    spool.append(LOGS, [Block(b"2", 1)])
    again = spool.oldest(LOGS)
    assert first is not None and again is not None
    assert first[1] == again[1] == [Block(b"1", 1)]
    assert first[0].token == again[0].token


def test_segments_stay_below_their_size(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=10_000, segment_bytes=400)
    for _ in range(10):
        spool.append(LOGS, [Block(b"x" * 100, 1)])
    assert len(list(tmp_path.glob("*.spool"))) == 10 // 2


@pytest.mark.parametrize("left", [0, 5, 70, 160])
def test_torn_file_of_a_killed_process(tmp_path: Path, left: int) -> None:
    Spool(tmp_path, max_bytes=10_000).append(SPANS, [Block(b"only", 1)])
    (path,) = tmp_path.glob("*.spool")
    content = path.read_bytes()
    path.write_bytes(content[: min(left, len(content) - 1)])
    spool = Spool(tmp_path, max_bytes=10_000)
    assert spool.inbounds() == []
    assert not list(tmp_path.glob("*.spool"))


def test_damaged_block_is_kept_and_counted_and_its_neighbours_live(tmp_path: Path) -> None:
    Spool(tmp_path, max_bytes=10_000).append(SPANS, [Block(b"first", 1), Block(b"SECOND", 1), Block(b"third", 1)])
    (path,) = tmp_path.glob("*.spool")
    path.write_bytes(path.read_bytes().replace(b"SECOND", b"S3COND"))
    spool = Spool(tmp_path, max_bytes=10_000)
    for _ in range(2):  # a replay may try more than once
        segment, blocks = spool.oldest(SPANS) or pytest.fail("nothing spooled")
        assert [block.data for block in blocks] == [b"first", b"third"]
    spool.done(segment)
    assert spool.status().rejected_blocks == 1
    assert [kept.name for kept in spool.rejected.iterdir()] == [path.name]


def test_damaged_header_is_kept_and_counted(tmp_path: Path) -> None:
    Spool(tmp_path, max_bytes=10_000).append(SPANS, [Block(b"x", 1)])
    (path,) = tmp_path.glob("*.spool")
    path.write_bytes(path.read_bytes().replace(b'"table"', b'"t@ble"'))
    spool = Spool(tmp_path, max_bytes=10_000)
    assert (spool.inbounds(), spool.status().rejected_blocks) == ([], 1)


def test_limit_counts_all_tables(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=500)
    spool.append(LOGS, [Block(b"x" * 200, 1)])
    with pytest.raises(StoreFull):
        spool.append(SPANS, [Block(b"x" * 200, 1)])
    segment, _ = spool.oldest(LOGS) or pytest.fail("nothing spooled")
    spool.done(segment)
    spool.append(SPANS, [Block(b"x" * 200, 1)])


def test_failed_write_leaves_earlier_blocks_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, max_bytes=10_000)
    spool.append(LOGS, [Block(b"1", 1)])

    def broken(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", broken)
        with pytest.raises(StoreFull, match="No space left"):
            spool.append(LOGS, [Block(b"2", 1)])
    spool.append(LOGS, [Block(b"3", 1)])
    again = Spool(tmp_path, max_bytes=10_000)
    assert again.status().blocks == spool.status().blocks == 2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([LOGS, SPANS]), st.binary(max_size=20), st.sampled_from("-ros")), max_size=25)
)
def test_nothing_is_lost_or_reordered(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Inbound, bytes, str]]
) -> None:
    """Appends, replays (r), restarts (o) and tried batches (s) in any order: each table is a queue."""
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, max_bytes=100_000, segment_bytes=120)
    sent: dict[Inbound, list[bytes]] = {LOGS: [], SPANS: []}
    got: dict[Inbound, list[bytes]] = {LOGS: [], SPANS: []}

    def replay(inbound: Inbound) -> bool:
        found = spool.oldest(inbound)
        if found:
            got[inbound] += [block.data for block in found[1]]
            spool.done(found[0])
        return found is not None

    for inbound, data, step in steps:
        if step == "r":
            replay(inbound)
        elif step == "o":
            spool = Spool(folder, max_bytes=100_000, segment_bytes=120)
        else:
            spool.append(inbound, [Block(data, 1)], token="t" if step == "s" else "")
            sent[inbound].append(data)
    while replay(LOGS) or replay(SPANS):
        pass
    assert got == sent
    assert spool.status().blocks == spool.status().bytes == 0
