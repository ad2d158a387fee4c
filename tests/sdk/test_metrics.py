"""Counters, gauges and timings, in the temporality that each target asks for."""

import time

import pytest
from opentelemetry import metrics

import vedette
from vedette.sdk.client import get_client
from vedette.sdk.delivery.lane import Signal
from vedette.testing import Capture, Memory, Metric, capture


def named(sent: Capture, name: str) -> list[Metric]:
    return [point for point in sent.metrics if point.name == name]


def test_the_three_kinds(sent: Capture) -> None:
    vedette.count("orders", plan="pro")
    vedette.count("orders", 2, plan="pro")
    vedette.count("orders", plan="free")
    vedette.gauge("depth", 7, queue="mail")
    vedette.gauge("depth", 5, queue="mail")
    vedette.timing("render", 12.5, page="home")
    with vedette.timing("render", page="home"):
        time.sleep(0.01)
    assert {(p.kind, p.value, p.attributes["plan"]) for p in named(sent, "orders")} == {
        ("sum", 3, "pro"), ("sum", 1, "free"),
    }  # fmt: skip
    [depth] = named(sent, "depth")
    assert (depth.kind, depth.value, depth.attributes) == ("gauge", 5, {"queue": "mail"})
    [render] = named(sent, "render")
    assert (render.kind, render.unit, render.count) == ("histogram", "ms", 2)
    assert 22 <= render.value < 5000


def test_each_capture_starts_from_zero_and_keeps_to_itself() -> None:
    with capture(temporality="delta") as sent:
        vedette.count("fresh")
        with capture() as inner:
            vedette.count("fresh", 10)
            assert [point.value for point in named(inner, "fresh")] == [10]
        vedette.count("fresh", 2)
    assert [point.value for point in named(sent, "fresh")] == [1, 2]


def test_deltas_and_sums() -> None:
    with capture(temporality="delta") as sent:
        for _ in range(3):
            vedette.count("orders", 2)
            vedette.timing("render", 1.0)
            vedette.flush(5)
    assert [(p.value, p.temporality) for p in named(sent, "orders")] == [(2, "delta")] * 3
    assert [(p.count, p.temporality) for p in named(sent, "render")] == [(1, "delta")] * 3


def test_targets_of_both_temporalities_at_once() -> None:
    import vedette.sdk.api as api

    one, other = Memory("cumulative", "one"), Memory("delta", "other")
    api.init(export=[one, other], spool="", log_format="off", service="both")
    try:
        for _ in range(2):
            vedette.count("both", 3)
            assert vedette.flush(5)
        values = {
            memory.name: [
                point.value
                for data in memory.kept[Signal.METRICS].got
                for of_resource in data.resource_metrics
                for of_scope in of_resource.scope_metrics
                for metric in of_scope.metrics
                if metric.name == "both"
                for point in metric.data.data_points
            ]
            for memory in (one, other)
        }
        assert values == {"one": [3, 6], "other": [3, 3]}
    finally:
        client = get_client()
        assert client is not None
        client.close(5)


def test_exemplars_lead_to_traces(sent: Capture) -> None:
    with vedette.span("work") as span:
        vedette.timing("render", 3.0)
    assert named(sent, "render")[0].exemplars == [f"{span.get_span_context().trace_id:032x}"]


def test_opentelemetrys_api_joins(sent: Capture) -> None:
    metrics.get_meter("someone else's").create_counter("theirs").add(4)
    [point] = named(sent, "theirs")
    assert point.value == 4
    assert point.resource["service.name"] == "test"


def test_collected_without_being_asked() -> None:
    with capture(metrics_interval_seconds=0.05) as sent:
        vedette.count("tick")
        client = get_client()
        assert client is not None
        deadline = time.monotonic() + 10
        while vedette.health()["memory"].signals[Signal.METRICS].sent == 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert named(sent, "tick")


@pytest.mark.parametrize("name", ["", "1st", "a b", "x" * 300])
def test_a_name_that_cannot_be_raises_nothing(name: str) -> None:
    with capture() as sent:
        vedette.count(name)
        vedette.timing(name, 1.0)
        assert set(sent.failures) == {"count: Exception", "timing: Exception"}
