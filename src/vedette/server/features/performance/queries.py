"""Transactions as a list: how often, how fast, how often failed, for whom, and since when that is so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vedette.server.features.performance import scores
from vedette.server.features.performance.search import read
from vedette.server.features.performance.thresholds import MILLISECOND, PerformanceSettings
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import Question, TimeRange, bucket_seconds, bucket_times, conditions_of, contains
from vedette.server.signals.spans.queries import FIELDS
from vedette.server.store.client import Store
from vedette.server.store.sql import fill, load

Row = dict[str, Any]

WORDS = contains("name")
SECOND = 1_000_000_000
ORDER_SLOT = "/* order */ spent_ns DESC"
ORDERS = {
    "time_spent": "spent_ns", "throughput": "count", "count": "count", "failure_rate": "failure_rate",
    "apdex": "apdex", "users": "users", "misery": "misery", "name": "name", "service": "service",
    "op": "transaction_op", "p50": "p50_ns", "p75": "p75_ns", "p95": "p95_ns", "p99": "p99_ns",
}  # fmt: skip
BY_CHANGE = "change"
MOST_COMPARED = 2000  # transactions that are sorted by their change: as many as take the most time
TREND_BUCKETS = 24


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the list. `sort`: a key of ORDERS, or `change`; `-` before it turns it round."""

    sort: str
    offset: int
    limit: int


def transactions(store: Store, project_id: int, question: Question, settings: PerformanceSettings, page: Page) -> Row:
    """A page of transactions. Raises BadRequest for a sort that there is not."""
    question, offset = read(question), page.offset
    key, descending = page.sort.removeprefix("-"), page.sort.startswith("-")
    if key == BY_CHANGE:
        found = _by_change(store, project_id, question, settings, descending)
        rows = found[offset : offset + page.limit]
    elif key in ORDERS:
        order = f"{ORDERS[key]} {'DESC' if descending else 'ASC'}"
        found = rows = groups(store, project_id, question, settings, order=order, limit=page.limit, offset=offset)
    else:
        known = ", ".join((*ORDERS, BY_CHANGE))
        raise BadRequest(f"no sort {page.sort!r}", hint=f"one of {known}, or with - before it")
    whole = found[0] if found else {"transactions": 0, "all_count": 0, "all_stored": 0, "all_spent_ns": 0}
    return {
        "items": [transaction(row, question.range) for row in rows],
        "transactions": whole["transactions"],
        "count": round(whole["all_count"]),
        "stored": whole["all_stored"],
        "sample_rate": scores.sample_rate(whole["all_stored"], whole["all_count"]),
        "time_spent_ns": round(whole["all_spent_ns"]),
        "next_cursor": str(offset + len(rows)) if offset + len(rows) < whole["transactions"] and rows else None,
    }


def groups(
    store: Store,
    project_id: int,
    question: Question,
    settings: PerformanceSettings,
    *,
    order: str = "spent_ns DESC",
    limit: int = 1,
    offset: int = 0,
) -> list[Row]:
    """Rows of transactions.sql. Where both Sentry's protocol and another told of some, asked again with each once."""
    sql = settings.fill(load(__package__, "transactions.sql")).replace(ORDER_SLOT, order)
    more = {**settings.parameters(), "limit": limit, "offset": offset}
    rows = ask(store, project_id, sql, question, more)
    if rows and rows[0]["told_by_both"]:
        rows = ask(store, project_id, sql, question, more, [once(question)])
    return rows


def _by_change(
    store: Store, project_id: int, question: Question, settings: PerformanceSettings, descending: bool
) -> list[Row]:
    rows = groups(store, project_id, question, settings, limit=MOST_COMPARED)
    earlier = replace(question, range=question.range.before())
    before = {identity(row): row["p95_ns"] for row in groups(store, project_id, earlier, settings, limit=MOST_COMPARED)}
    changes = {identity(row): scores.change(row["p95_ns"], before.get(identity(row))) for row in rows}
    known = [row for row in rows if changes[identity(row)] is not None]
    known.sort(key=lambda row: changes[identity(row)] or 0.0, reverse=descending)
    return [*known, *(row for row in rows if changes[identity(row)] is None)]


