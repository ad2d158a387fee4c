"""The running SDK of a process: its settings, its delivery, and OpenTelemetry's providers feeding it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vedette.sdk.guard import failed

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram, Meter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import Tracer

    from vedette.sdk.delivery import Delivery
    from vedette.sdk.delivery.lane import Signal, Temporality
    from vedette.sdk.logs.console import Writer
    from vedette.sdk.logs.levels import Levels
    from vedette.sdk.scrub import Scrubber
    from vedette.sdk.settings import Settings


@dataclass(eq=False)
class Client:
    """One a process, made by `start`. Records go in by `put`; each signal's module makes them."""

    settings: "Settings"
    resource: "Resource"
    delivery: "Delivery"
    scrubber: "Scrubber"
    tracer: "Tracer"
    own_spans: bool  # the tracer's provider is ours, so spans may be made the cheap way
    meter: "Meter"
    levels: "Levels"
    write_line: "Writer | None"  # the console
    request_duration: "Histogram"
    job_duration: "Histogram"
    before_flush: list[Callable[[], None]] = field(default_factory=list)  # what holds records back lets go of them
    on_close: list[Callable[[], None]] = field(default_factory=list)  # undone in reverse, before the delivery closes
    closed: bool = False

    def put(self, signal: "Signal", item: Any, temporality: "Temporality | None" = None) -> None:
        """Hand one record to the delivery."""
        self.delivery.put(signal, item, temporality=temporality)

    def flush(self, deadline: float) -> bool:
        """Send what waits. Whether everything had left when `deadline` seconds were over."""
        until = time.monotonic() + deadline
        self._run(self.before_flush, "flush")
        return self.delivery.flush(max(0.0, until - time.monotonic()))

    def close(self, deadline: float) -> None:
        """Flush and stop, within `deadline` seconds. Once; later calls do nothing."""
        if self.closed:
            return
        self.closed = True
        until = time.monotonic() + deadline
        self._run(self.before_flush, "flush")
        self._run(self.on_close[::-1], "close")
        if get_client() is self:
            set_client(None)
        self.delivery.close(max(0.0, until - time.monotonic()))

    def _run(self, steps: list[Callable[[], None]], name: str) -> None:
        for step in steps:
            try:
                step()
            except Exception as error:
                failed(name, error)


_client: Client | None = None
starting = threading.RLock()  # held while a client is made or replaced


def get_client() -> Client | None:
    """The running client; None before `init()`, when disabled, and after the end."""
    return _client


def set_client(client: Client | None) -> None:
    """Make a client the one that all records go to."""
    global _client
    _client = client


def start(settings: "Settings") -> Client:
    """Start the SDK: the running client when its settings are these, else a new one in its place."""
    from vedette.sdk.startup import build  # noqa: PLC0415 — what it loads is not loaded where the SDK is never started

    with starting:
        running = get_client()
        if running is not None:
            if running.settings == settings:
                return running
            running.close(running.settings.shutdown_deadline_seconds)
        client = build(settings)
        set_client(client)
        return client
