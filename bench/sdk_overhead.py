"""What the SDK costs a request and a start, beside no instrumentation and beside the official libraries together.

    python -m bench.sdk_overhead [--rounds 5] [--requests 3000]

Every scenario is a FastAPI application with one route, driven in process (no HTTP server), in a process of its own;
rounds take turns. All signals go to a local server that takes everything. Budgets: 150 µs added a request for all
signals; 100 ms and 25 MB after `import fastapi`.

- `us` is the wall time of a request in its event loop, `loop` the CPU of the loop's thread, which a busy machine
  stretches less, and `cpu` that of the whole process, with encoding, compression and sending. `added` is `loop` beyond
  `bare`. Queues are flushed between chunks, outside of `us` and `loop`.
- `start`: what `import` and initialisation take after `import fastapi`, and `loaded` what all of it takes once
  everything that loads later is there (for vedette: the first error's sentry-sdk, encoders, the connection).
"""

# ruff: noqa: PLC0415 — what a scenario imports is part of what it costs
import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROPERTIES = {"plan": "pro", "source": "bench", "amount": 42, "items": 3, "coupon": False}
HEADERS = [
    (b"host", b"shop.example.test"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0"),
    (b"x-posthog-distinct-id", b"user-1"),
    (b"x-posthog-session-id", b"session-1"),
    (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
]
CHUNKS = 10
Nothing = Callable[[], Any]


class Server(ThreadingHTTPServer):
    """Quiet about clients that leave at once, as every measured process does."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Sink(BaseHTTPRequestHandler):
    """Takes everything and answers as each vendor would."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        self.rfile.read(int(self.headers.get("content-length", 0)))
        otlp = self.path.startswith("/v1/")
        body = b"" if otlp else b"{}"
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf" if otlp else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


# What is measured --------------------------------------------------------------------------------------------


def application(work: Nothing = lambda: None) -> Any:
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/hello/{name}")
    async def hello(name: str) -> dict[str, str]:
        work()
        return {"hello": name}

    return app


def bare(sink: str) -> tuple[Any, Nothing]:
    return application(), lambda: None


def vedette_all(sink: str, *, event: bool = False, sample: float = 1.0) -> tuple[Any, Nothing]:
    import vedette

    vedette.init(service="bench", dsn=sink.replace("://", f"://{'k' * 32}@") + "/1", sample=sample, log_format="json",
                 environment="production")  # fmt: skip
    app = application((lambda: vedette.track("hello", PROPERTIES)) if event else (lambda: None))
    return vedette.asgi(app), lambda: vedette.flush(20)


def start_opentelemetry(sink: str) -> Any:
    from opentelemetry import metrics, trace
    from opentelemetry._logs import set_logger_provider
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "bench", "deployment.environment.name": "production"})
    traces = TracerProvider(resource=resource)
    spans = BatchSpanProcessor(OTLPSpanExporter(f"{sink}/v1/traces"), max_queue_size=50_000)
    traces.add_span_processor(spans)
    trace.set_tracer_provider(traces)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{sink}/v1/metrics"))
    metrics.set_meter_provider(MeterProvider(metric_readers=[reader], resource=resource))
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{sink}/v1/logs"), max_queue_size=50_000))
    set_logger_provider(logs)
    return traces


def add_request_log(app: Any) -> None:
    import structlog
    from opentelemetry import trace

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    log = structlog.get_logger()

    class RequestLog:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return await self.app(scope, receive, send)
            structlog.contextvars.clear_contextvars()
            span = trace.get_current_span().get_span_context()
            structlog.contextvars.bind_contextvars(
                request_id=uuid.uuid4().hex, path=scope["path"], trace_id=f"{span.trace_id:032x}"
            )
            started, status = time.perf_counter(), 500

            async def told(message: Any) -> None:
                nonlocal status
                status = message.get("status", status)
                await send(message)

            try:
                await self.app(scope, receive, told)
            finally:
                log.info("request", status=status, ms=(time.perf_counter() - started) * 1e3)

    app.add_middleware(RequestLog)


def naive(sink: str) -> tuple[Any, Nothing]:
    """OpenTelemetry, sentry-sdk, posthog and structlog, each set up as its own documentation begins."""
    import sentry_sdk
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    from posthog import Posthog
    from posthog.integrations.asgi import PosthogASGIMiddleware

    sentry_sdk.init(sink.replace("://", "://abc@") + "/1", traces_sample_rate=1.0, transport_queue_size=5000)
    traces = start_opentelemetry(sink)
    posthog = Posthog("phc_bench", host=sink, max_queue_size=50_000)
    app = application(lambda: posthog.capture("hello", properties=PROPERTIES))
    add_request_log(app)
    app.add_middleware(PosthogASGIMiddleware, client=posthog)
    FastAPIInstrumentor.instrument_app(app)

    def flush() -> None:
        traces.force_flush()
        posthog.flush(10)
        sentry_sdk.flush()

    return app, flush


SCENARIOS: dict[str, Callable[[str], tuple[Any, Nothing]]] = {
    "bare": bare,
    "vedette": vedette_all,
    "vedette and one product event": lambda sink: vedette_all(sink, event=True),
    "vedette, 1 % of traces": lambda sink: vedette_all(sink, sample=0.01),
    "opentelemetry + sentry-sdk + posthog + structlog": naive,
}


