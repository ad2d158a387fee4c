"""A lane for metrics, whose items are whole collections and may be larger than any backend takes in one request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from vedette.sdk.delivery.lane import Delivered, HttpLane, Refused, Retry, Split, Verdict

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric, MetricsData


@dataclass(frozen=True, kw_only=True)
class MetricsLane(HttpLane):
    """A collection has all of a process's series and may be too large for one request: it goes in pieces.

    Pieces that arrived are remembered while a batch is retried, because a delta must not be counted twice.
    """

    max_points: int = 2000
    _left: list[tuple[Sequence["MetricsData"], list["MetricsData"]]] = field(
        default_factory=list, init=False, repr=False
    )

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Verdict:
        """Send the pieces one after the other; the first that must wait ends the attempt."""
        deadline = monotonic() + timeout_seconds
        if not self._left or not _same(self._left[0][0], items):
            self._left[:] = [(tuple(items), [piece for item in items for piece in pieces_of(item, self.max_points)])]
        left = self._left[0][1]
        rejected, reason = 0, ""
        while left:
            remaining = deadline - monotonic()
            verdict = super().deliver(left[:1], remaining) if remaining > 0 else Retry("no time left for all pieces")
            points = _points(left[0])
            match verdict:
                case Retry():
                    return verdict
                case Split() if points > 1:
                    left[:1] = pieces_of(left[0], points // 2)
                    continue
                case Delivered():
                    rejected += verdict.rejected
                    reason = verdict.reason or reason
                case _:
                    rejected += points
                    reason = verdict.reason if isinstance(verdict, Refused) else "too large"
            del left[0]
        self._left.clear()
        # The lane's items are collections, what was rejected are points: all of them, or some.
        if rejected >= sum(map(_points, items)):
            return Refused(reason) if rejected else Delivered()
        return Delivered(0, f"{rejected} data points: {reason}") if rejected else Delivered(0, reason)


def _same(known: Sequence[Any], items: Sequence[Any]) -> bool:
    return len(known) == len(items) and all(a is b for a, b in zip(known, items, strict=True))


def _points(collection: "MetricsData") -> int:
    return sum(
        len(metric.data.data_points)
        for resource in collection.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    )


def pieces_of(collection: "MetricsData", max_points: int) -> Iterator["MetricsData"]:
    """The same points in collections of at most so many each."""
    if _points(collection) <= max_points:
        yield collection
        return

    for resource in collection.resource_metrics:
        for scope in resource.scope_metrics:
            for metrics in _groups(scope.metrics, max_points):
                part = replace(resource, scope_metrics=[replace(scope, metrics=metrics)])
                yield replace(collection, resource_metrics=[part])


def _groups(metrics: Sequence["Metric"], max_points: int) -> Iterator[list["Metric"]]:

    group: list[Metric] = []
    size = 0
    for metric in metrics:
        points: list[Any] = list(metric.data.data_points)
        while points:
            part, points = points[: max_points - size], points[max_points - size :]
            data: Any = metric.data
            group.append(replace(metric, data=replace(data, data_points=part)))
            size += len(part)
            if size == max_points:
                yield group
                group, size = [], 0
    if group:
        yield group
