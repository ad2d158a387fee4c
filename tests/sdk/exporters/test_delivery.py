"""Exporters behind a real delivery with its spool: what a backend will not take now, or will never, costs no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sdk.exporters.conftest import Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from tests.sdk.exporters.test_datadog import intake
from tests.sdk.exporters.test_posthog import capture
from tests.sdk.exporters.test_sentry import envelope, relay
from vedette.sdk.delivery import Delivery
from vedette.sdk.delivery.lane import Lane, Signal
from vedette.sdk.exporters.datadog import Datadog
from vedette.sdk.exporters.posthog import PostHog
from vedette.sdk.exporters.sentry import Sentry


@contextmanager
def delivery(lanes: list[Lane], folder: Path) -> Iterator[Delivery]:
    made = Delivery(lanes, spool_directory=folder, spool_max_bytes=1 << 24, queue_max_items=10_000)
    try:
        yield made
    finally:
        made.close(5)


def test_one_event_that_posthog_refuses_costs_no_other(backend: Backend, tmp_path: Path) -> None:
    backend.rules = capture
    events = [product_event(number=number) for number in range(20)]
    events[7]["distinct_id"] = ""
    exporter = PostHog(api_key="phc_k", host=backend.url)
    with delivery(exporter.lanes(SERVICE), tmp_path) as sending:
        for event in events:
            sending.put(Signal.EVENTS, event)
        assert sending.flush(20)
        health = sending.health()["posthog"].signals[Signal.EVENTS]
    assert (health.sent, health.dropped) == (19, {"refused": 1})
    arrived = [event["uuid"] for request in backend.accepted for event in request.json["batch"]]
    assert sorted(arrived) == sorted(event["uuid"] for event in events if event["distinct_id"])


def test_errors_over_sentrys_limit_wait_and_arrive(backend: Backend, tmp_path: Path) -> None:
    backend.rules = relay
    backend.answers = [(429, {"x-sentry-rate-limits": "1:error:organization"}, b"")]
    exporter = Sentry(dsn=backend.url.replace("://", "://5ec2e7@") + "/42")
    sent = [error() for _ in range(3)]
    with delivery(exporter.lanes(SERVICE), tmp_path) as sending:
        for event in sent:
            sending.put(Signal.ERRORS, event)
        assert sending.flush(20)
        health = sending.health()["sentry"].signals[Signal.ERRORS]
    assert (health.sent, health.dropped, health.retried) == (3, {}, 1)
    arrived = [envelope(request)[0]["event_id"] for request in backend.accepted]
    assert sorted(arrived) == sorted(event["event_id"] for event in sent)


def test_logs_larger_than_datadog_takes_at_once(backend: Backend, tmp_path: Path) -> None:
    backend.rules = intake
    url = backend.url
    exporter = Datadog(api_key="k", logs_url=url, otlp_url=url, api_url=url)
    _, logs = span_and_logs(count=40)
    for record in logs:
        record.log_record.body = f"{record.log_record.body} " + "x" * 400_000
    with delivery(exporter.lanes(SERVICE), tmp_path) as sending:
        for record in logs:
            sending.put(Signal.LOGS, record)
        assert sending.flush(30)
        health = sending.health()["datadog"].signals[Signal.LOGS]
    assert (health.sent, health.dropped) == (40, {})
    orders = [entry["order"] for request in backend.accepted for entry in request.json]
    assert sorted(orders) == list(range(40))


def test_each_target_gets_its_temporality_and_the_same_ids(backend: Backend, tmp_path: Path) -> None:
    def rules(request: Request) -> tuple[int, dict[str, str], bytes]:
        return (capture if "authorization" in request.headers or request.path == "/batch/" else intake)(request)

    backend.rules = rules
    url = backend.url
    lanes = [
        *Datadog(api_key="k", logs_url=url, otlp_url=url, api_url=url).lanes(SERVICE),
        *PostHog(api_key="phc_k", host=url, signals=frozenset(Signal)).lanes(SERVICE),
    ]
    event = error()
    with delivery(lanes, tmp_path) as sending:
        sending.put(Signal.ERRORS, event)
        sending.put(Signal.METRICS, collection(delta=True), temporality="delta")
        sending.put(Signal.METRICS, collection(), temporality="cumulative")
        assert sending.flush(20)
        health = sending.health()
    assert health["datadog"].signals[Signal.METRICS].sent == health["posthog"].signals[Signal.METRICS].sent == 1
    assert {request.path for request in backend.accepted} == {"/api/v2/logs", "/batch/", "/v1/metrics", "/i/v1/metrics"}
    assert all(event["event_id"] in str(r.body) for r in backend.accepted if r.path in ("/batch/", "/api/v2/logs"))
