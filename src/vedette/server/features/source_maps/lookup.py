"""Positions in minified code → positions in its source, remembered."""

import json
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.server.http.errors import Overloaded

READER = Path(__file__).with_name("reader.py")
TIMEOUT_SECONDS = 15.0
READERS = 2  # at one time
WAIT_SECONDS = 10.0  # for one of them
FAILED_SECONDS = 300.0  # that a map which does not read is left alone
MOST_REMEMBERED = 5000  # 1 KB each, 5 KB at most

Position = tuple[int, int]  # line and column, both from 1
Answer = dict[str, Any] | None


class Unreadable(Exception):
    """A source map that cannot be read: a code of docs/releases.md, and a message that says why."""

    def __init__(self, why: str, code: str = "unreadable_map") -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class MapFile:
    """A source map in a bundle, and the minified file it belongs to ('' when that was not uploaded).

    The two are the same where the map can only be inlined in the file.
    """

    bundle: Path
    digest: str
    map: str
    source: str


class Lookup:
    """Reads maps in processes of their own (see `reader`) and remembers what they said. Thread-safe, blocking."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._readers = threading.BoundedSemaphore(READERS)
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str, Position], Answer] = OrderedDict()
        self._failed: dict[tuple[str, str], tuple[float, Unreadable]] = {}

    def positions(self, file: MapFile, wanted: Sequence[Position]) -> list[Answer]:
        """What each position was in the source; None where the map has nothing, `{"outside": why}` where the file that
        was uploaded has no such position.

        Raises:
            Unreadable: the map does not read; remembered for a while, so that nobody keeps us busy with it.
            Overloaded: too many maps are being read.
        """
        found = self.remembered(file, wanted)
        unknown = [one for one in dict.fromkeys(wanted) if one not in found]
        if unknown:
            found |= zip(unknown, self._read(file, unknown), strict=True)
            self._remember(file, found)
        return [found[one] for one in wanted]

    def remembered(self, file: MapFile, wanted: Sequence[Position]) -> dict[Position, Answer]:
        """Those of the positions that need no reading. Raises Unreadable."""
        with self._lock:
            failed = self._failed.get((file.digest, file.map))
            if failed and failed[0] > self._clock():
                raise Unreadable(str(failed[1]), failed[1].code)
            keys = {one: (file.digest, file.map, one) for one in wanted}
            found = {one: self._known[key] for one, key in keys.items() if key in self._known}
            for one in found:
                self._known.move_to_end(keys[one])
        return found

    def _remember(self, file: MapFile, found: Mapping[Position, Answer]) -> None:
        with self._lock:
            for position, answer in found.items():
                self._known[(file.digest, file.map, position)] = answer
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)

    def _read(self, file: MapFile, positions: Sequence[Position]) -> list[Answer]:
        if not self._readers.acquire(timeout=WAIT_SECONDS):
            raise Overloaded("too many source maps are being read", hint="retry", retry_after_seconds=5)
        try:
            return _ask_reader(file, positions)
        except Unreadable as error:
            now = self._clock()
            with self._lock:
                self._failed = {key: value for key, value in self._failed.items() if value[0] > now}
                self._failed[(file.digest, file.map)] = (now + FAILED_SECONDS, error)
            raise
        finally:
            self._readers.release()


def _ask_reader(file: MapFile, positions: Sequence[Position]) -> list[Answer]:
    if not file.bundle.is_file():
        raise Unreadable("its file is gone from the data directory")
    request = {"bundle": str(file.bundle), "map": file.map, "source": file.source, "positions": positions}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(READER)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"reading it took more than {TIMEOUT_SECONDS:g} seconds") from error
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Unreadable(last[0][:300] if last and done.returncode > 0 else "its code ended the parser")
    answered = json.loads(done.stdout)
    if isinstance(answered, dict):
        raise Unreadable(answered["text"], answered["error"])
    answers: list[Answer] = answered
    return answers
