"""The questions behind Home."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vedette.server.http.listing import (
    Question,
    TimeRange,
    bucket_seconds,
    bucket_times,
    conditions_of,
    iso_time,
)
from vedette.server.signals.errors.queries import groups, once
from vedette.server.signals.events.queries import list_events
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import fill, load

# The top bar's filters: what every signal's table has.
FIELDS = Fields(columns=dict.fromkeys(("service", "environment", "release"), "String"))
SIGNALS = ("events", "errors", "logs", "spans")
NOTHING = {"events": 0, "errors": 0, "requests": 0, "failed_requests": 0, "logs": 0, "spans": 0, "p95_ns": None}
NEWEST = 8
SECOND = 1_000_000_000


def overview(store: Store, project_id: int, question: Question, buckets: int) -> dict[str, Any]:
    """Everything Home shows. Raises BadFilter for filters that not every signal knows."""
    range_ = question.range
    step = bucket_seconds(range_, buckets)
    now = _counts(store, project_id, question, range_, step)
    before = _counts(store, project_id, question, range_.before(), step)
    users = now[0].pop("users", 0)
    before[0].pop("users", None)
    newest = replace(question, limit=NEWEST, cursor=None)
    return {
        "bucket_seconds": step,
        "buckets": [{"time": moment, **_of(now, moment)} for moment in bucket_times(range_, step)],
        "totals": now[0],
        "previous": before[0],
        "users": users,
        "newest_errors": groups(store, project_id, newest)["items"],
        "newest_events": list_events(store, project_id, newest, None)["items"],
        "slowest": _ask(store, project_id, "slowest.sql", question, range_),
        "ingestion": _ingestion(_ask(store, project_id, "ingestion.sql", None, range_)),
    }


Buckets = tuple[dict[str, Any], dict[str, dict[str, Any]]]


def _counts(store: Store, project_id: int, question: Question, range_: TimeRange, step: int) -> Buckets:
    """Counts over the whole range, and by bucket."""
    totals: dict[str, Any] = dict(NOTHING)
    by_bucket: dict[str, dict[str, Any]] = {}
    for signal in SIGNALS:
        for row in _ask(store, project_id, f"{signal}.sql", question, range_, step=step):
            bucket = row.pop("bucket")
            if bucket:
                row.pop("users", None)
                by_bucket.setdefault(iso_time(bucket * SECOND), dict(NOTHING)).update(row)
            else:
                totals.update(row)
    return totals, by_bucket


def _of(counts: Buckets, moment: str) -> dict[str, Any]:
    return counts[1].get(moment, NOTHING)


def _ask(
    store: Store, project_id: int, name: str, question: Question | None, range_: TimeRange, **parameters: Any
) -> Sequence[dict[str, Any]]:
    sql = load(__package__, name)
    bound: dict[str, Any] = {}
    if question:
        condition, bound = conditions_of(replace(question, words=""), FIELDS)
        if name == "errors.sql":
            crash, scope = once(question.filters)
            condition, bound = f"{condition} AND {crash}" if condition else crash, bound | scope
        sql = fill(sql, condition)
    return store.query(sql, {**bound, **range_.parameters(), **parameters, "project_id": project_id}).dicts()


def _ingestion(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    dropped = ("rejected", "rate_limited", "client_discarded")
    return {
        "accepted": sum(row["quantity"] for row in rows if row["outcome"] == "accepted"),
        "rejected": sum(row["quantity"] for row in rows if row["outcome"] in dropped),
        "by_reason": [row for row in rows if row["outcome"] != "accepted"],
    }
