"""What is worked out of counts: pure, so that it can be tried with any numbers."""

import math

MISERY_ALPHA, MISERY_BETA = 5.8875, 111.8625  # a prior of 5 % among about 118 users: few users prove little
SIGNIFICANT = 2.5  # standard deviations


def apdex(satisfied: float, tolerating: float, count: float) -> float | None:
    """Share of those content: up to T counts whole, up to 4 T half. None of nothing. https://www.apdex.org/"""
    return (satisfied + tolerating / 2) / count if count > 0 else None


def misery(miserable_users: float, users: float) -> float:
    """Share of users kept waiting for more than 4 T, drawn to 5 % where there are few users, as Sentry's is."""
    return (miserable_users + MISERY_ALPHA) / (users + MISERY_ALPHA + MISERY_BETA)


def sample_rate(stored: float, count: float) -> float:
    """The share that was kept of what happened; 1 when everything was."""
    return min(1.0, stored / count) if count > 0 else 1.0


def change(now: float | None, before: float | None) -> float | None:
    """How much more than before, as a share of before; None where there is nothing to compare with."""
    return (now - before) / before if now is not None and before else None


def over_represented(slow: int, of_slow: int, count: int, of_count: int) -> tuple[float, float]:
    """(how many times commoner among the slow than among all, how many standard deviations that is off chance)."""
    if not of_slow or not of_count or not count:
        return 0.0, 0.0
    share, usual = slow / of_slow, count / of_count
    deviation = math.sqrt(usual * (1 - usual) / of_slow)
    return share / usual, (share - usual) / deviation if deviation else 0.0


def class_edges(number: int) -> tuple[int, int]:
    """The durations `[from, to)` in nanoseconds of a class of `durations.sql`: whole ones, so classes meet exactly."""
    return math.ceil(2 ** (number / 4)) if number > 0 else 0, math.ceil(2 ** ((number + 1) / 4))
