"""What is older on arrival than its table keeps rows is moved or refused, and counted: nothing vanishes."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import cramjam
import pytest

from tests.conftest import ProjectClient, RunningServer, new_project, start_server
from tests.server.protocols.otlp import wire as otlp
from tests.server.protocols.prometheus.sender import v1
from tests.server.protocols.sentry import wire as sentry

KEPT_DAYS = {"errors": 5, "spans": 12, "logs": 20, "metrics": 20, "events": 60}
AGES_DAYS = (0, 4, 6, 15, 25, 45, 100)
DAY = 86_400


@pytest.fixture(scope="module")
def short_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, store_arguments: list[str]
) -> Iterator[RunningServer]:
    """Retention is a setting of the tables: on a cluster, a database of its own."""
    store = ["--store", request.getfixturevalue("cluster").dsn("short")] if store_arguments else []
    days = {f"VEDETTE_RETENTION_{name.upper()}_DAYS": str(days) for name, days in KEPT_DAYS.items()}
    server = start_server(tmp_path_factory.mktemp("short"), *store, env=days)
    yield server
    server.terminate()


Moments = list[float]


def otlp_logs(project: ProjectClient, moments: Moments) -> None:
    attributes = {"exception.type": "E", "exception.message": "no"}
    records = [{"time_unix_nano": int(moment * 1e9), "attributes": attributes} for moment in moments]
    assert otlp.send(project, "logs", otlp.logs_request(*records)).status_code == 200


def otlp_spans(project: ProjectClient, moments: Moments) -> None:
    events = [("exception", {"exception.type": "E"})]
    spans = [
        {
            "start_time_unix_nano": int(moment * 1e9),
            "trace_id": uuid.uuid4().bytes,
            "span_id": b"%08d" % n,
            "events": events,
        }
        for n, moment in enumerate(moments)
    ]
    assert otlp.send(project, "traces", otlp.trace_request(*spans)).status_code == 200


def otlp_metrics(project: ProjectClient, moments: Moments) -> None:
    request, metrics = otlp.metrics_request()
    for n, moment in enumerate(moments):
        metrics.add(name=f"m{n}").gauge.data_points.add(time_unix_nano=int(moment * 1e9), as_double=1)
    assert otlp.send(project, "metrics", request).status_code == 200


def prometheus(project: ProjectClient, moments: Moments) -> None:
    body = v1(*(({"__name__": f"m{n}"}, [(1.0, int(moment * 1000))]) for n, moment in enumerate(moments)))
    content = cramjam.snappy.compress_raw(body.SerializeToString())
    headers = {"authorization": f"Bearer {project.key}", "content_type": otlp.PROTOBUF, "content_encoding": "snappy"}
    project.post("/prometheus/api/v1/write", bytes(content), **headers)


def better_stack(project: ProjectClient, moments: Moments) -> None:
    records = [{"message": "m", "dt": datetime.fromtimestamp(moment, UTC).isoformat()} for moment in moments]
    headers = {"authorization": f"Bearer {project.key}", "content_type": "application/json"}
    assert project.post("/", json.dumps(records).encode(), **headers).status_code == 202


def posthog(name: str) -> Callable[[ProjectClient, Moments], None]:
    def send(project: ProjectClient, moments: Moments) -> None:
        batch = [
            {"event": name, "distinct_id": "u", "timestamp": datetime.fromtimestamp(moment, UTC).isoformat()}
            for moment in moments
        ]
        answer = project.post("/batch/", json.dumps({"api_key": project.key, "batch": batch}).encode())
        assert answer.status_code == 200

    return send


def sentry_items(project: ProjectClient, moments: Moments) -> None:
    """An error, a transaction, a session, a log and a metric for each moment."""
    for moment in moments:
        trace = {"trace_id": uuid.uuid4().hex, "span_id": uuid.uuid4().hex[:16]}
        transaction = {
            "event_id": uuid.uuid4().hex, "type": "transaction", "start_timestamp": moment, "timestamp": moment + 1,
            "contexts": {"trace": trace}, "transaction": "t",
        }  # fmt: skip
        session = {"sid": uuid.uuid4().hex, "started": moment, "timestamp": moment, "status": "ok", "init": True}
        body = sentry.envelope(
            sentry.item("event", sentry.error(timestamp=moment)),
            sentry.item("session", session),
            container("log", {"timestamp": moment, "level": "info", "body": "m"}),
            container("trace_metric", {"timestamp": moment, "name": "m", "type": "counter", "value": 1, **trace}),
        )
        assert sentry.send(project, body).status_code == 200
        body = sentry.envelope(sentry.item("transaction", transaction), event_id=transaction["event_id"])
        assert sentry.send(project, body).status_code == 200


def container(kind: str, record: dict[str, Any]) -> bytes:
    content_type = f"application/vnd.sentry.items.{kind.replace('_', '-')}+json"
    return sentry.item(kind, {"items": [record]}, item_count=1, content_type=content_type)


# (table, its column, signal of its retention, category): rows stored, items rejected, items changed.
Expected = dict[tuple[str, str, str, str], tuple[int, int, int]]
ERRORS = ("errors", "time", "errors", "error")
EVENTS = ("events", "time", "events", "event")
LOGS = ("logs", "time", "logs", "log")
POINTS = ("metric_points", "time", "metrics", "metric_point")
SESSIONS = ("sessions", "started", "errors", "session")
SPANS = ("spans", "time", "spans", "span")


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        (otlp_logs, {LOGS: (7, 0, 3), ERRORS: (5, 2, 0)}),  # the error of a log that was moved moves with it
        (otlp_spans, {SPANS: (7, 0, 4), ERRORS: (6, 1, 0)}),
        (otlp_metrics, {POINTS: (7, 0, 3)}),
        (prometheus, {POINTS: (4, 3, 0)}),
        (better_stack, {LOGS: (7, 0, 3)}),
        (posthog("seen"), {EVENTS: (6, 1, 0)}),
        (posthog("$exception"), {EVENTS: (6, 1, 0), ERRORS: (2, 4, 0)}),  # the seventh was refused as an event
        (
            sentry_items,
            # Of a session, both start and time of the state.
            {ERRORS: (7, 0, 5), SPANS: (7, 0, 4), SESSIONS: (7, 0, 10), LOGS: (7, 0, 3), POINTS: (7, 0, 3)},
        ),
    ],
)
def test_nothing_vanishes(
    short_server: RunningServer, send: Callable[[ProjectClient, Moments], None], expected: Expected
) -> None:
    project = new_project(short_server, "old")
    now = time.time()
    send(project, [now - age * DAY - 60 for age in AGES_DAYS])
    counts = "SELECT category, outcome, sum(quantity) AS n FROM outcomes WHERE outcome != 'accepted' GROUP BY ALL"
    counted = {(row["category"], row["outcome"]): row["n"] for row in project.sql(counts)}
    for (table, column, kept, category), told in expected.items():
        expired = f"countIf({column} < now() - INTERVAL {KEPT_DAYS[kept]} DAY)"
        row = project.sql(f"SELECT count() AS n, {expired} AS expired FROM {table}")[0]
        assert row["expired"] == 0, f"{table} has rows that it deletes"
        assert (row["n"], *(counted.get((category, outcome), 0) for outcome in ("rejected", "changed"))) == told, table
    project.http.close()
