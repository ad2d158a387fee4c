"""What must survive: events and errors on disk, until every backend has them.

A spool is a directory (0700) that the processes of one service share. Each has a home in it, named by the time it
was made, with a lock that is held while the process lives (flock: the kernel lets go of it however a process ends)
and a log a signal. What a dead process left in its home is adopted, by whoever takes the lock first.

    spool/01763912345678901234-4711-9f3c/lock
                                         events-00000001.jsonl
                                         events@posthog.cursor
"""

import errno
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vedette.sdk.delivery.segments import Log, Reader, Sealed, names_in

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger("vedette")

Lost = Callable[[str, str, str, int], None]  # (signal, lane, reason, items)
_UNFINISHED_SECONDS = 60.0  # a home without a lock that is older than this was never finished being made
_MOST_MOVES = 20  # each time that it was closed or deleted between being opened and being written to
_MOST_ADOPTED = 16  # at a time: each holds a file open


class Home:
    """One process's directory, locked. `close` lets others adopt it, `remove` ends it."""

    def __init__(self, path: Path, lock: int, segment_bytes: int, lost: Lost) -> None:
        self.path = path
        self.logs: dict[str, Log] = {}
        self._lock: int | None = lock
        self._segment_bytes = segment_bytes
        self._lost = lost

    def open(self, signal: str, lanes: Sequence[str]) -> Log:
        """The log of a signal; made, or read from disk."""

        def lost(lane: str, reason: str, count: int) -> None:
            self._lost(signal, lane, reason, count)

        self.logs[signal] = log = Log(self.path, signal, lanes, self._segment_bytes, lost)
        return log

    @property
    def idle(self) -> bool:
        """Whether everything in it has been sent to all."""
        return all(log.idle for log in self.logs.values())

    def close(self) -> None:
        """Let go. Takes no lock of ours: a forked child calls it for its parent's homes, which stay locked."""
        for log in self.logs.values():
            log.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def remove(self) -> None:
        """Delete it; the lock goes last, so that nobody takes what is half gone for alive."""
        _delete(self.path)
        self.close()

    def end(self) -> None:
        """Delete it when everything in it has been sent, else let go of it."""
        for log in self.logs.values():
            log.seal()
        if self.idle:
            self.remove()
        else:
            self.close()


def make_home(root: Path, segment_bytes: int, lost: Lost) -> Home:
    """A home for this process. It gets its name when it is locked, so nobody takes it for a dead process's."""
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, "the spool needs flock")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _trusted(root):
        raise PermissionError(errno.EPERM, "it belongs to another user", str(root))
    name = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(2).hex()}"
    path = root / f".{name}"
    path.mkdir(mode=0o700)
    lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.rename(root / name)
    except OSError:
        os.close(lock)
        raise
    return Home(root / name, lock, segment_bytes, lost)


