"""Requests of either version in, rows of `metric_points` and `metric_series` out."""

import base64
import math
import struct
import time
from collections.abc import Callable
from random import Random
from typing import Any

import cramjam
import httpx
import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.prometheus.sender import PATH, STALE, V2, Symbols, labels_v1, post, v1, v2, written
from vedette.server.protocols.prometheus.messages import Message, Request, WriteRequest

UP = {"__name__": "up", "instance": "a:9090", "job": "shop"}
both = pytest.mark.parametrize("version", [v1, v2])
Make = Callable[..., Message]


@pytest.fixture
def now_ms() -> int:
    return int(time.time() * 1000) - 5000


@both
def test_samples_arrive_with_their_labels(project: ProjectClient, version: Make, now_ms: int) -> None:
    answer = post(project, version((UP, [(1.0, now_ms - 1000), (0.5, now_ms)]), ({"__name__": "x"}, [(7, now_ms)])))
    assert (answer.status_code, answer.content) == (204, b"")
    assert written(answer) == (3, 0, 0)
    rows = project.sql(
        "SELECT metric_name, value, toUnixTimestamp64Milli(time) AS ms, type, is_stale FROM metric_points ORDER BY 1, 3"
    )
    assert rows == [
        {"metric_name": "up", "value": 1.0, "ms": now_ms - 1000, "type": "gauge", "is_stale": False},
        {"metric_name": "up", "value": 0.5, "ms": now_ms, "type": "gauge", "is_stale": False},
        {"metric_name": "x", "value": 7.0, "ms": now_ms, "type": "gauge", "is_stale": False},
    ]
    (series,) = project.sql("SELECT * FROM metric_series WHERE metric_name = 'up'")
    assert series["attributes"] == {"instance": "a:9090", "job": "shop"}
    assert (series["service"], series["source"], series["resource"]) == ("shop", "prometheus", {})
    same = "SELECT count() AS n FROM metric_points WHERE series_id IN (SELECT series_id FROM metric_series)"
    assert project.sql(same) == [{"n": 3}]


@both
def test_a_retry_counts_once(project: ProjectClient, version: Make, now_ms: int) -> None:
    for _ in range(3):
        assert post(project, version((UP, [(1.0, now_ms)]))).status_code == 204
    assert project.sql("SELECT count() AS n, sum(value) AS total FROM metric_points") == [{"n": 1, "total": 1.0}]
    assert project.sql("SELECT count() AS n FROM metric_series") == [{"n": 1}]


def test_both_versions_and_any_order_of_labels_make_one_series(project: ProjectClient, now_ms: int) -> None:
    post(project, v1((UP, [(1.0, now_ms)])))
    post(project, v2((dict(reversed(UP.items())), [(1.0, now_ms)])))
    post(project, v1(({**UP, "empty": ""}, [(1.0, now_ms)])))
    assert project.sql("SELECT uniqExact(series_id) AS n FROM metric_points") == [{"n": 1}]


@both
def test_stale_markers_nan_and_infinity(project: ProjectClient, version: Make, now_ms: int) -> None:
    message = version((UP, [(1.5, now_ms - 3), (math.nan, now_ms - 2), (math.inf, now_ms - 1), (1.25, now_ms)]))
    wire = message.SerializeToString().replace(struct.pack("<d", 1.25), STALE)  # Python would make it another NaN
    headers = {"content_type": V2} if version is v2 else {}
    assert post(project, wire, **headers).status_code == 204
    rows = project.sql(
        "SELECT is_stale, isNaN(value) AS nan, isInfinite(value) AS inf FROM metric_points ORDER BY time"
    )
    assert [(bool(row["is_stale"]), row["nan"], row["inf"]) for row in rows] == [
        (False, 0, 0),
        (False, 1, 0),
        (False, 0, 1),
        (True, 1, 0),
    ]


def test_version_2_metadata_and_start_times(project: ProjectClient, now_ms: int) -> None:
    labels = {"__name__": "requests", "service_name": "checkout", "job": "x", "env": "prod"}
    post(project, v2((labels, [(5, now_ms)]), type=1, unit="requests", help="How many.", start=now_ms - 60_000))
    (series,) = project.sql("SELECT * FROM metric_series")
    found = [series[key] for key in ("type", "temporality", "is_monotonic", "unit", "description")]
    assert found == ["sum", "cumulative", True, "requests", "How many."]
    assert (series["service"], series["environment"]) == ("checkout", "prod")
    (point,) = project.sql("SELECT toUnixTimestamp64Milli(start_time) AS ms FROM metric_points")
    assert point == {"ms": now_ms - 60_000}


