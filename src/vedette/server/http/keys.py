"""Ingest keys in memory: every request is checked without a database call.

The ring is replaced whole when metadata changes, and re-read every few seconds for changes that another
process made (the command line, say).
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IngestKey:
    """A valid ingest key. `key` is 32 hex digits; `id` is its row in the metadata database."""

    id: int
    key: str
    project_id: int


class KeyRing:
    """Ingest key → project."""

    def __init__(self, load: Callable[[], Mapping[str, IngestKey]], *, reload_seconds: float = 5.0) -> None:
        self._load = load
        self._reload_seconds = reload_seconds
        self._reloading = threading.Lock()
        self._keys = dict(load())

    def find(self, key: str) -> IngestKey | None:
        """The key's record, or None when it is unknown or revoked. Dashes and case do not matter."""
        return self._keys.get(key) or self._keys.get(key.replace("-", "").lower())

    def reload(self) -> None:
        """Read the keys again; call after a key or project has changed. Blocking."""
        with self._reloading:  # or one that read before a change could put its older keys over a newer one's
            self._keys = dict(self._load())

    async def keep_fresh(self) -> None:
        """Reload every few seconds until cancelled; a failing database leaves the last known keys in force."""
        while True:
            await asyncio.sleep(self._reload_seconds)
            with suppress(Exception):  # the health check reports the metadata database; keys stay as they were
                await asyncio.to_thread(self.reload)
