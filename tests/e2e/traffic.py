"""Clients of every protocol that send without end, and repeat what was not answered byte for byte, as SDKs do.

Every item carries a number of its own. A client knows which numbers were acknowledged; `count` asks the server
how often each of them is there.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count as counter
from uuid import UUID

import cramjam
import grpc
import httpx

from tests.conftest import ProjectClient, RunningServer
from tests.server.protocols.otlp.wire import PROTOBUF, logs_request, metrics_request, now_ns, trace_request
from tests.server.protocols.prometheus.sender import v1
from tests.server.protocols.sentry.wire import envelope, error, item

ITEMS = 3  # in each request
START_MS = time.time_ns() // 1_000_000
REFUSED = (429, 503)  # come again later
UNREACHABLE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED)
GRPC_LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"

Numbers = Sequence[int]


@dataclass(frozen=True)
class Kind:
    """One kind of client: what it sends for some numbers, and the query that gives (number, count) for each."""

    name: str
    path: str
    body: Callable[[Numbers], bytes]
    found: str
    headers: dict[str, str] = field(default_factory=dict)
    over_grpc: bool = False


def _otlp_logs(service: str) -> Callable[[Numbers], bytes]:
    def body(numbers: Numbers) -> bytes:
        records = ({"body": str(number), "attributes": {"list": [number, {"é": 1}]}} for number in numbers)
        return bytes(logs_request(*records, resource={"service.name": service}).SerializeToString())

    return body


def _otlp_spans(numbers: Numbers) -> bytes:
    """Each span its own trace, so that on a cluster a request spreads over the shards."""
    ids = random.Random(numbers[0])
    spans = ({"name": str(number), "trace_id": ids.randbytes(16), "span_id": ids.randbytes(8)} for number in numbers)
    return bytes(trace_request(*spans).SerializeToString())


def _otlp_metrics(numbers: Numbers) -> bytes:
    request, metrics = metrics_request()
    points = metrics.add(name="otlp").gauge.data_points
    for number in numbers:
        points.add(time_unix_nano=now_ns() - number, as_double=number)
    return bytes(request.SerializeToString())


def _sentry_error(numbers: Numbers) -> bytes:
    """An envelope holds one error; the other numbers are logs in it, which have no id of their own."""
    event = error(event_id=f"{numbers[0]:032x}", message=str(numbers[0]))
    logs = [{"timestamp": time.time(), "level": "info", "body": str(number)} for number in numbers[1:]]
    container = item("log", {"items": logs}, item_count=len(logs), content_type="application/vnd.sentry.items.log+json")
    return envelope(item("event", event), container, event_id=event["event_id"])


def _sentry_transaction(numbers: Numbers) -> bytes:
    now, ids = time.time(), random.Random(f"sentry {numbers[0]}")
    trace_id = ids.randbytes(16).hex()
    own, *children = ({"span_id": ids.randbytes(8).hex(), "trace_id": trace_id} for _ in numbers)
    spans = [
        {**child, "description": str(number), "start_timestamp": now - 1, "timestamp": now, "op": "db"}
        for child, number in zip(children, numbers[1:], strict=True)
    ]
    transaction = {
        "type": "transaction", "transaction": str(numbers[0]), "event_id": f"{numbers[0]:032x}", "spans": spans,
        "start_timestamp": now - 1, "timestamp": now, "contexts": {"trace": own},
    }  # fmt: skip
    return envelope(item("transaction", transaction), event_id=transaction["event_id"])


def _posthog(key: str) -> Callable[[Numbers], bytes]:
    def body(numbers: Numbers) -> bytes:
        batch = [
            {"event": str(number), "distinct_id": f"user-{number % 7}", "uuid": str(UUID(int=number))}
            for number in numbers
        ]
        return json.dumps({"api_key": key, "batch": batch}).encode()

    return body


def _prometheus(numbers: Numbers) -> bytes:
    # A time of its own for each number: two points of a series at one time are one point.
    series = [
        ({"__name__": "prometheus", "n": str(number % 5)}, [(float(number), START_MS + number)]) for number in numbers
    ]
    return bytes(cramjam.snappy.compress_raw(v1(*series).SerializeToString()))


def _betterstack(numbers: Numbers) -> bytes:
    return json.dumps([{"message": str(number)} for number in numbers]).encode()


def kinds(project: ProjectClient) -> list[Kind]:
    """Every protocol, with the headers that its clients send."""
    bearer = {"authorization": f"Bearer {project.key}"}
    protobuf = {**bearer, "content-type": PROTOBUF}
    sentry = {"x-sentry-auth": f"Sentry sentry_key={project.key}, sentry_version=7"}
    json_body = {"content-type": "application/json"}
    snappy = {**protobuf, "content-encoding": "snappy", "x-prometheus-remote-write-version": "0.1.0"}

    def bodies(condition: str) -> str:
        return f"SELECT toUInt64(body) AS number FROM logs WHERE {condition}"

    def names(source: str) -> str:
        return f"SELECT toUInt64(name) AS number FROM spans WHERE source = '{source}'"

    def values(name: str) -> str:
        return f"SELECT toUInt64(value) AS number FROM metric_points WHERE metric_name = '{name}'"

    errors = "SELECT toUInt64(value) AS number FROM errors UNION ALL " + bodies("source = 'sentry'")
    sentry_path = f"/api/{project.id}/envelope/"
    return [
        Kind("OTLP logs", "/v1/logs", _otlp_logs("http"), bodies("service = 'http'"), protobuf),
        Kind("OTLP logs over gRPC", GRPC_LOGS, _otlp_logs("grpc"), bodies("service = 'grpc'"), bearer, over_grpc=True),
        Kind("OTLP spans", "/v1/traces", _otlp_spans, names("otlp"), protobuf),
        Kind("OTLP metrics", "/v1/metrics", _otlp_metrics, values("otlp"), protobuf),
        Kind("Sentry errors and logs", sentry_path, _sentry_error, errors, sentry),
        Kind("Sentry transactions", sentry_path, _sentry_transaction, names("sentry"), sentry),
        Kind("PostHog", "/batch/", _posthog(project.key), "SELECT toUInt64(event) AS number FROM events", json_body),
        Kind("Prometheus", "/prometheus/api/v1/write", _prometheus, values("prometheus"), snappy),
        Kind("Better Stack", "/", _betterstack, bodies("source = 'betterstack'"), {**bearer, **json_body}),
    ]


class Client(threading.Thread):
    """One sender: a request after the other, each until it is answered."""

    def __init__(self, kind: Kind, url: str, grpc_endpoint: str) -> None:
        super().__init__(name=kind.name, daemon=True)
        self.kind = kind
        self.acknowledged: list[int] = []
        self.repeated = 0
        self.refused = 0
        self.wrong = ""
        self._stopping = threading.Event()
        self._url = url
        self._grpc_endpoint = grpc_endpoint.removeprefix("http://")
        self._numbers = counter(1)

    def run(self) -> None:
        send = self._send_grpc if self.kind.over_grpc else self._send_http
        try:
            send()
        except Exception as error:  # told to the test, which is another thread
            self.wrong = repr(error)

    def stop(self) -> None:
        """No new request; the one under way goes on until it is answered."""
        self._stopping.set()

    def _send_http(self) -> None:
        with httpx.Client(base_url=self._url, timeout=30, trust_env=False, headers=self.kind.headers) as http:

            def send(body: bytes) -> bool:
                try:
                    answer = http.post(self.kind.path, content=body)
                except httpx.TransportError:
                    return False
                if answer.status_code in REFUSED:
                    self.refused += 1
                    return False
                if answer.status_code not in (200, 202, 204):
                    raise AssertionError(f"{answer.status_code}: {answer.text}")
                return True

            self._repeat(send)

    def _send_grpc(self) -> None:
        # A client that waits a second before it connects again would sit out most of the test.
        options = [("grpc.max_reconnect_backoff_ms", 200), ("grpc.initial_reconnect_backoff_ms", 100)]
        metadata = tuple(self.kind.headers.items())
        with grpc.insecure_channel(self._grpc_endpoint, options) as channel:
            call = channel.unary_unary(self.kind.path)

            def send(body: bytes) -> bool:
                try:
                    call(body, metadata=metadata, timeout=30)
                except grpc.RpcError as error:
                    if error.code() not in UNREACHABLE:
                        raise
                    return False
                return True

            self._repeat(send)

    def _repeat(self, send: Callable[[bytes], bool]) -> None:
        while not self._stopping.is_set():
            numbers = [next(self._numbers) for _ in range(ITEMS)]
            body = self.kind.body(numbers)
            while not send(body):
                self.repeated += 1
                time.sleep(0.05)
            self.acknowledged += numbers


class Traffic:
    """Clients of every kind at once. Use as a context manager: leaving it ends them all."""

    def __init__(self, project: ProjectClient, grpc_endpoint: str) -> None:
        self.project = project
        self.clients = [Client(kind, project.server.url, grpc_endpoint) for kind in kinds(project)]

    def __enter__(self) -> "Traffic":
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.stop()
        self.project.http.close()

    def wait_for(self, requests: int, *, seconds: float = 90) -> None:
        """Until each client has had this many more requests acknowledged."""
        wanted = {client: len(client.acknowledged) + requests * ITEMS for client in self.clients}
        deadline = time.monotonic() + seconds
        while any(len(client.acknowledged) < wanted[client] for client in self.clients):
            self._check()
            assert time.monotonic() < deadline, f"no answers: {self._progress()}"
            time.sleep(0.01)

    def end(self, *, seconds: float = 90) -> None:
        """Stop, once every request is answered."""
        for client in self.clients:
            client.stop()
        for client in self.clients:
            client.join(seconds)
            assert not client.is_alive(), f"{client.name}: a request is never answered"
        self._check()

    def _check(self) -> None:
        wrong = {client.name: client.wrong for client in self.clients if client.wrong}
        assert not wrong, wrong

    def _progress(self) -> str:
        return ", ".join(f"{client.name} {len(client.acknowledged) // ITEMS}" for client in self.clients)

    def assert_stored_once(self) -> None:
        """Everything acknowledged is there, exactly once, and nothing else is."""
        problems = []
        for client in self.clients:
            found = self.count(client.kind)
            lost = [number for number in client.acknowledged if number not in found]
            twice = [number for number, times in found.items() if times != 1]
            more = set(found) - set(client.acknowledged)
            if lost or twice or more:
                problems.append(
                    f"{client.name}: of {len(client.acknowledged)} items {len(lost)} lost {lost[:6]}, "
                    f"{len(twice)} more than once {twice[:6]}, {len(more)} unknown {sorted(more)[:6]}"
                )
        assert not problems, "\n".join(problems)

    def count(self, kind: Kind) -> Counter[int]:
        """How often each number is there."""
        query = f"SELECT number, count() AS times FROM ({kind.found}) GROUP BY number ORDER BY number"
        found: Counter[int] = Counter()
        while True:  # an answer of /sql has an end
            page = self.project.sql(f"{query} LIMIT 5000 OFFSET {len(found)}")
            found.update({row["number"]: row["times"] for row in page})
            if len(page) < 5000:
                return found

    @property
    def repeated(self) -> int:
        return sum(client.repeated for client in self.clients)


def addresses(server: RunningServer) -> tuple[list[str], str]:
    """The arguments that start a server on this one's ports again, and its gRPC endpoint."""
    known = json.loads((server.data / "address.json").read_text())
    grpc_endpoint = str(known["grpc_endpoint"])
    ports: Iterable[str] = (server.url.rpartition(":")[2], grpc_endpoint.rpartition(":")[2])
    port, grpc_port = ports
    return ["--port", port, "--grpc-port", grpc_port], grpc_endpoint
