"""Why a transaction takes the time it takes: what its spans did themselves, and what its slow ones have in common."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from vedette.server.features.performance import scores
from vedette.server.features.performance.detail import Transaction
from vedette.server.features.performance.queries import Row
from vedette.server.features.performance.self_time import Part, category, descendants, own_times
from vedette.server.http.listing import TimeRange
from vedette.server.store.sql import load

SAMPLED = 100  # transactions whose traces are read
MOST_SPANS = 30_000
MOST_PARTS = 40
AROUND_NS = 60_000_000_000  # children that began before their parent, by another machine's clock
FACET_SAMPLE = 20_000
MOST_FACETS = 20
LIFT = 1.25
# Ids are one row's own; the others are what a column says already.
NO_FACETS = frozenset(
    f"{place}.{name}"
    for place in ("attributes", "resource")
    for name in (
        "user.id", "enduser.id", "user.email", "session.id", "posthogDistinctId", "posthogSessionId", "service.version",
        "sentry.release", "sentry.environment", "deployment.environment.name", "sentry.event_id", "client.address",
        "service.instance.id", "process.pid", "thread.id", "sentry.sample_rate", "sentry.sample_rand",
    )
)  # fmt: skip


def breakdown(found: Transaction) -> Row:
    """Own time by what was done, over a sample of its traces."""
    sampled = found.ask("sampled.sql", limit=SAMPLED)
    families = _families(found, sampled)
    parts: list[Part] = []
    own: dict[tuple[str, str], int] = {}
    for root in sampled:
        family = descendants(root["span_id"], families.get(root["trace_id"], []))
        own |= {(root["span_id"], span_id): time for span_id, time in own_times(family).items()}
        parts += family
    times = list(own.values())
    took = sum(root["duration_ns"] for root in sampled)
    return {
        "sampled": len(sampled),
        "spans": len(parts),
        "duration_ns": took,
        "parts": _by_work(zip(parts, times, strict=True), len(sampled))[:MOST_PARTS],
        "own_ns": sum(times),
    }


def _families(found: Transaction, sampled: Sequence[Row]) -> dict[str, list[Part]]:
    if not sampled:
        return {}
    since_ns = max(0, min(root["start_ns"] for root in sampled) - AROUND_NS)
    until_ns = max(root["start_ns"] + root["duration_ns"] for root in sampled) + AROUND_NS
    parameters: dict[str, Any] = {
        **TimeRange(since_ns, until_ns).parameters(),
        "project_id": found.project_id,
        "trace_ids": sorted({root["trace_id"] for root in sampled}),
        "limit": MOST_SPANS,
    }
    families: dict[str, list[Part]] = defaultdict(list)
    for trace_id, *fields in found.store.query(load(__package__, "families.sql"), parameters).rows:
        families[trace_id].append(Part(*fields))
    return families


def _by_work(parts: Iterable[tuple[Part, int]], traces: int) -> list[Row]:
    """Own times added up by category, operation, name and service, the longest first."""
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for part, own_ns in parts:
        entry = sums[category(part.operation), part.operation, part.name, part.service]
        entry[0] += own_ns
        entry[1] += 1
    total = sum(own_ns for own_ns, _ in sums.values())
    rows = [
        {
            "category": kind, "op": op, "name": name, "service": service, "own_ns": own_ns, "spans": spans,
            "share": own_ns / total if total else 0.0, "per_transaction": spans / traces,
        }
        for (kind, op, name, service), (own_ns, spans) in sums.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["own_ns"], row["name"]))


def facets(found: Transaction) -> Row:
    """Values that the slowest tenth of a sample has more often than all of it, beyond what chance would do."""
    rows = found.ask("facets.sql", sample=FACET_SAMPLE)
    items = []
    for row in rows:
        slow, of_slow, count, of_count = (row[name] for name in ("slow", "of_slow", "count", "of_count"))
        lift, deviations = scores.over_represented(slow, of_slow, count, of_count)
        if row["field"] not in NO_FACETS and lift >= LIFT and deviations >= scores.SIGNIFICANT:
            items.append(
                {
                    "field": row["field"], "value": row["value"], "count": count, "slow": slow, "lift": lift,
                    "share": count / of_count, "slow_share": slow / of_slow, "deviations": deviations,
                }
            )  # fmt: skip
    items.sort(key=lambda row: (-row["deviations"], row["field"], row["value"]))
    first = rows[0] if rows else {"of_count": 0, "of_slow": 0, "slow_from_ns": None}
    return {
        "sampled": first["of_count"], "slow": first["of_slow"], "slow_from_ns": first["slow_from_ns"],
        "items": items[:MOST_FACETS],
    }  # fmt: skip
