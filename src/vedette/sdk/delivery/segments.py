"""A log on disk: the items of one signal of one process, in segment files of JSON lines, with a reader per lane.

Files of the signal `events` in the process's directory:

    events-00000001.jsonl     a segment; the newest is appended to, the others are complete
    events@posthog.cursor     where the lane `posthog` is: segment and offset behind the last line done

A reader's file remembers what is done, not what is in hand, so a batch whose process died is sent again.
"""

import errno
import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from vedette.sdk.delivery.queue import Source
from vedette.sdk.guard import failed

_CURSOR_BYTES = 30  # ten digits, a space, eighteen digits, a newline: one write, never torn by a kill
Lost = Callable[[str, str, int], None]  # (lane, reason, items)


class Sealed(OSError):
    """The log takes nothing more; there is, or will be, another."""


@dataclass(slots=True)
class _Segment:
    size: int = 0  # bytes of complete lines
    lines: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    segment: int
    offset: int = 0
    line: int = 0  # the number of the line at `offset`


def names_in(directory: Path) -> dict[str, list[str]]:
    """Signal → lanes that a directory has cursors of."""
    found: dict[str, list[str]] = {}
    for path in sorted(directory.glob("*@*.cursor")):
        signal, _, lane = path.name.removesuffix(".cursor").partition("@")
        found.setdefault(signal, []).append(lane)
    return found


