"""Acknowledged data that waits on disk while a remote store is unreachable.

The spool is a folder of segment files, `<sequence>-<table>.spool`, each holding blocks for one inbound table:

    line 1    JSON: {"table", "fmt", "settings", "token"}, ended by a newline
    records   one a block (see `records`)

A block counts as spooled once its file is fsynced; a torn record at the end of a file was never acknowledged and
is ignored. A segment is replayed as one insert under its token: it takes no more blocks once a replay has looked at
it, so a repeated attempt carries the same rows under the same token, which the tables recognise
(`non_replicated_deduplication_window`). Blocks that the store refuses move to `rejected/`.
"""

import json
import os
import re
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from vedette.server.store.errors import StoreFull
from vedette.server.store.inbound import Block, Inbound, RequestId
from vedette.server.store.records import HEAD, Record, decode_records, encode_record, record_size

NAME = re.compile(r"(?P<sequence>\d{16})-\w+\.spool")


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    """The spool in numbers, for the health page."""

    bytes: int = 0
    blocks: int = 0
    oldest_seconds: float = 0.0
    rejected_blocks: int = 0


@dataclass(slots=True)
class Segment:
    """One file of the spool. `sealed` ones take no more blocks."""

    path: Path
    inbound: Inbound
    token: str
    bytes: int
    blocks: int
    since: float
    sealed: bool


