"""A crash that the official SDKs of Sentry, PostHog and OpenTelemetry each report is one error to whoever reads."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from posthog import Posthog
from sentry_sdk.integrations.otlp import OTLPIntegration

from tests.conftest import ProjectClient

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")
CRASHES = 12  # on a cluster: reports of one crash on different shards


class Declined(Exception):
    """Its name has a module in OpenTelemetry, and none in Sentry and PostHog."""


@pytest.fixture
def telemetry(project: ProjectClient) -> Iterator[tuple[Any, logging.Logger, Posthog]]:
    """Tracer, logger and PostHog client; Sentry is started beside them."""
    headers = {"authorization": f"Bearer {project.key}"}
    resource = Resource.create({"service.name": "billing"})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(
        SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{project.server.url}/v1/traces", headers=headers))
    )
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(
        SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{project.server.url}/v1/logs", headers=headers))
    )
    logger = logging.Logger("billing")
    logger.addHandler(LoggingHandler(logger_provider=logs))
    sentry_sdk.init(
        project.connect["sentry_dsn"],
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[OTLPIntegration(setup_otlp_traces_exporter=False, setup_propagator=False)],
    )
    posthog = Posthog(project.key, host=project.server.url, capture_trace_context=True, sync_mode=True)
    yield traces.get_tracer("billing"), logger, posthog
    posthog.shutdown()
    sentry_sdk.flush(5)
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    traces.shutdown()
    logs.shutdown()


def pay(tracer: Any, logger: logging.Logger, posthog: Posthog, order: int) -> None:
    with tracer.start_as_current_span("POST /pay"):
        try:
            with tracer.start_as_current_span("charge"):
                raise Declined(f"order {order} was declined")
        except Declined as error:
            sentry_sdk.capture_exception(error)
            logger.exception("request failed")
            posthog.capture_exception(error, distinct_id="ada")


def test_a_crash_reported_four_times_is_one_error(project: ProjectClient, telemetry: Any) -> None:
    for order in range(CRASHES):
        pay(*telemetry, order)
    sentry_sdk.flush(5)
    reports = project.wait_for("SELECT event_id, source, transaction, type FROM errors", rows=4 * CRASHES)
    assert len(reports) == 4 * CRASHES
    assert len({(report["source"], report["transaction"], report["type"]) for report in reports}) == 4
    listed = project.get("errors")["items"]
    assert [error["source"] for error in listed] == ["sentry"] * CRASHES
    assert len({error["trace_id"] for error in listed}) == CRASHES
    assert [group["count"] for group in project.get("errors/groups")["items"]] == [CRASHES]
    assert project.get("overview")["totals"]["errors"] == CRASHES
    assert project.get("related", trace_id=listed[0]["trace_id"])["errors"] == 1
    detail = project.get(f"errors/{listed[0]['event_id']}")
    assert [report["source"] for report in detail["reports"]] == ["posthog", "otlp", "otlp"]
    assert len(project.get("errors", service="billing")["items"]) == CRASHES, "Sentry names no service; the log does"
