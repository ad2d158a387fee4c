"""OTLP: logs, traces and metrics from any OpenTelemetry SDK or collector, over HTTP and gRPC.

- `otlp.proto`     what is read, once for the engine and for Python; `messages` makes classes of it
- `schema.sql`     how it maps onto the signal tables
- `receive`        one request from bytes to stored rows, by way of `batches`; `kinds` says how the three signals differ
- `values`         nested values, broken and over-long text; `json_encoding` reads OTLP/JSON
- `exceptions`     exceptions in logs and spans as rows of `errors`; `stacktraces` reads their traces
- `routes`, `grpc_server`  the two transports; `status` their responses
"""

from vedette.server.protocols.otlp.grpc_server import services
from vedette.server.protocols.otlp.routes import routes

__all__ = ["routes", "services"]
