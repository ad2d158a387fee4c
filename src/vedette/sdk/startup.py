"""How a client is put together: a line a part. OpenTelemetry's providers are made once a process and serve whichever
client runs, for it lets nobody replace them."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from opentelemetry import _logs as _logs_api
from opentelemetry import metrics, propagate, trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Tracer, TracerProvider

from vedette import __version__
from vedette.sdk import exporters, resource
from vedette.sdk.client import Client, get_client
from vedette.sdk.delivery import Delivery
from vedette.sdk.delivery.lane import Lane
from vedette.sdk.guard import failed, warn_once
from vedette.sdk.logs import console
from vedette.sdk.logs.bridge import Bridge, OpenTelemetryLogs
from vedette.sdk.logs.levels import Levels, StandardLevels
from vedette.sdk.metrics import job_duration, request_duration, start_collecting
from vedette.sdk.propagation import Propagator
from vedette.sdk.sampling import TraceSampler
from vedette.sdk.scrub import Scrubber
from vedette.sdk.settings import Settings
from vedette.sdk.traces import Spans

_traces: TracerProvider | None = None
_meters: MeterProvider | None = None
_logs: LoggerProvider | None = None


def build(settings: Settings) -> Client:
    """A client with these settings, its providers, its bridge and its delivery. Not yet the running one."""
    about = resource.describe(settings)
    targets = exporters_of(settings)
    delivery = Delivery(
        lanes_of(targets, about),
        spool_directory=spool_directory(settings, targets),
        spool_max_bytes=settings.spool_max_bytes,
        queue_max_items=settings.queue_max_items,
    )
    levels = Levels(settings)
    traces, meters = tracer_provider(about), meter_provider(about)
    tracer, meter = traces.get_tracer("vedette", __version__), meters.get_meter("vedette", __version__)
    client = Client(
        settings=settings,
        resource=about,
        delivery=delivery,
        scrubber=Scrubber(settings.scrub_keys),
        tracer=tracer,
        own_spans=traces in _ours and isinstance(tracer, Tracer),  # OTEL_SDK_DISABLED gives one that does nothing
        meter=meter,
        levels=levels,
        write_line=console.writer(settings),
        request_duration=request_duration(meter),
        job_duration=job_duration(meter),
    )
    logger_provider(about)
    bridge_logging(client)
    start_collecting(client, meters)
    if "OTEL_PROPAGATORS" not in os.environ:
        propagate.set_global_textmap(Propagator())
    return client


def exporters_of(settings: Settings) -> list[exporters.Exporter]:
    """All exporters that are asked for; one that cannot be set up is told of, and left out."""
    found: list[exporters.Exporter] = []
    for each in settings.export or (("vedette",) if settings.dsn else ()):
        try:
            found.append(exporters.by_name(each, os.environ, settings) if isinstance(each, str) else each)
        except exporters.SettingError as error:
            warn_once(str(error))
        except Exception as error:
            failed(f"exporter {each}", error)
    return found


def lanes_of(targets: Sequence[exporters.Exporter], about: Resource) -> list[Lane]:
    """The lanes of exporters; of one that fails there are none, and it is told of."""
    found: list[Lane] = []
    for each in targets:
        try:
            found += each.lanes(about)
        except exporters.SettingError as error:
            warn_once(str(error))
        except Exception as error:
            failed(f"exporter {type(each).__name__}", error)
    return found


def spool_directory(settings: Settings, targets: Sequence[exporters.Exporter]) -> Path | None:
    """Where events and errors wait. A directory of its own for each service and set of targets: what one process left
    is sent by the next, and must not reach another's project. All settings of a target tell it apart, its key too,
    which is all that differs between two projects of PostHog's cloud."""
    if settings.spool == "" or not targets:
        return None
    told = repr((settings.service, [_identity(each) for each in targets]))
    name = f"{settings.service.replace(os.sep, '_')}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
    if settings.spool is not None:
        return Path(settings.spool) / name
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    base = Path(state) / "vedette" / "spool"
    try:
        base.mkdir(parents=True, exist_ok=True)
        return base / name
    except OSError:  # no home, or a read-only one, as in many containers
        return Path(tempfile.gettempdir()) / f"vedette-spool-{os.getuid() if hasattr(os, 'getuid') else 0}" / name


def _identity(target: exporters.Exporter) -> list[tuple[str, object]]:
    """What tells a target apart, the same in every process."""
    given = vars(target) if is_dataclass(target) else {"class": type(target).__qualname__}
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in given.items()}
    return [(name, value) for name, value in sorted(plain.items()) if isinstance(value, str | int | list)]


def bridge_logging(client: Client) -> None:
    """Have the standard library's loggers write here, and let go of them at the end."""
    root = logging.getLogger()
    client.on_close.append(StandardLevels(client.levels).restore)
    if not any(isinstance(handler, Bridge) for handler in root.handlers):  # there is one while a test captures
        bridge = Bridge()
        root.addHandler(bridge)
        client.on_close.append(lambda: root.removeHandler(bridge))


def tracer_provider(about: Resource) -> TracerProvider:
    """Ours, unless the application has one: then ours is one more processor of it."""
    global _traces
    if _traces is None:
        existing = trace.get_tracer_provider()
        if isinstance(existing, TracerProvider):
            existing.add_span_processor(Spans(shared=True))
            _traces = existing
        else:
            _traces = TracerProvider(sampler=TraceSampler(), resource=about, shutdown_on_exit=False)
            _traces.add_span_processor(Spans())
            trace.set_tracer_provider(_traces)
            _ours.append(_traces)
    elif _traces in _ours:
        _traces._update_resource(about)
    return _traces


def meter_provider(about: Resource) -> MeterProvider:
    """Ours, unless the application has one: then our readers are added to it."""
    global _meters
    if _meters is None:
        existing = metrics.get_meter_provider()
        if isinstance(existing, MeterProvider):
            _meters = existing
        else:
            _meters = MeterProvider(resource=about, shutdown_on_exit=False)
            metrics.set_meter_provider(_meters)
            _ours.append(_meters)
    elif _meters in _ours:
        _meters._update_resource(about)
    return _meters


def logger_provider(about: Resource) -> LoggerProvider:
    """Ours, unless the application has one: then ours is one more processor of it."""
    global _logs
    if _logs is None:
        existing = _logs_api.get_logger_provider()
        if isinstance(existing, LoggerProvider):
            _logs = existing
        else:
            _logs = LoggerProvider(resource=about, shutdown_on_exit=False)
            _logs_api.set_logger_provider(_logs)
            _ours.append(_logs)
        _logs.add_log_record_processor(OpenTelemetryLogs())
    elif _logs in _ours:
        _logs._update_resource(about)
    return _logs


_ours: list[Any] = []  # the providers that are not the application's


def _after_fork() -> None:
    """A child is another instance of the service, in every signal."""
    client = get_client()
    if client is None:
        return
    client.resource = resource.after_fork(client.resource)
    for provider in _ours:
        provider._update_resource(client.resource)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
