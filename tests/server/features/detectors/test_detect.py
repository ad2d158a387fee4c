"""The rules over calls, with no store: what is a finding, at which edge, and with which numbers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.detectors.detect import MS, Call, findings_of
from vedette.server.features.detectors.patterns import address, address_pattern, plain_path
from vedette.server.features.detectors.shapes import DetectorSettings

DEFAULTS = DetectorSettings()


def call(number: int, at_ms: float, ms: float, pattern: str = "SELECT a", what: str = "db", **more: Any) -> Call:
    shared = {"trace_id": "t", "parent_span_id": "p", "system": "", "text": pattern}
    return Call(
        span_id=f"{number:04}", start_ns=int(at_ms * MS), duration_ns=int(ms * MS), pattern=pattern, what=what,
        **{**shared, **more},
    )  # fmt: skip


def found(calls: list[Call], settings: DetectorSettings = DEFAULTS) -> list[tuple[str, int]]:
    return [(one.detector, len(one.calls)) for one in findings_of(calls, settings)]


def test_five_equal_queries_of_a_hundred_milliseconds_are_n_plus_one() -> None:
    assert found([call(n, n * 30, 20) for n in range(5)]) == [("n_plus_one_db", 5)]
    assert found([call(n, n * 30, 20) for n in range(4)]) == []
    assert found([call(n, n * 30, 19.9) for n in range(5)]) == []


def test_equal_queries_of_two_parents_are_two_matters() -> None:
    calls = [call(n, n * 30, 20, parent_span_id="p" if n % 2 else "q") for n in range(8)]
    assert found(calls) == []


def test_a_statement_that_was_cut_off_is_equal_to_none() -> None:
    assert found([call(n, n * 30, 20, complete=False) for n in range(9)]) == []


@pytest.mark.parametrize("step_ms", [70, 0], ids=["one after the other", "at once"])
def test_equal_calls_to_a_service_are_n_plus_one_overlapping_or_not(step_ms: float) -> None:
    calls = [call(n, n * step_ms, 60, "GET https://api/users/*", "http") for n in range(5)]
    assert found(calls) == [("n_plus_one_http", 5)]
    assert found(calls[:4]) == []


def test_a_slow_query_needs_no_parent_and_tells_each_statement_once() -> None:
    calls = [call(1, 0, 500, parent_span_id=""), call(2, 600, 700, parent_span_id=""), call(3, 1400, 499)]
    (finding,) = findings_of(calls, DEFAULTS)
    assert (finding.detector, len(finding.calls), finding.total_ns) == ("slow_db", 2, 1200 * MS)


def test_queries_in_a_row_could_run_at_once() -> None:
    calls = [call(n, n * 160, 150, f"SELECT {n}") for n in range(3)]
    (finding,) = findings_of(calls, DEFAULTS)
    assert (finding.detector, finding.total_ns, finding.savable_ns) == ("consecutive_db", 450 * MS, 300 * MS)
    assert finding.pattern == "SELECT 0\nSELECT 1\nSELECT 2"
    assert found(calls[:2]) == []


def test_what_overlaps_is_no_row_and_what_writes_has_an_order() -> None:
    assert found([call(n, n * 100, 150, f"SELECT {n}") for n in range(3)]) == []
    assert found([call(n, n * 160, 150, f"UPDATE t{n}") for n in range(3)]) == []


def test_calls_in_a_row_to_services() -> None:
    calls = [call(n, n * 1100, 1000, f"GET https://api/{'abc'[n]}", "http") for n in range(3)]
    (finding,) = findings_of(calls, DEFAULTS)
    assert (finding.detector, finding.savable_ns) == ("consecutive_http", 2000 * MS)


def test_what_is_n_plus_one_is_not_told_again_as_a_row() -> None:
    assert found([call(n, n * 110, 100) for n in range(8)]) == [("n_plus_one_db", 8)]


@pytest.mark.parametrize(
    ("size", "ms", "wanted"),
    [(500_000, 300, [("large_http", 1)]), (499_999, 300, []), (500_000, 299, [])],
)
def test_a_large_body_counts_when_it_took_its_time(size: int, ms: float, wanted: list[tuple[str, int]]) -> None:
    assert found([call(1, 0, ms, "GET https://api/export", "http", bytes=size)]) == wanted


def test_every_detector_can_be_turned_off() -> None:
    calls = [call(n, n * 600, 550) for n in range(9)]
    calls += [call(100 + n, n * 1100, 1000, "GET https://api/a", "http", bytes=10**6) for n in range(5)]
    assert {name for name, _ in found(calls)} == {"n_plus_one_db", "slow_db", "n_plus_one_http", "large_http"}
    assert {name for name, _ in found(calls[:3] + calls[9:12])} >= {"consecutive_db", "consecutive_http"}
    off = DetectorSettings.model_validate({name: {"enabled": False} for name in DetectorSettings.model_fields})
    assert found(calls, off) == found(calls[:3] + calls[9:12], off) == []


CALLS = st.lists(
    st.builds(
        call, st.integers(0, 50), st.integers(0, 2000), st.integers(0, 900), st.sampled_from(["SELECT a", "SELECT b"]),
        st.sampled_from(["db", "http"]), bytes=st.sampled_from([0, 10**6]), parent_span_id=st.sampled_from(["", "p"]),
    ),
    max_size=30, unique_by=lambda one: one.span_id,
)  # fmt: skip


@given(CALLS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_and_no_number_contradicts_another(calls: list[Call], order: Any) -> None:
    shuffled = list(calls)
    order.shuffle(shuffled)
    first = sorted((one.detector, one.pattern, one.total_ns, one.savable_ns) for one in findings_of(calls, DEFAULTS))
    again = sorted((one.detector, one.pattern, one.total_ns, one.savable_ns) for one in findings_of(shuffled, DEFAULTS))
    assert first == again
    for one in findings_of(calls, DEFAULTS):
        assert 0 < one.savable_ns <= one.total_ns == sum(each.duration_ns for each in one.calls)
        assert {each.span_id for each in one.calls} <= {each.span_id for each in calls}


@pytest.mark.parametrize(
    ("sent", "pattern"),
    [
        ("GET https://api.acme.com/users/123/posts", "GET https://api.acme.com/users/*/posts"),
        ("GET https://me:pw@API.acme.com/v1/x", "GET https://api.acme.com/v1/x"),
        ("POST http://a/3f2b1c9e-0a1b-4c3d-8e9f-000000000000", "POST http://a/*"),
        ("GET /api/orders/99", "GET /api/orders/*"),
        ("GET https://a/deadbeefcafe01", "GET https://a/*"),
        ("GET https://a/documentation", "GET https://a/documentation"),
        ("GET https://a:8080", "GET https://a:8080"),
    ],
)
def test_ids_in_an_address_do_not_matter(sent: str, pattern: str) -> None:
    assert address_pattern(sent) == pattern
    assert "pw" not in address(sent)


@given(st.text(max_size=60))
def test_any_text_is_made_a_pattern_once(text: str) -> None:
    once = plain_path(text)
    assert plain_path(once) == once
    address_pattern(f"GET {text}")
