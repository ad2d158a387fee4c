"""What a test sees of the SDK: everything the application sends, in memory, and nothing anywhere else.

    from vedette.testing import capture

    def test_upgrade():
        with capture() as sent:
            upgrade(plan="pro")
        assert sent.events[0]["event"] == "plan_upgraded"
        assert sent.spans[0].trace_id == sent.logs[0].trace_id

With pytest, the fixture `vedette_capture` is the same for the length of a test. Records go the way they go in
production, but for the network: through sampling, scrubbing, queues and delivery.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Unpack

from vedette.sdk import client as clients
from vedette.sdk import guard
from vedette.sdk.api import Health, health
from vedette.sdk.context import Scope, enter, leave
from vedette.sdk.delivery.lane import Delivered, Signal, Temporality
from vedette.sdk.settings import Options, Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

FLUSH_SECONDS = 10.0  # memory answers at once; this is for a machine that is busy


@dataclass(frozen=True, slots=True)
class Log:
    """A log record as it was sent."""

    level: str
    logger: str
    message: str
    attributes: dict[str, Any]
    trace_id: str
    span_id: str
    time_ns: int
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SentSpan:
    """A span as it was sent."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    status: str  # unset, ok or error
    status_message: str
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    links: list[tuple[str, str]]
    trace_state: str
    sampled: bool
    duration_ms: float
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Metric:
    """A point of a metric: a sum or gauge has a `value`; a histogram a `count` and its sum as `value`."""

    name: str
    kind: str  # sum, gauge or histogram
    unit: str
    temporality: str
    value: float
    count: int
    attributes: dict[str, Any]
    exemplars: list[str]  # ids of traces
    resource: dict[str, Any]


@dataclass(frozen=True)
class _Lane:
    signal: Signal
    temporality: Temporality = "cumulative"
    target: str = "memory"
    max_items: int = 1000
    got: list[Any] = field(default_factory=list)

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Delivered:
        self.got.extend(items)
        return Delivered()


@dataclass(frozen=True)
class Memory:
    """An exporter that keeps what it is given."""

    temporality: Temporality = "cumulative"
    name: str = "memory"
    kept: dict[Signal, _Lane] = field(default_factory=dict)

    def lanes(self, service: "Resource") -> list[_Lane]:
        """One a signal."""
        self.kept.update({signal: _Lane(signal, self.temporality) for signal in Signal})
        return list(self.kept.values())


class Capture:
    """What was sent since the block began. Each look waits for what is on its way."""

    def __init__(self, client: "clients.Client", memory: Memory) -> None:
        self._client = client
        self._memory = memory
        self._failed_before = guard.failures()
        self._sampled_before = health().sampled_out
        self._ended: Health | None = None
        self.violations: list[Any] = []  # events that were not as declared

    @property
    def logs(self) -> list[Log]:
        """Log records, oldest first."""
        return [_log(item) for item in self._items(Signal.LOGS)]

    @property
    def spans(self) -> list[SentSpan]:
        """Spans, in the order in which they ended."""
        return [_span(item) for item in self._items(Signal.TRACES)]

    @property
    def metrics(self) -> list[Metric]:
        """Points of all metrics: cumulative ones as last collected, with the exemplars of all collections; deltas as
        they came."""
        points = [point for each in self._items(Signal.METRICS) for point in _points(each)]
        if self._memory.temporality == "delta":
            return points
        latest: dict[tuple[str, str], Metric] = {}
        for point in points:
            series = (point.name, repr(sorted(point.attributes.items())))
            earlier = latest.get(series)
            latest[series] = replace(point, exemplars=[*earlier.exemplars, *point.exemplars]) if earlier else point
        return list(latest.values())

    @property
    def events(self) -> list[dict[str, Any]]:
        """Product events, as PostHog's `/batch/` takes them."""
        return self._items(Signal.EVENTS)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Errors, as events of Sentry's protocol."""
        return self._items(Signal.ERRORS)

    @property
    def failures(self) -> dict[str, int]:
        """What failed inside the SDK meanwhile, which is a defect of it."""
        now = guard.failures()
        return {part: n for part, count in now.items() if (n := count - self._failed_before.get(part, 0))}

    @property
    def sampled_out(self) -> dict[str, int]:
        """Records that sampling left out, by signal."""
        now = self.health().sampled_out
        return {signal: n for signal, count in now.items() if (n := count - self._sampled_before.get(signal, 0))}

    def health(self) -> Health:
        """As `vedette.health()`."""
        return self._ended or health()

    def _items(self, signal: Signal) -> list[Any]:
        if self._ended is None and not self._client.flush(FLUSH_SECONDS):
            raise TimeoutError(f"not everything was sent within {FLUSH_SECONDS} s: {self.health()}")
        return list(self._memory.kept[signal].got)

    def end(self) -> None:
        """Keep what there is; the client is about to close."""
        self._client.flush(FLUSH_SECONDS)
        self._ended = health()


