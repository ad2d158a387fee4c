"""The exposition, by Prometheus's own rules and by Prometheus itself."""

import asyncio
import math
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import cramjam
import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricsData
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View

from tests.conftest import ProjectClient
from tests.sdk.exporters.telemetry import SERVICE, collection
from vedette.exporters import prometheus_asgi, prometheus_wsgi
from vedette.sdk.delivery.lane import Delivered
from vedette.sdk.exporters.prometheus import Prometheus
from vedette.sdk.exporters.prometheus_text import OPENMETRICS, TEXT, families, name_and_unit, render
from vedette.sdk.exporters.prometheus_write import snappy

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="no `prometheus` on the PATH (Debian: apt-get install prometheus)"
)


def lines(data: MetricsData, *, openmetrics: bool) -> list[str]:
    return render(families(data), openmetrics=openmetrics).decode().splitlines()


@pytest.mark.parametrize(
    ("name", "unit", "kind", "expected"),
    [
        ("http.server.request.duration", "s", "histogram", ("http_server_request_duration_seconds", "seconds")),
        ("job.duration_seconds", "s", "histogram", ("job_duration_seconds", "seconds")),
        ("requests_total", "{request}", "counter", ("requests", "")),
        ("system.memory", "By", "gauge", ("system_memory_bytes", "bytes")),
        ("cpu.use", "1", "gauge", ("cpu_use_ratio", "ratio")),
        ("cpu.use", "1", "counter", ("cpu_use", "")),
        ("speed", "m/s", "gauge", ("speed_meters_per_seconds", "meters_per_seconds")),
        ("9 lives--left", "", "gauge", ("_9_lives_left", "")),
        ("größe", "", "gauge", ("gr_e", "")),
    ],
)
def test_names(name: str, unit: str, kind: str, expected: tuple[str, str]) -> None:
    assert name_and_unit(name, unit, kind) == expected


def test_the_two_formats() -> None:
    data = collection()
    text, openmetrics = lines(data, openmetrics=False), lines(data, openmetrics=True)
    assert "# TYPE shop_orders_total counter" in text
    assert "# TYPE shop_orders counter" in openmetrics
    assert "# UNIT shop_wait_seconds seconds" in openmetrics
    assert "# TYPE target info" in openmetrics and "# TYPE target_info gauge" in text
    assert '# HELP shop_orders_total Orders, by "größe"' in text
    assert '# HELP shop_orders Orders, by \\"größe\\"' in openmetrics
    sample = 'shop_orders_total{size="größe \\"0\\"\\n",otel_scope_name="tests"} 3.0'
    assert sample in text
    (with_exemplar,) = (line for line in openmetrics if line.startswith(sample))
    assert re.search(r' # \{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\} 3\.0 \d+\.\d{3}$', with_exemplar)
    assert openmetrics[-1] == "# EOF" and "# EOF" not in text
    assert not any(" # {" in line for line in text)


def test_buckets_add_up_and_have_their_own_exemplars() -> None:
    buckets = [line for line in lines(collection(), openmetrics=True) if line.startswith("shop_wait_seconds_bucket")]
    assert [line.split(" ")[1] for line in buckets] == ["1.0", "2.0", "3.0"]
    assert [line.split("} ")[-1].split(" ")[0] for line in buckets] == ["0.05", "0.5", "2.0"]
    assert 'le="+Inf"' in buckets[-1]


def test_an_exponential_histogram_has_buckets_around_its_values() -> None:
    view = View(instrument_name="*", aggregation=ExponentialBucketHistogramAggregation())
    reader = InMemoryMetricReader()
    meters = MeterProvider([reader], SERVICE, shutdown_on_exit=False, views=[view])
    histogram = meters.get_meter("tests").create_histogram("waits")
    values = [0.0, 0.003, 0.2, 0.21, 5.0]
    for value in values:
        histogram.record(value)
    data = reader.get_metrics_data()
    meters.shutdown()
    assert data is not None
    (family,) = (family for family in families(data) if family.name == "waits")
    buckets = [(float(dict(one.labels)["le"]), one.value) for one in family.samples if one.suffix == "_bucket"]
    assert buckets[-1] == (math.inf, 5)
    assert [bound for bound, _ in buckets] == sorted(bound for bound, _ in buckets)
    assert all(count == sum(value <= bound * (1 + 1e-9) for value in values) for bound, count in buckets)


def test_a_name_of_two_kinds_is_shown_once() -> None:
    reader = InMemoryMetricReader()
    meters = MeterProvider([reader], SERVICE, shutdown_on_exit=False)
    meters.get_meter("a").create_gauge("queue.depth").set(1)
    meters.get_meter("b").create_gauge("queue_depth").set(2)
    meters.get_meter("c").create_histogram("queue-depth").record(3)
    data = reader.get_metrics_data()
    meters.shutdown()
    assert data is not None
    page = lines(data, openmetrics=False)
    assert [line for line in page if line.startswith("# TYPE queue_depth")] == ["# TYPE queue_depth gauge"]
    assert [line for line in page if line.startswith("queue_depth")] == [
        'queue_depth{otel_scope_name="a"} 1.0',
        'queue_depth{otel_scope_name="b"} 2.0',
    ]


