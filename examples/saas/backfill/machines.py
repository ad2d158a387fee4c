"""Spans, logs and metrics of the last day, as OpenTelemetry's SDKs would have sent them.

Each server-side product event gets the trace in which it happened. Requests are cut at fixed half hours, and
within a day they have the same bytes in every run: a server that knows a request again does not count it twice.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from saas.backfill.incidents import activity
from saas.backfill.releases import release_at
from saas.plans import PRICE_CENTS

SLOT = 1800
STEP = 120
"""Seconds between two points of a series."""
KINDS = {"internal": Span.SPAN_KIND_INTERNAL, "server": Span.SPAN_KIND_SERVER, "client": Span.SPAN_KIND_CLIENT}


# Traces ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A span to be: where, what, how long without its children, and what happens in it, `times` over."""

    service: str
    name: str
    kind: str
    milliseconds: float
    children: tuple["Step", ...] = ()
    times: int = 1


def db(service: str, name: str, *, times: int = 1, milliseconds: float = 2.5) -> Step:
    """A query."""
    return Step(service, name, "client", milliseconds, times=times)


def http(service: str, name: str, *children: Step, caller: str = "web") -> Step:
    """A request from one service to another: the client's span around the server's."""
    server = Step(service, name, "server", 3, children)
    client = name.split()[0] if caller != "web" else name.replace("{", ":").replace("}", "")
    return Step(caller, client, "client", 1.5, (server,))


SET_WORKSPACE = http("workflows", "POST /workspaces", db("workflows", "INSERT workspaces"), caller="billing")
LOOK_UP_PLAN = http(
    "billing", "GET /subscriptions/{organization_id}", db("billing", "SELECT customers"), caller="identity"
)
RUN_STEPS = tuple(Step("workflows", name, "internal", 60) for name in ("fetch contacts", "merge duplicates"))

TRACES: dict[str, Step] = {
    "signed_up": http(
        "identity",
        "POST /signup",
        db("identity", "SELECT users"),
        Step("identity", "hash password", "internal", 50),
        db("identity", "INSERT users"),
        http("billing", "POST /customers", db("billing", "INSERT customers"), SET_WORKSPACE, caller="identity"),
    ),
    "logged_in": http(
        "identity",
        "POST /login",
        db("identity", "SELECT users"),
        Step("identity", "hash password", "internal", 50),
        db("identity", "UPDATE users"),
        LOOK_UP_PLAN,
    ),
    "workflow_created": http("workflows", "POST /workflows", db("workflows", "INSERT workflows")),
    "workflow_run": http(
        "workflows",
        "POST /workflows/{workflow_id}/run",
        db("workflows", "SELECT workflows"),
        *RUN_STEPS,
        Step("workflows", "write contacts", "internal", 80),
        db("workflows", "INSERT runs"),
    ),
    "report_viewed": http("workflows", "GET /reports/usage", db("workflows", "SELECT runs", milliseconds=1600)),
    "plan_upgraded": http(
        "billing",
        "POST /upgrade",
        Step("billing", "POST /v1/charges", "client", 320),
        db("billing", "UPDATE customers"),
        SET_WORKSPACE,
    ),
    "checkout_started": http("billing", "POST /upgrade/preview"),
    "payment_failed": http("billing", "POST /upgrade", Step("billing", "POST /v1/charges", "client", 300)),
    "user_invited": http("identity", "POST /invitations", db("identity", "INSERT invitations")),
    "subscription_cancelled": http("billing", "POST /cancel", db("billing", "UPDATE customers"), SET_WORKSPACE),
}
LOGS = {
    "signed_up": ("INFO", "user signed up"),
    "logged_in": ("INFO", "user logged in"),
    "workflow_created": ("INFO", "workflow created"),
    "workflow_run": ("INFO", "workflow ran"),
    "plan_upgraded": ("INFO", "plan upgraded"),
    "payment_failed": ("WARN", "payment declined"),
    "user_invited": ("INFO", "invitation sent"),
    "subscription_cancelled": ("INFO", "subscription cancelled"),
}
STATUS = {"signed_up": 201, "workflow_created": 201, "user_invited": 201, "payment_failed": 402}
REQUESTS = "vedette.requests"
"""The logger of the line that each request writes."""
SEVERITY = {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}


