"""A limit on attempts per key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.http.attempts import Attempts
from vedette.server.http.errors import RateLimited


def allowed(attempts: Attempts, key: str, now: float) -> bool:
    try:
        attempts.take(key, now=now)
    except RateLimited as error:
        assert error.retry_after_seconds and error.retry_after_seconds > 0
        return False
    return True


def test_a_burst_then_an_even_rate() -> None:
    attempts = Attempts(3, 60)
    assert [allowed(attempts, "a", 0) for _ in range(5)] == [True] * 3 + [False] * 2
    assert not allowed(attempts, "a", 19)
    assert allowed(attempts, "a", 20)
    assert not allowed(attempts, "a", 20)
    assert allowed(attempts, "b", 20), "keys are apart"


def test_it_says_when_to_come_back_and_keeps_its_word() -> None:
    attempts = Attempts(2, 60)
    attempts.take("a", now=100)
    attempts.take("a", now=100)
    with pytest.raises(RateLimited) as caught:
        attempts.take("a", now=110)
    assert caught.value.retry_after_seconds == 21
    attempts.take("a", now=110 + 21)


def test_good_attempts_are_given_back() -> None:
    attempts = Attempts(1, 60)
    for _ in range(100):
        attempts.take("a", now=0)
        attempts.give_back("a")
    attempts.give_back("unknown")


def test_memory_is_bounded() -> None:
    attempts = Attempts(1, 60, max_keys=10)
    for number in range(1000):
        attempts.take(str(number), now=0)
    assert len(attempts._empty_at) == 10


@given(st.lists(st.floats(0, 1000), max_size=200))
def test_never_more_than_twice_the_limit_in_a_window(times: list[float]) -> None:
    attempts = Attempts(5, 60)
    taken = [now for now in sorted(times) if allowed(attempts, "a", now)]
    assert all(sum(start <= now < start + 60 for now in taken) <= 10 for start in taken)