class Log:
    """Append and read. Raises OSError where the disk does; the methods may be called from any thread."""

    def __init__(self, directory: Path, signal: str, lanes: Iterable[str], segment_bytes: int, lost: Lost) -> None:
        """Opens what is there. `lanes` get a cursor where they have none; `lost` is told of items that are gone."""
        self.directory = directory
        self.signal = signal
        self.lock = threading.RLock()  # reentrant: a signal handler may report an error while its thread is in here
        self.lost = lost
        self.unsynced = False
        self._named = True  # whether the directory has the newest file's name on the disk
        self._segment_bytes = segment_bytes
        self._sealed = False
        self._fd: int | None = None
        self._retired: list[int] = []  # descriptors of complete segments, until they are synced
        self.segments = dict(sorted((number, self._measure(path)) for number, path in self._files()))
        self._next = max(self.segments, default=0) + 1
        wanted = {*names_in(directory).get(signal, ()), *lanes}
        self.readers = {lane: Reader(self, lane) for lane in sorted(wanted)}

    def append(self, line: bytes) -> None:
        """Write one line, newline included; it is in the kernel's hands when this returns."""
        with self.lock:
            if self._sealed:
                raise Sealed
            newest = self._writable(len(line))
            written = os.write(self._fd, line)  # type: ignore[arg-type]
            if written != len(line):
                self._cut(newest.size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            newest.size += written
            newest.lines += 1
            self.unsynced = True
            for reader in self.readers.values():
                reader.waiting += 1

    def sync(self) -> None:
        """Force to the disk what a reader still needs. Slow; not for a caller's thread."""
        with self.lock:
            if not self.unsynced and not self._retired:
                return
            self.unsynced = False
            retired, self._retired = self._retired, []
            if self._fd is not None:
                retired.append(os.dup(self._fd))
            named, self._named = self._named, True
        needed = not self.idle
        if needed and not named:
            retired += [os.open(directory, os.O_RDONLY) for directory in (self.directory, self.directory.parent)]
        for fd in retired:
            try:
                if needed:
                    os.fsync(fd)
            finally:
                os.close(fd)

    def path(self, number: int) -> Path:
        """The file of a segment."""
        return self.directory / f"{self.signal}-{number:08d}.jsonl"

    def trim(self) -> None:
        """Delete the segments that every reader is done with, but for the one being written."""
        with self.lock:
            needed = min((reader.finished.segment for reader in self.readers.values()), default=self._next)
            for number in [number for number in self.segments if number < needed and number != self._newest]:
                self._delete(number)

    def droppable(self) -> Path | None:
        """The oldest segment, unless it is being written."""
        with self.lock:
            number = min(self.segments, default=None)
            return None if number is None or number == self._newest else self.path(number)

    def drop_oldest(self, reason: str) -> None:
        """Give up the oldest segment, telling `lost` what each lane has not taken of it."""
        with self.lock:
            self.drop(min(self.segments), reason)

    def drop(self, number: int, reason: str) -> None:
        """Give up a segment."""
        with self.lock:
            segment = self.segments[number]
            if number == self._newest:
                self._retire()
            self._delete(number)
            for reader in self.readers.values():
                reader.skip(number, segment.lines, reason)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        with self.lock:
            return sum(segment.size for segment in self.segments.values())

    @property
    def idle(self) -> bool:
        """Whether every lane has everything."""
        with self.lock:
            return all(reader.idle for reader in self.readers.values())

    def seal(self) -> None:
        """Take nothing more: whoever would append is told, so that nothing is written to what is being deleted."""
        with self.lock:
            self._sealed = True

    def close(self) -> None:
        """Close the files. Takes no lock: a forked child calls it while a thread of its parent may have had one."""
        self._retire()
        retired, self._retired = self._retired, []
        for fd in retired:
            os.close(fd)

    @property
    def _newest(self) -> int | None:
        return self._next - 1 if self._fd is not None else None

    def _writable(self, more: int) -> _Segment:
        newest = self.segments.get(self._next - 1)
        if self._fd is not None and newest is not None and newest.size + more <= self._segment_bytes:
            return newest
        self._retire()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        self._fd = os.open(self.path(self._next), flags, 0o600)
        self._named = False
        self._next += 1
        self.segments[self._next - 1] = _Segment()
        return self.segments[self._next - 1]

    def _retire(self) -> None:
        if self._fd is not None:
            fd, self._fd = self._fd, None
            self._retired.append(fd)

    def _cut(self, size: int) -> None:
        """Take back half a line. Where even that fails the segment ends here: readers stop at its last whole line."""
        try:
            os.ftruncate(self._fd, size)  # type: ignore[arg-type]
        except OSError:
            self._retire()

    def _delete(self, number: int) -> None:
        del self.segments[number]
        self.path(number).unlink(missing_ok=True)

    def _files(self) -> list[tuple[int, Path]]:
        pattern = re.compile(re.escape(self.signal) + r"-(\d{8})\.jsonl")
        return [(int(match[1]), path) for path in self.directory.iterdir() if (match := pattern.fullmatch(path.name))]

    def _measure(self, path: Path) -> _Segment:
        """Count what another process wrote, without the line it died in: that put had not returned."""
        data = path.read_bytes()
        return _Segment(data.rfind(b"\n") + 1, data.count(b"\n"))


class Reader(Source):
    """One lane's way through a log. Takes lines, as bytes."""

    def __init__(self, log: Log, lane: str) -> None:
        super().__init__(log.lock)
        self.lane = lane
        self._log = log
        self._file = log.directory / f"{log.signal}@{lane}.cursor"
        self.finished = self._remembered()
        self._place = self.finished
        self._hand_end = self.finished
        self.waiting = sum(log.segments[number].lines for number in log.segments if number >= self._place.segment)
        self.waiting -= self._place.line

    def __len__(self) -> int:
        return self.waiting

    def take(self, limit: int, most_bytes: int = 1 << 20) -> list[bytes]:
        """The next lines of one segment: at most `limit`, and no more once `most_bytes` are reached."""
        with self.lock:
            place = self._advance()
            segment = self._log.segments.get(place.segment)
            if segment is None or place.offset >= segment.size:
                return []
            end = segment.size
        try:
            lines = _read(self._log.path(place.segment), place.offset, end, limit, most_bytes)
        except FileNotFoundError:  # deleted by another hand
            with self.lock:
                if place.segment in self._log.segments:
                    self._log.drop(place.segment, "lost")
            return []
        with self.lock:
            if self._place != place:
                return []  # the segment was dropped while it was read
            self._place = _Place(place.segment, place.offset + sum(map(len, lines)), place.line + len(lines))
            self._hand, self._hand_end = self._left, self._place
            self._left += len(lines)
            self.waiting -= len(lines)
        return lines

    def done(self) -> None:
        """Remembered, so that no other process sends it again: before a flush hears of it, for the end may follow."""
        try:
            self._remember(self._hand_end)
            self._log.trim()
        except OSError as error:  # at worst, the next process sends again what has its id
            failed("spool", error)
        super().done()

    def close(self) -> int:
        """Nothing waits in memory."""
        return 0

    @property
    def kept(self) -> bool:
        """Until it is done."""
        return True

    def skip(self, number: int, lines: int, reason: str) -> None:
        """The segment `number` is gone, with the lines that were not taken. Called with the log's lock held."""
        if self._place.segment > number:
            return
        lost = lines
        if self._place.segment == number:
            lost -= self._place.line
            self._place = _Place(number + 1)
        self._left += lost
        self.waiting -= lost
        if lost:
            self._log.lost(self.lane, reason, lost)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is in hand."""
        return self.waiting == 0 and self._hand is None

    def _advance(self) -> _Place:
        """Over the end of a segment to the next that there is."""
        segments = self._log.segments
        here = segments.get(self._place.segment)
        if here is None or self._place.offset >= here.size:
            later = [number for number in segments if number > self._place.segment]
            if later:
                self._place = _Place(min(later))
        return self._place

    def _remember(self, place: _Place) -> None:
        self.finished = place
        fd = os.open(self._file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            os.write(fd, b"%010d %018d\n" % (place.segment, place.offset))
        finally:
            os.close(fd)

    def _remembered(self) -> _Place:
        """What the cursor's file says; the beginning where it says nothing legible: items come twice, not never."""
        first = min(self._log.segments, default=1)
        try:
            text = self._file.read_bytes()
        except FileNotFoundError:
            self._remember(_Place(first))
            return _Place(first)
        fields = text.split()
        if len(text) != _CURSOR_BYTES or len(fields) != 2 or not (fields[0].isdigit() and fields[1].isdigit()):
            return _Place(first)
        place = _Place(int(fields[0]), int(fields[1]))
        if place.segment < first:
            return _Place(first)
        if place.segment not in self._log.segments:
            return place
        offset = min(place.offset, self._log.segments[place.segment].size)
        with self._log.path(place.segment).open("rb") as file:
            return _Place(place.segment, offset, file.read(offset).count(b"\n"))


def _read(path: Path, start: int, end: int, limit: int, most_bytes: int) -> list[bytes]:
    """Whole lines from `start`, none behind `end`, which ends one."""
    lines: list[bytes] = []
    stop = min(end, start + most_bytes)
    with path.open("rb") as file:
        file.seek(start)
        while start < stop and len(lines) < limit:
            lines.append(file.readline())
            start += len(lines[-1])
    return lines
