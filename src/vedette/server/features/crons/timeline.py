"""Check-ins and configuration → the runs of one monitor in one environment, those that never came among them.

Pure, and what it has once said stands: a run that is decided at one time is decided alike at every later one,
whatever arrives in between. Times are milliseconds since 1970 on the server's clock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from vedette.server.features.crons.config import Config
from vedette.server.features.crons.schedule import Crontab, Interval

EARLY_MS = 30_000  # hosts' clocks differ: this much before its time a run is not the one before
MOST_MISSED = 3000  # of one monitor, the newest

Status = Literal["ok", "error", "timeout", "missed", "in_progress"]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a job said: that it starts (`in_progress`), or how it ended (`ok`, `error`)."""

    check_in_id: str
    at_ms: int
    status: str
    duration_ms: int | None = None
    release: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A configuration and since when it is in force."""

    since_ms: int
    config: Config


@dataclass(slots=True)
class Run:
    """One run. `started_ms` of a missed one is when it was expected; `decided_ms` is None while it is in progress."""

    status: Status
    started_ms: int
    known_ms: int  # when the server first heard of it
    deadline_ms: int
    decided_ms: int | None = None
    check_in_id: str = ""
    duration_ms: int | None = None
    release: str = ""
    trace_id: str = ""


def timeline(revisions: Sequence[Revision], check_ins: Iterable[CheckIn], now_ms: int) -> list[Run]:
    """All runs up to `now_ms`, the oldest first. `revisions` ascend."""
    revisions = [one for one in revisions if one.since_ms <= now_ms]
    heard = sorted((one for one in check_ins if one.at_ms <= now_ms), key=_order)
    runs = _runs(revisions, heard, now_ms)
    if not runs:
        return []  # nothing is expected of a job that has never run
    known = sorted(run.known_ms for run in runs)
    missed = [
        Run("missed", expected_ms, expected_ms, expected_ms, expected_ms + config.margin_ms)
        for config, expected_ms in _missed(_segments(revisions, known[0], now_ms), known, now_ms)
    ]
    return sorted([*runs, *missed[-MOST_MISSED:]], key=lambda run: (run.started_ms, run.known_ms, run.check_in_id))


def config_at(revisions: Sequence[Revision], at_ms: int) -> Config:
    """The configuration in force at a time."""
    index = bisect_right(revisions, at_ms, key=lambda one: one.since_ms)
    return revisions[index - 1].config if index else Config()


def _order(check_in: CheckIn) -> tuple[int, bool, str, str]:
    return (check_in.at_ms, check_in.status != "in_progress", check_in.check_in_id, check_in.status)


def _runs(revisions: Sequence[Revision], heard: Iterable[CheckIn], now_ms: int) -> list[Run]:
    runs: dict[str, Run] = {}
    waiting: list[Run] = []  # in progress, as far as is known
    for one in heard:
        run = runs.get(one.check_in_id)
        if one.status == "in_progress":
            if run is None:
                deadline_ms = one.at_ms + config_at(revisions, one.at_ms).max_runtime_ms
                run = Run("in_progress", one.at_ms, one.at_ms, deadline_ms, check_in_id=one.check_in_id)
                runs[one.check_in_id] = run
                waiting.append(run)
        else:
            if run is None and waiting:
                waiting = [
                    begun for begun in waiting if begun.status == "in_progress" and one.at_ms <= begun.deadline_ms
                ]
                # Two plain calls, one before a job and one after, share no id: it is the newest that still runs.
                run = waiting[-1] if waiting else None
            if run is None:
                started_ms = one.at_ms - (one.duration_ms or 0)
                run = Run("in_progress", started_ms, one.at_ms, one.at_ms, check_in_id=one.check_in_id)
            runs[one.check_in_id] = run
            _end(run, one)
        run.release, run.trace_id = run.release or one.release, run.trace_id or one.trace_id
    found = list({id(run): run for run in runs.values()}.values())
    for run in found:
        if run.status == "in_progress" and run.deadline_ms <= now_ms:
            run.status, run.decided_ms = "timeout", run.deadline_ms
    return found


def _end(run: Run, said: CheckIn) -> None:
    if run.status != "in_progress":
        return  # the first word holds: it may have been sent twice, or long after
    run.duration_ms = said.duration_ms if said.duration_ms is not None else said.at_ms - run.started_ms
    if said.at_ms > run.deadline_ms:
        run.status, run.decided_ms = "timeout", run.deadline_ms
    else:
        run.status, run.decided_ms = "error" if said.status == "error" else "ok", said.at_ms


def _segments(revisions: Sequence[Revision], first_ms: int, now_ms: int) -> list[tuple[Config, int, int]]:
    """The configurations one after the other with the times `(after, until]` they speak for."""
    changed: list[Revision] = []
    for one in revisions:
        if not changed or changed[-1].config != one.config:
            changed.append(one)
    ends = [one.since_ms for one in changed[1:]] + [now_ms]
    pairs = zip(changed, ends, strict=False)
    return [(one.config, max(one.since_ms, first_ms), end) for one, end in pairs if end > first_ms]


def _missed(
    segments: Iterable[tuple[Config, int, int]], known: Sequence[int], now_ms: int
) -> Iterator[tuple[Config, int]]:
    for config, after_ms, until_ms in segments:
        until_ms = min(until_ms, now_ms - config.margin_ms)
        if isinstance(config.schedule, Crontab):
            for expected_ms in config.schedule.between(after_ms, until_ms, MOST_MISSED):
                index = bisect_left(known, expected_ms - EARLY_MS)
                if index == len(known) or known[index] > expected_ms + config.margin_ms:
                    yield config, expected_ms
        elif isinstance(config.schedule, Interval):
            yield from ((config, at_ms) for at_ms in _overdue(config, config.schedule, known, (after_ms, until_ms)))


def _overdue(config: Config, interval: Interval, known: Sequence[int], span: tuple[int, int]) -> Iterator[int]:
    """Expected times that passed between one run and the next."""
    after_ms, until_ms = span
    first = max(0, bisect_right(known, after_ms) - 1)
    for index in range(first, len(known)):
        base_ms = known[index]
        if base_ms >= until_ms:
            return
        last_ms = until_ms
        if index + 1 < len(known):
            last_ms = min(until_ms, known[index + 1] - config.margin_ms - 1)
        if last_ms - base_ms >= interval.shortest_ms:
            yield from interval.between(base_ms, after_ms, last_ms, MOST_MISSED)
