"""OpenTelemetry's metrics as Prometheus's series, and those as text.

Names: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ · text 0.0.4:
https://prometheus.io/docs/instrumenting/exposition_formats/ · OpenMetrics 1.0:
https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vedette import semconv

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric, MetricsData
    from opentelemetry.sdk.resources import Resource

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
Labels = tuple[tuple[str, str], ...]

UNITS = {
    "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds",
    "ns": "nanoseconds", "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes",
    "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "m": "meters", "V": "volts", "A": "amperes",
    "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius", "Hz": "hertz", "%": "percent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A measurement behind a sample, and the trace it was made in."""

    labels: Labels
    value: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: the family's name and a suffix, labels, a value."""

    suffix: str
    labels: Labels
    value: float
    seconds: float = 0.0
    exemplar: Exemplar | None = None


@dataclass(slots=True)
class Family:
    """The samples of one metric. `kind` is counter, gauge, histogram or info; `name` is without `_total`."""

    name: str
    kind: str
    help: str
    unit: str = ""  # the end of the name
    samples: list[Sample] = field(default_factory=list)


def families(collection: "MetricsData") -> list[Family]:
    """Every metric of a collection. One whose name another kind of metric already has is left out."""
    found: dict[str, Family] = {}
    for resource in collection.resource_metrics:
        target = _target(resource.resource)
        found.setdefault("target", Family("target", "info", "Who sends")).samples.append(target)
        for scope in resource.scope_metrics:
            scoped = (("otel_scope_name", scope.scope.name),) if scope.scope.name else ()
            for metric in scope.metrics:
                family = _family(metric)
                known = found.setdefault(family.name, family)
                if known.kind == family.kind:
                    known.samples.extend(_samples(metric, scoped))
    return list(found.values())


def render(found: Sequence[Family], *, openmetrics: bool) -> bytes:
    """A page of all families."""
    lines = []
    for family in found:
        name = family.name if openmetrics else family.name + _ending(family.kind)
        kind = "gauge" if family.kind == "info" and not openmetrics else family.kind
        lines.append(f"# HELP {name} {_escape_help(family.help, openmetrics)}")
        lines.append(f"# TYPE {name} {kind}")
        if openmetrics and family.unit:
            lines.append(f"# UNIT {name} {family.unit}")
        lines.extend(_line(family, sample, openmetrics) for sample in family.samples)
    if openmetrics:
        lines.append("# EOF")
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _ending(kind: str) -> str:
    return {"counter": "_total", "info": "_info"}.get(kind, "")


def _family(metric: "Metric") -> Family:
    data: Any = metric.data
    if hasattr(data, "is_monotonic"):
        kind = "counter" if data.is_monotonic else "gauge"
    else:
        kind = "gauge" if type(data).__name__ == "Gauge" else "histogram"
    name, unit = name_and_unit(metric.name, metric.unit or "", kind)
    return Family(name, kind, metric.description or "", unit)


def name_and_unit(name: str, unit: str, kind: str) -> tuple[str, str]:
    """`http.server.request.duration` in `s` → `http_server_request_duration_seconds` and `seconds`.

    The `_total` of a counter belongs to its samples.
    """
    base = re.sub(r"_+", "_", re.sub(r"[^a-zA-Z0-9_:]", "_", name)).removesuffix("_total").strip("_") or "_"
    base = f"_{base}" if base[0].isdigit() else base
    if unit == "1":
        word = "ratio" if kind == "gauge" else ""
    else:
        word = "_per_".join(UNITS.get(part, _unit_word(part)) for part in unit.split("/", 1))
    return f"{base}_{word}" if word and not base.endswith(f"_{word}") else base, word


def _unit_word(unit: str) -> str:
    """A unit that has no name of its own; what stands in braces (`{request}`) is a remark, not a unit."""
    return re.sub(r"[^a-zA-Z0-9]+", "_", re.sub(r"\{[^}]*\}", "", unit)).strip("_")


