"""What a monitor expects. Code says it in its check-ins (`monitor_config`), people may say otherwise; pure.

Format: https://develop.sentry.dev/sdk/telemetry/check-ins/.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from vedette.server.features.crons.schedule import MOST_INTERVAL, UNITS, BadSchedule, Crontab, Interval, Schedule

NUMBERS = {"checkin_margin": 1, "max_runtime": 30, "failure_issue_threshold": 1, "recovery_threshold": 1}
MOST_MINUTES = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class Config:
    """A monitor's configuration in force. Without a schedule no run is expected, so none is missed."""

    schedule: Schedule | None = None
    checkin_margin: int = 1  # minutes
    max_runtime: int = 30  # minutes
    failure_issue_threshold: int = 1  # runs
    recovery_threshold: int = 1  # runs
    problem: str = ""  # why what was said is not, or not all, in force

    @property
    def margin_ms(self) -> int:
        """How late a run may come and not be missed."""
        return self.checkin_margin * 60_000

    @property
    def max_runtime_ms(self) -> int:
        """How long a run may take."""
        return self.max_runtime * 60_000


@lru_cache(maxsize=4096)
def decode(document: str) -> Mapping[str, Any]:
    """A `monitor_config` as it was stored; empty when there is none."""
    try:
        found = json.loads(document) if document else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read(said: Mapping[str, Any]) -> Config:
    """The configuration that somebody said; what does not read is left at its default, and `problem` says so."""
    problems: list[str] = []
    numbers = {name: _number(said, name, problems) for name in NUMBERS}
    try:
        schedule = parse_schedule(said.get("schedule"), said.get("timezone"))
    except BadSchedule as bad:
        schedule = None
        problems.append(str(bad))
    return Config(schedule, **numbers, problem="; ".join(problems))


def parse_schedule(said: Any, timezone: Any = None) -> Schedule | None:
    """`{"type": "crontab", "value": "0 3 * * *"}` or `{"type": "interval", "value": 2, "unit": "hour"}`; None for None.

    Raises:
        BadSchedule: it is neither, or its time zone is unknown.
    """
    if said is None:
        return None
    if not isinstance(said, Mapping):
        raise BadSchedule("a schedule is an object with type and value")
    zone = _zone(timezone)
    kind, value = said.get("type"), said.get("value")
    if kind == "crontab" and isinstance(value, str):
        return Crontab.parse(value, zone)
    if kind == "interval":
        unit = said.get("unit")
        if unit not in UNITS:
            raise BadSchedule(f"an interval's unit is one of {', '.join(UNITS)}")
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_INTERVAL:
            raise BadSchedule(f"an interval's value is a whole number up to {MOST_INTERVAL:,}")
        if (unit == "year" and value > 100) or (unit == "month" and value > 1200):
            raise BadSchedule("an interval is at most a hundred years")
        return Interval(value, unit, zone)
    raise BadSchedule("a schedule's type is crontab (with a line as its value) or interval")


def _zone(name: Any) -> ZoneInfo:
    if not name:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):  # unknown; a path outside; a folder such as Europe
        raise BadSchedule(f"the time zone {str(name)[:50]!r} is unknown") from None


def _number(said: Mapping[str, Any], name: str, problems: list[str]) -> int:
    value = said.get(name)
    if value is None:
        return NUMBERS[name]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MOST_MINUTES:
        return max(int(value), 0 if name == "checkin_margin" else 1)
    problems.append(f"{name} is not a whole number from 0 to {MOST_MINUTES:,}")
    return NUMBERS[name]