def identity(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """What tells a transaction from the others."""
    return row["service"], row["name"], row["op"]


def transaction(row: Row, range_: TimeRange) -> Row:
    """A row of transactions.sql as the API gives it."""
    return {
        "service": row["service"],
        "name": row["name"],
        "op": row["op"],
        "count": round(row["count"]),
        "stored": row["stored"],
        "sample_rate": scores.sample_rate(row["stored"], row["count"]),
        "per_minute": row["count"] * 60 / range_.seconds,
        "failed": round(row["failed"]),
        "failure_rate": row["failure_rate"],
        **{name: row[name] for name in ("p50_ns", "p75_ns", "p95_ns", "p99_ns")},
        "apdex": scores.apdex(row["satisfied"], row["tolerating"], row["count"]),
        "apdex_ms": row["threshold_ns"] // MILLISECOND,
        "users": row["users"],
        "miserable_users": row["miserable_users"],
        "misery": scores.misery(row["miserable_users"], row["users"]),
        "time_spent_ns": round(row["spent_ns"]),
        "time_share": row["spent_ns"] / row["all_spent_ns"] if row["all_spent_ns"] else 0.0,
    }


def trends(store: Store, project_id: int, question: Question, wanted: Sequence[tuple[str, str, str]]) -> Row:
    """The shape over time of some transactions, and what they were in the range before."""
    question = read(question)
    step = bucket_seconds(question.range, TREND_BUCKETS)
    times = bucket_times(question.range, step)
    first = question.range.since_ns // SECOND // step * step
    lengths = bucket_lengths(question.range, step)
    items = {one: _empty_trend(one, len(times)) for one in wanted}
    for row in _trend_rows(store, project_id, question, wanted, step):
        item, bucket = items[identity(row)], row["bucket"]
        if bucket:
            position = (bucket - first) // step
            item["per_minute"][position] = row["count"] * 60 / lengths[position]
            item["p95_ns"][position] = row["p95_ns"]
    earlier = replace(question, range=question.range.before())
    for row in _trend_rows(store, project_id, earlier, wanted, bucket_seconds(earlier.range, 1)):
        if not row["bucket"]:
            items[identity(row)]["previous"] = {
                "count": round(row["count"]),
                "per_minute": row["count"] * 60 / earlier.range.seconds,
                "failure_rate": row["failure_rate"],
                "p95_ns": row["p95_ns"],
            }
    return {"bucket_seconds": step, "times": times, "items": list(items.values())}


def bucket_lengths(range_: TimeRange, step: int) -> list[float]:
    """Seconds of each bucket that lie in the range: the first and the last are rarely whole."""
    first = range_.since_ns // SECOND // step * step * SECOND
    starts = range(first, range_.until_ns, step * SECOND)
    return [(min(start + step * SECOND, range_.until_ns) - max(start, range_.since_ns)) / SECOND for start in starts]


def _trend_rows(
    store: Store, project_id: int, question: Question, wanted: Sequence[tuple[str, str, str]], step: int
) -> list[Row]:
    if not wanted:
        return []
    services, names, ops = zip(*wanted, strict=True)
    more = {"step": step, "services": list(services), "names": list(names), "ops": list(ops)}
    conditions = [once(question)] if by_sentry(store, project_id, question) else []
    return ask(store, project_id, load(__package__, "trends.sql"), question, more, conditions)


def _empty_trend(one: tuple[str, str, str], buckets: int) -> Row:
    service, name, op = one
    per_minute: list[float] = [0.0] * buckets
    p95: list[float | None] = [None] * buckets
    return {"service": service, "name": name, "op": op, "per_minute": per_minute, "p95_ns": p95, "previous": None}


def once(question: Question) -> str:
    """The condition that counts a request once which Sentry's protocol and another told of (docs/transactions.md).

    It binds nothing of its own: the question's filters are bound by who asks, and so is the range.
    """
    condition, _ = conditions_of(replace(question, words=""), FIELDS)
    return fill(load(__package__, "once.sql"), condition)


def by_sentry(store: Store, project_id: int, question: Question, *conditions: str, **more: Any) -> bool:
    """Whether some of these transactions came by Sentry's protocol: only they may have been told of twice."""
    rows = ask(store, project_id, load(__package__, "sources.sql"), question, more, conditions)
    return bool(rows and rows[0]["by_sentry"])


def ask(
    store: Store,
    project_id: int,
    sql: str,
    question: Question,
    more: Mapping[str, Any] | None = None,
    conditions: Sequence[str] = (),
) -> list[Row]:
    """Run a query of this folder over the question's range and filters, and more conditions."""
    condition, bound = conditions_of(question, FIELDS, WORDS)
    both = " AND ".join(part for part in (condition, *conditions) if part)
    parameters = {**bound, **question.range.parameters(), **(more or {}), "project_id": project_id}
    return store.query(fill(sql, both), parameters).dicts()
