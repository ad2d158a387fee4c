"""A server that takes what the official libraries send, and remembers it: nothing of vedette is in here."""

import base64
import gzip
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import brotli
from google.protobuf.json_format import MessageToDict, Parse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

OTLP = {
    "/v1/traces": (ExportTraceServiceRequest, "resource_spans", "scope_spans", "spans"),
    "/v1/logs": (ExportLogsServiceRequest, "resource_logs", "scope_logs", "log_records"),
    "/v1/metrics": (ExportMetricsServiceRequest, "resource_metrics", "scope_metrics", "metrics"),
}
DECOMPRESS = {"gzip": gzip.decompress, "deflate": zlib.decompress, "br": brotli.decompress}


@dataclass
class Sink:
    """Everything received, by kind, as plain dictionaries. Spans and logs have `service` and `ids` added."""

    url: str = ""
    spans: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    "What could not be read."
    printed: str = ""
    schema: dict[str, Any] = field(default_factory=dict)

    @property
    def connect(self) -> dict[str, Any]:
        """What `vedette keys --json` would print for this server."""
        key = "0" * 32
        return {
            "project_id": 1,
            "sentry_dsn": self.url.replace("://", f"://{key}@") + "/1",
            "posthog_host": self.url,
            "posthog_key": key,
            "otlp_endpoint": self.url,
            "otlp_headers": f"Authorization=Bearer {key}",
            "url": self.url,
            "api_token": "t0ken",
        }

    def take(self, path: str, headers: Any, body: bytes) -> None:
        self.requests.append(path)
        path = urlsplit(path).path
        if decompress := DECOMPRESS.get(headers.get("content-encoding", "")):
            body = decompress(body)
        if path in OTLP:
            self.take_otlp(path, headers, body)
        elif path.endswith("/event-schema"):
            self.schema = json.loads(body)
        elif "/envelope" in path:
            self.take_envelope(body)
        elif path in ("/batch/", "/e/"):
            if body[:2] == b"\x1f\x8b":
                body = gzip.decompress(body)
            batch = json.loads(body)
            self.batches.append({"path": path, **{k: v for k, v in batch.items() if k != "batch"}})
            self.events += batch["batch"]

    def take_otlp(self, path: str, headers: Any, body: bytes) -> None:
        message, resources, scopes, records = OTLP[path]
        if headers["content-type"].startswith("application/json"):
            request = Parse(_ids_as_base64(body), message())
        else:
            request = message.FromString(body)
        for resource in getattr(request, resources):
            shared = attributes(resource.resource)
            for scope in getattr(resource, scopes):
                for record in getattr(scope, records):
                    row = MessageToDict(record, preserving_proto_field_name=True)
                    row |= {"resource": shared, "service": shared.get("service.name")}
                    if records != "metrics":
                        row |= {
                            "attributes": attributes(record),
                            "trace_id": record.trace_id.hex(),
                            "span_id": record.span_id.hex(),
                        }
                    if records == "spans":
                        row["parent_span_id"] = record.parent_span_id.hex()
                    getattr(self, "spans" if records == "spans" else path.removeprefix("/v1/")).append(row)

    def take_envelope(self, body: bytes) -> None:
        lines = body.split(b"\n")[1:]
        for header, payload in zip(lines[::2], lines[1::2], strict=False):
            kind = json.loads(header)["type"]
            if kind == "event":
                self.errors.append(json.loads(payload))
            elif kind in ("session", "sessions"):
                self.sessions.append(json.loads(payload))


def attributes(record: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in record.attributes}


def _ids_as_base64(body: bytes) -> str:
    """OTLP/JSON writes ids in hex, where protobuf's own JSON has base64."""

    def convert(found: dict[str, Any]) -> dict[str, Any]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in found:
                found[name] = base64.b64encode(bytes.fromhex(found[name])).decode()
        return found

    return json.dumps(json.loads(body, object_hook=convert))


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink on a free port."""
    sink = Sink()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            if len(body) < length:  # a browser that was closed
                self.close_connection = True
                return
            with lock:
                try:
                    sink.take(self.path, self.headers, body)
                except Exception as error:
                    sink.failures.append(error)
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Clients that are killed leave their connections open: no news."""

    server = Server(("127.0.0.1", 0), Handler)
    sink.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert sink.failures == []