class Spool:
    """The folder's segments in order, oldest first. Thread-safe; blocking.

    `max_bytes` bounds all segments together, `segment_bytes` one of them (and so one replayed insert).
    """

    def __init__(self, folder: Path, *, max_bytes: int, segment_bytes: int = 32 * 1024 * 1024) -> None:
        self.folder = folder
        self.rejected = folder / "rejected"
        self._max_bytes = max_bytes
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._segments: dict[Inbound, list[Segment]] = {}
        self.rejected.mkdir(parents=True, exist_ok=True)
        self._rejected_blocks = sum(1 for path in self.rejected.iterdir() if path.suffix != ".txt")
        self._sequence = 0
        self._load()

    def _load(self) -> None:
        for path in sorted(self.folder.glob("*.spool")):
            name = NAME.fullmatch(path.name)
            if name is None:
                continue
            self._sequence = max(self._sequence, int(name["sequence"]))
            header, blocks = _survey(path)
            if not blocks:
                path.unlink()  # torn before its first record was whole: nothing in it was acknowledged
                continue
            try:
                inbound, token = _decode_header(header)
            except ValueError:
                os.replace(path, self.rejected / path.name)
                self._rejected_blocks += blocks
                continue
            status = path.stat()
            segment = Segment(path, inbound, token, status.st_size, blocks, status.st_mtime, sealed=True)
            self._segments.setdefault(inbound, []).append(segment)

    def inbounds(self) -> list[Inbound]:
        """The inbound tables with blocks waiting, the one that has waited longest first."""
        with self._lock:
            waiting = [segments[0] for segments in self._segments.values() if segments]
            return [segment.inbound for segment in sorted(waiting, key=lambda segment: segment.path.name)]

    def holds(self, inbound: Inbound) -> bool:
        """Whether blocks of this table are waiting, so that new ones must go behind them."""
        return bool(self._segments.get(inbound))

    def segments(self, inbound: Inbound) -> int:
        """How many segments of this table wait."""
        return len(self._segments.get(inbound, ()))

    def append(self, inbound: Inbound, blocks: Sequence[Block], *, token: str = "") -> None:
        """Put blocks behind the others; when it returns, they are on disk.

        With a `token`, an insert of just these blocks has been tried under it and may have arrived.

        Raises:
            StoreFull: the spool is at its limit, or its disk cannot take the blocks.
        """
        written = time.time()
        encoded = b"".join([encode_record(block, written) for block in blocks])
        with self._lock:
            if self._bytes() + len(encoded) > self._max_bytes:
                raise StoreFull("the spool is full and the store is unreachable")
            segments = self._segments.setdefault(inbound, [])
            last = segments[-1] if segments else None
            try:
                if token or last is None or last.sealed or last.bytes + len(encoded) > self._segment_bytes:
                    last = self._create(inbound, token, encoded)
                    segments.append(last)
                else:
                    _write(last.path, encoded, at=last.bytes)
                    last.bytes += len(encoded)
            except OSError as error:
                if last is not None:
                    last.sealed = True
                raise StoreFull(f"the spool's disk failed: {error}") from error
            last.blocks += len(blocks)

    def _create(self, inbound: Inbound, token: str, encoded: bytes) -> Segment:
        self._sequence += 1
        path = self.folder / f"{self._sequence:016d}-{inbound.table}.spool"
        sealed = bool(token)
        token = token or uuid.uuid4().hex
        header = {
            "table": inbound.table,
            "fmt": inbound.fmt,
            "settings": dict(inbound.settings),
            "token": token,
        }
        content = json.dumps(header).encode() + b"\n" + encoded
        try:
            _write(path, content, at=0)
            _fsync_folder(self.folder)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return Segment(path, inbound, token, len(content), 0, time.time(), sealed)

    def oldest(self, inbound: Inbound) -> tuple[Segment, list[Block]] | None:
        """The table's first segment with its blocks, sealed; None when nothing waits."""
        with self._lock:
            segments = self._segments.get(inbound)
            if not segments:
                return None
            segment = segments[0]
            segment.sealed = True
        records = _records(segment.path)
        if None in records:
            self._keep_damaged(segment, records.count(None))
        return segment, [record.block for record in records if record is not None]

    def last_requests(self, seconds: float) -> set[RequestId]:
        """The requests among the blocks of the last `seconds` before the newest one. For the start, before a replay:
        it reads their segments."""
        with self._lock:
            changed = [(segment.path, segment.since) for waiting in self._segments.values() for segment in waiting]
        since = max((time_ for _, time_ in changed), default=0.0) - seconds
        written: dict[RequestId, float] = {}
        for path in (path for path, time_ in changed if time_ >= since):
            for record in _records(path):
                if record is not None and record.block.request is not None:
                    written[record.block.request] = record.written
        newest = max(written.values(), default=0.0)
        return {request for request, time_ in written.items() if time_ >= newest - seconds}

    def _keep_damaged(self, segment: Segment, damaged: int) -> None:
        """Count the damaged records and keep their file, once."""
        with suppress(FileExistsError):
            os.link(segment.path, self.rejected / segment.path.name)
            with self._lock:
                self._rejected_blocks += damaged

    def done(self, segment: Segment) -> None:
        """The segment's blocks are stored or rejected: forget it."""
        # No fsync: a file that comes back after a power cut is replayed under its token and recognised.
        segment.path.unlink(missing_ok=True)
        with self._lock:
            self._segments[segment.inbound].remove(segment)

    def reject(self, segment: Segment, index: int, block: Block, reason: str) -> None:
        """Keep a block that the store refuses for good, with the reason in a `.txt` beside it."""
        path = self.rejected / f"{segment.path.stem}-{index}"
        _write(path.with_suffix(".block"), block.data, at=0)
        about = {"table": segment.inbound.table, "fmt": segment.inbound.fmt, "reason": reason}
        _write(path.with_suffix(".txt"), json.dumps(about, indent=1).encode(), at=0)
        with self._lock:
            self._rejected_blocks += 1

    def status(self) -> SpoolStatus:
        """The spool in numbers."""
        with self._lock:
            segments = [segment for waiting in self._segments.values() for segment in waiting]
            oldest = min((segment.since for segment in segments), default=time.time())
            return SpoolStatus(
                bytes=sum(segment.bytes for segment in segments),
                blocks=sum(segment.blocks for segment in segments),
                oldest_seconds=max(0.0, time.time() - oldest),
                rejected_blocks=self._rejected_blocks,
            )

    def _bytes(self) -> int:
        return sum(segment.bytes for waiting in self._segments.values() for segment in waiting)


def _survey(path: Path) -> tuple[bytes, int]:
    """The header line and the number of whole records, without reading the blocks."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.readline()
        at, blocks = len(header), 0
        while length := record_size(file.read(HEAD.size)):
            at += length
            if at > size:
                break
            blocks += 1
            file.seek(at)
    return header, blocks


def _records(path: Path) -> list[Record | None]:
    """Every record of a segment; None stands for a damaged one."""
    _, _, body = path.read_bytes().partition(b"\n")
    return list(decode_records(body))


def _decode_header(line: bytes) -> tuple[Inbound, str]:
    """The inbound table and the token of a segment. Raises ValueError."""
    try:
        header = json.loads(line)
        return Inbound(str(header["table"]), str(header["fmt"]), dict(header["settings"])), str(header["token"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"damaged segment header: {error}") from error


def _write(path: Path, content: bytes, *, at: int) -> None:
    """Write at an offset and fsync; on failure the file ends at `at` again, so later records stay readable."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with open(descriptor, "wb", buffering=0) as file:
        try:
            file.seek(at)
            _write_all(file, content)
            os.fsync(descriptor)
        except OSError:
            file.truncate(at)
            raise


def _write_all(file: FileIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