def _samples(metric: "Metric", scoped: Labels) -> Iterator[Sample]:
    data: Any = metric.data
    for point in data.data_points:
        labels = _labels(point.attributes or {}) + scoped
        seconds = point.time_unix_nano / 1e9
        if hasattr(point, "value"):
            suffix = "_total" if getattr(data, "is_monotonic", False) else ""
            exemplar = next(iter(_exemplars(point)), None) if suffix else None
            yield Sample(suffix, labels, float(point.value), seconds, exemplar)
        else:
            yield from _histogram(point, labels, seconds)


def _histogram(point: Any, labels: Labels, seconds: float) -> Iterator[Sample]:
    counts, bounds = _buckets(point) if hasattr(point, "scale") else (point.bucket_counts, point.explicit_bounds)
    exemplars = _exemplars(point)
    total, low = 0, float("-inf")
    for count, bound in zip(counts, [*bounds, float("inf")], strict=True):
        total += count
        within = [exemplar for exemplar in exemplars if low < exemplar.value <= bound]
        yield Sample("_bucket", (*labels, ("le", number(bound))), total, seconds, within[-1] if within else None)
        low = bound
    yield Sample("_count", labels, point.count, seconds)
    yield Sample("_sum", labels, float(point.sum), seconds)


def _buckets(point: Any) -> tuple[list[int], list[float]]:
    """An exponential histogram's buckets, as far as they are used: their upper bounds are base^(offset + i + 1)."""
    base = 2.0 ** (2.0**-point.scale)
    counts, bounds = [], []
    negative = list(enumerate(point.negative.bucket_counts, point.negative.offset))
    for index, count in reversed(negative):
        counts.append(count)
        bounds.append(-(base**index))
    counts.append(point.zero_count)
    bounds.append(0.0)
    for index, count in enumerate(point.positive.bucket_counts, point.positive.offset):
        counts.append(count)
        bounds.append(base ** (index + 1))
    return [*counts, 0], bounds


def _exemplars(point: Any) -> list[Exemplar]:
    return [
        Exemplar(
            (("trace_id", f"{one.trace_id:032x}"), ("span_id", f"{one.span_id:016x}")),
            float(one.value),
            one.time_unix_nano / 1e9,
        )
        for one in point.exemplars
        if one.trace_id and one.span_id
    ]


def _target(resource: "Resource") -> Sample:
    return Sample("_info", _labels(resource.attributes), 1.0)


def _labels(attributes: Mapping[str, Any]) -> Labels:
    """Attributes by names that labels may have; two that become the same are joined by `;`."""
    found: dict[str, str] = {}
    for key, value in sorted(attributes.items()):
        name = re.sub(r"[^a-zA-Z0-9_]", "_", key)
        name = f"key_{name}" if name[:1].isdigit() else name
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found[name] = f"{found[name]};{text}" if name in found else text
    return tuple(found.items())


def job_and_instance(resource: "Resource") -> Labels:
    """The labels that Prometheus would give a target it scrapes."""
    attributes = resource.attributes
    job, instance = attributes.get(semconv.SERVICE_NAME, ""), attributes.get(semconv.SERVICE_INSTANCE_ID, "")
    return (("instance", str(instance)), ("job", str(job)))


def number(value: float) -> str:
    """A float as Prometheus writes it."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))


def _line(family: Family, sample: Sample, openmetrics: bool) -> str:
    line = f"{family.name}{sample.suffix}{_braces(sample.labels)} {number(sample.value)}"
    if openmetrics and sample.exemplar:
        exemplar = sample.exemplar
        line += f" # {_braces(exemplar.labels)} {number(exemplar.value)} {exemplar.seconds:.3f}"
    return line


def _braces(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels) + "}" if labels else ""


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _escape_help(value: str, openmetrics: bool) -> str:
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if openmetrics else escaped
