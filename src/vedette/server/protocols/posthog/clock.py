"""When an event happened: the client's timestamp, corrected for the client's clock.

The rules are PostHog's (`rust/common/types/src/timestamp.rs`), with three differences, each because a retried
event must get the same time and nothing may change silently (docs/decisions/0010-event-dedupe.md): the clock is
corrected only when it is off by more than `TOLERANCE_US`, in steps of `STEP_US`; a timestamp wins over an offset,
as their documentation says (their code lets the offset win); a time out of range is reported, never just replaced.
All times are microseconds since 1970 UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# posthog-node sends the same `sent_at` in all its retries, three seconds apart: a difference of this size says
# nothing about the clock. Below it, the estimate is mostly network delay.
TOLERANCE_US = 15 * SECOND_US
# The estimate differs by the network's delay from one request to the next; steps hide that.
STEP_US = 2 * SECOND_US
FUTURE_US = 23 * 3600 * SECOND_US
EARLIEST_US = 365 * DAY_US  # 1971: what is earlier is a clock that was never set, not history
# What DateTime64(6) can hold with room to spare; `sent_time` outside it is not kept.
SENT_RANGE_US = (-70 * 365 * DAY_US, 320 * 365 * DAY_US)

SHORT_ZONE = re.compile(r"[+-]\d\d$")
LOOSE_FORMATS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y",
    "%d %b %Y %H:%M:%S",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%a %b %d %Y %H:%M:%S GMT%z",  # JavaScript's Date.toString(), its zone name cut off
)


@dataclass(slots=True)
class EventTime:
    """`time_us` is when it happened; `sent_us` the client's own timestamp, None when it gave none that reads.

    `changed` says why the time is not what the client meant: empty, `clamped_time` or `unreadable_time`.
    """

    time_us: int
    sent_us: int | None = None
    changed: str = ""


def to_us(moment: datetime) -> int:
    """Microseconds since 1970; a datetime without zone is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // MICROSECOND


def parse_time(value: Any) -> int | None:
    """A timestamp in any form that SDKs send: RFC 3339, looser dates, Unix seconds or milliseconds; None if none."""
    if isinstance(value, str):
        if len(value) in (10, 13) and value.isdecimal() and value.isascii():
            return _from_number(int(value))  # which fromisoformat() takes for a compact date
        try:
            return to_us(datetime.fromisoformat(value))
        except (ValueError, OverflowError):
            return _parse_loose(value.strip()[:64])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _from_number(value)


def _from_number(value: float) -> int | None:
    if value != value or abs(value) >= 1e18:
        return None
    milliseconds = abs(value) >= 1e11  # as seconds that would be the year 5138
    return int(value * 1000) if milliseconds else int(value * SECOND_US)


def _parse_loose(text: str) -> int | None:
    if not text:
        return None
    if re.fullmatch(r"\d{10}\.\d+", text):
        return _from_number(float(text))
    if re.fullmatch(r"[+-]\d{4,6}-.*", text):  # ECMAScript's extended years, far outside every range we keep
        return None
    if SHORT_ZONE.search(text) and ":" in text:
        text += ":00"
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return to_us(parse(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    text = text.partition(" (")[0]
    for form in LOOSE_FORMATS:
        try:
            return to_us(datetime.strptime(text, form))
        except (ValueError, OverflowError):
            continue
    return None


def clock_error_us(sent_at_us: int | None, now_us: int) -> int:
    """How far ahead the client's clock is; 0 when it is right as far as one request can tell."""
    if sent_at_us is None:
        return 0
    error = sent_at_us - now_us
    if abs(error) < TOLERANCE_US:
        return 0
    return round(error / STEP_US) * STEP_US


def event_time(timestamp: Any, offset: Any, *, clock_error_us: int, now_us: int) -> EventTime:
    """Apply the rules to one event. `clock_error_us` is 0 for an event with `$ignore_sent_at`."""
    is_given = timestamp is not None and timestamp != ""
    sent_us = parse_time(timestamp) if is_given else None
    changed = ""
    if sent_us is not None:
        time_us = sent_us - clock_error_us
    else:
        if is_given:
            changed = "unreadable_time"
        is_number = isinstance(offset, int | float) and not isinstance(offset, bool) and abs(offset) < 1e15
        time_us = now_us - int(offset * 1000) if is_number else now_us
    if not EARLIEST_US <= time_us <= now_us + FUTURE_US:
        time_us, changed = now_us, "clamped_time"
    if sent_us is not None and not SENT_RANGE_US[0] < sent_us < SENT_RANGE_US[1]:
        sent_us = None
    return EventTime(time_us, sent_us, changed)


def time_text(time_us: int) -> str:
    """Microseconds as the engine reads them into DateTime64: seconds with six decimals.

    As text: ClickHouse before 26.9 takes no fractions in a JSON number, and whole ones for ticks.
    """
    if time_us >= SECOND_US:
        digits = str(time_us)
        return f"{digits[:-6]}.{digits[-6:]}"
    return f"{time_us / 1e6:.6f}"
