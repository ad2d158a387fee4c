"""The three kinds of OTLP request, and what differs between them: names, counting, retention."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vedette.server.config import Settings
from vedette.server.protocols.otlp.messages import PROTO, Message, checked, lenient
from vedette.server.store.commit import Inbound

DAY_NS = 86_400 * 10**9
YEAR_1971_NS = 365 * DAY_NS


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request. `groups`, `scopes` and `items` are the field names of the three levels, and
    `table` is where the items end up.
    """

    name: str
    category: str
    request: str
    groups: str
    scopes: str
    items: str
    rejected_json: str
    inbound: Inbound
    table: str
    retention: str

    @property
    def checked(self) -> type[Message]:
        """The request's class with verified text."""
        return checked[self.request]

    @property
    def lenient(self) -> type[Message]:
        """The request's class with text as bytes."""
        return lenient[self.request]

    def each_scope(self, message: Message) -> Iterator[tuple[Message, Message]]:
        """(resource group, scope group) pairs of a request."""
        for group in getattr(message, self.groups):
            for scope in getattr(group, self.scopes):
                yield group, scope

    def count(self, message: Message) -> int:
        """How many log records, spans or data points a request holds."""
        if self.name != "metrics":
            return sum(len(getattr(scope, self.items)) for _, scope in self.each_scope(message))
        return sum(count_points(metric) for _, scope in self.each_scope(message) for metric in scope.metrics)

    def time_range_ns(self, settings: Settings, received_ns: int) -> tuple[int, int]:
        """The times that are stored as stated; others are stored at the time of receipt.

        A day ahead is a clock or time-zone mistake; what is older than the retention would be deleted at once.
        """
        days: int = getattr(settings, self.retention)
        return max(YEAR_1971_NS, received_ns - days * DAY_NS), received_ns + DAY_NS


def count_points(metric: Message) -> int:
    """Data points of one metric, whatever its type."""
    data = metric.WhichOneof("data")
    return len(getattr(metric, data).data_points) if data else 0


def _kind(name: str, category: str, service: str, part: str, items: str, batch: str) -> Kind:
    request = f"Export{service}ServiceRequest"
    settings: dict[str, Any] = {
        "format_schema_source": "string",
        "format_schema": PROTO,
        "format_schema_message_name": batch,
        # Retention bounds the days that one request can touch; the default of 100 would refuse long ones.
        "max_partitions_per_insert_block": 0,
    }
    rejected = {"log": "rejectedLogRecords", "span": "rejectedSpans", "metric_point": "rejectedDataPoints"}
    return Kind(
        name=name,
        category=category,
        request=request,
        groups=f"resource_{part}",
        scopes=f"scope_{part}",
        items=items,
        rejected_json=rejected[category],
        inbound=Inbound(f"otlp_{name}_inbound", "Protobuf", settings),
        table={"traces": "spans", "metrics": "metric_points"}.get(name, name),
        retention=f"retention_{name.replace('traces', 'spans')}_days",
    )


LOGS = _kind("logs", "log", "Logs", "logs", "log_records", "LogBatch")
TRACES = _kind("traces", "span", "Trace", "spans", "spans", "SpanBatch")
METRICS = _kind("metrics", "metric_point", "Metrics", "metrics", "metrics", "MetricBatch")
KINDS = (LOGS, TRACES, METRICS)
