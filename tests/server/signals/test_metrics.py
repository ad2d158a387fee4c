"""Metrics over time: counters that reset, histograms of both kinds, gauges and summaries."""

# ruff: noqa: E501

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.reading import Reader
from vedette.server.signals.metrics.percentiles import INFINITY, percentile

DAY = {"since": "2026-03-01T10:00:00Z", "until": "2026-03-01T10:10:00Z", "step_seconds": 60}


def at(seconds: int) -> str:
    return f"2026-03-01T{10 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def insert(reader: Reader, series_id: int, points: list[dict[str, Any]], **series: Any) -> None:
    """One series of metric `m` and its points; a point's `at` is in seconds after 10:00."""
    series = {"metric_name": "m", "type": "sum", "temporality": "cumulative", "is_monotonic": True, "service": "api",
              "first_time": at(0), "last_time": at(3000), **series}  # fmt: skip
    del_time = {"series_id": series_id, **series}
    reader.insert_plain("metric_series", [del_time])
    rows = [{"start_time": at(0), **point, "time": at(point["at"])} for point in points]
    reader.insert("metric_points", [
        {name: value for name, value in {**row, "metric_name": series["metric_name"], "type": series["type"],
         "series_id": series_id}.items() if name != "at"}
        for row in rows
    ])  # fmt: skip


def points(reader: Reader, aggregate: str, **params: Any) -> list[float | None]:
    found = reader.get("metrics/m", aggregate=aggregate, **{**DAY, **params})["series"]
    return [value for series in found for _, value in series["points"]]


def test_a_rate_counts_on_after_a_reset(reader: Reader) -> None:
    values = [0, 60, 120, 30, 90]  # the process was restarted before the fourth
    insert(reader, 1, [{"at": 60 * i, "value": value} for i, value in enumerate(values)])
    assert points(reader, "sum") == [0, 60, 60, 30, 60]
    assert points(reader, "rate") == [0, 1, 1, 0.5, 1]


def test_the_first_point_of_a_counter_counts_only_when_it_began_here(reader: Reader) -> None:
    insert(reader, 1, [{"at": 60, "value": 1000, "start_time": "2020-01-01T00:00:00Z"}, {"at": 120, "value": 1010}])
    insert(reader, 2, [{"at": 60, "value": 5, "start_time": at(30)}], attributes={"k": "new"})
    assert points(reader, "sum") == [5, 10]


def test_a_counter_that_lives_longer_than_the_range_is_whole(reader: Reader) -> None:
    insert(reader, 1, [{"at": 30 * i, "value": 10 * i, "start_time": "2020-01-01T00:00:00Z"} for i in range(20)])
    found = points(reader, "sum", since="2026-03-01T10:05:00Z")
    assert found == [20] * 5, "the point before the range tells where the first bucket began"


def test_deltas_are_summed(reader: Reader) -> None:
    insert(reader, 1, [{"at": 30 * i, "value": 3} for i in range(4)], temporality="delta")
    assert points(reader, "sum") == [6, 6]
    assert points(reader, "rate") == [0.1, 0.1]


def test_gauges_by_group(reader: Reader) -> None:
    for series_id, (service, value) in enumerate((("api", 1), ("api", 3), ("web", 10))):
        series = {"type": "gauge", "temporality": "", "service": service, "attributes": {"cpu": str(series_id)}}
        insert(reader, series_id, [{"at": 0, "value": value}, {"at": 30, "value": value}], **series)
    assert [points(reader, name) for name in ("avg", "sum", "min", "max", "count")] == [[14 / 3], [14], [1], [10], [6]]
    grouped = reader.get("metrics/m", aggregate="sum", group_by="service", **DAY)["series"]
    assert [(series["labels"], series["points"][0][1]) for series in grouped] == [
        ({"service": "api"}, 4), ({"service": "web"}, 10),
    ]  # fmt: skip
    both = reader.get("metrics/m", group_by=["service", "attributes.cpu"], **DAY)["series"]
    assert [series["labels"]["attributes.cpu"] for series in both] == ["0", "1", "2"]
    assert points(reader, "sum", service="web") == [10]
    assert points(reader, "sum", filter="attributes.cpu=1") == [3]


