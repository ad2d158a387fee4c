"""One transaction: its numbers, over time, by release and by how it ended; traces to look at; whom and what it met."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from vedette.server.features.performance import queries, scores
from vedette.server.features.performance.queries import Row, ask
from vedette.server.features.performance.thresholds import PerformanceSettings
from vedette.server.features.releases.queries import first_seen
from vedette.server.http.listing import Question, bucket_seconds, bucket_times, conditions_of, iso_time
from vedette.server.signals.errors.queries import once as one_crash_once
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, Filter
from vedette.server.store.sql import fill, load

SECOND = 1_000_000_000
EXAMPLES = 6
MOST_ISSUES = 20
MOST_USERS = 20
TRACES_FOR_ISSUES = 1000  # bound one by one: a remote server gets them in the address
PERCENTILES = ("p50_ns", "p75_ns", "p95_ns", "p99_ns")
# What errors and spans both know.
BOTH_KNOW = Fields(columns=dict.fromkeys(("environment", "release"), "String"))


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction in a question: its filters say which, `conditions` that each request counts once."""

    store: Store
    project_id: int
    service: str
    name: str
    op: str
    question: Question
    conditions: tuple[str, ...] = ()

    def ask(self, name: str, **more: Any) -> list[Row]:
        """One of the folder's queries about it."""
        sql = load(__package__, name)
        return ask(self.store, self.project_id, sql, self.question, more, self.conditions)


def find(store: Store, project_id: int, question: Question, service: str, name: str, op: str | None) -> Transaction:
    """The question narrowed to one transaction; of several ops, to the one that takes the most time."""
    named = [Filter("name", "=", name), Filter("service", "=", service)]
    if op is None:
        any_op = replace(question, filters=[*question.filters, *named], words="")
        rows = queries.groups(store, project_id, any_op, PerformanceSettings())
        op = str(rows[0]["op"]) if rows else ""
    filters = [*question.filters, *named, Filter("transaction_op", "=", op)]
    narrowed = replace(question, filters=filters, words="")
    found = Transaction(store, project_id, service, name, op, narrowed)
    if queries.by_sentry(store, project_id, narrowed):
        # What hides a request is looked for in all of the question: another source may name it otherwise.
        found = replace(found, conditions=(queries.once(question),))
    return found


def summary(found: Transaction, settings: PerformanceSettings, buckets: int) -> Row:
    """Numbers now and in the range before, over time, how long it takes, how it ended, and by release."""
    now = _numbers(found, settings)
    step, rows = _over_time(found, buckets)
    return {
        "now": now,
        "previous": _numbers(replace(found, question=_earlier(found.question)), settings),
        "bucket_seconds": step,
        "buckets": rows,
        "durations": [_duration(row) for row in found.ask("durations.sql")],
        "statuses": [{**row, "count": round(row["count"])} for row in found.ask("statuses.sql")],
        "releases": _releases(found, step),
    }


def _earlier(question: Question) -> Question:
    return replace(question, range=question.range.before())


def _numbers(found: Transaction, settings: PerformanceSettings) -> Row | None:
    sql = settings.fill(load(__package__, "transactions.sql"))
    more = {**settings.parameters(), "limit": 1, "offset": 0}
    rows = ask(found.store, found.project_id, sql, found.question, more, found.conditions)
    return queries.transaction(rows[0], found.question.range) if rows else None


def _over_time(found: Transaction, buckets: int) -> tuple[int, list[Row]]:
    range_ = found.question.range
    step = bucket_seconds(range_, buckets)
    known = {iso_time(row["bucket"] * SECOND): row for row in found.ask("over_time.sql", step=step)}
    lengths = queries.bucket_lengths(range_, step)
    return step, [
        _bucket(time, known.get(time), seconds)
        for time, seconds in zip(bucket_times(range_, step), lengths, strict=True)
    ]


def _bucket(time: str, row: Row | None, seconds: float) -> Row:
    if row is None:
        return {"time": time, "per_minute": 0.0, "count": 0, "failed": 0, **dict.fromkeys(PERCENTILES)}
    quantiles = dict(zip(PERCENTILES, row["quantiles"], strict=True))
    return {
        "time": time, "per_minute": row["count"] * 60 / seconds, "count": round(row["count"]),
        "failed": round(row["failed"]), **quantiles,
    }  # fmt: skip


def _duration(row: Row) -> Row:
    from_ns, to_ns = scores.class_edges(row["class"])
    return {
        "from_ns": from_ns, "to_ns": to_ns, "count": round(row["count"]), "stored": row["stored"],
        "failed": round(row["failed"]),
    }  # fmt: skip


def _releases(found: Transaction, step: int) -> list[Row]:
    """The releases that ran it; `began` where a release was seen first, for a mark on the charts."""
    rows = found.ask("releases.sql")
    known = first_seen(found.store, found.project_id, [row["release"] for row in rows])
    # Spans alone tell of a beginning when it did not run at the range's own.
    beginning = iso_time(found.question.range.since_ns + step * SECOND)
    return [
        {
            "release": row["release"],
            "began": known.get(row["release"]) or (row["first_time"] if row["first_time"] > beginning else None),
            "first_time": row["first_time"],
            "last_time": row["last_time"],
            "count": round(row["count"]),
            "failure_rate": row["failure_rate"],
            "p50_ns": row["quantiles"][0],
            "p95_ns": row["quantiles"][1],
        }
        for row in rows
    ]


def examples(found: Transaction) -> Row:
    """Traces to look at: the slowest, the most usual, the last that failed."""
    items: dict[str, list[Row]] = {"slowest": [], "typical": [], "failed": []}
    for row in found.ask("examples.sql", limit=EXAMPLES):
        items[row.pop("kind")].append(row)
    return {**items, "typical": sorted(items["typical"], key=lambda row: str(row["time"]), reverse=True)}


def impact(found: Transaction, settings: PerformanceSettings) -> Row:
    """Errors that happened in it, and the users whom it failed or kept waiting."""
    threshold_ns = settings.of(found.service, found.name, found.op)
    return {
        "issues": issues(found),
        "users": found.ask("users.sql", threshold_ns=threshold_ns, limit=MOST_USERS),
    }


def issues(found: Transaction) -> Sequence[Row]:
    """Groups of errors and findings that name the transaction or happened in a part of its traces, a crash once."""
    traces = [row["trace_id"] for row in found.ask("traces_of.sql", limit=TRACES_FOR_ISSUES)]
    known = [item for item in found.question.filters if item.field in BOTH_KNOW.columns]
    condition, bound = conditions_of(replace(found.question, filters=known), BOTH_KNOW)
    crash, scope = one_crash_once(known, findings=True)
    parameters = {
        **bound, **scope, **found.question.range.parameters(), "project_id": found.project_id, "trace_ids": traces,
        "transaction": found.name, "transaction_service": found.service, "limit": MOST_ISSUES,
    }  # fmt: skip
    sql = fill(load(__package__, "issues.sql"), " AND ".join(part for part in (condition, crash) if part))
    return found.store.query(sql, parameters).dicts()
