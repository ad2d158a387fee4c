"""A real Prometheus server scrapes a page of ours and writes to us, with nothing but the key in its configuration."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from tests.conftest import ProjectClient

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="no `prometheus` on the PATH (Debian: apt-get install prometheus)"
)

# OpenMetrics, so that exemplars come along.
PAGE = """\
# TYPE shop_orders counter
# HELP shop_orders Orders placed, by größe.
shop_orders_total{size="größe \\"L\\""} %(orders)d # {trace_id="0af7651916cd43dd8448eb211c80319c"} 1.0
# TYPE shop_queue_depth gauge
shop_queue_depth 7.5
# TYPE shop_wait_seconds histogram
# UNIT shop_wait_seconds seconds
# HELP shop_wait_seconds Time in the queue.
shop_wait_seconds_bucket{le="0.1"} 1
shop_wait_seconds_bucket{le="+Inf"} 3
shop_wait_seconds_count 3
shop_wait_seconds_sum 4.5
# EOF
"""

CONFIG = """\
global:
  scrape_interval: 500ms
scrape_configs:
  - job_name: shop
    static_configs:
      - targets: ["127.0.0.1:%(target)d"]
remote_write:
  - url: %(url)s/prometheus/api/v1/write
    send_exemplars: true
    send_native_histograms: true
    metadata_config: {send: true, send_interval: 1s}
    queue_config: {batch_send_deadline: 200ms}
    %(auth)s
"""


class Shop(BaseHTTPRequestHandler):
    """The application: its counter goes up with each scrape, until it is gone."""

    orders = 0

    def do_GET(self) -> None:
        Shop.orders += 1
        body = (PAGE % {"orders": Shop.orders}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def start_prometheus(folder: Path, project: ProjectClient, target: int, auth: str) -> subprocess.Popen[bytes]:
    config = folder / "prometheus.yml"
    config.write_text(CONFIG % {"target": target, "url": project.server.url, "auth": auth})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage,native-histograms",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/-/ready")
            return process
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError((folder / "prometheus.log").read_text())


@pytest.mark.parametrize(
    "auth",
    ["authorization: {{credentials: {key}}}", "basic_auth: {{username: vedette, password: {key}}}"],
    ids=["bearer", "basic"],
)
def test_what_prometheus_scrapes_arrives(project: ProjectClient, shop: HTTPServer, tmp_path: Path, auth: str) -> None:
    prometheus = start_prometheus(tmp_path, project, shop.server_address[1], auth.format(key=project.key))
    try:
        points = "SELECT value FROM metric_points WHERE metric_name = 'shop_orders_total' AND NOT is_stale"
        project.wait_for(points, rows=6, seconds=30)
        project.wait_for(
            "SELECT * FROM metric_series WHERE metric_name = 'shop_wait_seconds_sum' AND unit != ''", seconds=30
        )
        series = {
            (row["metric_name"], row["attributes"].get("le", "")): row
            for row in project.sql("SELECT * FROM metric_series")
        }
        orders = series["shop_orders_total", ""]
        assert orders["attributes"]["size"] == 'größe "L"'
        assert (orders["service"], orders["type"], orders["is_monotonic"]) == ("shop", "sum", True)
        assert orders["description"] == "Orders placed, by größe."
        assert (series["shop_wait_seconds_bucket", "+Inf"]["type"], series["up", ""]["type"]) == ("sum", "gauge")
        assert series["shop_queue_depth", ""]["type"] == "gauge"
        assert series["shop_wait_seconds_sum", ""]["unit"] == "seconds"

        values = [row["value"] for row in project.sql(f"{points} ORDER BY time")]
        assert values == sorted(values) and len(set(values)) == len(values), "each scrape once, in order"
        exemplars = project.sql("SELECT DISTINCT exemplars.trace_id AS t FROM metric_points WHERE notEmpty(exemplars)")
        assert exemplars == [{"t": ["0af7651916cd43dd8448eb211c80319c"]}]

        shop.shutdown()  # the target is gone: Prometheus marks its series as stale
        shop.server_close()
        project.wait_for("SELECT * FROM metric_points WHERE metric_name = 'shop_queue_depth' AND is_stale", seconds=30)
        assert project.sql("SELECT * FROM outcomes WHERE outcome = 'rejected'") == []
    finally:
        prometheus.terminate()
        prometheus.wait(20)
    log = (tmp_path / "prometheus.log").read_text()
    assert "non-recoverable error" not in log and "Failed to send batch" not in log, log
