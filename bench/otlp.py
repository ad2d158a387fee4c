"""OTLP logs and spans per second, acknowledged by a real server after fsync, beside the bare engine on the same bytes.

    python bench/otlp.py [--seconds 10] [--connections 16] [--signal logs|traces|both] [--out result.json]

Each run gives records/s, CPU-seconds per million records of the server process (all threads, merges included),
and the same for the engine inserting the same requests, 40 at a time, into the same tables with no HTTP before it.
Rates depend on what else the machine does; compare CPU-seconds per million, and the ratio of the two.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import RunningServer, start_server
from vedette.server.protocols.otlp import batches
from vedette.server.protocols.otlp.kinds import LOGS, TRACES, Kind
from vedette.server.protocols.otlp.receive import read
from vedette.server.store.client import Dsn, Store
from vedette.server.store.migrate import migrate

RECORDS = 1000
SERVICES = ("checkout", "cart", "payments", "auth", "search", "catalog", "email", "shipping")
ROUTES = ("/orders", "/orders/{id}", "/users/{id}", "/carts/{id}/items", "/invoices", "/sessions/{id}/status")
LINES = (
    ("INFO", 9, "GET {route} completed status=200 in {ms}ms bytes={n}"),
    ("INFO", 9, "handled request for user usr_{u} on route {route} in {ms} ms"),
    ("INFO", 9, "cache hit for key session:{h:016x} ttl={n}s"),
    ("DEBUG", 5, "SQL SELECT * FROM orders WHERE id = {n} LIMIT 1 took {ms}ms"),
    ("WARN", 13, "slow query on table carts: {ms}ms exceeds threshold of 500ms"),
    ("ERROR", 17, "upstream timeout after {ms}ms calling payments-gateway for order {n}"),
)
HZ = os.sysconf("SC_CLK_TCK")


def add_attributes(target: Any, values: dict[str, Any]) -> None:
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    for key, value in values.items():
        setattr(target.add(key=key).value, kinds[type(value)], value)


def build(kind: Kind, seed: int) -> bytes:
    """One request of 1000 records in 4 resources, distinct and realistic, over the last hour."""
    rnd = random.Random(seed)
    request = ExportLogsServiceRequest() if kind is LOGS else ExportTraceServiceRequest()
    now = time.time_ns()
    for _ in range(4):
        group = (request.resource_logs if kind is LOGS else request.resource_spans).add()
        service = rnd.choice(SERVICES)
        environment = {"deployment.environment.name": "production", "host.name": f"ip-10-0-0-{rnd.randrange(20)}"}
        add_attributes(group.resource.attributes, {"service.name": service, **environment})
        scope = (group.scope_logs if kind is LOGS else group.scope_spans).add()
        scope.scope.name = f"app.{service}"
        trace_id = b""
        for index in range(RECORDS // 4):
            trace_id = rnd.randbytes(16) if index % 5 == 0 else trace_id
            at = now - rnd.randrange(3600 * 10**9)
            ms, route, user = rnd.lognormvariate(3.2, 1.1), rnd.choice(ROUTES), rnd.randrange(100_000)
            text, number, line = rnd.choice(LINES)
            if kind is LOGS:
                item = scope.log_records.add(time_unix_nano=at, observed_time_unix_nano=at + 1)
                item.severity_number, item.severity_text = number, text
                item.body.string_value = line.format(
                    route=route, ms=int(ms), n=rnd.randrange(10**6), u=user, h=rnd.getrandbits(64)
                )
            else:
                item = scope.spans.add(start_time_unix_nano=at, end_time_unix_nano=at + int(ms * 1e6))
                item.name, item.kind = f"GET {route}", 2 if index % 5 == 0 else 3
                item.parent_span_id = b"" if index % 5 == 0 else rnd.randbytes(8)
            item.trace_id, item.span_id = trace_id, rnd.randbytes(8)
            add_attributes(
                item.attributes,
                {
                    "http.request.method": "GET",
                    "http.route": route,
                    "http.response.status_code": 200,
                    "user.id": f"usr_{user:06}",
                    "duration_ms": round(ms, 3),
                },
            )
    body: bytes = request.SerializeToString()
    return body


def process_cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / HZ


def measure_server(
    server: RunningServer, kind: Kind, pool: list[bytes], seconds: float, connections: int
) -> dict[str, Any]:
    """Send the pool over keep-alive connections, each waiting for its answer, for some seconds."""
    address = urlsplit(server.url)
    headers = {"content-type": "application/x-protobuf", "authorization": f"Bearer {server.keys['ingest_key']}"}
    latencies: list[float] = []
    failures: list[str] = []
    turn = iter(range(10**9))
    stop = time.perf_counter() + seconds

    def work() -> None:
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        while time.perf_counter() < stop:
            started = time.perf_counter()
            connection.request("POST", f"/v1/{kind.name}", pool[next(turn) % len(pool)], headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or body:
                failures.append(f"{answer.status} {body[:200]!r}")
                break
            latencies.append(time.perf_counter() - started)
        connection.close()

    cpu, begun = process_cpu_seconds(server.process.pid), time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begun
    if failures:
        raise SystemExit(f"the server refused: {failures[0]}")
    records = len(latencies) * RECORDS
    return {
        "records_per_s": round(records / elapsed),
        "cpu_s_per_million": round((process_cpu_seconds(server.process.pid) - cpu) / records * 1e6, 2),
        "p50_ms": round(statistics.median(latencies) * 1000, 1),
        "p99_ms": round(sorted(latencies)[int(len(latencies) * 0.99)] * 1000, 1),
    }


def measure_engine(kind: Kind, pool: list[bytes], *, join: int = 40) -> dict[str, Any]:
    """Insert the same requests straight into the engine: parsing, mapping, indexes and fsync, no server."""
    now = time.time_ns()
    blocks = [
        batches.rows(kind, read(kind, body).message, batches.Receipt(1, index, now, 0, 2**62))[0]
        for index, body in enumerate(pool)
    ]
    packages = (
        "signals.logs",
        "signals.spans",
        "signals.outcomes",
        "signals.errors",
        "signals.metrics",
        "protocols.otlp",
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Dsn.parse(f"chdb://{folder}"), handles=1)
        migrate(store, [f"vedette.server.{name}" for name in packages])
        joined = [b"".join(blocks[start : start + join]) for start in range(0, len(blocks), join)]
        cpu, begun = time.process_time(), time.perf_counter()
        for block in joined:
            store.insert(kind.inbound.table, block, fmt=kind.inbound.fmt, settings=kind.inbound.settings)
        used, elapsed = time.process_time() - cpu, time.perf_counter() - begun
        store.close()
    records = len(pool) * RECORDS
    return {"records_per_s": round(records / elapsed), "cpu_s_per_million": round(used / records * 1e6, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--pool", type=int, default=120, help="distinct requests of 1000 records")
    parser.add_argument("--signal", choices=("logs", "traces", "both"), default="both")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    kinds = [kind for kind in (LOGS, TRACES) if options.signal in (kind.name, "both")]
    result: dict[str, Any] = {"loadavg": os.getloadavg(), "connections": options.connections}
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder))
        try:
            for kind in kinds:
                pool = [build(kind, seed) for seed in range(options.pool)]
                served = measure_server(server, kind, pool, options.seconds, options.connections)
                result[kind.name] = {
                    "bytes_per_record": round(sum(map(len, pool)) / len(pool) / RECORDS),
                    "server": served,
                }
        finally:
            server.terminate()
    for kind in kinds:  # one engine a process: after the server has gone, in this one
        bare = measure_engine(kind, [build(kind, seed) for seed in range(options.pool)])
        served = result[kind.name]["server"]
        result[kind.name]["engine"] = bare
        result[kind.name]["cpu_ratio"] = round(served["cpu_s_per_million"] / bare["cpu_s_per_million"], 2)
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
