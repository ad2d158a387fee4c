"""What waits for one lane of a durable signal: in the spool, or in memory while the spool cannot be written."""

from collections.abc import Callable
from typing import Any

from vedette.sdk.delivery.health import Tally
from vedette.sdk.delivery.lines import load
from vedette.sdk.delivery.queue import MemoryQueue, Source
from vedette.sdk.delivery.segments import Reader
from vedette.sdk.delivery.spool import Spool


class DurableSource(Source):
    """Takes turns between memory, this process's log and those of adopted ones, so that none waits for the others."""

    def __init__(self, signal: str, lane: str, memory: MemoryQueue, spool: Spool | None, tally: Tally) -> None:
        super().__init__(memory.lock)
        self.memory = memory
        self._signal = signal
        self._lane = lane
        self._spool = spool
        self._tally = tally
        self._turn = 0
        self._current: Source | None = None

    def __len__(self) -> int:
        return sum(map(len, self._sources()))

    def take(self, limit: int) -> list[Any]:
        """The items of the next source that has any."""
        sources = self._sources()
        for step in range(len(sources)):
            source = sources[(self._turn + step) % len(sources)]
            lines = source.take(limit)
            if lines:
                self._turn += step + 1
                self._current = source
                return self._items(lines)
        return []

    def done(self) -> None:
        """Of the source that was taken from."""
        if self._current is not None:
            self._current.done()
        self._current = None

    def mark(self) -> Callable[[], bool]:
        """Of all sources."""
        marks = [source.mark() for source in self._sources()]
        return lambda: all(passed() for passed in marks)

    def close(self) -> int:
        """Of the memory; the spool is closed by its owner."""
        return self.memory.close()

    @property
    def kept(self) -> bool:
        """By the spool, if it is from there."""
        return self._current is not None and self._current.kept

    def _sources(self) -> list[Source]:
        readers: list[Reader] = self._spool.readers(self._signal, self._lane) if self._spool is not None else []
        return [*readers, self.memory]

    def _items(self, lines: list[bytes]) -> list[Any]:
        """What the lines say. A line a power cut has spoilt is counted and left out."""
        items = []
        for line in lines:
            try:
                items.append(load(line))
            except ValueError:
                self._tally.drop("corrupt")
        return items
