"""Traces, metrics and logs with OpenTelemetry, errors with Sentry, product events with PostHog: one set of ids.

Every library is used the way its documentation says. What no documentation says is how to make them agree, and
that is what this file is for. The ids of a request live in one place, W3C baggage, which OpenTelemetry carries
from service to service; everything else copies them from there:

    trace id      OpenTelemetry   →  log records, Sentry `contexts.trace`, PostHog `$trace_id`
    user.id       baggage         →  spans, log records, Sentry `user.id`, PostHog `distinct_id`
    session.id    baggage         →  spans, log records, Sentry tag, PostHog `$session_id`
    request.id    baggage         →  spans, log records, Sentry tag, answered as `X-Request-ID`

Configuration is the libraries' own environment variables: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS,
SENTRY_DSN, POSTHOG_HOST, POSTHOG_API_KEY; and APP_RELEASE, APP_ENVIRONMENT.
"""

import logging
import os
import re
import sys
import uuid
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import sentry_sdk
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from opentelemetry import baggage, context, metrics, propagate, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.logging import LoggingInstrumentor
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from posthog import Posthog, identify_context, new_context, set_context_session
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.otlp import OTLPIntegration
from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber
from sentry_sdk.utils import event_from_exception
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RELEASE = os.environ.get("APP_RELEASE", "1.4.0")
ENVIRONMENT = os.environ.get("APP_ENVIRONMENT", "production")
IDS = ("user.id", "session.id", "request.id", "organization.id")

posthog: Posthog
log = logging.getLogger("saas.telemetry")


def setup(service: str) -> None:
    """Start all three libraries for one service. Call once, before the application is made."""
    _setup_opentelemetry(service)
    _setup_sentry(service)
    _setup_posthog(service)


def instrument(app: FastAPI) -> None:
    """Trace an application's requests, bind their ids, and report what it does not handle."""
    app.add_middleware(BindIds)
    app.add_exception_handler(Exception, report_unhandled)
    FastAPIInstrumentor.instrument_app(app, excluded_urls="/health", exclude_spans=["receive", "send"])


def running() -> AbstractAsyncContextManager[None]:
    """For an application's lifespan: hands in what is still in the libraries' queues when it ends."""

    @asynccontextmanager
    async def until_shutdown():
        log.info("service started", extra={"release": RELEASE, "environment": ENVIRONMENT})
        yield
        log.info("service stopping")
        posthog.shutdown()
        sentry_sdk.flush(timeout=2)
        for provider in (trace.get_tracer_provider(), metrics.get_meter_provider(), _logs):
            provider.shutdown()

    return until_shutdown()


def identify(user_id: str, organization_id: str) -> None:
    """Say who the current request is for, once authentication knows. The browser's own claim is not enough."""
    _bind({"user.id": user_id, "organization.id": organization_id})


# OpenTelemetry ---------------------------------------------------------------------------------------------


def _setup_opentelemetry(service: str) -> None:
    global _logs
    # The stable HTTP names (http.request.method, http.server.request.duration) instead of those of 2021.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "saas",
            "service.version": RELEASE,
            "service.instance.id": f"{service}-{os.getpid()}",
            "deployment.environment.name": ENVIRONMENT,
        }
    )
    propagate.set_global_textmap(CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()]))

    traces = TracerProvider(resource=resource)
    traces.add_span_processor(IdsOnSpans())
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(traces)

    metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource))

    _logs = LoggerProvider(resource=resource)
    _logs.add_log_record_processor(IdsOnLogs())
    _logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(_logs)
    LoggingInstrumentor().instrument()  # sends the standard library's records to that provider
    logging.getLogger("saas").setLevel(logging.DEBUG)
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(os.environ.get("APP_CONSOLE_LEVEL", "INFO"))
    console.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("saas").addHandler(console)

    HTTPXClientInstrumentor().instrument()


class IdsOnSpans(SpanProcessor):
    """Copies the request's ids onto every span that starts in it."""

    def on_start(self, span: Span, parent_context: context.Context | None = None) -> None:
        span.set_attributes(current_ids(parent_context))


class IdsOnLogs(LogRecordProcessor):
    """Copies the request's ids onto every log record written in it."""

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        record = log_record.log_record
        record.attributes.update(current_ids(record.context))

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True


def current_ids(of: context.Context | None = None) -> dict[str, str]:
    """The ids known so far, by attribute name."""
    known = baggage.get_all(of)
    return {name: str(known[name]) for name in IDS if name in known}