def test_the_older_place_of_the_start_time(project: ProjectClient, now_ms: int) -> None:
    message = v2((UP, [(5, now_ms)]))
    message.timeseries[0].created_timestamp = now_ms - 1000
    post(project, message)
    assert project.sql("SELECT toUnixTimestamp64Milli(start_time) AS ms FROM metric_points") == [{"ms": now_ms - 1000}]


def test_version_1_metadata_comes_apart_and_is_remembered(project: ProjectClient, now_ms: int) -> None:
    labels = {"__name__": "paid_orders_total", "job": "shop"}
    post(project, v1((labels, [(5, now_ms)])))
    about = WriteRequest()
    about.metadata.add(type=1, metric_family_name="paid_orders", help="Orders paid.", unit="orders")
    about.metadata.add(type=2, metric_family_name="depth_total", help="A gauge, in spite of its name.")
    assert post(project, about).status_code == 204
    post(project, v1((labels, [(6, now_ms + 1)]), ({"__name__": "depth_total"}, [(6, now_ms + 1)])))
    rows = project.sql("SELECT metric_name, type, unit, description FROM metric_series ORDER BY metric_name")
    assert [tuple(row.values()) for row in rows] == [
        ("depth_total", "gauge", "", "A gauge, in spite of its name."),
        ("paid_orders_total", "sum", "orders", "Orders paid."),
    ]
    assert project.sql("SELECT uniqExact(series_id) AS n FROM metric_points") == [{"n": 2}]


def native(into: Any, timestamp: int, **fields: Any) -> None:
    into.add(timestamp=timestamp, sum=18.4, count_int=12, zero_count_int=2, zero_threshold=0.001, **fields)


POINT = """
SELECT type, value, count, scale, zero_count, zero_threshold, positive_offset, positive_counts, negative_offset,
    negative_counts
FROM metric_points
"""


@both
def test_native_histograms(project: ProjectClient, version: Make, now_ms: int) -> None:
    message = version((UP, []))
    spans = [{"offset": -2, "length": 2}, {"offset": 3, "length": 1}, {"offset": 0, "length": 1}]
    native(
        message.timeseries[0].histograms,
        now_ms,
        schema=3,
        positive_spans=spans,
        positive_deltas=[1, 2, -2, 3],  # 1, 3, 1, 4
        negative_spans=[{"offset": 5, "length": 1}],
        negative_deltas=[1],
    )
    answer = post(project, message)
    assert (answer.status_code, written(answer)) == (204, (0, 1, 0)), answer.text
    assert project.sql(POINT) == [
        {
            "type": "exponential_histogram",
            "value": 18.4,
            "count": 12,
            "scale": 3,
            "zero_count": 2,
            "zero_threshold": 0.001,
            "positive_offset": -3,
            "positive_counts": [1, 3, 0, 0, 0, 1, 4],
            "negative_offset": 4,
            "negative_counts": [1],
        }
    ]
    (series,) = project.sql("SELECT type, temporality FROM metric_series")
    assert series == {"type": "exponential_histogram", "temporality": "cumulative"}


def test_float_histograms_and_bounds_of_ones_own(project: ProjectClient, now_ms: int) -> None:
    message = v2((UP, []), ({"__name__": "own"}, []))
    message.timeseries[0].histograms.add(
        timestamp=now_ms,
        count_float=3.6,
        schema=0,
        positive_spans=[{"offset": 0, "length": 2}],
        positive_counts=[1.5, 2.1],
    )
    message.timeseries[1].histograms.add(
        timestamp=now_ms,
        count_int=6,
        schema=-53,
        custom_values=[0.1, 0.5, 1, 5],
        positive_spans=[{"offset": 1, "length": 1}, {"offset": 1, "length": 1}],
        positive_deltas=[2, 2],
    )
    assert post(project, message).status_code == 204
    rows = project.sql(
        "SELECT metric_name, type, count, positive_counts, explicit_bounds, bucket_counts FROM metric_points ORDER BY 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("own", "histogram", 6, [], [0.1, 0.5, 1, 5], [0, 2, 0, 4, 0]),
        ("up", "exponential_histogram", 4, [2, 2], [], []),
    ]


