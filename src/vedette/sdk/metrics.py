"""Metrics: `count`, `gauge`, `timing`, and the readers that collect them, one for each temporality in use."""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import perf_counter_ns
from types import TracebackType
from typing import Any

from opentelemetry.metrics import Histogram, Meter
from opentelemetry.sdk.metrics import Counter as SDKCounter
from opentelemetry.sdk.metrics import Histogram as SDKHistogram
from opentelemetry.sdk.metrics import MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricReader, MetricsData

from vedette import semconv
from vedette.sdk.client import Client, get_client
from vedette.sdk.delivery.lane import Signal, Temporality
from vedette.sdk.guard import failed, guarded

# https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration, and a minute and ten
DURATION_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
JOB_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600)


@guarded(None)
def count(name: str, value: float = 1, /, **attributes: Any) -> None:
    """Add to a counter: `count("orders", plan="pro")`. Attributes should have few values, so no ids."""
    client = get_client()
    if client is not None:
        _counter(client.meter, name).add(value, attributes)


@guarded(None)
def gauge(name: str, value: float, /, **attributes: Any) -> None:
    """Say what a value is now: `gauge("queue.depth", 17, queue="mail")`."""
    client = get_client()
    if client is not None:
        _gauge(client.meter, name).set(value, attributes)


class timing:
    """Record how long something took, in milliseconds: `timing("render", 12.3, page="home")`, or around a block:
    `with timing("render", page="home"):`."""

    __slots__ = ("_attributes", "_name", "_started_ns")

    def __init__(self, name: str, milliseconds: float | None = None, /, **attributes: Any) -> None:
        self._name = name
        self._attributes = attributes
        self._started_ns = 0
        if milliseconds is not None:
            self._record(milliseconds)

    def __enter__(self) -> "timing":
        self._started_ns = perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._record((perf_counter_ns() - self._started_ns) / 1e6)

    def _record(self, milliseconds: float) -> None:
        client = get_client()
        try:
            if client is not None:
                _timing(client.meter, self._name).record(milliseconds, self._attributes)
        except Exception as error:
            failed("timing", error)


@lru_cache(maxsize=4096)
def _counter(meter: Meter, name: str) -> Any:
    return meter.create_counter(name)


@lru_cache(maxsize=4096)
def _gauge(meter: Meter, name: str) -> Any:
    return meter.create_gauge(name)


@lru_cache(maxsize=4096)
def _timing(meter: Meter, name: str) -> Histogram:
    return meter.create_histogram(name, unit="ms")


def request_duration(meter: Meter) -> Histogram:
    """The histogram of requests to this service."""
    return meter.create_histogram(
        semconv.HTTP_SERVER_REQUEST_DURATION, "s", "Duration of HTTP server requests.",
        explicit_bucket_boundaries_advisory=DURATION_SECONDS,
    )  # fmt: skip


def job_duration(meter: Meter) -> Histogram:
    """The histogram of jobs that this service runs."""
    return meter.create_histogram(
        semconv.JOB_DURATION, "s", "Duration of jobs.", explicit_bucket_boundaries_advisory=JOB_SECONDS
    )


class Reader(MetricReader):
    """Collects when told to, and hands what it got to the running client's delivery."""

    def __init__(self, temporality: Temporality) -> None:
        delta = AggregationTemporality.DELTA if temporality == "delta" else AggregationTemporality.CUMULATIVE
        # Up-down counters stay cumulative: a sum of changes means nothing by itself.
        super().__init__({SDKCounter: delta, SDKHistogram: delta, ObservableCounter: delta})
        self.temporality = temporality

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: Any) -> None:
        client = get_client()
        if client is not None and metrics_data.resource_metrics:
            client.put(Signal.METRICS, metrics_data, self.temporality)

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        """Nothing is held here."""


class Collector:
    """A thread that has the readers collect, every so often, and once more before a flush."""

    def __init__(self, provider: MeterProvider, temporalities: frozenset[Temporality], interval_seconds: float) -> None:
        self._provider = provider
        self._interval_seconds = interval_seconds
        self._temporalities = sorted(temporalities)
        self._readers: list[Reader] = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._forking = False
        self._begin()
        _collectors.add(self)

    def collect(self) -> None:
        """Hand all that was measured to the delivery."""
        with self._lock:
            for reader in self._readers:
                reader.collect()

    def close(self) -> None:
        """Stop collecting."""
        self._stop.set()
        _collectors.discard(self)
        self._remove()

    def pause(self) -> None:
        """See nothing of what is measured from here on, until `resume`."""
        self.collect()
        self._stop.set()
        self._remove()

    def resume(self) -> None:
        """Collect again: sums start from zero, in a thread of its own. So it is in a forked child, too."""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._remove()
        self._begin()

    def before_fork(self) -> None:
        """Not in the middle of collecting: a child would find OpenTelemetry's locks held by nobody."""
        self._forking = self._lock.acquire(timeout=5)

    def after_fork_in_parent(self) -> None:
        """As before."""
        if self._forking:
            self._lock.release()

    def _remove(self) -> None:
        with self._lock:
            for reader in self._readers:
                self._provider.remove_metric_reader(reader)
            self._readers = []

    def _begin(self) -> None:
        self._readers = [Reader(temporality) for temporality in self._temporalities]
        for reader in self._readers:
            self._provider.add_metric_reader(reader)
        if self._readers:
            threading.Thread(target=self._run, args=(self._stop,), name="vedette-metrics", daemon=True).start()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(self._interval_seconds):
            try:
                self.collect()
            except Exception as error:
                failed("metrics", error)


_collectors: "weakref.WeakSet[Collector]" = weakref.WeakSet()


@contextmanager
def paused() -> Iterator[None]:
    """What is measured in the block is not for the clients that run now."""
    running = list(_collectors)
    for collector in running:
        collector.pause()
    try:
        yield
    finally:
        for collector in running:
            collector.resume()


def _for_all(act: Callable[[Collector], None]) -> Callable[[], None]:
    def run() -> None:
        for collector in list(_collectors):
            act(collector)

    return run


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_for_all(Collector.before_fork),
        after_in_parent=_for_all(Collector.after_fork_in_parent),
        after_in_child=_for_all(Collector.resume),
    )


def start_collecting(client: Client, provider: MeterProvider) -> None:
    """Collect for the client's lanes for as long as it runs."""
    lanes = [lane for lane in client.delivery.lanes if lane.signal is Signal.METRICS]
    temporalities = frozenset(lane.temporality for lane in lanes)
    collector = Collector(provider, temporalities, client.settings.metrics_interval_seconds)
    client.before_flush.append(collector.collect)
    client.on_close.append(collector.close)
