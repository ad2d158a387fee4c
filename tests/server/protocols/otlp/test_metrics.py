"""Metrics: the five types, both temporalities, exemplars, stale points, special numbers."""

import math
from typing import Any

import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import assert_stored, fill, metrics_request, now_ns, outcomes, send

POINTS = """
SELECT p.*, toUnixTimestamp64Nano(p.time) AS t, toUnixTimestamp64Nano(p.start_time) AS s, toString(p.value) AS text
FROM metric_points AS p ORDER BY p.metric_name, p.time
"""


def rows(project: ProjectClient) -> list[dict[str, Any]]:
    return project.sql(POINTS)


def test_number_points(project: ProjectClient) -> None:
    time = now_ns()
    request, metrics = metrics_request({"service.name": "shop", "service.version": "2"})
    gauge = metrics.add(name="a.gauge", unit="By", description="memory")
    point = gauge.gauge.data_points.add(time_unix_nano=time, as_int=-(2**53))
    fill(point.attributes, {"pool": "x", "n": 1, "list": [1]})
    total = metrics.add(name="b.sum")
    total.sum.aggregation_temporality, total.sum.is_monotonic = 2, True
    total.sum.data_points.add(time_unix_nano=time, start_time_unix_nano=time - 100, as_double=0.1)
    change = metrics.add(name="c.updown")
    change.sum.aggregation_temporality = 1
    change.sum.data_points.add(time_unix_nano=time, as_int=3)
    assert_stored(send(project, "metrics", request))
    gauge_row, sum_row, change_row = rows(project)
    assert (gauge_row["type"], gauge_row["value"], gauge_row["t"]) == ("gauge", -(2**53), time)
    assert (sum_row["type"], sum_row["value"], sum_row["s"]) == ("sum", 0.1, time - 100)
    assert (change_row["type"], change_row["value"]) == ("sum", 3)
    series = project.sql("SELECT * FROM metric_series ORDER BY metric_name")
    assert [(row["temporality"], row["is_monotonic"]) for row in series] == [
        ("unspecified", False),
        ("cumulative", True),
        ("delta", False),
    ]
    assert series[0]["attributes"] == {"list": "[1]", "n": "1", "pool": "x"}
    assert (series[0]["unit"], series[0]["description"]) == ("By", "memory")
    assert (series[0]["service"], series[0]["release"], series[0]["scope_name"]) == ("shop", "2", "tests")
    assert series[0]["series_id"] == gauge_row["series_id"]


@pytest.mark.parametrize("temporality", [1, 2])
def test_histogram(project: ProjectClient, temporality: int) -> None:
    request, metrics = metrics_request()
    metric = metrics.add(name="h")
    metric.histogram.aggregation_temporality = temporality
    point = metric.histogram.data_points.add(time_unix_nano=now_ns(), count=6, sum=10.5, min=0.0, max=9.5)
    point.bucket_counts.extend([1, 2, 3])
    point.explicit_bounds.extend([1.0, 5.0])
    assert_stored(send(project, "metrics", request))
    [row] = rows(project)
    assert (row["type"], row["count"], row["value"], row["min"], row["max"]) == ("histogram", 6, 10.5, 0, 9.5)
    assert (row["bucket_counts"], row["explicit_bounds"]) == ([1, 2, 3], [1.0, 5.0])
    [series] = project.sql("SELECT temporality FROM metric_series")
    assert series["temporality"] == {1: "delta", 2: "cumulative"}[temporality]


def test_histogram_without_sum_min_max(project: ProjectClient) -> None:
    request, metrics = metrics_request()
    metrics.add(name="h").histogram.data_points.add(time_unix_nano=now_ns(), count=1)
    assert_stored(send(project, "metrics", request))
    [row] = rows(project)
    assert (row["text"], row["min"], row["max"]) == ("nan", None, None)


