"""What waits for one lane, oldest first: the interface, and the queue in memory."""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any

from vedette.sdk.delivery.health import Tally


class Source(ABC):
    """Items of one lane, numbered as they come. Any thread puts; one takes a batch, which is in hand until `done`."""

    def __init__(self, lock: threading.RLock) -> None:  # reentrant: a signal handler may log while its thread has it
        self.lock = lock
        self._left = 0  # items taken or dropped: the number of the first that waits
        self._hand: int | None = None  # the number of the first in hand

    @abstractmethod
    def __len__(self) -> int:
        """How many wait, those in hand not counted."""

    @abstractmethod
    def take(self, limit: int) -> list[Any]:
        """The oldest items, at most `limit`, now in hand. Empty when there are none."""

    @abstractmethod
    def close(self) -> int:
        """Take nothing more into memory. Returns how many items waited there, and forgets them."""

    @property
    def kept(self) -> bool:
        """Whether what is in hand is on disk as well."""
        return False

    def done(self) -> None:
        """What was in hand is sent or dropped."""
        with self.lock:
            self._hand = None

    def mark(self) -> Callable[[], bool]:
        """Tells, whenever asked, whether all that is here now has been sent or dropped."""
        with self.lock:
            last = self._left + len(self)

        def passed() -> bool:
            with self.lock:
                return (self._left if self._hand is None else self._hand) >= last

        return passed


class MemoryQueue(Source):
    """Bounded; the oldest item makes room for the newest and is counted. `put` takes about half a microsecond."""

    def __init__(self, most: int, batch: int, tally: Tally, wake: Callable[[bool], None]) -> None:
        """`wake(full)` is called when there is something to take, or (full) a whole `batch` of it."""
        super().__init__(threading.RLock())
        self._items: deque[Any] = deque()
        self._most = most
        self._batch = batch
        self._tally = tally
        self._wake = wake
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Any) -> None:
        """Add an item."""
        with self.lock:
            if self._closed:
                return self._tally.drop("shutdown")
            items = self._items
            if len(items) >= self._most:
                items.popleft()
                self._left += 1
                self._tally.drop("overflow")
            items.append(item)
            waiting = len(items)
        if waiting == 1 or waiting == self._batch:
            self._wake(waiting == self._batch)

    def take(self, limit: int) -> list[Any]:
        """At most `limit`."""
        with self.lock:
            taken = [self._items.popleft() for _ in range(min(limit, len(self._items)))]
            if taken:
                self._hand = self._left
                self._left += len(taken)
        return taken

    def close(self) -> int:
        """What is put from now on is dropped as `shutdown`."""
        with self.lock:
            self._closed = True
            waiting = len(self._items)
            self._items.clear()
            self._left += waiting
        return waiting
