"""When to try again: backoff with full jitter, Retry-After, and a circuit breaker. Time and chance are arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

from vedette.sdk.delivery.tuning import Tuning


def ceiling(failures: int, tuning: Tuning) -> float:
    """The longest wait after this many failures in a row: doubled each time, up to the cap."""
    return min(tuning.backoff_cap_seconds, tuning.backoff_base_seconds * 2.0 ** min(failures - 1, 64))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds a `Retry-After` header asks for: a number, or a date against `now` (Unix time). RFC 9110, 10.2.3."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 — a slow import, and no host needs it at its start

    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return max(0.0, seconds) if seconds == seconds and seconds != float("inf") else None


@dataclass(frozen=True, slots=True)
class Breaker:
    """What a lane knows of its backend. Nothing is sent before `retry_at`.

    Closed, a failure is waited out with full jitter (uniform up to the ceiling). Open, after `failures_to_open` in a
    row, at least half the ceiling is. An open breaker whose time has come is half open by construction: a lane sends
    one batch at a time, and its outcome closes the breaker or opens it for longer.
    """

    failures: int = 0
    retry_at: float = 0.0
    asked: bool = False  # the backend itself said when to come back: not even a flush comes sooner

    def state(self, tuning: Tuning) -> Literal["closed", "open"]:
        """Open when the backend has failed too often to count on it."""
        return "open" if self.failures >= tuning.failures_to_open else "closed"

    def failed(self, now: float, chance: float, after_seconds: float | None, tuning: Tuning) -> "Breaker":
        """The breaker after one more failure. `chance` is uniform in [0, 1)."""
        failures = self.failures + 1
        longest = ceiling(failures, tuning)
        if after_seconds is not None:  # all of a service's processes are told the same: spread them a little
            asked = min(after_seconds, tuning.retry_after_cap_seconds)
            return Breaker(failures, now + asked + chance * min(longest, asked / 10), asked=True)
        if failures >= tuning.failures_to_open:
            return Breaker(failures, now + longest * (1 + chance) / 2)
        return Breaker(failures, now + longest * chance)