# Sentry ----------------------------------------------------------------------------------------------------


def _setup_sentry(service: str) -> None:
    sentry_sdk.init(
        release=RELEASE,
        environment=ENVIRONMENT,
        integrations=[
            # Errors carry the OpenTelemetry trace. Both defaults are turned off: spans already have an exporter,
            # and Sentry's propagator would replace W3C `traceparent` (getsentry/sentry-python#6732).
            OTLPIntegration(setup_otlp_traces_exporter=False, setup_propagator=False),
            # Log lines become breadcrumbs of an error, not errors of their own: logs go over OTLP.
            LoggingIntegration(event_level=None),
        ],
        trace_propagation_targets=[],
        in_app_include=["saas"],
        max_request_body_size="never",  # bodies hold passwords and card numbers …
        event_scrubber=EventScrubber([*DEFAULT_DENYLIST, "card"], recursive=True),  # … and so do local variables
    )
    sentry_sdk.set_tag("service", service)


async def report_unhandled(request: Request, error: Exception) -> JSONResponse:
    """Answer 500, and report while the request's span is still the current one.

    Sentry's own middleware is outside OpenTelemetry's. It would see the error after the span has ended and give
    it a trace id of its own; now it sees an error that was already sent, and drops it.
    """
    event, hint = event_from_exception(
        error,
        client_options=sentry_sdk.get_client().options,
        mechanism={"type": "fastapi", "handled": False},
    )
    event_id = sentry_sdk.capture_event(event, hint=hint)
    log.error(
        "request failed: %s %s",
        request.method,
        request.url.path,
        exc_info=error,
        extra={"sentry.event_id": event_id or ""},
    )
    request_id = current_ids().get("request.id", "")
    return JSONResponse(
        {"error": "internal_error", "request_id": request_id, "event_id": event_id},
        status_code=500,
        headers={"x-request-id": request_id},
    )


# PostHog ---------------------------------------------------------------------------------------------------


def _setup_posthog(service: str) -> None:
    global posthog
    posthog = Posthog(
        os.environ.get("POSTHOG_API_KEY", "phc_none"),
        host=os.environ.get("POSTHOG_HOST"),
        capture_trace_context=True,  # $trace_id and $span_id of the current span
        super_properties={"service": service, "release": RELEASE, "environment": ENVIRONMENT},
        disabled="POSTHOG_HOST" not in os.environ,
    )


def track(event: str, properties: dict[str, object] | None = None) -> None:
    """Send a product event of the current user, in their session and organisation."""
    organization = current_ids().get("organization.id")
    posthog.capture(event, properties=properties or {}, groups={"organization": organization} if organization else None)


def describe_organization(organization_id: str, properties: dict[str, object]) -> None:
    """Set properties of an organisation, as the current user."""
    posthog.group_identify("organization", organization_id, properties, distinct_id=current_ids().get("user.id"))


# The ids of a request --------------------------------------------------------------------------------------

# What posthog-js adds to requests for the hosts in its `tracing_headers` setting.
SESSION_HEADER = "x-posthog-session-id"
VALID_ID = re.compile(r"[\w.:-]{1,128}")


class BindIds:
    """ASGI middleware, inside OpenTelemetry's: binds what the request tells about itself, echoes its id.

    A plain class and not `BaseHTTPMiddleware`, which would lose the context variables set inside of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        ids = current_ids()  # from the service that called us
        for name, header in (("request.id", "x-request-id"), ("session.id", SESSION_HEADER)):
            value = headers.get(header, "")
            if name not in ids and VALID_ID.fullmatch(value):
                ids[name] = value
        ids.setdefault("request.id", uuid.uuid4().hex)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = ids["request.id"]
            await send(message)

        with new_context(capture_exceptions=False):
            _bind(ids)
            await self.app(scope, receive, send_with_id)


def _bind(ids: dict[str, str]) -> None:
    bound = context.get_current()
    for name, value in ids.items():
        bound = baggage.set_baggage(name, value, bound)
        sentry_sdk.set_tag(name, value)
    # Not detached here: `report_unhandled` still needs the ids. OpenTelemetry's middleware, further out, resets
    # the context to what it was before the request.
    context.attach(bound)
    trace.get_current_span().set_attributes(ids)
    if "user.id" in ids:
        sentry_sdk.set_user({"id": ids["user.id"]})
        identify_context(ids["user.id"])
    if "session.id" in ids:
        set_context_session(ids["session.id"])
