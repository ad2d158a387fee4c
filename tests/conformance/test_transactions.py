"""OpenTelemetry's SDK and Sentry's, unchanged, each run a request: both are transactions, weighed by what they kept."""

from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from tests.conftest import ProjectClient

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


@pytest.fixture
def sentry(project: ProjectClient) -> Iterator[None]:
    with sentry_sdk.isolation_scope():
        sentry_sdk.init(
            project.connect["sentry_dsn"], traces_sample_rate=1.0, release="shop@1", default_integrations=False,
            auto_enabling_integrations=False,
        )  # fmt: skip
        yield
        sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def run_with_opentelemetry(project: ProjectClient) -> None:
    exporter = OTLPSpanExporter(
        endpoint=f"{project.server.url}/v1/traces", headers={"authorization": f"Bearer {project.key}"}
    )
    provider = TracerProvider(resource=Resource.create({"service.name": "billing"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    for failed in (False, True):
        with tracer.start_as_current_span("POST /invoices", kind=SpanKind.SERVER) as span:
            with tracer.start_as_current_span(
                "INSERT invoices", kind=SpanKind.CLIENT, attributes={"db.system.name": "x"}
            ):
                pass
            if failed:
                span.set_status(Status(StatusCode.ERROR, "declined"))
    provider.shutdown()


def run_with_sentry() -> None:
    """A request that goes on in a trace whose head kept a quarter."""
    incoming = {
        "sentry-trace": f"{'a' * 32}-{'b' * 16}-1",
        "baggage": f"sentry-trace_id={'a' * 32},sentry-sample_rate=0.25,sentry-sampled=true",
    }
    sentry_sdk.set_user({"id": "ann"})
    with sentry_sdk.start_transaction(
        sentry_sdk.continue_trace(incoming, op="http.server", name="/orders"), name="/orders"
    ) as transaction:
        with sentry_sdk.start_span(op="db", name="SELECT orders"):
            pass
        transaction.set_status("internal_error")
    sentry_sdk.flush(5)


def test_both_are_in_the_list(project: ProjectClient, sentry: Any) -> None:
    run_with_opentelemetry(project)
    run_with_sentry()
    project.wait_for("SELECT name FROM spans WHERE name = '/orders'", seconds=30)
    items = {one["name"]: one for one in project.get("performance/transactions")["items"]}
    assert set(items) == {"POST /invoices", "/orders"}
    billing, orders = items["POST /invoices"], items["/orders"]
    assert (billing["service"], billing["op"], billing["count"], billing["failed"]) == ("billing", "server", 2, 1)
    assert (orders["op"], orders["count"], orders["stored"], orders["failed"]) == ("http.server", 4, 1, 4)
    assert (orders["sample_rate"], orders["users"]) == (0.25, 1)
    parts = project.get("performance/transaction/breakdown", name="/orders")["parts"]
    assert {(one["category"], one["name"]) for one in parts} == {("app", "/orders"), ("db", "SELECT orders")}
