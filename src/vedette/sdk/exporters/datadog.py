"""Datadog without its agent: logs and errors by the logs intake, traces and metrics by OTLP, product events as events.

https://docs.datadoghq.com/api/latest/logs/ · https://docs.datadoghq.com/opentelemetry/setup/otlp_ingest/ ·
https://docs.datadoghq.com/api/latest/events/ · https://docs.datadoghq.com/error_tracking/backend/logs/
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from vedette import semconv
from vedette.sdk.delivery.lane import HttpLane, Lane, Response, Retry, Signal, Verdict
from vedette.sdk.exporters.configuration import chosen_signals, required
from vedette.sdk.exporters.entries import Entry, entry_of_error, entry_of_event, entry_of_log
from vedette.sdk.exporters.json_encoding import dump, iso_time
from vedette.sdk.exporters.otlp_encoding import Endpoint

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

LOGS_PER_REQUEST = 1000
LOGS_BYTES = 5_000_000
LOG_BYTES = 1_000_000  # what is longer, Datadog cuts anywhere
METRICS_BYTES = 4_000_000  # 5 MB, of which the compressed body may have 500 kB
OLDEST_SECONDS = 18 * 3600 - 300  # of a log or an event; what waited longer in the spool is dated now
EVENT_TEXT = 4000  # characters
STATUS = {"trace": "debug", "fatal": "critical"}
OTLP_SIGNALS = frozenset({Signal.TRACES, Signal.METRICS})
# Two processes' points of the same name, tags and second overwrite each other: the instance has to be a tag.
METRIC_CONFIG = '{"resource_attributes_as_tags":true}'


@dataclass(frozen=True, kw_only=True)
class Datadog:
    """Sends all five signals to Datadog. Metrics go as deltas: it refuses cumulative ones."""

    api_key: str = field(repr=False)
    site: str = "datadoghq.com"
    name: str = "datadog"
    signals: frozenset[Signal] = frozenset(Signal)
    logs_url: str = ""  # where not the site's own: a proxy, an observability pipeline
    otlp_url: str = ""
    api_url: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Datadog":
        """`DD_API_KEY`, `DD_SITE`; `VEDETTE_DATADOG_SIGNALS` to send only some."""
        return cls(
            api_key=required(env, ("DD_API_KEY", "DATADOG_API_KEY"), "an API key of the organization"),
            site=env.get("DD_SITE", "").strip() or cls.site,
            signals=chosen_signals(env, "datadog", cls.signals),
        )

    def lanes(self, service: "Resource") -> list[Lane]:
        """A lane a signal."""
        otlp = self.otlp_url or f"https://otlp.{self.site}"
        errors = Signal.ERRORS in self.signals
        endpoint = Endpoint(
            target=self.name,
            urls={signal: f"{otlp}/v1/{signal}" for signal in OTLP_SIGNALS},
            headers={"dd-api-key": self.api_key},
            signal_headers={
                Signal.TRACES: {"compute_stats": "true"},  # without it traces have no hit, error and latency metrics
                Signal.METRICS: {"dd-otel-metric-config": METRIC_CONFIG},
            },
            delta=True,
            max_bytes=METRICS_BYTES,
        )
        lanes = endpoint.lanes(self.signals & OTLP_SIGNALS, service, errors_apart=errors)
        if Signal.LOGS in self.signals:
            lanes.append(self._logs(Signal.LOGS, lambda record: entry_of_log(record, errors_apart=errors)))
        if errors:
            lanes.append(self._logs(Signal.ERRORS, lambda event: _error(entry_of_error(event, service))))
        if Signal.EVENTS in self.signals:
            lanes.append(self._events(service))
        return lanes

    def _logs(self, signal: Signal, entry_of: Callable[[Any], Entry]) -> Lane:
        def encode(items: Sequence[Any]) -> bytes:
            now = time.time()
            return b"[" + b",".join(_log_line(entry_of(item), now) for item in items) + b"]"

        return HttpLane(
            target=self.name,
            signal=signal,
            url=f"{self.logs_url or f'https://http-intake.logs.{self.site}'}/api/v2/logs",
            encode=encode,
            content_type="application/json",
            headers={"dd-api-key": self.api_key},
            max_items=LOGS_PER_REQUEST,
            max_bytes=LOGS_BYTES,
            interpret=verdict,
        )

    def _events(self, service: "Resource") -> Lane:
        def encode(items: Sequence[Any]) -> bytes:
            (item,) = items  # one event a request
            return dump(_event(entry_of_event(item, service), time.time()))

        return HttpLane(
            target=self.name,
            signal=Signal.EVENTS,
            url=f"{self.api_url or f'https://api.{self.site}'}/api/v1/events",
            encode=encode,
            content_type="application/json",
            headers={"dd-api-key": self.api_key},
            max_items=1,
            compress=False,
            interpret=verdict,
        )


def _log_line(entry: Entry, now: float) -> bytes:
    line = dump(_log(entry, now))
    if len(line) <= LOG_BYTES:
        return line
    shorter = {name: value[:20_000] if isinstance(value, str) else value for name, value in entry.attributes.items()}
    line = dump(_log(replace(entry, message=entry.message[:200_000], attributes=shorter), now))
    if len(line) <= LOG_BYTES:
        return line
    return dump(
        _log(replace(entry, message=entry.message[:200_000], attributes={"attributes_left_out": "too large"}), now)
    )


def _log(entry: Entry, now: float) -> dict[str, Any]:
    resource = entry.resource
    log: dict[str, Any] = {
        **entry.attributes,
        "ddsource": "python",
        "ddtags": ",".join(_tags(entry)),
        "hostname": resource.get(semconv.HOST_NAME, ""),
        "service": resource.get(semconv.SERVICE_NAME, ""),
        "status": STATUS.get(entry.level, entry.level),
        "message": entry.message,
        "timestamp": round(_date(entry, now) * 1000),
        "logger.name": entry.logger,
    }
    if now - entry.seconds > OLDEST_SECONDS:
        log["original_timestamp"] = iso_time(entry.seconds)
    if user_id := entry.attributes.get(semconv.USER_ID):
        log["usr.id"] = user_id
    if entry.trace_id:
        # Datadog's own ids are the low 64 bits, in decimal; the whole id goes along.
        log["dd.trace_id"] = str(int(entry.trace_id[16:], 16))
        log["otel.trace_id"] = entry.trace_id
    if entry.span_id:
        log["dd.span_id"] = str(int(entry.span_id, 16))
        log["otel.span_id"] = entry.span_id
    return log


def _error(entry: Entry) -> Entry:
    """What error tracking asks of a log: https://docs.datadoghq.com/error_tracking/backend/logs/."""
    attributes = entry.attributes
    attributes["error.kind"] = attributes.pop(semconv.EXCEPTION_TYPE, "Error")
    attributes["error.message"] = attributes.pop(semconv.EXCEPTION_MESSAGE, entry.message)
    attributes["error.stack"] = attributes.pop(semconv.EXCEPTION_STACKTRACE, "")
    return entry