def take_home(path: Path, segment_bytes: int, lost: Lost) -> Home | None:
    """A dead process's home, now locked by us. None when its owner lives, or another was quicker."""
    if sys.platform == "win32":
        return None
    try:
        lock = os.open(path / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        if time.time() - _age(path)[0] > _UNFINISHED_SECONDS:
            _delete(path)
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    home = Home(path, lock, segment_bytes, lost)
    try:
        for signal, lanes in names_in(path).items():
            home.open(signal, lanes)
    except OSError:  # another has just finished with it and deleted it
        home.close()
        return None
    return home


class Spool:
    """The spool as one process sees it: its own home, and those it has adopted."""

    def __init__(
        self, root: Path, lanes: Mapping[str, Sequence[str]], *, max_bytes: int, segment_bytes: int, lost: Lost
    ) -> None:
        """`lanes` are the lanes of each signal. Nothing is made on disk before the first `append`."""
        self.root = root
        self.lanes = lanes
        self.max_bytes = max_bytes
        self.segment_bytes = min(segment_bytes, max(1 << 14, max_bytes // 8))
        self._lost = lost
        self._own: Home | None = None
        self._adopted: tuple[Home, ...] = ()
        self._left: tuple[Home, ...] = ()  # at the end, for others to adopt
        self._own_lock = threading.RLock()
        self._upkeep_lock = threading.Lock()
        self._closed = False

    def append(self, signal: str, line: bytes) -> None:
        """Keep a line for all lanes of the signal. Raises OSError when the disk does not take it."""
        own = self._own
        log = own.logs.get(signal) if own is not None else None
        for _ in range(_MOST_MOVES):
            try:
                if log is None:
                    log = self._open(signal, None)
                log.append(line)
                return
            except (Sealed, FileNotFoundError):  # closed meanwhile, or deleted by another hand: move into a new home
                log = self._open(signal, log)
        raise OSError(f"the spool in {self.root} does not stay open")

    def readers(self, signal: str, lane: str) -> list[Reader]:
        """What there is for a lane to read: this process's own log first."""
        own = self._own
        homes = (*(() if own is None else (own,)), *self._adopted, *self._left)
        logs = [home.logs[signal] for home in homes if signal in home.logs]
        return [log.readers[lane] for log in logs if lane in log.readers]

    def orphaned(self) -> bool:
        """Whether there may be something to adopt: a quick look, without touching it."""
        mine = {home.path.name for home in (self._own, *self._adopted) if home is not None}
        try:
            return any(name not in mine for name in os.listdir(self.root))
        except OSError:
            return False

    def sync(self) -> None:
        """Force what was written to the disk."""
        for home in (self._own, *self._adopted):
            for log in list(home.logs.values()) if home is not None else ():
                log.sync()

    def adopt(self) -> bool:
        """Take over what the dead left. Whether there was anything for our lanes."""
        with self._upkeep_lock:
            before = self._adopted
            for path in self._others():
                if self._closed or len(self._adopted) >= _MOST_ADOPTED:
                    break
                home = take_home(path, self.segment_bytes, self._lost)
                if home is not None and self._busy(home):
                    self._adopted = (*self._adopted, home)
                elif home is not None:  # for backends that this process has no lane to, or for none
                    home.end()
            return self._adopted != before

    def tidy(self) -> None:
        """Part with adopted homes that are finished, and keep to the bound."""
        with self._upkeep_lock:
            for home in self._adopted:
                if not self._busy(home):
                    self._adopted = tuple(other for other in self._adopted if other is not home)
                    home.end()
            if not self._closed:
                self._bound()

    @property
    def adopting(self) -> bool:
        """Whether there are adopted homes."""
        return bool(self._adopted)

    def close(self, timeout_seconds: float) -> None:
        """Sync and let go: what is finished is deleted, the rest is there for the next process. Only `append` still
        works, so that nothing is lost that comes late."""
        if self._upkeep_lock.acquire(timeout=timeout_seconds):
            try:
                self._closed = True
                self.sync()
                with self._own_lock:
                    own, self._own = self._own, None
                adopted, self._adopted = self._adopted, ()
                homes = (*adopted, *([own] if own is not None else []))
                for home in homes:
                    home.end()
                self._left = tuple(home for home in homes if not home.idle)
            finally:
                self._upkeep_lock.release()

    def abandon(self) -> None:
        """In a forked child: close the parent's files, which stay the parent's. Takes no lock."""
        for home in (self._own, *self._adopted):
            if home is not None:
                home.close()

    def _open(self, signal: str, instead_of: Log | None) -> Log:
        with self._own_lock:
            own = self._own
            if own is not None and (own.logs.get(signal) is instead_of is not None or not own.path.is_dir()):
                own.end()
                self._own = None
            if self._own is None:
                self._own = make_home(self.root, self.segment_bytes, self._lost)
            return self._own.logs.get(signal) or self._own.open(signal, self.lanes[signal])

    def _others(self) -> list[Path]:
        mine = {home.path.name for home in (self._own, *self._adopted) if home is not None}
        if not _trusted(self.root):
            return []
        try:
            found = (path for path in self.root.iterdir() if path.name not in mine and path.is_dir())
            return sorted(path for path in found if not _being_made(path))
        except OSError:
            return []

    def _busy(self, home: Home) -> bool:
        """Whether there is something in it for our lanes."""
        return any(
            lane in log.readers and not log.readers[lane].idle
            for signal, log in home.logs.items()
            for lane in self.lanes.get(signal, ())
        )

    def _bound(self) -> None:
        """Drop the oldest segments of the spool while it is too large, but none that a living process has."""
        over = _bytes_in(self.root) - self.max_bytes
        if over <= 0:
            return
        dead = (take_home(path, self.segment_bytes, self._lost) for path in self._others()[:_MOST_ADOPTED])
        strangers = [home for home in dead if home is not None]
        homes = [home for home in (*strangers, *self._adopted, self._own) if home is not None]
        try:
            while over > 0:
                logs = [log for home in homes for log in home.logs.values()]
                dated = [(_age(path), log) for log in logs if (path := log.droppable()) is not None]
                if not dated:
                    return
                _, log = min(dated, key=lambda pair: pair[0])
                before = log.size
                log.drop_oldest("overflow")
                over -= before - log.size
        finally:
            for home in strangers:
                home.end()


def _being_made(path: Path) -> bool:
    """Whether another process is about to lock it: whoever is quicker would take its home from it."""
    return path.name.startswith(".") and time.time() - _age(path)[0] <= _UNFINISHED_SECONDS


def _trusted(root: Path) -> bool:
    """Whether nobody else can have made it, in a temporary directory say, to read what we write or have us send."""
    try:
        return sys.platform == "win32" or root.stat().st_uid in (0, os.geteuid())
    except OSError:
        return False


def _delete(path: Path) -> None:
    try:
        for file in sorted(path.iterdir(), key=lambda file: file.name == "lock"):
            file.unlink(missing_ok=True)
        path.rmdir()
    except FileNotFoundError:  # somebody else did
        return


def _age(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, str(path)
    except OSError:
        return 0.0, str(path)


def _bytes_in(root: Path) -> int:
    total = 0
    for path in root.glob("*/*.jsonl"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