@pytest.mark.parametrize("apart", [False, True], ids=["with the sample", "as a series of its own"])
@both
def test_exemplars(project: ProjectClient, version: Make, now_ms: int, apart: bool) -> None:
    message = version((UP, [(1, now_ms - 1), (2, now_ms)]), *([(UP, [])] if apart else []))
    labels = {"trace_id": "0AF7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "user": "ada"}
    entry = message.timeseries[-1].exemplars.add(value=0.25, timestamp=now_ms - 10)
    if version is v1:
        labels_v1(entry.labels, labels)
    else:
        symbols = Symbols()
        symbols.texts = list(message.symbols)
        entry.labels_refs.extend(symbols.refs(labels))
        message.symbols[:] = symbols.texts
    assert written(post(project, message)) == (2, 0, 1)
    rows = project.sql(
        "SELECT exemplars.value AS v, exemplars.trace_id AS t, exemplars.span_id AS s, exemplars.attributes AS a,"
        " arrayMap(x -> toUnixTimestamp64Milli(x), exemplars.time) AS ms FROM metric_points ORDER BY time"
    )
    assert rows[0]["v"] == []
    assert [rows[1][key] for key in "vtsa"] == [
        [0.25],
        ["0af7651916cd43dd8448eb211c80319c"],
        ["b7ad6b7169203331"],
        [{"user": "ada"}],
    ]
    assert rows[1]["ms"] == [now_ms - 10]


def test_exemplars_without_any_point_are_kept(project: ProjectClient, now_ms: int) -> None:
    message = v1((UP, []))
    labels_v1(message.timeseries[0].exemplars.add(value=0.25, timestamp=now_ms).labels, {"trace_id": "ab" * 16})
    assert written(post(project, message)) == (0, 0, 1)
    (row,) = project.sql("SELECT is_stale, exemplars.trace_id AS t FROM metric_points")
    assert (bool(row["is_stale"]), row["t"]) == (True, ["ab" * 16])


@both
def test_bad_series_leave_the_good_ones_alone(project: ProjectClient, version: Make, now_ms: int) -> None:
    old = now_ms - 3650 * 86_400_000
    answer = post(
        project,
        version(
            (UP, [(1, now_ms), (2, old)]),
            ({"job": "nameless"}, [(1, now_ms)]),
            ({"__name__": "x", "": "y"}, [(1, now_ms), (2, now_ms + 1)]),
            ({"__name__": "later"}, [(1, now_ms + 3 * 86_400_000)]),
        ),
    )
    assert (answer.status_code, written(answer)) == (400, (1, 0, 0))
    assert "no __name__" in answer.text and "the other samples were stored" in answer.text
    assert project.sql("SELECT metric_name, value FROM metric_points") == [{"metric_name": "up", "value": 1.0}]
    found = project.wait_for("SELECT outcome, reason, quantity FROM outcomes ORDER BY reason", rows=3)
    assert [tuple(row.values()) for row in found] == [
        ("accepted", "", 1),
        ("rejected", "invalid_labels", 3),
        ("rejected", "time_out_of_range", 2),
    ]


def test_bad_histograms_leave_the_good_ones_alone(project: ProjectClient, now_ms: int) -> None:
    message = v2((UP, []))
    add = message.timeseries[0].histograms.add
    add(timestamp=now_ms, count_int=1, schema=0, positive_spans=[{"offset": 0, "length": 1}], positive_deltas=[1])
    add(timestamp=now_ms + 1, schema=0, positive_spans=[{"offset": 0, "length": 2}], positive_deltas=[1])
    add(timestamp=now_ms + 2, schema=99)
    add(
        timestamp=now_ms + 3, positive_spans=[{"length": 1}, {"offset": 2**31 - 1, "length": 1}], positive_deltas=[1, 1]
    )
    add(timestamp=now_ms + 4, schema=-53, positive_spans=[{"length": 3}], positive_deltas=[1, 1, 1], custom_values=[1])
    answer = post(project, message)
    assert (answer.status_code, written(answer)) == (400, (0, 1, 0)), answer.text
    assert project.sql("SELECT positive_counts AS c FROM metric_points") == [{"c": [1]}]


def test_version_2_references_must_exist(project: ProjectClient, now_ms: int) -> None:
    message = v2((UP, [(1, now_ms)]), ({"__name__": "y"}, [(1, now_ms)]), ({"__name__": "z"}, [(1, now_ms)]))
    message.timeseries[1].labels_refs.append(99)
    message.timeseries[2].metadata.help_ref = 99
    answer = post(project, message)
    assert (answer.status_code, written(answer)) == (400, (1, 0, 0))
    message.symbols[0] = "not empty"
    assert written(post(project, message)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/x-protobuf;proto=prometheus.WriteRequest", 204),
        ('Application/X-Protobuf; proto="prometheus.WriteRequest"', 204),
        ("application/x-protobuf;proto=io.prometheus.write.v3.Request", 415),
        ("application/json", 415),
        ("text/plain", 415),
    ],
)
def test_content_types(project: ProjectClient, content_type: str, status: int, now_ms: int) -> None:
    assert post(project, v1((UP, [(1, now_ms)])), content_type=content_type).status_code == status


