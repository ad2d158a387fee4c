"""Official clients of every protocol send secrets of every kind. None of them is on disk afterwards."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from logtail import LogtailHandler
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, Status, StatusCode

from tests.conftest import ProjectClient, RunningServer, new_project, start_server
from tests.secret_corpus import NAMES, NEAR_MISSES, TEXTS
from tests.server.protocols.otlp.wire import logs_request
from tests.server.protocols.prometheus.sender import post as remote_write
from tests.server.protocols.prometheus.sender import v1
from vedette.server.features.sql.sources import NAMES as SQL_TABLES

posthog = pytest.importorskip("posthog")
pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")

BY_NAME = {name: f"hidden{number}q7" for number, name in enumerate(NAMES)}
SECRETS = {**{f"text {number}": text for number, text in enumerate(TEXTS)}, **BY_NAME}
NESTED = {"list": [*TEXTS, {"password": "hidden-in-a-list-q7"}], "map": {**BY_NAME, "pin": 1}}
PARTS = (*TEXTS.values(), *BY_NAME.values(), "hidden-in-a-list-q7", "hidden-when-refused-q7")


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, store_arguments: list[str]) -> Iterator[RunningServer]:
    """A server whose data directory this test can take apart."""
    running = start_server(tmp_path_factory.mktemp("secrets"), *store_arguments)
    yield running
    if running.process.poll() is None:
        running.terminate()


def test_no_secret_is_on_disk_and_what_looks_like_one_is_intact(
    own_server: RunningServer, store_arguments: list[str]
) -> None:
    project = new_project(own_server, "secrets")
    send_product_events(project)
    for exporter in (HttpLogs, GrpcLogs):
        send_logs(project, exporter)
    send_json_logs(project)
    send_spans_and_metrics(project)
    send_better_stack(project)
    send_prometheus(project)
    send_what_is_refused(project)
    wait_for_everything(project)
    for table in SQL_TABLES:
        text = json.dumps(project.sql(f"SELECT * FROM {table}"), ensure_ascii=False)
        assert [part for part in PARTS if part in text] == [], table
    read_near_misses(project)
    counted = "SELECT protocol, sum(quantity) AS n FROM outcomes WHERE reason = 'scrubbed' GROUP BY protocol"
    scrubbed = {row["protocol"]: int(row["n"]) for row in project.wait_for(counted, rows=4)}
    assert set(scrubbed) == {"posthog", "otlp", "betterstack", "prometheus"}
    assert all(number >= len(SECRETS) for number in scrubbed.values()), scrubbed
    project.http.close()
    assert own_server.terminate() == 0
    if not store_arguments:
        stored = every_row(own_server.data)
        assert b"Ann Leckie" in stored
        assert [part for part in PARTS if part.encode() in stored] == []
    assert [
        f"{part} in {path}" for path, data in files(own_server.data) for part in PARTS if part.encode() in data
    ] == []


def every_row(data: Path) -> bytes:
    """All rows of all tables of a server that has stopped, as they were before the engine compressed them."""
    script = (
        "import sys; from vedette.server.store.client import Dsn, Store\n"
        "store = Store(Dsn.parse(sys.argv[1]), handles=1)\n"
        'for (name,) in store.query("SELECT name FROM system.tables WHERE database = currentDatabase() '
        "AND engine LIKE '%MergeTree'\").rows: print(name, store.query(f'SELECT * FROM `{name}`').rows)"
    )
    command = [sys.executable, "-c", script, f"chdb://{data / 'store'}"]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


def files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def send_product_events(project: ProjectClient) -> None:
    sdk = posthog.Posthog(project.key, host=project.server.url, sync_mode=True)
    properties = {**SECRETS, **NESTED, **NEAR_MISSES, "$session_id": "s-1", "$current_url": next(iter(TEXTS))}
    sdk.capture("bought", distinct_id="ann@example.com", properties={**properties, "$set": {**SECRETS, "plan": "pro"}})
    sdk.set(distinct_id="ann@example.com", properties={**SECRETS, "plan": "team"})
    sdk.group_identify("company", "acme", {**SECRETS, "size": 7})
    for text in TEXTS:
        sdk.capture(text, distinct_id="ann@example.com", properties={"$elements_chain": text, "$current_url": text})
    sdk.shutdown()


def send_logs(project: ProjectClient, exporter: Any) -> None:
    headers = {"authorization": f"Bearer {project.key}"}
    if exporter is GrpcLogs:
        endpoint = json.loads((project.server.data / "address.json").read_text())["grpc_endpoint"]
        to = exporter(endpoint=endpoint, headers=headers, insecure=True)
    else:
        to = exporter(endpoint=f"{project.server.url}/v1/logs", headers=headers)
    provider = LoggerProvider(resource=Resource.create({"service.name": "shop", **SECRETS}))
    provider.add_log_record_processor(SimpleLogRecordProcessor(to))
    logger = logging.Logger("shop.orders")
    logger.addHandler(LoggingHandler(logger_provider=provider))
    logger.warning("near", extra={**NEAR_MISSES, "session.id": "s-1", "user.id": "ann@example.com"})
    logger.warning("named", extra={**SECRETS, **NESTED, "raw": next(iter(TEXTS)).encode()})
    for text in TEXTS:
        logger.warning(text)
    provider.shutdown()


def send_json_logs(project: ProjectClient) -> None:
    records: list[dict[str, Any]] = [{"body": text} for text in TEXTS]
    request = logs_request(*records, {"body": "json", "attributes": {**SECRETS, **NESTED}}, {"body": NESTED})
    content = json.dumps(MessageToDict(request)).encode()
    headers = {"authorization": f"Bearer {project.key}", "content_type": "application/json"}
    assert project.post("/v1/logs", content, **headers).status_code == 200


def send_spans_and_metrics(project: ProjectClient) -> None:
    headers = {"authorization": f"Bearer {project.key}"}
    traces = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    spans = OTLPSpanExporter(endpoint=f"{project.server.url}/v1/traces", headers=headers)
    traces.add_span_processor(SimpleSpanProcessor(spans))
    tracer = traces.get_tracer("shop")
    with tracer.start_as_current_span("linked") as linked:
        pass
    for text in TEXTS:
        with tracer.start_as_current_span(text, links=[Link(linked.get_span_context(), SECRETS)]) as span:
            span.set_attributes({**SECRETS, **NEAR_MISSES})
            span.add_event(text, SECRETS)
            span.record_exception(ValueError(text))
            span.set_status(Status(StatusCode.ERROR, text))
    traces.shutdown()
    exporter = OTLPMetricExporter(endpoint=f"{project.server.url}/v1/metrics", headers=headers)
    metrics = MeterProvider([PeriodicExportingMetricReader(exporter)])
    counter = metrics.get_meter("shop").create_counter("orders")
    counter.add(1, {**SECRETS, **NEAR_MISSES})
    metrics.shutdown()


def send_better_stack(project: ProjectClient) -> None:
    handler = LogtailHandler(source_token=project.key, host=project.server.url)
    logger = logging.Logger("better")
    logger.addHandler(handler)
    logger.warning("near", extra={**NEAR_MISSES, "session_id": "s-1", "user_id": "ann@example.com"})
    logger.warning("named", extra={**SECRETS, **NESTED})
    for text in TEXTS:
        logger.warning(text)
    handler.flush()
    handler.close()


def send_prometheus(project: ProjectClient) -> None:
    now_ms = int(project.sql("SELECT toUnixTimestamp64Milli(now64(3)) AS now")[0]["now"])
    series = [({"__name__": "up", **SECRETS, **NEAR_MISSES}, [(1.0, now_ms)])]
    # With the secret gone, series that differed in nothing else are one.
    series += [({"__name__": "up", "n": str(n), "target": text}, [(1.0, now_ms)]) for n, text in enumerate(TEXTS)]
    assert remote_write(project, v1(*series)).status_code == 204


def send_what_is_refused(project: ProjectClient) -> None:
    """Bodies that do not read are kept as samples."""
    for text in TEXTS:
        broken = json.dumps({"note": text, "password": "hidden-when-refused-q7", "x": [1]})[:-2].encode()
        headers = {"authorization": f"Bearer {project.key}", "content_type": "application/json"}
        assert project.post("/v1/logs", broken, **headers).status_code == 400
        assert project.post("/logs", broken, **headers).status_code == 406
        protobuf = logs_request(
            {"body": text, "attributes": {"password": "hidden-when-refused-q7"}}
        ).SerializeToString()
        headers["content_type"] = "application/x-protobuf"
        assert project.post("/v1/logs", protobuf[:-1], **headers).status_code == 400
        bad = {"api_key": project.key, "batch": [{"distinct_id": "u", "properties": {"a": text, **BY_NAME}}]}
        assert httpx.post(f"{project.server.url}/batch/", json=bad, timeout=30).status_code == 400


def wait_for_everything(project: ProjectClient) -> None:
    per_transport = len(TEXTS) + 2
    project.wait_for(f"SELECT 1 FROM logs HAVING count() >= {4 * per_transport}")
    project.wait_for(f"SELECT 1 FROM events HAVING count() >= {len(TEXTS) + 3}")
    project.wait_for(f"SELECT 1 FROM spans HAVING count() >= {len(TEXTS) + 1}")
    project.wait_for(f"SELECT 1 FROM errors HAVING count() >= {len(TEXTS)}")
    project.wait_for(f"SELECT 1 FROM metric_points HAVING count() >= {len(TEXTS) + 2}")
    project.wait_for(f"SELECT 1 FROM outcomes WHERE sample != '' HAVING count() >= {2 * len(TEXTS)}")


def read_near_misses(project: ProjectClient) -> None:
    logs = project.sql("SELECT attributes, session_id, user_id FROM logs WHERE body = 'near'")
    assert len(logs) == 3
    for row in logs:
        assert row["attributes"].items() >= NEAR_MISSES.items()
        assert (row["session_id"], row["user_id"]) == ("s-1", "ann@example.com")
    (event,) = project.sql("SELECT properties, session_id, distinct_id FROM events WHERE event = 'bought'")
    assert event["properties"].items() >= NEAR_MISSES.items()
    assert (event["session_id"], event["distinct_id"]) == ("s-1", "ann@example.com")
    for span in project.sql("SELECT attributes FROM spans WHERE name != 'linked'"):
        assert span["attributes"].items() >= NEAR_MISSES.items()
