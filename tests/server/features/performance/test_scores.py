"""What is worked out of counts."""

import math

from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.performance.scores import (
    apdex,
    change,
    class_edges,
    misery,
    over_represented,
    sample_rate,
)

counts = st.integers(0, 10**9)


@given(counts, counts, counts)
def test_apdex_is_between_none_content_and_all(satisfied: int, tolerating: int, frustrated: int) -> None:
    total = satisfied + tolerating + frustrated
    value = apdex(satisfied, tolerating, total)
    if total == 0:
        assert value is None
        return
    assert value is not None
    assert 0 <= value <= 1
    assert (value == 1) == (tolerating == frustrated == 0)
    better = apdex(satisfied + 1, tolerating, total + 1)
    assert better is not None
    assert better >= value, "one more who is content never makes it worse"


@given(counts, counts)
def test_misery_grows_with_who_is_miserable_and_few_prove_little(miserable: int, others: int) -> None:
    users = miserable + others
    assert 0 < misery(miserable, users) < 1
    assert misery(miserable + 1, users + 1) > misery(miserable, users + 1)
    assert misery(1, 1) < 0.06


@given(st.integers(1, 10**6), st.floats(1, 1e6))
def test_what_is_kept_is_a_share_of_what_happened(stored: int, weight: float) -> None:
    assert 0 < sample_rate(stored, stored * weight) <= 1
    assert sample_rate(stored, stored) == sample_rate(0, 0) == 1


@given(st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 5000))
def test_what_all_have_alike_is_not_over_represented(of_slow: int, slow: int, extra: int, others: int) -> None:
    slow = min(slow, of_slow)
    count, of_count = slow + min(extra, others), of_slow + others
    lift, deviations = over_represented(slow, of_slow, count, of_count)
    assert math.isfinite(lift)
    assert math.isfinite(deviations)
    if count == of_count or count == 0:
        assert deviations == 0
    assert (deviations > 0) <= (lift > 1)


@given(st.integers(-4, 250))
def test_classes_meet(number: int) -> None:
    assert class_edges(number)[1] == class_edges(number + 1)[0] or number < 0
    assert class_edges(number)[0] <= class_edges(number)[1]


@given(st.integers(1, 2**62))
def test_a_duration_lies_in_its_class(duration_ns: int) -> None:
    number = math.floor(4 * math.log2(duration_ns))
    edges = [class_edges(number + step) for step in (-1, 0, 1)]
    assert edges[0][0] <= duration_ns < edges[2][1]
    if abs(4 * math.log2(duration_ns) - round(4 * math.log2(duration_ns))) > 1e-9:
        assert edges[1][0] <= duration_ns < edges[1][1]


def test_changes() -> None:
    assert (change(3, 2), change(1, 0), change(1, None), change(None, 1)) == (0.5, None, None, None)
