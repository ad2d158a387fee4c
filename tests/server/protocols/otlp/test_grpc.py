"""OTLP/gRPC: the three services, keys in metadata, gzip, status codes and their details."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.conftest import ProjectClient, RunningServer, start_server
from tests.server.protocols.otlp.wire import logs_request, metrics_request, now_ns, trace_request

SERVICES = {
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}
OPTIONS = [("grpc.max_send_message_length", -1)]


@pytest.fixture(scope="module")
def channel(server: RunningServer) -> Iterator[grpc.Channel]:
    endpoint = json.loads((server.data / "address.json").read_text())["grpc_endpoint"]
    with grpc.insecure_channel(endpoint.removeprefix("http://"), options=OPTIONS) as channel:
        yield channel


def export(channel: grpc.Channel, kind: str, body: bytes, key: str = "", **options: Any) -> bytes:
    call = channel.unary_unary(SERVICES[kind])
    metadata = [("authorization", f"Bearer {key}")] if key else []
    answer: bytes = call(body, metadata=options.pop("metadata", metadata), timeout=60, **options)
    return answer


def refused(channel: grpc.Channel, kind: str, body: bytes, key: str) -> tuple[grpc.StatusCode, Status]:
    with pytest.raises(grpc.RpcError) as caught:
        export(channel, kind, body, key)
    details = dict(caught.value.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    return caught.value.code(), Status.FromString(details)


def test_the_three_services(channel: grpc.Channel, project: ProjectClient) -> None:
    metrics, points = metrics_request()
    points.add(name="g").gauge.data_points.add(time_unix_nano=now_ns(), as_int=1)
    requests = {"logs": logs_request({"body": "x"}), "traces": trace_request({"name": "s"}), "metrics": metrics}
    for kind, request in requests.items():
        assert export(channel, kind, request.SerializeToString(), project.key) == b""
    for table in ("logs", "spans", "metric_points"):
        assert project.sql(f"SELECT count() AS n FROM {table}") == [{"n": 1}]


def test_other_header_gzip_and_empty(channel: grpc.Channel, project: ProjectClient) -> None:
    body = logs_request({"body": "x" * 1000}).SerializeToString()
    metadata = [("x-vedette-key", project.key)]
    export(channel, "logs", body, metadata=metadata, compression=grpc.Compression.Gzip)
    export(channel, "logs", b"", metadata=metadata)
    assert project.sql("SELECT length(body) AS n FROM logs") == [{"n": 1000}]


def test_refusals(channel: grpc.Channel, project: ProjectClient) -> None:
    body = logs_request({"body": "x"}).SerializeToString()
    for key in ("", "wrong"):
        code, status = refused(channel, "logs", body, key)
        assert (code, status.code) == (grpc.StatusCode.UNAUTHENTICATED, 16)
    code, status = refused(channel, "logs", b"\xff\xff", project.key)
    assert (code, status.code, len(status.details)) == (grpc.StatusCode.INVALID_ARGUMENT, 3, 1)


def test_partial_success(channel: grpc.Channel, project: ProjectClient) -> None:
    body = logs_request({"body": "caf~"}).SerializeToString().replace(b"~", b"\xe9")
    answer = ExportTraceServiceResponse.FromString(export(channel, "logs", body, project.key))
    assert answer.partial_success.rejected_spans == 0
    assert "UTF-8" in answer.partial_success.error_message
    assert project.sql("SELECT body FROM logs") == [{"body": "caf\ufffd"}]


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_too_large(channel: grpc.Channel, project: ProjectClient, compression: grpc.Compression) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        export(channel, "logs", bytes(64 * 1024 * 1024 + 1), project.key, compression=compression)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_off(tmp_path: Path) -> None:
    server = start_server(tmp_path, "--port", "0", "--grpc-port", "-1")
    try:
        assert json.loads((tmp_path / "address.json").read_text())["grpc_endpoint"] == ""
    finally:
        assert server.terminate() == 0


@pytest.mark.parametrize("key", ["", "f" * 32])
def test_a_call_without_a_valid_key_is_refused_before_its_message_is_read(channel: grpc.Channel, key: str) -> None:
    never = threading.Event()

    def messages() -> Iterator[bytes]:
        never.wait(30)
        yield b""

    call = channel.stream_unary(SERVICES["logs"])
    try:
        with pytest.raises(grpc.RpcError) as caught:
            call(messages(), metadata=[("authorization", f"Bearer {key}")] if key else [], timeout=60)
    finally:
        never.set()
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_an_unknown_method_is_unimplemented(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(SERVICES["logs"].replace("Export", "Import"))(b"", timeout=60)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