class Traces:
    """Collects a day's worth of traces and log records, and hands them out in slots of half an hour."""

    def __init__(self, since: float, until: float) -> None:
        self.since, self.until = since // SLOT * SLOT, until // SLOT * SLOT
        self.slots: dict[int, list[tuple[dict[str, Any], dict[str, Any] | None]]] = defaultdict(list)

    def add(self, event: dict[str, Any], error: dict[str, Any] | None) -> None:
        """Take note of a product event, and of the error that happened in it."""
        if self.since <= event["at"] < self.until and event["event"] in TRACES:
            self.slots[int(event["at"] // SLOT)].append((event, error))

    def requests(self) -> Iterator[tuple[str, bytes]]:
        """(path, body) of the OTLP requests."""
        for slot in sorted(self.slots):
            spans: dict[str, list[Span]] = defaultdict(list)
            logs: dict[tuple[str, str], list[LogRecord]] = defaultdict(list)
            for event, error in sorted(self.slots[slot], key=lambda pair: pair[0]["uuid"]):
                _trace(event, error, spans, logs)
            traces, records = ExportTraceServiceRequest(), ExportLogsServiceRequest()
            release = release_at(slot * SLOT)
            for service, found in spans.items():
                group = traces.resource_spans.add(resource=_resource(service, release))
                group.scope_spans.add(spans=found).scope.name = f"saas.{service}"
            for (service, logger), lines in logs.items():
                lines_of = records.resource_logs.add(resource=_resource(service, release))
                lines_of.scope_logs.add(log_records=lines).scope.name = logger
            yield "/v1/traces", traces.SerializeToString(deterministic=True)
            yield "/v1/logs", records.SerializeToString(deterministic=True)


def _trace(
    event: dict[str, Any],
    error: dict[str, Any] | None,
    spans: dict[str, list[Span]],
    logs: dict[tuple[str, str], list[LogRecord]],
) -> None:
    rng = random.Random(event["uuid"] + "trace")
    properties = event["properties"]
    ids = {
        "user.id": event["distinct_id"],
        "session.id": properties["$session_id"],
        "organization.id": properties["$groups"]["organization"],
        "request.id": properties["$request_id"],
    }
    trace_id = bytes.fromhex(properties["$trace_id"])
    failed = error is not None and not error["exception"]["values"][0]["mechanism"]["handled"]
    status = 500 if failed else STATUS.get(event["event"], 200)

    def walk(step: Step, parent: bytes, start: int) -> int:
        """Add the step's span and those below it; returns when it ends."""
        is_origin = step.kind == "server" and step.service == properties["service"]
        span_id = bytes.fromhex(properties["$span_id"]) if is_origin else rng.randbytes(8)
        now = start + int(step.milliseconds * rng.lognormvariate(0, 0.5) * 5e5)
        for child in step.children:
            for _ in range(child.times):
                now = walk(child, span_id, now)
        now += int(step.milliseconds * rng.lognormvariate(0, 0.5) * 5e5)
        span = Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=parent,
            name=step.name,
            kind=KINDS[step.kind],
            start_time_unix_nano=start,
            end_time_unix_nano=now,
            attributes=_attributes({**_http_or_db(step, status if is_origin else 200), **ids}),
        )
        if failed and is_origin:
            kind = error["exception"]["values"][0]
            span.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message=f"{kind['type']}: {kind['value']}"))
        spans[step.service].append(span)
        if is_origin:
            log_at(now, span_id, step.name, (now - start) / 1e6)
        return now

    def log_at(now: int, span_id: bytes, request: str, milliseconds: float) -> None:
        logger = f"saas.{properties['service']}"
        reported = {"sentry.event_id": error["event_id"]} if error else {}
        lines: list[tuple[str, str, str, dict[str, Any]]] = []
        if error and not failed and event["event"] == "logged_in":
            lines.append((logger, "ERROR", "billing did not answer in time, log-in goes on without plan", reported))
        if not failed and event["event"] in LOGS:
            known = {k: v for k, v in properties.items() if k in ("kind", "rows", "plan", "source", "reason")}
            lines.append((logger, *LOGS[event["event"]], known))
        about = {
            "http.response.status_code": status,
            "duration_ms": round(milliseconds),
            **(reported if failed else {}),
        }
        lines.append((REQUESTS, "ERROR" if failed else "INFO", f"{request} {status}", about))
        for logger, severity, body, attributes in lines:
            record = LogRecord(
                time_unix_nano=now,
                observed_time_unix_nano=now,
                severity_text=severity,
                severity_number=SEVERITY[severity],
                body=AnyValue(string_value=body),
                trace_id=trace_id,
                span_id=span_id,
                attributes=_attributes({**attributes, **ids}),
            )
            logs[properties["service"], logger].append(record)

    walk(TRACES[event["event"]], b"", int(event["at"] * 1e9) - 200_000_000)


