"""Monitors and their runs: check-ins, and what people decided laid over."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.server.features.crons.config import Config, decode, read
from vedette.server.features.crons.overlay import Decision
from vedette.server.features.crons.queries import MOST_CHECK_INS, Heard
from vedette.server.features.crons.schedule import Crontab, Interval
from vedette.server.features.crons.shapes import Monitor, MonitorEnvironment, RunCounts
from vedette.server.features.crons.timeline import Revision, Run, config_at, timeline
from vedette.server.features.crons.verdict import judge
from vedette.server.http.listing import TimeRange, bucket_seconds, exact_time, iso_time

MS = 1_000_000
SECOND_MS = 1000
BUCKETS = 60
BADNESS = ("ok", "waiting", "failing")


@dataclass(frozen=True, slots=True)
class Watched:
    """A monitor in one environment with all that is known of it."""

    slug: str
    environment: str
    config: Config
    runs: Sequence[Run]
    looked_since_ms: int | None


def watch(
    heard: Iterable[Heard], decided: Mapping[str, Decision], now_ms: int, most: int = MOST_CHECK_INS
) -> list[Watched]:
    """Every monitor in every environment that has run since it was last taken away, by name.

    One with `most` check-ins may have older ones that are not among them.
    """
    groups: dict[tuple[str, str], list[Heard]] = {}
    for one in heard:
        groups.setdefault((one.slug, one.environment), []).append(one)
    found = []
    for (slug, environment), group in sorted(groups.items()):
        decision = decided.get(slug, Decision())
        kept = [one for one in group if one.check_in.at_ms > decision.deleted_ms]
        if kept:
            revisions = revisions_of(kept, decision)
            found.append(
                Watched(
                    slug,
                    environment,
                    config_at(revisions, now_ms),
                    timeline(revisions, [one.check_in for one in kept], now_ms),
                    min(one.check_in.at_ms for one in group) if len(group) >= most else None,
                )
            )
    return found


def revisions_of(heard: Iterable[Heard], decision: Decision) -> list[Revision]:
    """What was in force since when. People's word stands before code's from the time at which they said it."""
    changes: list[tuple[int, str | None]] = [
        (one.check_in.at_ms, one.monitor_config) for one in heard if one.monitor_config
    ]
    if decision.said:
        changes.append((decision.changed_ms, None))
    document, said_before, found = "", None, list[Revision]()
    for at_ms, changed in sorted(changes, key=lambda change: change[0]):
        document = document if changed is None else changed
        said = (document, at_ms >= decision.changed_ms)
        if said != said_before:
            found.append(Revision(at_ms, in_force(document, decision if said[1] else Decision())))
            said_before = said
    return found


def in_force(document: str, decision: Decision) -> Config:
    """Code's word with people's laid over."""
    return read({**decode(document), **decision.said})


def monitors(
    watched: Iterable[Watched], decided: Mapping[str, Decision], range_: TimeRange, now_ms: int
) -> list[Monitor]:
    """One entry a slug, the worst first."""
    found: dict[str, Monitor] = {}
    for one in watched:
        monitor = found.setdefault(one.slug, described(one.slug, one.config, decided))
        monitor.environments.append(environment_of(one, range_, now_ms))
    for slug, decision in decided.items():
        if decision.kept and slug not in found:
            found[slug] = described(slug, in_force("", decision), decided)
    return sorted(found.values(), key=lambda one: (-_badness(one), one.slug))


def described(slug: str, config: Config, decided: Mapping[str, Decision]) -> Monitor:
    """A monitor without its environments."""
    schedule = config.schedule
    return Monitor(
        slug=slug,
        schedule=schedule.words() if schedule else "",
        timezone=schedule.zone.key if schedule else "",
        problem=config.problem,
        muted=decided.get(slug, Decision()).muted,
        environments=[],
    )


def environment_of(one: Watched, range_: TimeRange, now_ms: int) -> MonitorEnvironment:
    """How a monitor does in one environment."""
    verdict = judge(one.runs, one.config)
    heard = [run for run in one.runs if run.status != "missed"]
    last = max(one.runs, key=lambda run: (run.known_ms, run.started_ms), default=None)
    return MonitorEnvironment(
        environment=one.environment,
        status=verdict.status,
        since=time_of(verdict.since_ms),
        last_run=time_of(max(run.known_ms for run in heard)) if heard else None,
        last_status=last.status if last else None,
        next_run=time_of(_next(one, now_ms)),
        looked_since=time_of(one.looked_since_ms),
        buckets=buckets_of(one.runs, range_),
    )


def within(runs: Iterable[Run], range_: TimeRange) -> list[Run]:
    """The runs of a time range, the newest first."""
    since_ms, until_ms = range_.since_ns // MS, range_.until_ns // MS
    return [run for run in reversed(list(runs)) if since_ms <= run.started_ms < until_ms]


def buckets_of(runs: Iterable[Run], range_: TimeRange) -> list[RunCounts]:
    """Runs counted by status in pieces of the range."""
    step_ms = bucket_seconds(range_, BUCKETS) * SECOND_MS
    counts: dict[int, Counter[str]] = {}
    for run in within(runs, range_):
        counts.setdefault(run.started_ms // step_ms * step_ms, Counter())[run.status] += 1
    return [RunCounts(time=iso_time(start * MS), **by_status) for start, by_status in sorted(counts.items())]


def time_of(at_ms: int | None) -> str | None:
    """RFC 3339, as the engine writes times; None of None."""
    return None if at_ms is None else exact_time(at_ms * MS)


def _next(one: Watched, now_ms: int) -> int | None:
    schedule = one.config.schedule
    if isinstance(schedule, Crontab):
        return schedule.following(now_ms)
    if isinstance(schedule, Interval):
        base_ms = max(run.known_ms for run in one.runs if run.status != "missed")
        return next(iter(schedule.between(base_ms, now_ms, now_ms + 2 * schedule.longest_ms, 2)), None)
    return None


def _badness(monitor: Monitor) -> int:
    return max((BADNESS.index(one.status) for one in monitor.environments), default=1)


def by_code(heard: Sequence[Heard], decision: Decision) -> dict[str, Any]:
    """The newest configuration that came with a check-in."""
    documents = (one.monitor_config for one in heard if one.check_in.at_ms > decision.deleted_ms)
    return dict(decode(next(filter(None, documents), "")))