def test_stale_markers_are_no_points(reader: Reader) -> None:
    insert(reader, 1, [{"at": 0, "value": 5}, {"at": 30, "value": 0, "is_stale": True}], type="gauge")
    assert points(reader, "min") == [5]


def test_percentiles_of_a_cumulative_histogram(reader: Reader) -> None:
    shape = {"explicit_bounds": [0.1, 1.0]}
    insert(reader, 1, [
        {"at": 0, "count": 100, "value": 10, "bucket_counts": [100, 0, 0], **shape, "start_time": "2020-01-01T00:00:00Z"},
        {"at": 60, "count": 200, "value": 60, "bucket_counts": [100, 100, 0], **shape},
        {"at": 120, "count": 10, "value": 1, "bucket_counts": [10, 0, 0], **shape},
    ], type="histogram")  # fmt: skip
    assert points(reader, "p50") == [0.55, 0.05]
    assert points(reader, "count") == [0, 100, 10]
    assert points(reader, "avg") == [None, 0.5, 0.1]
    assert points(reader, "rate")[1] == pytest.approx(100 / 60)
    assert points(reader, "max") == [None, None, None], "the senders said nothing of it"


def test_percentiles_of_an_exponential_histogram(reader: Reader) -> None:
    shape = {"scale": 0, "positive_offset": 0, "zero_threshold": 0}  # (1, 2], (2, 4]
    insert(reader, 1, [
        {"at": 0, "count": 4, "value": 8, "positive_counts": [2, 2], **shape},
        {"at": 60, "count": 4, "value": 16, "positive_counts": [0, 4], **shape, "min": 2.5, "max": 4},
    ], type="exponential_histogram", temporality="delta")  # fmt: skip
    assert points(reader, "p50") == [2, 3]
    assert points(reader, "p99")[1] == pytest.approx(3.98)
    assert (points(reader, "min")[1], points(reader, "max")[1]) == (2.5, 4)


def test_summaries_say_it_themselves(reader: Reader) -> None:
    quantiles = [{"quantile": 0.5, "value": 2}, {"quantile": 0.99, "value": 9}]
    insert(reader, 1, [{"at": 0, "count": 1, "value": 2, "quantiles": quantiles}], type="summary")
    assert [points(reader, name) for name in ("p50", "p95", "p99")] == [[2], [None], [9]]


def test_metrics_are_listed_by_name(reader: Reader) -> None:
    insert(reader, 1, [], metric_name="b", unit="s", description="How long")
    insert(reader, 2, [], metric_name="a", service="web", attributes={"k": "1"})
    insert(reader, 3, [], metric_name="a", service="api", attributes={"k": "2"})
    whole = {"since": "2026-03-01", "until": "2026-03-02"}
    items = reader.get("metrics", **whole)["items"]
    assert [(row["metric_name"], row["series_count"], row["services"]) for row in items] == [
        ("a", 2, ["api", "web"]), ("b", 1, ["api"]),
    ]  # fmt: skip
    assert items[1]["unit"] == "s"
    assert [row["metric_name"] for row in reader.get("metrics", q="how LONG", **whole)["items"]] == ["b"]
    assert [row["metric_name"] for row in reader.get("metrics", service="web", **whole)["items"]] == ["a"]
    assert reader.get("metrics", since="2026-04-01", until="2026-04-02")["items"] == []


def test_what_cannot_be_drawn_is_refused(reader: Reader) -> None:
    insert(reader, 1, [])
    assert reader.request("GET", "metrics/none").status_code == 404
    assert reader.request("GET", "metrics/m", params={"since": "-30d", "step_seconds": 1}).status_code == 400
    assert reader.request("GET", "metrics/m", params={"aggregate": "mode"}).status_code == 400


@given(st.dictionaries(st.floats(-1e9, 1e9) | st.just(INFINITY), st.integers(0, 1000), min_size=1), st.floats(0.01, 1))
def test_a_percentile_lies_within_the_bounds(counts: dict[float, float], quantile: float) -> None:
    found = percentile(counts, quantile)
    if found is None:
        assert sum(counts.values()) == 0
        return
    finite = [bound for bound in counts if bound < INFINITY]
    assert min([0.0, *finite]) <= found <= max([0.0, *finite])