@pytest.mark.parametrize("temporality", [1, 2])
def test_exponential_histogram(project: ProjectClient, temporality: int) -> None:
    request, metrics = metrics_request()
    metric = metrics.add(name="e")
    metric.exponential_histogram.aggregation_temporality = temporality
    point = metric.exponential_histogram.data_points.add(
        time_unix_nano=now_ns(), count=10, sum=-4.5, scale=-3, zero_count=2, zero_threshold=0.001, min=-7, max=8
    )
    point.positive.offset = -2
    point.positive.bucket_counts.extend([1, 0, 2**40])
    point.negative.offset = 5
    point.negative.bucket_counts.extend([4])
    assert_stored(send(project, "metrics", request))
    [row] = rows(project)
    expected = {
        "type": "exponential_histogram",
        "count": 10,
        "value": -4.5,
        "scale": -3,
        "zero_count": 2,
        "zero_threshold": 0.001,
        "min": -7,
        "max": 8,
        "positive_offset": -2,
        "positive_counts": [1, 0, 2**40],
        "negative_offset": 5,
        "negative_counts": [4],
    }
    assert {name: row[name] for name in expected} == expected


def test_summary(project: ProjectClient) -> None:
    request, metrics = metrics_request()
    point = metrics.add(name="s").summary.data_points.add(time_unix_nano=now_ns(), count=4, sum=20.0)
    point.quantile_values.add(quantile=0.5, value=4.0)
    point.quantile_values.add(quantile=0.99, value=8.0)
    assert_stored(send(project, "metrics", request))
    [row] = rows(project)
    assert (row["type"], row["count"], row["value"]) == ("summary", 4, 20.0)
    assert row["quantiles"] == [{"quantile": 0.5, "value": 4}, {"quantile": 0.99, "value": 8}]


def test_points_of_all_types_in_one_request_keep_their_own_fields(project: ProjectClient) -> None:
    """What one type lacks is empty in its points, not another's; three points each, so none takes its neighbour's."""
    time = now_ns()
    request, metrics = metrics_request()
    for name in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        points = getattr(metrics.add(name=name, unit=f"{name}s"), name).data_points
        for number in range(1, 4):
            point = points.add(time_unix_nano=time + number, start_time_unix_nano=time - number, flags=number % 2)
            fill(point.attributes, {"of": name, "number": number})
            if name in ("gauge", "sum"):
                setattr(point, "as_int" if number == 2 else "as_double", number)
            else:
                point.count, point.sum = 10 * number, number
            if "histogram" in name:
                point.min = -number
                point.exemplars.add(time_unix_nano=time, as_double=number)
            if name == "histogram":
                point.bucket_counts.extend([number, 9])
                point.explicit_bounds.extend([number / 2])
            elif name == "exponential_histogram":
                point.scale, point.zero_count, point.zero_threshold = number, number + 1, number / 4
                point.positive.offset, point.negative.offset = -number, number
                point.positive.bucket_counts.extend([number])
                point.negative.bucket_counts.extend([number, 0])
            elif name == "summary":
                point.quantile_values.add(quantile=0.5, value=number)
    assert_stored(send(project, "metrics", request))
    found = project.sql(
        f"SELECT p.*, s.attributes, s.unit FROM ({POINTS}) AS p JOIN metric_series AS s USING (series_id)"
    )
    assert len(found) == 15
    for row in found:
        name, number = row["metric_name"], int(row["attributes"]["number"])
        of = {kind: name == kind for kind in ("histogram", "exponential_histogram", "summary")}
        assert (row["type"], row["attributes"]["of"], row["unit"]) == (name, name, f"{name}s")
        assert (row["t"], row["s"], row["value"], row["is_stale"]) == (time + number, time - number, number, number % 2)
        assert row["count"] == (10 * number if any(of.values()) else 0)
        assert (row["min"], row["max"]) == (-number if "histogram" in name else None, None)
        assert row["bucket_counts"] == ([number, 9] if of["histogram"] else [])
        assert row["explicit_bounds"] == ([number / 2] if of["histogram"] else [])
        exponential = [number, number + 1, number / 4, -number, [number], number, [number, 0]]
        assert [
            row[column]
            for column in ("scale", "zero_count", "zero_threshold", "positive_offset", "positive_counts",
                           "negative_offset", "negative_counts")
        ] == (exponential if of["exponential_histogram"] else [0, 0, 0, 0, [], 0, []])  # fmt: skip
        assert row["quantiles"] == ([{"quantile": 0.5, "value": number}] if of["summary"] else [])
        assert [one["value"] for one in row["exemplars"]] == ([number] if "histogram" in name else [])


