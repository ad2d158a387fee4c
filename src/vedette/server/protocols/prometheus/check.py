"""Look at each series of a request before the engine sees it: what is wrong is left out, and said.

Both versions end as 1.0. A series needs a name and unique label names, times within the retention, and sane histograms.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.server.http.errors import BadRequest
from vedette.server.protocols.prometheus.families import Families
from vedette.server.protocols.prometheus.messages import Label, Message, WriteRequest

MAX_BUCKETS = 65_536  # once the gaps are filled; Prometheus' clients keep to 160
CUSTOM_BUCKETS = -53


@dataclass(slots=True)
class Counts:
    """How many of each kind of item."""

    samples: int = 0
    histograms: int = 0
    exemplars: int = 0

    @property
    def points(self) -> int:
        """Samples and histograms together: what `outcomes` calls metric points."""
        return self.samples + self.histograms


@dataclass(slots=True)
class Checked:
    """A request of good series only, what it holds, and what was left out: reason → (quantity, first example)."""

    message: Message
    written: Counts = field(default_factory=Counts)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)

    def refuse(self, reason: str, detail: str, quantity: int = 1) -> None:
        """Count items left out."""
        before, first = self.refused.get(reason, (0, detail))
        self.refused[reason] = (before + quantity, first)

    @property
    def complaint(self) -> str:
        """What was left out, as one line for the sender's log."""
        return "; ".join(f"{reason}: {quantity}, e.g. {detail}" for reason, (quantity, detail) in self.refused.items())


def check_v1(message: Message, families: Families, earliest_ms: int, latest_ms: int) -> Checked:
    """A 1.0 request; each series is given what is known of its metric family."""
    families.learn(message.metadata)
    del message.metadata[:]
    checked = _check(Checked(message), earliest_ms, latest_ms)
    for series in message.timeseries:
        # Always set: a sender cannot say these itself in 1.0.
        series.type, series.unit, series.help = families.find(metric_name(series))
        series.created_timestamp = 0
    return checked


def metric_name(series: Message) -> str:
    """The series' `__name__`, empty when it has none."""
    for label in series.labels:
        if label.name == "__name__":
            return str(label.value)
    return ""


def check_v2(message: Message, earliest_ms: int, latest_ms: int) -> Checked:
    """A 2.0 request, turned into a 1.0 one. Raises BadRequest when its symbols cannot be right."""
    symbols: list[str] = list(message.symbols)
    if message.timeseries and (not symbols or symbols[0]):
        raise BadRequest("the first symbol must be the empty string")
    checked = Checked(WriteRequest())
    resolve = _Resolver(symbols)
    for series in message.timeseries:
        entry = checked.message.timeseries.add()
        try:
            resolve.series(series, entry)
        except (ValueError, IndexError) as error:
            del checked.message.timeseries[-1]
            held = max(len(series.samples) + len(series.histograms), 1)
            checked.refuse("invalid_labels", f"label references: {error}", held)
    return _check(checked, earliest_ms, latest_ms)


class _Resolver:
    """References → labels; each pair is made once."""

    def __init__(self, symbols: list[str]) -> None:
        self._symbols = symbols
        self._labels: dict[tuple[int, int], Message] = {}

    def series(self, series: Message, into: Message) -> None:
        """Fill a 1.0 series. Raises ValueError for an odd number of references, IndexError for one too high."""
        into.labels.extend(self._resolve(series.labels_refs))
        into.samples.extend(series.samples)
        into.histograms.extend(series.histograms)
        for exemplar in series.exemplars:
            copy = into.exemplars.add(value=exemplar.value, timestamp=exemplar.timestamp)
            copy.labels.extend(self._resolve(exemplar.labels_refs))
        into.type = series.metadata.type
        into.unit = self._symbols[series.metadata.unit_ref]
        into.help = self._symbols[series.metadata.help_ref]
        into.created_timestamp = series.created_timestamp

    def _resolve(self, refs: Sequence[int]) -> list[Message]:
        found = []
        for pair in zip(refs[::2], refs[1::2], strict=True):
            label = self._labels.get(pair)
            if label is None:
                name, value = pair
                label = self._labels[pair] = Label(name=self._symbols[name], value=self._symbols[value])
            found.append(label)
        return found


