"""trace_metric container → `metric_series` and `metric_points`, a point an observation.

Format: https://develop.sentry.dev/sdk/telemetry/metrics/. A counter's value is an increment (delta), a distribution's
one observation: it becomes an exponential histogram of one, which merges with any other of the same scale.
"""

import hashlib
import math
from typing import Any

from vedette.server.protocols.sentry.batch import METRIC_POINTS, METRIC_SERIES, Batch
from vedette.server.protocols.sentry.containers import Attributes, each_record, shared_columns
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, number, text
from vedette.server.protocols.sentry.times import time_text

TYPES = {"counter": "sum", "gauge": "gauge", "distribution": "exponential_histogram"}
# Buckets 2^(1/64) wide: a quantile is off by 0.5 % at most.
SCALE = 6
# What names one visitor would make every visitor a series of their own; exemplars lead to the trace instead.
NOT_IN_SERIES = frozenset(("sentry.replay_id", "user.id", "user.email", "user.name", "client.address"))

Series = dict[int, dict[str, Any]]


def add_metrics(item: Item, batch: Batch) -> None:
    """A trace_metric container. Raises BadItem."""
    series: Series = {}
    stored = each_record(
        item, batch, "metric_point", lambda record, attributes: _add(record, attributes, batch, series)
    )
    for row in series.values():
        batch.add(METRIC_SERIES, row)
    batch.accept("metric_point", len(item.payload), stored)


def _add(record: dict[str, Any], attributes: Attributes, batch: Batch, series: Series) -> None:
    name, kind, value = (
        text(record.get("name"), 200),
        TYPES.get(text(record.get("type")), ""),
        number(record.get("value")),
    )
    if not name or not kind or value is None:
        raise BadItem("invalid_metric", "needs a name, a type (counter, gauge, distribution) and a finite value")
    shared = shared_columns(record, attributes)
    labels = {key: entry for key, entry in attributes.items() if key not in NOT_IN_SERIES}
    series_id = _series_id(name, kind, labels)
    time = _spread(time_text(batch.time_of(record.get("timestamp"), category="metric_point")), batch)
    known = series.get(series_id)
    if known:
        known["first_time"], known["last_time"] = min(known["first_time"], time), max(known["last_time"], time)
    else:
        series[series_id] = {
            "metric_name": name,
            "series_id": series_id,
            "type": kind,
            "temporality": "unspecified" if kind == "gauge" else "delta",
            "is_monotonic": kind == "sum",
            "unit": text(record.get("unit"), 64),
            **{column: shared[column] for column in ("source", "service", "environment", "release")},
            "scope_name": attributes.get("sentry.sdk.name", "")[:200],
            "attributes": labels,
            "first_time": time,
            "last_time": time,
        }
    trace_id = shared["trace_id"]
    point = {
        "metric_name": name,
        "series_id": series_id,
        "time": time,
        "start_time": time,
        "received_at": batch.received,
        "request_id": batch.request_id,
        "type": kind,
        "value": value,
        "exemplars": [[time, value, trace_id, shared["span_id"], {}]] if trace_id else [],
    }
    if kind == "exponential_histogram":
        point |= {"count": 1, "min": value, "max": value, **_bucket(value)}
    batch.add(METRIC_POINTS, point)


def _series_id(name: str, kind: str, labels: Attributes) -> int:
    identity = "\x1f".join([name, kind, *(f"{key}\x1e{labels[key]}" for key in sorted(labels))])
    return int.from_bytes(hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _spread(time: str, batch: Batch) -> str:
    """A point is known by series and time, and browsers' clocks are coarse: tell points of one microsecond apart by
    nanoseconds drawn from the request, so that a re-sent request gets the same ones."""
    draw = hash((batch.request_id, len(batch.rows.get(METRIC_POINTS, ())))) % 1000
    return f"{time}{draw:03d}"


def _bucket(value: float) -> dict[str, Any]:
    """One observation as an exponential histogram: bucket i holds (2^(i/64), 2^((i+1)/64)].

    Source: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram.
    """
    if value == 0:
        return {"scale": SCALE, "zero_count": 1}
    side = "positive" if value > 0 else "negative"
    index = math.ceil(math.log2(abs(value)) * 2**SCALE) - 1
    return {"scale": SCALE, f"{side}_offset": index, f"{side}_counts": [1]}