@contextmanager
def capture(*, temporality: Temporality = "cumulative", **options: Unpack[Options]) -> Iterator[Capture]:
    """Run a block with an SDK of its own that sends to memory; afterwards the one from before runs again.

    `options` are those of `vedette.init()`. Where the event registry's mode is strict (`VEDETTE_SCHEMA=strict`), an
    event that is not as declared fails the block.
    """
    # pytest loads this module in every run
    from vedette.sdk import hooks, integrations, metrics, startup, threads  # noqa: PLC0415
    from vedette.sdk.logs.structured import load_structlog  # noqa: PLC0415
    from vedette.sdk.schema import violations  # noqa: PLC0415

    memory = Memory(temporality)
    given: dict[str, Any] = {"service": "test", "environment": "test", "log_format": "off", **options}
    settings = Settings.load(env={}, **{**given, "export": (memory,), "spool": ""})
    before = clients.get_client()
    others = ExitStack()
    others.enter_context(metrics.paused())
    client = startup.build(settings)
    client.on_close += [hooks.install()]
    if settings.propagate_threads:
        client.on_close.append(threads.propagate())
    load_structlog()
    integrations.install(settings.integrations)
    clients.set_client(client)
    sent = Capture(client, memory)
    token = enter(Scope())
    violations.listeners.append(sent.violations.append)
    try:
        yield sent
    finally:
        violations.listeners.remove(sent.violations.append)
        leave(token)
        sent.end()
        client.close(FLUSH_SECONDS)
        clients.set_client(before)
        others.close()
    if violations.mode() == "strict" and sent.violations:
        raise AssertionError("events are not as declared: " + "; ".join(str(each) for each in sent.violations))


def _log(item: Any) -> Log:
    record = item.log_record
    return Log(
        level=record.severity_text or "",
        logger=item.instrumentation_scope.name if item.instrumentation_scope else "",
        message=record.body,
        attributes=dict(record.attributes or {}),
        trace_id=f"{record.trace_id:032x}" if record.trace_id else "",
        span_id=f"{record.span_id:016x}" if record.span_id else "",
        time_ns=record.timestamp or record.observed_timestamp,
        resource=dict(item.resource.attributes),
    )


def _span(item: Any) -> SentSpan:
    at, parent = item.context, item.parent
    return SentSpan(
        name=item.name,
        kind=item.kind.name.lower(),
        trace_id=f"{at.trace_id:032x}",
        span_id=f"{at.span_id:016x}",
        parent_id=f"{parent.span_id:016x}" if parent else "",
        status=item.status.status_code.name.lower(),
        status_message=item.status.description or "",
        attributes=dict(item.attributes),
        events=[(event.name, dict(event.attributes or {})) for event in item.events],
        links=[(f"{link.context.trace_id:032x}", f"{link.context.span_id:016x}") for link in item.links],
        trace_state=at.trace_state.to_header(),
        sampled=at.trace_flags.sampled,
        duration_ms=(item.end_time - item.start_time) / 1e6,
        resource=dict(item.resource.attributes),
    )


def _points(collected: Any) -> Iterator[Metric]:
    for of_resource in collected.resource_metrics:
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                for point in metric.data.data_points:
                    yield _point(metric, point, dict(of_resource.resource.attributes))


def _point(metric: Any, point: Any, resource: dict[str, Any]) -> Metric:
    histogram = hasattr(point, "bucket_counts")
    temporality = getattr(metric.data, "aggregation_temporality", None)
    return Metric(
        name=metric.name,
        kind="histogram" if histogram else "gauge" if temporality is None else "sum",
        unit=metric.unit or "",
        temporality=temporality.name.lower() if temporality is not None else "",
        value=point.sum if histogram else point.value,
        count=point.count if histogram else 1,
        attributes=dict(point.attributes),
        exemplars=[f"{each.trace_id:032x}" for each in point.exemplars if each.trace_id],
        resource=resource,
    )