@pytest.mark.parametrize("path", [PATH, "/api/v1/write"])
def test_keys_in_every_place(project: ProjectClient, path: str, now_ms: int) -> None:
    def basic(text: str) -> str:
        return "Basic " + base64.b64encode(text.encode()).decode()

    message = v1((UP, [(1, now_ms)]))
    for good in (f"Bearer {project.key}", basic(f"{project.key}:"), basic(f"prometheus:{project.key}")):
        assert post(project, message, path=path, authorization=good).status_code == 204, good
    for bad in ("", "Bearer x", basic("a:b"), "Basic %%%"):
        answer = post(project, message, path=path, authorization=bad)
        assert answer.status_code == 401, bad


def test_what_is_no_request(project: ProjectClient) -> None:
    assert post(project, b"\x0a\xff").status_code == 400
    assert post(project, b"", content_encoding="rot13").status_code == 415
    plain = project.post(PATH, b"not snappy at all", authorization=f"Bearer {project.key}")
    assert plain.status_code == 400
    assert post(project, WriteRequest()).status_code == 204
    assert post(project, Request()).status_code == 204
    assert httpx.get(project.server.url + PATH).status_code == 405


def test_millions_of_empty_series_are_refused_at_once(project: ProjectClient) -> None:
    started = time.monotonic()
    body = bytes(cramjam.snappy.compress_raw(b"\x0a\x00" * 1_000_000))
    answer = project.post(PATH, body, authorization=f"Bearer {project.key}", content_type="application/x-protobuf")
    assert answer.status_code == 413 and time.monotonic() - started < 30


def test_a_client_cannot_choose_its_project(project: ProjectClient, now_ms: int) -> None:
    message = v1((UP, [(1, now_ms)]))
    message.project_id = 1
    assert post(project, message).status_code == 204
    assert project.sql("SELECT count() AS n FROM metric_points") == [{"n": 1}]


def test_buckets_of_any_spans_end_where_they_belong(project: ProjectClient, now_ms: int) -> None:
    """A hundred random histograms against a plain reading of the specification."""
    random = Random(1)
    message = v2((UP, []))
    expected = {}
    for number in range(100):
        spans, deltas, buckets = [], [], {}
        index = previous = 0
        for position in range(random.randint(1, 4)):
            offset = random.randint(-40, 40) if position == 0 else random.randint(0, 5)
            length = random.randint(1, 4)
            spans.append({"offset": offset, "length": length})
            index += offset
            for _ in range(length):
                count = random.randint(0, 9)
                deltas.append(count - previous)
                previous = count
                buckets[index] = count
                index += 1
        message.timeseries[0].histograms.add(
            timestamp=now_ms + number,
            schema=2,
            positive_spans=spans,
            positive_deltas=deltas,
            negative_spans=spans,
            negative_deltas=deltas,
        )
        expected[now_ms + number] = {index - 1: count for index, count in buckets.items() if count}
    assert written(post(project, message)) == (0, 100, 0)
    rows = project.sql(
        "SELECT toUnixTimestamp64Milli(time) AS ms, positive_offset AS po, positive_counts AS pc,"
        " negative_offset AS no, negative_counts AS nc FROM metric_points"
    )
    for offset, counts in (("po", "pc"), ("no", "nc")):
        found = {row["ms"]: {row[offset] + k: count for k, count in enumerate(row[counts]) if count} for row in rows}
        assert found == expected