def _event(entry: Entry, now: float) -> dict[str, Any]:
    properties = {**entry.attributes, "trace_id": entry.trace_id, "timestamp": iso_time(entry.seconds)}
    text = json.dumps(properties, ensure_ascii=False, default=str, indent=1)
    return {
        "title": entry.event_name[:500] or "event",
        "text": text if len(text) <= EVENT_TEXT else text[: EVENT_TEXT - 1] + "…",
        "date_happened": int(_date(entry, now)),
        "alert_type": "info",
        "source_type_name": "python",
        "aggregation_key": entry.event_name[:100],
        "tags": [*_tags(entry), f"event:{entry.event_name}", *_who(entry)],
    }


def _date(entry: Entry, now: float) -> float:
    return entry.seconds if now - entry.seconds <= OLDEST_SECONDS else now


def _tags(entry: Entry) -> list[str]:
    names = {
        "env": semconv.DEPLOYMENT_ENVIRONMENT_NAME,
        "service": semconv.SERVICE_NAME,
        "version": semconv.SERVICE_VERSION,
    }
    return [f"{tag}:{value}" for tag, name in names.items() if (value := entry.resource.get(name))]


def _who(entry: Entry) -> list[str]:
    user_id = entry.attributes.get(semconv.USER_ID)
    return [f"usr.id:{user_id}"] if user_id else []


def verdict(response: Response) -> Verdict:
    """What an answer means. A limited request is told when the limit's period ends, in seconds."""
    from vedette.sdk.delivery.http import by_status  # noqa: PLC0415

    if response.status == 429 and (reset := response.headers.get("x-ratelimit-reset", "")).isdigit():
        return Retry("rate limited", float(reset))
    return by_status(response)
