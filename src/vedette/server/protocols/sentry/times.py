"""Client clocks → times to store.

A client's clock may be wrong: `sent_at` in the envelope header says what it showed on sending, so a large difference
to our clock is taken off every time in the envelope. What still cannot be true is replaced by the time of arrival.
"""

import math
import re
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any, Literal

from vedette.server.protocols.sentry.shapes import number

# Sentry leaves smaller differences alone: networks delay, and SDKs send what they kept while offline.
# https://github.com/getsentry/relay/blob/master/relay-event-normalization/src/clock_drift.rs
DRIFT_SECONDS = 55 * 60
FUTURE_SECONDS = 60
PAST_SECONDS = 30 * 86400
EXTRA_DIGITS = re.compile(r"(\.\d{6})\d+")

Origin = Literal["client", "shifted", "missing", "clamped"]


def parse_time(value: Any) -> float | None:
    """Seconds since 1970 from RFC 3339 text (UTC unless it says otherwise), a number, or a number as text."""
    seconds = number(value)
    if seconds is not None or not isinstance(value, str):
        return seconds
    try:
        parsed = datetime.fromisoformat(EXTRA_DIGITS.sub(r"\1", value.strip()))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


class Clock:
    """The client's clock in one envelope, seen from ours."""

    def __init__(self, received_at: float, sent_at: Any = None) -> None:
        self.received_at = received_at
        sent = parse_time(sent_at) if sent_at is not None else None
        drift = received_at - sent if sent is not None else 0.0
        self.drift = drift if abs(drift) > DRIFT_SECONDS else 0.0

    def correct(self, value: Any, past_seconds: float = math.inf) -> tuple[float, Origin]:
        """The time to store, in seconds, and where it comes from. Longer ago than `past_seconds` cannot be kept."""
        seconds = parse_time(value)
        if seconds is None:
            return self.received_at, "missing"
        seconds += self.drift
        if not self.received_at - min(past_seconds, PAST_SECONDS) <= seconds <= self.received_at + FUTURE_SECONDS:
            return self.received_at, "clamped"
        return seconds, "shifted" if self.drift else "client"


class FirstTimes:
    """The time first given to an item whose own time could not be used, so that a re-sent one keeps it.

    The time is part of the sort key by which a re-sent item is recognised. Times that the client set need no memory.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._times: OrderedDict[tuple[int, str], float] = OrderedDict()
        self._limit = limit

    def keep(self, project_id: int, item_id: str, seconds: float) -> float:
        """The time stored with this item before, or `seconds`, remembered from now on."""
        known = self._times.get((project_id, item_id))
        if known is not None:
            return known
        self._times[project_id, item_id] = seconds
        if len(self._times) > self._limit:
            self._times.popitem(last=False)
        return seconds


def time_text(seconds: float) -> str:
    """Seconds as the engine reads them into any DateTime64, exact to the microsecond that a double holds.

    As text: ClickHouse before 26.9 takes no fractions in a JSON number, and whole ones for ticks.
    """
    micros = round(seconds * 1_000_000)
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