def test_mounted_in_an_asgi_application() -> None:
    (lane,) = Prometheus().lanes(SERVICE)
    assert lane.deliver([collection()], 5) == Delivered()

    async def get(accept: str) -> httpx.Response:
        transport = httpx.ASGITransport(prometheus_asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get("/metrics", headers={"accept": accept})

    modern, old = asyncio.run(get("application/openmetrics-text;version=1.0.0,*/*")), asyncio.run(get("text/plain"))
    assert (modern.headers["content-type"], old.headers["content-type"]) == (OPENMETRICS, TEXT)
    assert modern.text.endswith("# EOF\n") and "shop_orders_total" in old.text


def test_mounted_in_a_wsgi_application() -> None:
    (lane,) = Prometheus().lanes(SERVICE)
    lane.deliver([collection()], 5)

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    with make_server("127.0.0.1", 0, prometheus_wsgi, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        page = httpx.get(f"http://127.0.0.1:{server.server_port}/metrics")
        thread.join()
    assert page.headers["content-type"] == TEXT
    assert "shop_queue_depth" in page.text


def test_a_port_of_its_own_opens_with_the_first_collection() -> None:
    port = free_port()
    (lane,) = Prometheus(port=port, address="127.0.0.1").lanes(SERVICE)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
    lane.deliver([collection()], 5)
    lane.deliver([collection()], 5)
    assert "shop_orders_total" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    (second,) = Prometheus(port=port, address="127.0.0.1").lanes(SERVICE)
    with pytest.raises(OSError, match="in use"):
        second.deliver([collection()], 5)


@pytest.mark.parametrize("size", [0, 1, 60, 65_536, 65_537, 200_000])
def test_snappy_blocks_are_snappy(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    block = snappy(data)
    assert (bytes(cramjam.snappy.decompress_raw(block)) if size else b"") == data
    assert size or block == b"\0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """(URL of a real Prometheus, the port it scrapes)."""
    target, port = free_port(), free_port()
    (tmp_path / "prometheus.yml").write_text(
        "global: {scrape_interval: 200ms}\n"
        f"scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n"
    )
    command = [
        "prometheus",
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--enable-feature=exemplar-storage",
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(200):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/-/ready").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        else:
            raise AssertionError((tmp_path / "log").read_text())
        yield f"http://127.0.0.1:{port}", target
    finally:
        process.terminate()
        process.wait(20)


def result(url: str, path: str, **params: str) -> Any:
    answer = httpx.get(f"{url}/api/v1/{path}", params=params).json()
    assert answer["status"] == "success", answer
    return answer["data"]


def wait_for(url: str, query: str) -> list[dict[str, Any]]:
    for _ in range(150):
        if found := result(url, "query", query=query)["result"]:
            return found
        time.sleep(0.1)
    raise AssertionError((query, result(url, "targets")["activeTargets"]))


@needs_prometheus
def test_prometheus_scrapes_it(prometheus: tuple[str, int]) -> None:
    url, target = prometheus
    (lane,) = Prometheus(port=target, address="127.0.0.1").lanes(SERVICE)
    lane.deliver([collection(series=3)], 5)
    orders = wait_for(url, 'shop_orders_total{size=~"(?s).*0.*"}')
    assert orders[0]["metric"]["size"] == 'größe "0"\n'
    assert orders[0]["value"][1] == "3"
    joined = wait_for(
        url, "sum by (service_name) (shop_queue_depth * on (instance) group_left (service_name) target_info)"
    )
    assert (joined[0]["metric"]["service_name"], joined[0]["value"][1]) == ("checkout", "22.5")
    assert wait_for(url, "histogram_quantile(0.5, sum by (le) (shop_wait_seconds_bucket))")[0]["value"][1] == "0.55"
    metadata = result(url, "metadata", metric="shop_wait_seconds")["shop_wait_seconds"]
    assert metadata == [{"type": "histogram", "unit": "seconds", "help": ""}]
    now = time.time()
    exemplars = result(url, "query_exemplars", query="shop_wait_seconds_bucket", start=str(now - 60), end=str(now + 60))
    assert {len(one["labels"]["trace_id"]) for series in exemplars for one in series["exemplars"]} == {32}
    (health,) = result(url, "targets")["activeTargets"]
    assert (health["health"], health["lastError"]) == ("up", "")


@needs_prometheus
def test_prometheus_takes_what_is_written(prometheus: tuple[str, int]) -> None:
    url, _ = prometheus
    exporter = Prometheus(remote_write_url=f"{url}/api/v1/write")
    page, write = exporter.lanes(SERVICE)
    assert (page.target, write.target) == ("prometheus", "prometheus-write")
    assert write.deliver([collection(series=2)], 5) == Delivered()
    assert write.deliver([collection(series=2)], 5) == Delivered()
    orders = wait_for(url, 'shop_orders_total{job="checkout",instance="worker-1"}')
    assert {one["metric"]["size"] for one in orders} == {'größe "0"\n', 'größe "1"\n'}
    assert wait_for(url, "shop_wait_seconds_sum")[0]["value"][1] == "2.55"


def test_our_server_takes_what_is_written(project: ProjectClient) -> None:
    exporter = Prometheus(remote_write_url=f"{project.server.url}/prometheus/api/v1/write", bearer_token=project.key)
    (_, write) = exporter.lanes(SERVICE)
    assert write.deliver([collection()], 5) == Delivered()
    points = "SELECT value FROM metric_points WHERE metric_name = 'shop_orders_total'"
    assert [row["value"] for row in project.wait_for(points)] == [3]