def test_exemplars(project: ProjectClient) -> None:
    time = now_ns()
    request, metrics = metrics_request()
    point = metrics.add(name="g").gauge.data_points.add(time_unix_nano=time, as_double=1)
    first = point.exemplars.add(time_unix_nano=time, as_double=2.5, trace_id=b"\x01" * 16, span_id=b"\x02" * 8)
    fill(first.filtered_attributes, {"user": "u", "list": ["x"]})
    point.exemplars.add(as_int=7)
    assert_stored(send(project, "metrics", request))
    [row] = rows(project)
    one, two = row["exemplars"]
    assert (one["value"], one["trace_id"], one["span_id"]) == (2.5, "01" * 16, "02" * 8)
    assert one["attributes"] == {"list": '["x"]', "user": "u"}
    assert two["value"] == 7


def test_stale_and_special_numbers(project: ProjectClient) -> None:
    time = now_ns()
    request, metrics = metrics_request()
    points = metrics.add(name="g").gauge.data_points
    points.add(time_unix_nano=time, flags=1)
    points.add(time_unix_nano=time + 1, as_double=math.nan)
    points.add(time_unix_nano=time + 2, as_double=-math.inf)
    points.add(time_unix_nano=time + 3, as_int=0)
    assert_stored(send(project, "metrics", request))
    found = rows(project)
    assert [row["text"] for row in found] == ["nan", "nan", "-inf", "0"]
    assert [row["is_stale"] for row in found] == [True, False, False, False]


def test_a_retried_point_counts_once_and_series_stay_apart(project: ProjectClient) -> None:
    request, metrics = metrics_request()
    for pool in ("x", "y"):
        point = metrics.add(name="g").gauge.data_points.add(time_unix_nano=now_ns(), as_int=1)
        fill(point.attributes, {"pool": pool})
    for _ in range(2):
        assert_stored(send(project, "metrics", request))
    found = rows(project)
    assert len(found) == 2
    assert len({row["series_id"] for row in found}) == 2


def test_a_metric_of_a_type_from_the_future_is_no_error(project: ProjectClient) -> None:
    request, metrics = metrics_request()
    metrics.add(name="unknown").MergeFromString(b"\x7a\x02\x08\x01")  # field 15, a message
    metrics.add(name="g").gauge.data_points.add(time_unix_nano=now_ns(), as_int=1)
    assert_stored(send(project, "metrics", request))
    assert [row["metric_name"] for row in rows(project)] == ["g"]


def test_points_of_impossible_times_are_counted_with_the_times_they_stated(project: ProjectClient) -> None:
    request, metrics = metrics_request()
    points = metrics.add(name="old").gauge.data_points
    for stated in (10**18, 10**18 + 7, now_ns()):
        points.add(time_unix_nano=stated, as_int=1)
    assert_stored(send(project, "metrics", request))
    [changed] = outcomes(project, "changed", "clamped_time")
    assert (changed["category"], changed["quantity"]) == ("metric_point", 2)
    assert "old stated 1000000000000000000 to 1000000000000000007 ns since 1970" in changed["detail"]
    assert all(abs(row["t"] - now_ns()) < 60 * 10**9 for row in rows(project))
