"""Questions to `metric_series` and `metric_points`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from vedette.server.http.errors import BadRequest, NotFound
from vedette.server.http.listing import SECOND, Question, TimeRange, bucket_seconds, conditions_of, contains
from vedette.server.signals.metrics.percentiles import percentile
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import fill, load

FIELDS = Fields(
    columns=dict.fromkeys(
        ("metric_name", "type", "temporality", "unit", "service", "environment", "release", "scope_name", "source"),
        "String",
    ),
    maps=("attributes", "resource"),
)
Aggregate = Literal["avg", "sum", "min", "max", "rate", "count", "p50", "p95", "p99"]
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
LOOKBACK_SECONDS = 600  # to find the point before the first: longer than common intervals of sending
MAX_POINTS = 5000  # buckets of one answer
MAX_SERIES = 500

Rows = Sequence[Mapping[str, Any]]


def names(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """Which metrics there are in the range."""
    condition, bound = conditions_of(question, FIELDS, contains("metric_name", "description"))
    parameters = {**bound, **question.range.parameters(), "project_id": project_id}
    items = store.query(fill(load(__package__, "names.sql"), condition), parameters).dicts()
    return {"items": items, "next_cursor": None}


def series(
    store: Store,
    project_id: int,
    metric_name: str,
    question: Question,
    *,
    aggregate: Aggregate,
    group_by: Sequence[str],
    step_seconds: int | None,
) -> dict[str, Any]:
    """A metric over time, a series a group. Raises NotFound for a metric of another name."""
    known = store.query(load(__package__, "kind.sql"), {"project_id": project_id, "metric_name": metric_name}).dicts()
    if not known:
        raise NotFound(f"no metric {metric_name}", hint="GET metrics lists their names")
    kind = known[0]
    step = step_seconds or bucket_seconds(question.range, 120)
    if question.range.seconds / step > MAX_POINTS:
        raise BadRequest(f"step_seconds={step} makes more than {MAX_POINTS} points", hint="use a longer step")
    sql, value = _plan(kind, aggregate, step)
    condition, bound = conditions_of(question, FIELDS)
    start = TimeRange(max(0, question.range.since_ns - LOOKBACK_SECONDS * SECOND), question.range.until_ns)
    parameters = {
        **bound,
        **question.range.parameters(),
        "lookback": start.parameters()["since"],
        "project_id": project_id,
        "metric_name": metric_name,
        "group_by": list(group_by),
        "step": step,
        "quantile": QUANTILES.get(aggregate, 0.5),
    }
    rows = store.query(fill(load(__package__, sql), condition), parameters).dicts()
    return {
        "metric_name": metric_name,
        "type": kind["type"],
        "unit": kind["unit"],
        "is_monotonic": kind["is_monotonic"],
        "label_keys": kind["label_keys"],
        "step_seconds": step,
        "series": _group(rows, group_by, value),
    }


def _plan(
    kind: Mapping[str, Any], aggregate: Aggregate, step: int
) -> tuple[str, Callable[[Mapping[str, Any]], float | None]]:
    """Which question to ask, and how its rows become values."""
    distribution = kind["type"] in ("histogram", "exponential_histogram")
    if aggregate in QUANTILES:
        quantile = QUANTILES[aggregate]
        if distribution:
            return "distributions.sql", lambda row: percentile(_counts(row["counts"]), quantile)
        position = list(QUANTILES).index(aggregate)
        if kind["type"] == "summary":
            return "quantiles.sql", lambda row: _number(row["of_summaries"])
        return "quantiles.sql", lambda row: _number(row["of_points"][position])
    has_count = distribution or kind["type"] == "summary"
    counter = kind["type"] == "sum" and (kind["is_monotonic"] or kind["temporality"] == "delta")
    values: dict[str, Callable[[Mapping[str, Any]], float | None]] = {
        "min": lambda row: _number(row["value_min"]),
        "max": lambda row: _number(row["value_max"]),
        "count": lambda row: _number(row["count_increase"] if has_count else row["points"]),
        "rate": lambda row: (row["count_increase"] if has_count else row["increase"]) / step,
        "sum": lambda row: _number(row["increase"] if has_count or counter else row["sum_of_averages"]),
        "avg": lambda row: (
            _number(_ratio(row["increase"], row["count_increase"]))
            if has_count
            else _number(_ratio(row["value_sum"], row["points"]))
        ),
    }
    return "numbers.sql", values[aggregate]


def _group(
    rows: Rows, group_by: Sequence[str], value: Callable[[Mapping[str, Any]], float | None]
) -> list[dict[str, Any]]:
    """Rows of (bucket, labels) → a series a group, at most MAX_SERIES of them."""
    found: dict[tuple[str, ...], list[list[Any]]] = {}
    for row in rows:
        labels = tuple(row["labels"])
        if labels in found or len(found) < MAX_SERIES:
            found.setdefault(labels, []).append([row["bucket"], value(row)])
    return [
        {"labels": dict(zip(group_by, labels, strict=True)), "points": points}
        for labels, points in sorted(found.items())
    ]


def _counts(pair: Any) -> dict[float, float]:
    keys, values = pair
    return {float(key): float(value) for key, value in zip(keys, values, strict=True)}


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def _number(value: Any) -> float | None:
    """None where the engine has no number (it writes NaN and infinities as null)."""
    return None if value is None else float(value)
