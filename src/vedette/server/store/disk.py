"""Refuse new data while there is still disk enough to work with."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from vedette.server.store.errors import StoreFull

MIB = 1024 * 1024


class DiskGuard:
    """Call it before accepting data: raises StoreFull while the folder's file system has too little room.

    The answer is remembered for `remember_seconds`: asking costs 2 µs, but every request asks.
    """

    def __init__(
        self,
        folder: Path,
        *,
        min_free_bytes: int,
        remember_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._min_free_bytes = min_free_bytes
        self._remember_seconds = remember_seconds
        self._clock = clock
        self._asked_at = float("-inf")
        self.free_bytes = 0

    def __call__(self) -> None:
        """Raise StoreFull with less than `min_free_bytes` free."""
        now = self._clock()
        if now - self._asked_at >= self._remember_seconds:
            self.free_bytes = free_bytes(self._folder)
            self._asked_at = now
        if self.free_bytes < self._min_free_bytes:
            raise StoreFull(
                f"{self.free_bytes // MIB} MiB of disk are free in {self._folder}, "
                f"{self._min_free_bytes // MIB} MiB must stay so"
            )


def free_bytes(folder: Path) -> int:
    """Free bytes, for an ordinary user, of the file system that holds the folder."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize
