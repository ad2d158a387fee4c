"""OTLP over HTTP in protobuf: what several backends speak. https://opentelemetry.io/docs/specs/otlp/

protobuf and OpenTelemetry's encoders are imported when the first batch is encoded, in the lane's thread: 110 ms and
12 MB that a program which sends nothing never pays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from vedette import semconv
from vedette.sdk.delivery.lane import Delivered, HttpLane, Lane, Refused, Response, Retry, Signal, Verdict
from vedette.sdk.exporters.entries import SEVERITIES, STACK_ATTRIBUTES, Entry, entry_of_error, entry_of_event
from vedette.sdk.exporters.metrics_lane import MetricsLane

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.resources import Resource

PROTOBUF = "application/x-protobuf"
SCOPE = "vedette"
RETRYABLE = (429, 502, 503, 504)  # https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
LARGEST = 10**9


@dataclass(frozen=True)
class AttributeLimits:
    """What a backend keeps of an attribute; more is cut by us, where we can choose what stays."""

    name: int = LARGEST
    value: int = LARGEST
    array: int = LARGEST


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An OTLP server: a URL a signal, headers, and how it wants metrics."""

    target: str
    urls: Mapping[Signal, str]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    signal_headers: Mapping[Signal, Mapping[str, str]] = field(default_factory=dict, repr=False)
    delta: bool = False
    max_bytes: int = 4 << 20
    compress: bool = True
    limits: AttributeLimits = AttributeLimits()
    event_type: str = ""  # an attribute that makes a backend take log records with it as product events

    def lanes(self, signals: frozenset[Signal], service: "Resource", *, errors_apart: bool) -> list[Lane]:
        """A lane for each of the signals. Errors and product events go as log records, to the logs' URL.

        `errors_apart` says that the target gets errors by some lane: their stacks are left out of the log records.
        """
        return [self._lane(signal, service, errors_apart) for signal in Signal if signal in signals]

    def _lane(self, signal: Signal, service: "Resource", errors_apart: bool) -> Lane:
        kind = MetricsLane if signal is Signal.METRICS else HttpLane
        carrier = Signal.LOGS if signal.durable else signal
        return kind(
            target=self.target,
            signal=signal,
            url=self.urls[carrier],
            encode=self._encoder(signal, service, errors_apart),
            content_type=PROTOBUF,
            headers={**self.headers, **self.signal_headers.get(carrier, {})},
            max_bytes=self.max_bytes,
            compress=self.compress,
            temporality="delta" if self.delta else "cumulative",
            interpret=interpreter(signal),
        )

    def _encoder(self, signal: Signal, service: "Resource", errors_apart: bool) -> Callable[[Sequence[Any]], bytes]:
        def encode(items: Sequence[Any]) -> bytes:
            match signal:
                case Signal.TRACES:
                    request = _traces(items)
                case Signal.METRICS:
                    request = _metrics(items)
                case Signal.LOGS:
                    request = _logs(items, errors_apart=errors_apart)
                case Signal.ERRORS:
                    request = _entries([entry_of_error(item, service) for item in items], service)
                case Signal.EVENTS:
                    entries = [entry_of_event(item, service) for item in items]
                    for entry in entries if self.event_type else ():
                        entry.attributes |= {self.event_type: "ProductEvent", "event.name": entry.event_name}
                    request = _entries(entries, service)
            if self.limits != AttributeLimits():
                _cut(request, self.limits)
            return bytes(request.SerializeToString())

        return encode


def _traces(spans: Sequence[Any]) -> Any:
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans  # noqa: PLC0415

    return encode_spans(spans)


def _metrics(collections: Sequence["MetricsData"]) -> Any:
    from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics  # noqa: PLC0415

    request = encode_metrics(collections[0])
    for collection in collections[1:]:
        request.resource_metrics.extend(encode_metrics(collection).resource_metrics)
    return request


def _logs(records: Sequence[Any], *, errors_apart: bool) -> Any:
    from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs  # noqa: PLC0415

    request = encode_logs(records)
    if errors_apart and any(semconv.SENTRY_EVENT_ID in (record.log_record.attributes or ()) for record in records):
        _leave_out_stacks(request)
    return request


def _leave_out_stacks(request: Any) -> None:
    """An error has its own record; with its stack in the log as well, the backend would count it twice."""
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                if any(pair.key == semconv.SENTRY_EVENT_ID for pair in record.attributes):
                    kept = [pair for pair in record.attributes if pair.key not in STACK_ATTRIBUTES]
                    del record.attributes[:]
                    record.attributes.extend(kept)