def _check(checked: Checked, earliest_ms: int, latest_ms: int) -> Checked:
    """Leave out what is wrong, and count what is not."""
    message = checked.message
    good = []
    for series in message.timeseries:
        held = Counts(len(series.samples), len(series.histograms), len(series.exemplars))
        try:
            _check_labels(series)
        except ValueError as error:
            checked.refuse("invalid_labels", str(error), max(held.points, 1))
            continue
        held.samples -= _leave_out(checked, series, series.samples, earliest_ms, latest_ms)
        held.histograms -= _leave_out(checked, series, series.histograms, earliest_ms, latest_ms)
        held.histograms -= _leave_out_bad_histograms(checked, series.histograms, metric_name(series))
        if held.points or held.exemplars:
            good.append(series)
            checked.written.samples += held.samples
            checked.written.histograms += held.histograms
            checked.written.exemplars += held.exemplars
    if len(good) != len(message.timeseries):
        _replace(message.timeseries, good)
    _join_exemplars(message)
    return checked


def _join_exemplars(message: Message) -> None:
    """Put exemplars that come as a series of their own, as Prometheus sends them, to the same series' points."""
    alone = [series for series in message.timeseries if not series.samples and not series.histograms]
    if not alone:
        return
    points = [series for series in message.timeseries if series.samples or series.histograms]
    homes = {_labels(series): series for series in points}
    homeless = []
    for series in alone:
        if home := homes.get(_labels(series)):
            home.exemplars.extend(series.exemplars)
        else:
            homeless.append(series)
    if len(homeless) < len(alone):
        _replace(message.timeseries, [*points, *homeless])


def _labels(series: Message) -> tuple[tuple[str, str], ...]:
    return tuple((label.name, label.value) for label in series.labels)


def _check_labels(series: Message) -> None:
    names = [label.name for label in series.labels]
    name = metric_name(series)
    if not name:
        raise ValueError(f"no __name__ among the labels {', '.join(names) or '(none)'}")
    if len(set(names)) != len(names):
        raise ValueError(f"{name} has a label name twice")
    if "" in names:
        raise ValueError(f"{name} has a label without a name")


def _leave_out(checked: Checked, series: Message, points: Any, earliest_ms: int, latest_ms: int) -> int:
    """Remove points whose time is out of range; returns how many."""
    if all(earliest_ms <= point.timestamp <= latest_ms for point in points):
        return 0
    good = [point for point in points if earliest_ms <= point.timestamp <= latest_ms]
    bad = next(point.timestamp for point in points if not earliest_ms <= point.timestamp <= latest_ms)
    gone = len(points) - len(good)
    _replace(points, good)
    detail = f"{metric_name(series)} at {bad} ms; from {earliest_ms} (the retention) to {latest_ms} is stored"
    checked.refuse("time_out_of_range", detail, gone)
    return gone


def _leave_out_bad_histograms(checked: Checked, histograms: Any, name: str) -> int:
    if not histograms:
        return 0
    good = []
    for histogram in histograms:
        if problem := _histogram_problem(histogram):
            checked.refuse("invalid_histogram", f"{name}: {problem}")
        else:
            good.append(histogram)
    gone = len(histograms) - len(good)
    if gone:
        _replace(histograms, good)
    return gone


def _histogram_problem(histogram: Message) -> str:
    """What is wrong with a native histogram, or nothing."""
    if not (histogram.schema == CUSTOM_BUCKETS or -4 <= histogram.schema <= 8):
        return f"schema {histogram.schema}, known are -4 to 8 and {CUSTOM_BUCKETS}"
    for spans, deltas, counts in (
        (histogram.positive_spans, histogram.positive_deltas, histogram.positive_counts),
        (histogram.negative_spans, histogram.negative_deltas, histogram.negative_counts),
    ):
        lengths = sum(span.length for span in spans)
        if lengths != len(deltas or counts):
            return f"spans of {lengths} buckets with {len(deltas or counts)} counts"
        gaps = [span.offset for span in spans[1:]]
        if any(gap < 0 for gap in gaps):
            return "a span that overlaps the one before"
        width = lengths + sum(gaps)
        if histogram.schema == CUSTOM_BUCKETS and spans:
            width += spans[0].offset
            if spans[0].offset < 0 or width > len(histogram.custom_values) + 1:
                return f"buckets beyond its {len(histogram.custom_values)} bounds"
        if width > MAX_BUCKETS:
            return f"{width} buckets from the first to the last; the limit is {MAX_BUCKETS}"
    return ""


def _replace(repeated: Any, kept: list[Message]) -> None:
    """Make a repeated field hold these of its own items; copied first, since clearing it ends them."""
    copies = [type(item).FromString(item.SerializeToString()) for item in kept]
    del repeated[:]
    repeated.extend(copies)
