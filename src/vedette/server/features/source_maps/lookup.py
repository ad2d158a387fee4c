"""Positions in minified code → positions in its source, remembered."""

import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READER = Path(__file__).with_name("reader.py")
TIMEOUT_SECONDS = 30.0
READERS = 2  # at one time
MOST_REMEMBERED = 20_000

Position = tuple[int, int]  # line and column, both from 1


class Unreadable(Exception):
    """A source map that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class MapFile:
    """A source map in a bundle, and the minified file it belongs to ('' when that was not uploaded)."""

    bundle: Path
    digest: str
    map: str
    source: str


class Lookup:
    """Reads maps in processes of their own (see `reader`) and remembers what they said. Thread-safe, blocking."""

    def __init__(self) -> None:
        self._readers = threading.BoundedSemaphore(READERS)
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str, Position], dict[str, Any] | None] = OrderedDict()

    def positions(self, file: MapFile, wanted: Sequence[Position]) -> list[dict[str, Any] | None]:
        """What each position was in the source; None where the map has nothing. Raises Unreadable."""
        with self._lock:
            unknown = [one for one in dict.fromkeys(wanted) if (file.digest, file.map, one) not in self._known]
        found = dict(zip(unknown, self._read(file, unknown), strict=True)) if unknown else {}
        with self._lock:
            for position, answer in found.items():
                self._known[(file.digest, file.map, position)] = answer
            answers = [found[one] if one in found else self._known.get((file.digest, file.map, one)) for one in wanted]
            for one in wanted:
                if (file.digest, file.map, one) in self._known:
                    self._known.move_to_end((file.digest, file.map, one))
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return answers

    def _read(self, file: MapFile, positions: Sequence[Position]) -> list[dict[str, Any] | None]:
        request = {"bundle": str(file.bundle), "map": file.map, "source": file.source, "positions": positions}
        with self._readers:
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
        answers: list[dict[str, Any] | None] = json.loads(done.stdout)
        return answers
