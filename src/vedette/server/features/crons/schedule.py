"""When a monitor's runs are expected: crontab lines as Debian's cron reads them, and intervals.

Times are whole milliseconds since 1970; wall clocks, daylight saving among them, are those of the schedule's zone.
"""

import calendar
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

Unit = Literal["minute", "hour", "day", "week", "month", "year"]
UNITS: tuple[str, ...] = get_args(Unit)
# The shortest each can be; a day of 23 hours begins summer time.
SHORTEST_HOURS = {"minute": 1 / 60, "hour": 1, "day": 23, "week": 167, "month": 28 * 24 - 1, "year": 365 * 24 - 1}
LONGEST_HOURS = {"minute": 1 / 60, "hour": 1, "day": 25, "week": 169, "month": 31 * 24 + 1, "year": 366 * 24 + 1}
MOST_INTERVAL = 100_000
NICKNAMES = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip
HOUR_MS = 3_600_000


class BadSchedule(ValueError):
    """A schedule that does not read; says why."""


@dataclass(frozen=True, slots=True)
class Crontab:
    """Five fields of a crontab line, on the wall clock of a zone. A time that summer time skips runs right after the
    gap, one that winter time repeats runs once; a line that runs in every hour runs in both."""

    line: str
    zone: ZoneInfo

    @classmethod
    def parse(cls, line: str, zone: ZoneInfo) -> "Crontab":
        """Raises BadSchedule."""
        line = NICKNAMES.get(line.strip().lower(), line.strip())
        if len(line) > 200 or len(line.split()) != 5:
            raise BadSchedule(f"{line[:50]!r} is no crontab line of five fields")
        try:
            next(CronSim(line, datetime(2024, 1, 1)))
        except (CronSimError, AssertionError, TypeError, ValueError) as error:
            raise BadSchedule(f"the crontab line {line[:50]!r} does not read: {error}") from None
        except StopIteration:
            raise BadSchedule(f"the crontab line {line[:50]!r} never comes true") from None
        return cls(line, zone)

    def words(self) -> str:
        """It in English."""
        return CronSim(self.line, datetime(2024, 1, 1)).explain()

    def between(self, after_ms: int, until_ms: int, most: int) -> list[int]:
        """The newest `most` expected times in `(after_ms, until_ms]`, ascending."""
        days = _chunk_days(self.line)
        chunk = _day_of(until_ms, self.zone).toordinal() // days
        last = _day_of(after_ms, self.zone).toordinal() // days
        found: list[int] = []
        while chunk >= last and len(found) < most:
            ticks = _ticks(self.line, self.zone, date.fromordinal(max(1, chunk * days)), days)
            found[:0] = ticks[bisect_right(ticks, after_ms) : bisect_right(ticks, until_ms)]
            chunk -= 1
        return found[-most:]

    def following(self, after_ms: int) -> int | None:
        """The first expected time after this one; None when none comes within fifty years."""
        moment = datetime.fromtimestamp(after_ms / 1000, UTC).astimezone(self.zone)
        return next((at for at in map(_ms, CronSim(self.line, moment)) if at > after_ms), None)


@dataclass(frozen=True, slots=True)
class Interval:
    """A run every so often, counted from the run before. Days and longer are counted on the zone's wall clock."""

    value: int
    unit: Unit
    zone: ZoneInfo

    def words(self) -> str:
        """It in English."""
        return f"Every {self.unit}" if self.value == 1 else f"Every {self.value} {self.unit}s"

    @property
    def shortest_ms(self) -> int:
        """What lies between two expected times at least."""
        return int(self.value * SHORTEST_HOURS[self.unit] * HOUR_MS)

    @property
    def longest_ms(self) -> int:
        """What lies between two expected times at most."""
        return int(self.value * LONGEST_HOURS[self.unit] * HOUR_MS)

    def following(self, base_ms: int, times: int = 1) -> int:
        """The expected time so many intervals after a run."""
        step = self.value * times
        if self.unit == "minute" or self.unit == "hour":
            return base_ms + step * (60_000 if self.unit == "minute" else HOUR_MS)
        local = datetime.fromtimestamp(base_ms // 1000, UTC).astimezone(self.zone)
        if self.unit in ("month", "year"):
            month = local.month - 1 + step * (12 if self.unit == "year" else 1)
            year, month = local.year + month // 12, month % 12 + 1
            moved = local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))
        else:
            moved = local + timedelta(days=step * (7 if self.unit == "week" else 1))
        return _ms(moved) + base_ms % 1000

    def between(self, base_ms: int, after_ms: int, until_ms: int, most: int) -> Iterator[int]:
        """The expected times in `(after_ms, until_ms]` when nothing has run since `base_ms`, ascending.

        Of a monitor that is silent for very long the oldest are left out, all but about `most`.
        """
        times = max(1, (after_ms - base_ms) // self.longest_ms, (until_ms - base_ms) // self.longest_ms - most)
        while (expected_ms := self.following(base_ms, times)) <= until_ms:
            if expected_ms > after_ms:
                yield expected_ms
            times += 1


Schedule = Crontab | Interval


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _day_of(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


@lru_cache(maxsize=1024)
def _chunk_days(line: str) -> int:
    """How many days of a line are worked out at once: many of one that runs seldom."""
    parsed = CronSim(line, datetime(2024, 1, 1))
    return 1 if len(parsed.minutes) * len(parsed.hours) > 24 else 28


@lru_cache(maxsize=1024)  # 12 MB when every line runs every minute
def _ticks(line: str, zone: ZoneInfo, first: date, days: int) -> "array[int]":
    """All times of a line on some days of its zone, in milliseconds."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    end = first + timedelta(days=days)
    end_ms = _ms(datetime(end.year, end.month, end.day, tzinfo=zone))
    found = array("q")
    for moment in CronSim(line, (start - timedelta(seconds=1)).astimezone(zone)):
        if (at_ms := _ms(moment)) >= end_ms:
            break
        found.append(at_ms)
    return found
