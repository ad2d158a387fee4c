"""A limit on attempts per key (an e-mail address, an IP address), in bounded memory.

The generic cell rate algorithm: one number a key says when its bucket is empty again.
"""

import threading
import time
from collections import OrderedDict

from vedette.server.http.errors import RateLimited


class Attempts:
    """At most `limit` attempts a key at once, regained evenly over `window_seconds`. Thread-safe."""

    def __init__(self, limit: int, window_seconds: float, *, max_keys: int = 10_000) -> None:
        self._step_seconds = window_seconds / limit
        self._burst_seconds = window_seconds - self._step_seconds
        self._max_keys = max_keys
        self._empty_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, *, now: float | None = None) -> None:
        """Count one attempt, before it is known how it ends, so that many at once cannot slip through.

        Raises:
            RateLimited: too many; says when to come back.
        """
        now = time.monotonic() if now is None else now
        with self._lock:
            empty_at = max(self._empty_at.get(key, now), now)
            wait_seconds = empty_at - now - self._burst_seconds
            if wait_seconds > 1e-6:
                seconds = int(wait_seconds) + 1
                raise RateLimited(
                    "too many attempts", hint=f"try again in {seconds} seconds", retry_after_seconds=seconds
                )
            self._empty_at[key] = empty_at + self._step_seconds
            self._empty_at.move_to_end(key)
            while len(self._empty_at) > self._max_keys:
                self._empty_at.popitem(last=False)

    def give_back(self, key: str) -> None:
        """Undo one `take`: the attempt was a good one."""
        with self._lock:
            if key in self._empty_at:
                self._empty_at[key] -= self._step_seconds
