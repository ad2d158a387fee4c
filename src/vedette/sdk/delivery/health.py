"""What became of everything that was put: a tally a lane, and what `health()` makes of them."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from vedette.sdk.delivery.lane import Signal

REASONS = {
    "overflow": "the queue, or the spool on disk, was full: the oldest made room",
    "too_large": "one item alone was larger than the backend takes",
    "invalid": "it could not be put into JSON, or into the backend's words",
    "refused": "the backend will never take it",
    "shutdown": "it was in memory when the process ended",
    "corrupt": "its line in the spool was spoilt, by a power cut",
    "lost": "its file in the spool was deleted by another hand",
    "failed": "the delivery itself failed at it: a defect",
}


@dataclass(frozen=True, slots=True)
class SignalHealth:
    """One signal of one target, in items. queued + sent + rejected + dropped is all that was ever put or adopted."""

    queued: int = 0  # in memory, in the spool or being sent
    sent: int = 0
    retried: int = 0  # how often an item was put off to be sent again
    rejected: int = 0  # refused by name within a batch that was taken
    dropped: Mapping[str, int] = field(default_factory=dict)  # by reason, of `REASONS` or given to `drop`
    last_error: str = ""
    state: Literal["closed", "open"] = "closed"  # the circuit breaker; open is a backend that does not answer
    note: str = ""  # what is not as configured, such as a spool that cannot be written


@dataclass(frozen=True, slots=True)
class TargetHealth(SignalHealth):
    """A target: the total of its signals, and each of them."""

    signals: Mapping[Signal, SignalHealth] = field(default_factory=dict)


def total(parts: Sequence[SignalHealth]) -> SignalHealth:
    """The sums of several, the first of their errors and notes, the worst of their states."""
    dropped: Counter[str] = Counter()
    for part in parts:
        dropped.update(part.dropped)
    return SignalHealth(
        queued=sum(part.queued for part in parts),
        sent=sum(part.sent for part in parts),
        retried=sum(part.retried for part in parts),
        rejected=sum(part.rejected for part in parts),
        dropped=dict(dropped),
        last_error=next((part.last_error for part in parts if part.last_error), ""),
        state="open" if any(part.state == "open" for part in parts) else "closed",
        note=next((part.note for part in parts if part.note), ""),
    )


def of_target(lanes: Sequence[tuple[Signal, SignalHealth]]) -> TargetHealth:
    """A target's health, from that of its lanes."""
    signals = {signal: total([part for other, part in lanes if other == signal]) for signal, _ in lanes}
    sums = total(list(signals.values()))
    return TargetHealth(**{each.name: getattr(sums, each.name) for each in fields(sums)}, signals=signals)


class Tally:
    """The counters of one lane. `drop` is called from any thread, the rest from the lane's own."""

    def __init__(self) -> None:
        self.sent = 0
        self.retried = 0
        self.rejected = 0
        self.last_error = ""
        self._dropped: Counter[str] = Counter()
        self._lock = threading.RLock()  # reentrant: a signal handler may log while its thread is in here

    def drop(self, reason: str, count: int = 1) -> None:
        """Count items that will not be sent."""
        if count:
            with self._lock:
                self._dropped[reason] += count

    @property
    def dropped(self) -> dict[str, int]:
        """Items dropped, by reason."""
        with self._lock:
            return dict(self._dropped)