def _http_or_db(step: Step, status: int) -> dict[str, Any]:
    operation, _, target = step.name.partition(" ")
    if operation in ("SELECT", "INSERT", "UPDATE"):
        return {"db.system.name": "sqlite", "db.operation.name": operation, "db.collection.name": target}
    if step.kind == "server":
        return {"http.request.method": operation, "http.route": target, "http.response.status_code": status}
    return {"http.request.method": operation} if step.kind == "client" else {}


# Metrics ---------------------------------------------------------------------------------------------------

BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
ROUTES = [  # service, method, route, requests a minute when busy, median seconds
    ("identity", "POST", "/signup", 4, 0.09),
    ("identity", "POST", "/login", 14, 0.075),
    ("identity", "POST", "/invitations", 1, 0.006),
    ("billing", "GET", "/subscriptions/{organization_id}", 14, 0.005),
    ("billing", "POST", "/upgrade", 1, 0.38),
    ("billing", "GET", "/invoices", 2, 0.03),
    ("workflows", "GET", "/workflows", 15, 0.02),
    ("workflows", "POST", "/workflows", 5, 0.006),
    ("workflows", "POST", "/workflows/{workflow_id}/run", 20, 0.21),
    ("workflows", "GET", "/reports/usage", 3, 1.4),
]
COUNTERS = [  # service, name, attributes, how many a minute when busy
    ("identity", "identity.signups", {"source": "direct"}, 1.6),
    ("identity", "identity.signups", {"source": "search"}, 1.1),
    ("identity", "identity.signups", {"source": "google"}, 0.9),
    ("identity", "identity.logins", {"outcome": "ok"}, 14),
    ("identity", "identity.logins", {"outcome": "unknown"}, 0.3),
    ("billing", "billing.payments", {"outcome": "paid", "plan": "team"}, 0.5),
    ("billing", "billing.payments", {"outcome": "card_declined", "plan": "team"}, 0.06),
    ("billing", "billing.revenue", {"plan": "team"}, 0.5 * PRICE_CENTS["team"]),
    ("billing", "billing.revenue", {"plan": "business"}, 0.1 * PRICE_CENTS["business"]),
    *(
        ("workflows", "workflow.runs", {"kind": kind, "outcome": outcome}, share * rate)
        for kind, share in (("sync_contacts", 8), ("send_digest", 6), ("enrich_leads", 4), ("import_csv", 2))
        for outcome, rate in (("succeeded", 1.0), ("failed", 0.18 if kind == "import_csv" else 0.0))
        if rate
    ),
]
GAUGES = [  # service, name, attributes, value when busy
    ("identity", "identity.users.active", {}, 60),
    ("workflows", "workflow.runs.active", {"kind": "sync_contacts"}, 2),
]