def _entries(entries: Sequence[Entry], service: "Resource") -> Any:
    """Log records of what is no log record. Built by OpenTelemetry's encoder, so that values are encoded alike."""
    from opentelemetry._logs import LogRecord, SeverityNumber  # noqa: PLC0415
    from opentelemetry.sdk._logs import ReadableLogRecord  # noqa: PLC0415
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415

    scope = InstrumentationScope(SCOPE)
    records = [
        ReadableLogRecord(
            LogRecord(
                timestamp=int(entry.seconds * 1e6) * 1000,  # a float of seconds is good to the microsecond
                context=_context_of(entry),
                severity_number=SeverityNumber(SEVERITIES[entry.level]),
                severity_text=entry.level.upper(),
                body=entry.message,
                attributes=entry.attributes,
                event_name=entry.event_name,
            ),
            service,
            scope,
        )
        for entry in entries
    ]
    return _logs(records, errors_apart=False)


def _context_of(entry: Entry) -> Any:
    from opentelemetry.context import Context  # noqa: PLC0415
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context  # noqa: PLC0415

    trace_id, span_id = (int(part, 16) if _is_hex(part) else 0 for part in (entry.trace_id, entry.span_id))
    span = NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)))
    return set_span_in_context(span, Context())


def _is_hex(text: str) -> bool:
    return bool(text) and all(character in "0123456789abcdef" for character in text)


def _cut(message: Any, limits: AttributeLimits) -> None:
    """Keep attributes within a backend's limits, wherever in the message they are."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.name == "KeyValue":
            for pair in value:
                _cut_pair(pair, limits)
        elif descriptor.name != "body":
            for part in value if hasattr(value, "__len__") else (value,):
                _cut(part, limits)


def _cut_pair(pair: Any, limits: AttributeLimits) -> None:
    pair.key = pair.key[: limits.name]
    # What raised is at the end of Python's stacks.
    _cut_value(
        pair.value,
        limits,
        slice(-limits.value, None) if pair.key == semconv.EXCEPTION_STACKTRACE else slice(limits.value),
    )


def _cut_value(value: Any, limits: AttributeLimits, kept: slice) -> None:
    match value.WhichOneof("value"):
        case "string_value":
            if len(value.string_value) > limits.value:
                value.string_value = value.string_value[kept]
        case "array_value":
            del value.array_value.values[limits.array :]
            for item in value.array_value.values:
                _cut_value(item, limits, kept)
        case "kvlist_value":
            for pair in value.kvlist_value.values:
                _cut_pair(pair, limits)


def interpreter(signal: Signal) -> Callable[[Response], Verdict]:
    """What an answer means. Only some statuses are worth another try; what is durable is also tried again at a 500."""

    def interpret(response: Response) -> Verdict:
        from vedette.sdk.delivery.http import by_status  # noqa: PLC0415

        if 200 <= response.status < 300:
            return _partial(signal, response)
        found = by_status(_readable(response))
        if isinstance(found, Retry) and response.status not in RETRYABLE and not signal.durable:
            return Refused(found.reason)
        return found

    return interpret


REJECTED = {Signal.TRACES: "spans", Signal.METRICS: "data_points"}


def _partial(signal: Signal, response: Response) -> Verdict:
    """`partial_success`: the server took the batch but for some records, which no retry will change."""
    if not response.body or not response.headers.get("content-type", "").startswith(PROTOBUF):
        return Delivered()
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    try:
        partial = _response_class(signal).FromString(response.body).partial_success
    except DecodeError:
        return Delivered()  # 200 all the same
    rejected = REJECTED.get(signal, "log_records")
    return Delivered(getattr(partial, f"rejected_{rejected}"), partial.error_message)


def _response_class(signal: Signal) -> Any:
    match signal:
        case Signal.TRACES:
            from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces  # noqa: PLC0415

            return traces.ExportTraceServiceResponse
        case Signal.METRICS:
            from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics  # noqa: PLC0415

            return metrics.ExportMetricsServiceResponse
        case _:
            from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs  # noqa: PLC0415

            return logs.ExportLogsServiceResponse


def _readable(response: Response) -> Response:
    """The answer with the text of its `google.rpc.Status` as its body, where that is protobuf."""
    if not response.headers.get("content-type", "").startswith(PROTOBUF):
        return response
    from google.protobuf.message import DecodeError  # noqa: PLC0415
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsPartialSuccess  # noqa: PLC0415

    try:
        # Status is {int32 code = 1; string message = 2; …}: on the wire the same as this one.
        message = ExportLogsPartialSuccess.FromString(response.body).error_message
    except DecodeError:
        message = ""
    return replace(response, body=message.encode())