async def drive(app: Any, flush: Nothing, requests: int) -> dict[str, float]:
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def run(count: int) -> None:
        for _ in range(count):
            await app(_scope(), receive, send)

    await run(requests // CHUNKS)
    flush()
    statuses.clear()
    walls, loops, cpu = [], [], time.process_time()
    for _ in range(CHUNKS):
        wall, loop = time.perf_counter(), time.thread_time()
        await run(requests // CHUNKS)
        walls.append((time.perf_counter() - wall) / (requests // CHUNKS) * 1e6)
        loops.append((time.thread_time() - loop) / (requests // CHUNKS) * 1e6)
        flush()
    cpu = (time.process_time() - cpu) / requests * 1e6
    assert statuses == [200] * len(statuses) and len(statuses) == requests // CHUNKS * CHUNKS
    return {"us": statistics.median(walls), "loop": statistics.median(loops), "cpu": cpu}


def _scope() -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/hello/bob", "raw_path": b"/hello/bob", "query_string": b"", "root_path": "",
        "headers": list(HEADERS), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip


def rss_mb() -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def start(name: str, sink: str) -> dict[str, float]:
    """Import and initialise after the framework; then use everything once, an error too, and look again."""
    import fastapi  # noqa: F401

    memory, started, cpu = rss_mb(), time.perf_counter(), time.process_time()
    begun = {"vedette": _start_vedette, "naive": _start_naive}[name](sink)
    figures = {"ms": (time.perf_counter() - started) * 1e3, "mb": rss_mb() - memory}
    figures["cpu_ms"] = (time.process_time() - cpu) * 1e3
    begun()
    return {
        **figures, "loaded_cpu_ms": (time.process_time() - cpu) * 1e3, "loaded_mb": rss_mb() - memory,
        "threads": threading.active_count() - 1,
    }  # fmt: skip


def _start_vedette(sink: str) -> Nothing:
    import vedette

    vedette.init(service="bench", dsn=sink.replace("://", f"://{'k' * 32}@") + "/1", environment="production")

    def use() -> None:
        with vedette.span("all"):
            vedette.get_logger().info("one")
            vedette.count("one")
            vedette.track("one")
            vedette.error(ValueError("one"))
        vedette.flush(20)

    return use


def _start_naive(sink: str) -> Nothing:
    import logging

    import posthog as posthog_library
    import sentry_sdk
    import structlog
    from opentelemetry import metrics, trace

    sentry_sdk.init(sink.replace("://", "://abc@") + "/1", traces_sample_rate=1.0)
    traces = start_opentelemetry(sink)
    client = posthog_library.Posthog("phc_bench", host=sink)

    def use() -> None:
        with trace.get_tracer("bench").start_as_current_span("all"):
            structlog.get_logger().info("one")
            logging.getLogger("bench").info("one")
            metrics.get_meter("bench").create_counter("one").add(1)
            client.capture("one", distinct_id="u")
            sentry_sdk.capture_exception(ValueError("one"))
        traces.force_flush()
        client.flush(10)
        sentry_sdk.flush()

    return use


# The runs ----------------------------------------------------------------------------------------------------


def one(kind: str, name: str, sink: str, requests: int) -> None:
    """In a process of its own: print the figures as a line of JSON and leave at once."""
    if kind == "start":
        figures = start(name, sink)
    else:
        app, flush = SCENARIOS[name](sink)
        figures = asyncio.run(drive(app, flush, requests))
    print("=>" + json.dumps(figures), flush=True)
    os._exit(0)


def measured(kind: str, name: str, sink: str, requests: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as spool, tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, "-m", "bench.sdk_overhead", "--one", kind, name, sink, "--requests", str(requests)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "VEDETTE_SPOOL": spool}
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("=>")]
        if not lines:
            errors.seek(0)
            sys.exit(f"{name}: {errors.read()[-2000:]}")
    return json.loads(lines[-1][2:])


def median(runs: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--one", nargs=3, metavar=("KIND", "NAME", "SINK"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        return one(*arguments.one, arguments.requests)
    server = Server(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sink = f"http://127.0.0.1:{server.server_port}"
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    for _ in range(arguments.rounds):
        for kind, names in (("request", list(SCENARIOS)), ("start", ["vedette", "naive"])):
            for name in names:
                runs.setdefault((kind, name), []).append(measured(kind, name, sink, arguments.requests))
    found = {key: median(each) for key, each in runs.items()}
    floor = found["request", "bare"]["loop"]
    print(f"{'a request':50} {'us':>7} {'loop':>7} {'added':>7} {'x bare':>7} {'cpu us':>7}")
    for (kind, name), figures in found.items():
        if kind == "request":
            us, loop, cpu = figures["us"], figures["loop"], figures["cpu"]
            print(f"{name:50} {us:7.0f} {loop:7.0f} {loop - floor:7.0f} {loop / floor:7.1f} {cpu:7.0f}")
    heads = ("ms", "cpu_ms", "mb", "loaded_cpu_ms", "loaded_mb", "threads")
    print(f"{'a start, after import fastapi':50} {' '.join(f'{head:>13}' for head in heads)}")
    for (kind, name), figures in found.items():
        if kind == "start":
            print(f"{name:50} {' '.join(f'{figures[head]:13.1f}' for head in heads)}")


if __name__ == "__main__":
    main()
