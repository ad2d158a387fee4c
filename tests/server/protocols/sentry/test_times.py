"""Client clocks → times to store."""

from typing import Any

import pytest

from vedette.server.protocols.sentry.times import Clock, FirstTimes, parse_time, time_text

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1700000000, 1700000000.0),
        (1700000000.25, 1700000000.25),
        ("1700000000.25", 1700000000.25),
        ("2023-11-14T22:13:20Z", 1700000000.0),
        ("2023-11-14T22:13:20.250000Z", 1700000000.25),
        ("2023-11-14T22:13:20.250000123Z", 1700000000.25),
        ("2023-11-14T22:13:20", 1700000000.0),
        ("2023-11-15T03:43:20+05:30", 1700000000.0),
        ("2023-11-14 22:13:20+00:00", 1700000000.0),
        (-5, -5.0),
        (None, None),
        (True, None),
        ("", None),
        ("yesterday", None),
        (float("nan"), None),
        (float("inf"), None),
        ([], None),
        ("9" * 400, None),
        (10**400, None),
        ("99999-01-01T00:00:00Z", None),
    ],
)
def test_parse_time(value: Any, seconds: float | None) -> None:
    assert parse_time(value) == seconds


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        (NOW - 5, "client"),
        (NOW + 30, "client"),
        (NOW + 3600, "clamped"),
        (NOW - 31 * 86400, "clamped"),
        (-1, "clamped"),
        (None, "missing"),
        ("x", "missing"),
    ],
)
def test_only_possible_times_are_kept(value: Any, origin: str) -> None:
    seconds, found = Clock(NOW).correct(value)
    assert found == origin
    assert seconds == (value if origin == "client" else NOW)


def test_large_drift_is_taken_off_and_small_drift_is_not() -> None:
    two_hours_slow = Clock(NOW, NOW - 7200)
    assert two_hours_slow.correct(NOW - 7210) == (NOW - 10, "shifted")
    assert Clock(NOW, NOW - 600).correct(NOW - 610) == (NOW - 610, "client")
    assert Clock(NOW, "nonsense").correct(NOW - 1) == (NOW - 1, "client")


def test_first_times_are_kept_and_bounded() -> None:
    times = FirstTimes(limit=2)
    assert times.keep(1, "a", 10.0) == 10.0
    assert times.keep(1, "a", 20.0) == 10.0
    assert times.keep(2, "a", 30.0) == 30.0
    times.keep(1, "b", 1.0)
    assert times.keep(1, "a", 40.0) == 40.0


def test_nanoseconds_are_exact_to_the_microsecond() -> None:
    assert time_text(1700000000.123456) == "1700000000.123456"
    assert time_text(1700000000.0) == "1700000000.000000"