def metric_requests(seed: int, since: float, until: float) -> Iterator[tuple[str, bytes]]:
    """(path, body) of a request every half hour, with a point every two minutes of each series.

    Counters start at midnight (UTC), as if the services were deployed every night.
    """
    midnight = int(since // 86400) * 86400
    totals: dict[int, list[float]] = {}
    for slot in range(midnight, int(until // SLOT * SLOT), SLOT):
        if slot % 86400 == 0:
            midnight, totals = slot, {}
        metrics: dict[tuple[str, str], Metric] = {}
        for start in range(slot, slot + SLOT, STEP):
            _point(random.Random(f"{seed}:metrics:{start}"), start, midnight, totals, metrics)
        if slot >= since // SLOT * SLOT:
            request = ExportMetricsServiceRequest()
            for service in ("identity", "billing", "workflows"):
                found = [metric for (owner, _), metric in metrics.items() if owner == service]
                group = request.resource_metrics.add(resource=_resource(service, release_at(slot)))
                group.scope_metrics.add(metrics=found).scope.name = f"saas.{service}"
            yield "/v1/metrics", request.SerializeToString(deterministic=True)


def _point(
    rng: random.Random,
    start: int,
    midnight: int,
    totals: dict[int, list[float]],
    metrics: dict[tuple[str, str], Metric],
) -> None:
    """Add one point to each series. `totals` has what was counted since midnight."""
    busy = activity(start) * STEP / 60
    times = {"start_time_unix_nano": midnight * 10**9, "time_unix_nano": (start + STEP) * 10**9}
    for number, (service, name, attributes, rate) in enumerate(COUNTERS):
        total = totals.setdefault(number, [0.0])
        total[0] += round(rng.gauss(1, 0.3) * rate * busy) if rate > 30 else _some(rng, rate * busy)
        metric = metrics.setdefault((service, name), Metric(name=name))
        metric.sum.is_monotonic = True
        metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        point = NumberDataPoint(as_int=max(0, int(total[0])), attributes=_attributes(attributes), **times)
        metric.sum.data_points.append(point)
    for service, name, attributes, value in GAUGES:
        metric = metrics.setdefault((service, name), Metric(name=name))
        now = max(0, round(value * activity(start) * rng.gauss(1, 0.15)))
        metric.gauge.data_points.append(
            NumberDataPoint(as_int=now, attributes=_attributes(attributes), time_unix_nano=times["time_unix_nano"])
        )
    for number, (service, method, route, rate, median) in enumerate(ROUTES, start=len(COUNTERS)):
        total = totals.setdefault(number, [0.0] * (len(BOUNDS) + 2))
        for _ in range(_some(rng, rate * busy)):
            seconds = median * rng.lognormvariate(0, 0.5)
            total[next((i for i, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
            total[-1] += seconds
        name = "http.server.request.duration"
        metric = metrics.setdefault((service, name), Metric(name=name, unit="s"))
        metric.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        counts = [int(count) for count in total[:-1]]
        labels = {"http.request.method": method, "http.route": route, "http.response.status_code": 200}
        metric.histogram.data_points.append(
            HistogramDataPoint(
                count=sum(counts),
                sum=total[-1],
                bucket_counts=counts,
                explicit_bounds=BOUNDS,
                attributes=_attributes(labels),
                **times,
            )
        )


def _some(rng: random.Random, mean: float) -> int:
    """A whole number with this mean."""
    return int(mean * rng.uniform(0.5, 1.5) + rng.random())


# Shapes ----------------------------------------------------------------------------------------------------


def _resource(service: str, release: str) -> Resource:
    return Resource(
        attributes=_attributes(
            {
                "service.name": service,
                "service.version": release,
                "service.instance.id": f"{service}-history",
                "deployment.environment.name": "production",
            }
        )
    )


def _attributes(values: dict[str, Any]) -> list[KeyValue]:
    return [
        KeyValue(key=key, value=AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value))
        for key, value in values.items()
    ]
