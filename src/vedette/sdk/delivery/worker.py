"""A lane's thread: takes batches, sends them, and waits as it must."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, detach, set_value

from vedette.sdk.delivery.health import SignalHealth, Tally
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Retry, Split, Verdict
from vedette.sdk.delivery.queue import Source
from vedette.sdk.delivery.retry import Breaker
from vedette.sdk.delivery.tuning import Tuning
from vedette.sdk.guard import failed

logger = logging.getLogger("vedette")


@dataclass(frozen=True, slots=True)
class _Unencodable(Refused):
    """The lane raised: one of the items cannot be put into the backend's words."""


class Worker:
    """Started by the first item. Its thread is a daemon: what is in hand at the end is the spool's, or is counted."""

    def __init__(self, lane: Lane, tally: Tally, tuning: Tuning) -> None:
        """`source` is to be set before the first `wake`."""
        self.lane = lane
        self.tally = tally
        self.source: Source
        self.breaker = Breaker()
        self._tuning = tuning
        self._durable = lane.signal.durable
        self._linger = tuning.durable_linger_seconds if self._durable else tuning.linger_seconds
        self._limit = lane.max_items  # shrinks while batches prove too large
        self._in_hand = 0
        self._took_at = 0.0
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._until: float | None = None  # an inline run ends here
        self._wake = threading.Event()  # there is something to take
        self._full = threading.Event()  # there is a batch, or a flush: no more lingering
        self._hurry = threading.Event()  # a flush: no more waiting for the backoff
        self._hurry_until = 0.0
        self._hurry_began = 0.0
        self._was_open = False  # the breaker, when the flush began
        self._hurries = 0  # flushes asked for …
        self._heeded = 0  # … when the last attempt began
        self._resting = False
        self._progress = threading.Condition()
        self._told: set[str] = set()

    def wake(self, full: bool = False) -> None:
        """There is something to take; `full`: enough for a batch."""
        if self._thread is None:
            self._start()
        if full:
            self._full.set()
        if not self._wake.is_set():
            self._wake.set()

    def hurry(self, until: float) -> None:
        """Send without lingering, and try at once whatever the backoff says, unless the backend asked for a wait."""
        with self._lock:
            self._hurries += 1
            self._hurry_began = time.monotonic()
            self._was_open = self._open
            self._hurry_until = max(self._hurry_until, until)
        self._full.set()
        self._hurry.set()
        if len(self.source):
            self.wake()

    def wait(self, passed: Callable[[], bool], until: float) -> bool:
        """Wait until `passed`, no longer than `until`, nor when there is no hope. Whether it has."""
        if not self.running:
            self._run_inline(passed, until)
        with self._progress:
            self._progress.wait_for(lambda: passed() or self._hopeless(until), max(0.0, until - time.monotonic()))
        with self._lock:
            if self._hurry_until == until:
                self._hurry_until = 0.0
        return passed()

    def stop(self) -> int:
        """End: what is in memory only is dropped as `shutdown`, and its number returned."""
        with self._lock:
            self._stopped = True
            lost = 0 if self.source.kept else self._in_hand
            self._in_hand -= lost
            lost += self.source.close()
            self.tally.drop("shutdown", lost)
        for event in (self._wake, self._full, self._hurry):
            event.set()
        return lost

    @property
    def running(self) -> bool:
        """Whether there is a thread to wait for, or nothing to send."""
        return (self._thread is not None and self._thread.is_alive()) or (len(self.source) == 0 and not self._in_hand)

    def health(self, note: str) -> SignalHealth:
        """The tally, with what waits and is in hand."""
        with self._lock:
            tally = self.tally
            return SignalHealth(
                queued=len(self.source) + self._in_hand,
                sent=tally.sent,
                retried=tally.retried,
                rejected=tally.rejected,
                dropped=tally.dropped,
                last_error=tally.last_error,
                state=self.breaker.state(self._tuning),
                note=note,
            )

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None or self._stopped:
                return
            self._took_at = time.monotonic()
            name = f"vedette-{self.lane.target}-{self.lane.signal}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # too many threads, or the interpreter is ending: the next `wake` or `wait` sees to it
                return
            self._thread = thread

    def _run(self) -> None:
        while not self._stopped:
            self._await_batch()
            self._turn()

    def _run_inline(self, passed: Callable[[], bool], until: float) -> None:
        """Do the thread's work in the caller's, when no thread can be started: Python 3.12 does not, at its exit."""
        with self._lock:
            if self._stopped:
                return
            self._until = until
        try:
            while not (passed() or self._stopped or self._late()):
                self._turn()
        finally:
            self._until = None

    def _late(self) -> bool:
        return self._until is not None and (time.monotonic() >= self._until or self._hopeless(self._until))

    def _await_batch(self) -> None:
        """Until there is a batch, or something and its time to wait for company is over."""
        since = self._took_at
        if not len(self.source):
            self._wake.wait()
            since = time.monotonic()
        self._wake.clear()
        while 0 < len(self.source) < self._limit and not self._stopped:
            now = time.monotonic()
            left = since + self._linger - now
            if left <= 0 or now < self._hurry_until:
                break
            self._full.wait(left)
            self._full.clear()

    def _turn(self) -> None:
        try:
            with self._lock:
                if self._stopped:
                    return
                items = self.source.take(self._limit)
                self._in_hand = len(items)
                self._took_at = time.monotonic()
            if self._send(items):
                self.source.done()
        except Exception as error:  # a bug of ours, or a disk that cannot be read: this batch is lost, not the thread
            failed(f"delivery to {self.lane.target}", error)
            self._settle(self._in_hand, dropped="failed")
            self.source.done()
            time.sleep(self._tuning.backoff_base_seconds)
        with self._progress:
            self._progress.notify_all()

    def _send(self, items: Sequence[Any]) -> bool:
        """Send a batch, in parts where it must be. False when stopped before every item was sent or dropped."""
        parts = deque([items] if items else [])
        first_failure: float | None = None
        while parts:
            if self._stopped or self._late():
                return False
            part = parts.popleft()
            if len(part) > self._limit:
                parts.extendleft((part[self._limit :], part[: self._limit]))
                continue
            verdict = self._attempt(part)
            if not isinstance(verdict, Retry):
                first_failure = None
                parts.extendleft(reversed(self._conclude(part, verdict)))
                continue
            now = time.monotonic()
            first_failure = first_failure or now
            if verdict.suspect and len(part) == 1 and now - first_failure > self._tuning.give_up_seconds:
                self._refuse(part, verdict.reason)
                continue
            self._failed(part, verdict)
            halves = _halves(part) if verdict.suspect and self._open else [part]
            if verdict.suspect:
                parts.extend(halves)  # the others first: what the backend fails at may be this part alone
            else:
                parts.extendleft(reversed(halves))
            self._rest()
        return True

    def _attempt(self, part: Sequence[Any]) -> Verdict:
        self._heeded = self._hurries
        timeout = self._tuning.request_timeout_seconds
        if self._until is not None:
            timeout = min(timeout, max(0.05, self._until - time.monotonic()))
        token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))  # what we send is not the application's doing
        try:
            return self.lane.deliver(part, timeout)
        except (OSError, ImportError, MemoryError) as error:  # which say nothing of the items
            return Retry(f"{type(error).__name__}: {error}")
        except Exception as error:
            return _Unencodable(f"{type(error).__name__}: {error}")
        finally:
            detach(token)

    def _conclude(self, part: Sequence[Any], verdict: Verdict) -> list[Sequence[Any]]:
        """Count a part that the backend has answered for. Returns the smaller parts to send instead, if any."""
        count = len(part)
        match verdict:
            case Delivered():
                self._answered()
                self._settle(count, sent=count - verdict.rejected, rejected=verdict.rejected)
                if verdict.rejected:
                    self._tell("rejected", f"{verdict.rejected} rejected: {verdict.reason}")
                if count >= self._limit:
                    self._limit = min(self.lane.max_items, self._limit + max(1, self._limit // 32))
            case Split() if count > 1:
                self._limit = min(self._limit, (count + 1) // 2)
                return [part]  # to be cut at the new limit
            case Split():
                self._settle(1, dropped="too_large")
                self._tell("too_large", "one item is larger than the backend takes")
            case _Unencodable() if count > 1:
                return _halves(part)
            case _Unencodable():
                self._settle(1, dropped="invalid")
                self._tell("invalid", verdict.reason)
            case Refused() if count > 1 and self._durable and not verdict.whole:
                return _halves(part)
            case Refused():
                self._answered()
                self._refuse(part, verdict.reason)
        return []

    def _refuse(self, part: Sequence[Any], reason: str) -> None:
        self._settle(len(part), dropped="refused")
        self._tell(reason.split(":", 1)[0], f"refused: {reason}")

    def _settle(self, count: int, *, sent: int = 0, rejected: int = 0, dropped: str = "") -> None:
        with self._lock:
            if self._stopped:
                return  # counted when it stopped
            self._in_hand -= count
            self.tally.sent += sent
            self.tally.rejected += rejected
            if dropped:
                self.tally.drop(dropped, count)

    @property
    def _open(self) -> bool:
        return self.breaker.state(self._tuning) == "open"

    def _answered(self) -> None:
        if self._open:
            logger.info("vedette: %s (%s) answers again", self.lane.target, self.lane.signal)
        self.breaker = Breaker()

    def _failed(self, part: Sequence[Any], verdict: Retry) -> None:
        was_open = self._open
        self.breaker = self.breaker.failed(time.monotonic(), random.random(), verdict.after_seconds, self._tuning)
        self.tally.retried += len(part)
        self.tally.last_error = verdict.reason
        if self._open and not was_open:
            self._tell("unavailable", f"unavailable, trying again: {verdict.reason}")

    def _rest(self) -> None:
        """Until the breaker's time, a flush that came after the last attempt began, or the end."""
        self._resting = True
        with self._progress:
            self._progress.notify_all()  # a flush may have no more hope
        while not self._stopped and not self._late():
            left = self.breaker.retry_at - time.monotonic()
            if left <= 0 or (self._hurries != self._heeded and not self.breaker.asked):
                break
            self._hurry.wait(left if self._until is None else min(left, max(0.0, self._until - time.monotonic())))
            self._hurry.clear()
        self._resting = False

    def _hopeless(self, until: float) -> bool:
        """Whether a flush need not wait: it has had its attempt, and the next comes too late or is no better, where
        the backend has long been known to fail."""
        if not self._resting:
            return False
        if self.breaker.asked:
            return self.breaker.retry_at > until
        known = self._was_open or time.monotonic() - self._hurry_began > self._tuning.patience_seconds
        return self._heeded == self._hurries and ((self._open and known) or self.breaker.retry_at > until)

    def _tell(self, cause: str, message: str) -> None:
        """Remember an error, and log it the first time it has this cause."""
        self.tally.last_error = message
        if cause not in self._told:
            self._told.add(cause)
            logger.warning("vedette: %s (%s): %s (told once)", self.lane.target, self.lane.signal, message)


def _halves(part: Sequence[Any]) -> list[Sequence[Any]]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]] if middle else [part]
