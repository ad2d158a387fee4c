from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from vedette.sdk.delivery.retry import Breaker, ceiling, retry_after
from vedette.sdk.delivery.tuning import Tuning

TUNING = Tuning()
CHANCE = st.floats(0, 1, exclude_max=True)


@given(failures=st.integers(1, 10_000))
def test_the_ceiling_doubles_up_to_the_cap(failures: int) -> None:
    assert ceiling(1, TUNING) == TUNING.backoff_base_seconds
    assert ceiling(failures + 1, TUNING) == min(2 * ceiling(failures, TUNING), TUNING.backoff_cap_seconds)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("0", 0.0), ("1.5", 1.5), ("-3", 0.0), ("", None), ("soon", None), ("nan", None), ("inf", None)],
)
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, 0.0) == seconds


def test_retry_after_is_absent() -> None:
    assert retry_after({}, 0.0) is None


@given(seconds=st.integers(-100_000, 100_000))
def test_retry_after_as_a_date(seconds: int) -> None:
    now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    value = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": value}, now.timestamp()) == max(0, seconds)


@given(value=st.text(max_size=40))
def test_retry_after_is_a_number_or_nothing(value: str) -> None:
    seconds = retry_after({"retry-after": value}, 0.0)
    assert seconds is None or 0 <= seconds < float("inf")


class BreakerMachine(RuleBasedStateMachine):
    """Against what is promised of it: when it may be tried, when it is open."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = 1000.0
        self.in_a_row = 0

    @rule(chance=CHANCE)
    def fail(self, chance: float) -> None:
        self.breaker = self.breaker.failed(self.now, chance, None, TUNING)
        self.in_a_row += 1
        wait = self.breaker.retry_at - self.now
        longest = ceiling(self.in_a_row, TUNING)
        assert not self.breaker.asked
        if self.in_a_row < TUNING.failures_to_open:
            assert wait == pytest.approx(chance * longest)
        else:
            assert longest / 2 - 1e-6 <= wait <= longest + 1e-6

    @rule(chance=CHANCE, after=st.floats(0, 1e6))
    def asked_to_wait(self, chance: float, after: float) -> None:
        self.breaker = self.breaker.failed(self.now, chance, after, TUNING)
        self.in_a_row += 1
        wait = self.breaker.retry_at - self.now
        asked = min(after, TUNING.retry_after_cap_seconds)
        assert self.breaker.asked
        assert asked - 1e-6 <= wait <= asked * 1.1 + 1e-6

    @rule()
    def wait(self) -> None:
        self.now = max(self.now, self.breaker.retry_at)

    @rule()
    def succeed(self) -> None:
        self.breaker = Breaker()
        self.in_a_row = 0

    @invariant()
    def is_open_after_enough_failures_in_a_row(self) -> None:
        assert (self.breaker.state(TUNING) == "open") == (self.in_a_row >= TUNING.failures_to_open)


TestBreaker = BreakerMachine.TestCase
