"""The delivery of one process: every lane's queue and thread, and the spool they share."""

import os
import re
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vedette.sdk.delivery.durable import DurableSource
from vedette.sdk.delivery.health import Tally, TargetHealth, of_target
from vedette.sdk.delivery.keeper import Keeper
from vedette.sdk.delivery.lane import Lane, Signal, Temporality
from vedette.sdk.delivery.lines import dump
from vedette.sdk.delivery.queue import MemoryQueue
from vedette.sdk.delivery.spool import Spool
from vedette.sdk.delivery.tuning import Tuning
from vedette.sdk.delivery.worker import Worker
from vedette.sdk.guard import failed, warn_once

_MOST_COLLECTIONS = 120  # of metrics: an item is all that was measured in ten seconds, and takes memory accordingly
_SPOOL_RETRY_SECONDS = 5.0  # before a spool that could not be written is tried again

Put = Callable[[Any], None]
_all: "weakref.WeakSet[Delivery]" = weakref.WeakSet()


class Delivery:
    """Takes records and sees that they reach every lane that wants them, or are counted.

    `put` never raises and never waits for the network. Events and errors are with the kernel when it returns, and
    reach their backends even if the process is killed right then: the next process with the same spool sends them.
    A forked child starts with empty queues and a home of its own in the spool; what its parent had stays the parent's.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        *,
        spool_directory: Path | None,
        spool_max_bytes: int = 256 << 20,
        queue_max_items: int = 8192,
        tuning: Tuning | None = None,
    ) -> None:
        """`spool_directory` belongs to one service: what is found there goes to this delivery's lanes, by target."""
        self.lanes = tuple(lanes)
        self._spool_directory = spool_directory
        self._spool_max_bytes = spool_max_bytes
        self._queue_max_items = queue_max_items
        self._tuning = tuning or Tuning()
        self._closed = False
        self._spool: Spool | None = None
        self._build()
        self._look()
        _all.add(self)

    def put(self, signal: Signal, item: Any, *, temporality: Temporality | None = None) -> None:
        """Send an item to the lanes of its signal; of METRICS, to those of its temporality."""
        try:
            if not self._looked:
                self._look()
            for put in self._doors[signal if temporality is None else temporality]:
                put(item)
        except Exception as error:
            failed("put", error)

    def drop(self, signal: Signal, reason: str, n: int = 1) -> None:
        """Count items that never came as far as `put`."""
        for worker in self._workers:
            if worker.lane.signal == signal:
                worker.tally.drop(reason, n)

    def flush(self, deadline_seconds: float) -> bool:
        """Send what is here now, at once. Whether all of it was sent or dropped within the deadline, one for all."""
        until = time.monotonic() + deadline_seconds
        marks = [(worker, worker.source.mark()) for worker in self._workers]
        if self._closed:
            return all(passed() for _, passed in marks)
        for worker, _ in marks:
            worker.hurry(until)
        passed = []
        for position, (worker, mark) in enumerate(marks):
            now = time.monotonic()  # without threads the lanes take turns, and share what is left
            turn = until if worker.running else now + (until - now) / (len(marks) - position)
            passed.append(worker.wait(mark, turn))
        return all(passed)

    def close(self, deadline_seconds: float) -> None:
        """Flush and stop. What is in memory then is dropped as `shutdown`; the spool stays, for the next process."""
        if self._closed:
            return
        until = time.monotonic() + deadline_seconds
        self.flush(deadline_seconds)
        self._closed = True
        lost = sum(worker.stop() for worker in self._workers)
        if self._keeper is not None:
            self._keeper.stop()
        if self._spool is not None:
            self._spool.close(max(0.1, until - time.monotonic()))
        if lost:
            errors = {worker.tally.last_error for worker in self._workers if worker.tally.last_error}
            warn_once(f"{lost} records were not sent within {deadline_seconds:.1f} s of the end: {'; '.join(errors)}")

    def health(self) -> dict[str, TargetHealth]:
        """What became of everything, by target and signal."""
        parts = {worker.lane.target: [] for worker in self._workers}  # type: dict[str, list[Any]]
        for worker in self._workers:
            note = self._note if worker.lane.signal.durable else ""
            parts[worker.lane.target].append((worker.lane.signal, worker.health(note)))
        return {target: of_target(lanes) for target, lanes in parts.items()}

    def _build(self) -> None:
        """Queues and threads-to-be for every lane, all empty."""
        self._looked = False
        self._note = ""
        self._spool_retry_at = 0.0
        self._workers = [Worker(lane, Tally(), self._tuning) for lane in self.lanes]
        names = _names(self.lanes)
        self._tallies = {
            (worker.lane.signal.value, name): worker.tally for worker, name in zip(self._workers, names, strict=True)
        }
        durable: dict[str, list[str]] = {}
        for lane, name in zip(self.lanes, names, strict=True):
            if lane.signal.durable:
                durable.setdefault(lane.signal.value, []).append(name)
        self._spool, self._keeper = None, None
        if self._spool_directory is not None and durable:
            self._spool = Spool(
                self._spool_directory,
                durable,
                max_bytes=self._spool_max_bytes,
                segment_bytes=self._tuning.segment_bytes,
                lost=self._lost,
            )
            self._keeper = Keeper(self._spool, self._tuning, self._adopted)
        doors: dict[str, list[Put]] = {signal.value: [] for signal in Signal}
        doors |= {"cumulative": [], "delta": []}
        for worker, name in zip(self._workers, names, strict=True):
            self._open(worker, name, doors)
        self._doors = {name: tuple(puts) for name, puts in doors.items()}

    def _open(self, worker: Worker, name: str, doors: dict[str, list[Put]]) -> None:
        """Give a lane its source, and the callers a way into it."""
        lane, signal = worker.lane, worker.lane.signal
        most = min(self._queue_max_items, _MOST_COLLECTIONS) if signal is Signal.METRICS else self._queue_max_items
        queue = MemoryQueue(most, lane.max_items, worker.tally, worker.wake)
        if not signal.durable:
            worker.source = queue
            doors[signal].append(queue.put)
            if signal is Signal.METRICS:
                doors[lane.temporality].append(queue.put)
            return
        worker.source = DurableSource(signal.value, name, queue, self._spool, worker.tally)
        if not doors[signal]:
            doors[signal].append(self._storing(signal))

    def _storing(self, signal: Signal) -> Put:
        """Write an item once for all lanes of a durable signal."""
        workers = [worker for worker in self._workers if worker.lane.signal is signal]

        def store(item: Any) -> None:
            try:
                line = dump(item)
            except Exception as error:
                self.drop(signal, "invalid")
                return failed("put", error)
            if len(line) > self._tuning.segment_bytes:
                return self.drop(signal, "too_large")
            kept = self._keep(signal, line)
            for worker in workers:
                if kept:
                    worker.wake()
                elif isinstance(worker.source, DurableSource):
                    worker.source.memory.put(line)

        return store

    def _keep(self, signal: Signal, line: bytes) -> bool:
        """Write a line to the spool. False where there is none, or the disk does not take it."""
        if self._spool is None or self._keeper is None or time.monotonic() < self._spool_retry_at:
            return False
        try:
            self._spool.append(signal.value, line)
        except OSError as error:
            self._note = (
                f"the spool {self._spool_directory} cannot be written, events and errors wait in memory: {error}"
            )
            self._spool_retry_at = time.monotonic() + _SPOOL_RETRY_SECONDS
            warn_once(self._note)
            return False
        if self._spool_retry_at:
            self._spool_retry_at, self._note = 0.0, ""
        self._keeper.written()
        return True

    def _look(self) -> None:
        """Begin to adopt, where there may be something. Without it no thread is started before the first item."""
        self._looked = True
        if self._spool is not None and self._keeper is not None and self._spool.orphaned():
            self._keeper.start()

    def _adopted(self) -> None:
        for worker in self._workers:
            if worker.lane.signal.durable:
                worker.wake()

    def _lost(self, signal: str, lane: str, reason: str, count: int) -> None:
        tally = self._tallies.get((signal, lane))
        if tally is not None:
            tally.drop(reason, count)
        else:
            self._note = f"the spool was full: {signal} were dropped that waited for {lane}, which is not configured"

    def _forked(self) -> None:
        """In a child: nothing of the parent's is ours, and none of its threads are here."""
        if self._spool is not None:
            self._spool.abandon()
        self._build()
        if self._closed:
            for worker in self._workers:
                worker.stop()


def _names(lanes: Sequence[Lane]) -> list[str]:
    """A name for each lane's cursor: its target's, numbered where a target takes a signal twice."""
    names: list[str] = []
    seen: dict[tuple[Signal, str], int] = {}
    for lane in lanes:
        name = re.sub(r"[^\w.-]", "_", lane.target)
        seen[lane.signal, name] = count = seen.get((lane.signal, name), 0) + 1
        names.append(name if count == 1 else f"{name}-{count}")
    return names


def _after_fork() -> None:
    for delivery in list(_all):
        delivery._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
