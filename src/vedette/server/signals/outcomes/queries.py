"""Questions to the `outcomes` table."""

from typing import Any

from vedette.server.http.listing import Listing, Question, bucket_seconds, bucket_times, conditions_of
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import fill, load

FIELDS = Fields(columns=dict.fromkeys(("protocol", "category", "outcome", "reason"), "String"))
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "tie", "String", since="toStartOfMinute(outcomes.time)")


def list_outcomes(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """A page of minutes."""
    page = LISTING.page(store, project_id, question)
    for row in page["items"]:
        del row["tie"]
    return page


def summary(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """Totals of the range by what happened."""
    condition, bound = conditions_of(question, FIELDS)
    sql = fill(load(__package__, "summary.sql"), condition)
    parameters = {**bound, **question.range.parameters(), "project_id": project_id}
    return {"items": store.query(sql, parameters).dicts()}


def histogram(store: Store, project_id: int, question: Question, buckets: int) -> dict[str, Any]:
    """Items per bucket and outcome, also of the buckets that have none."""
    step = bucket_seconds(question.range, buckets)
    condition, bound = conditions_of(question, FIELDS)
    sql = fill(load(__package__, "histogram.sql"), condition)
    parameters = {**bound, **question.range.parameters(), "project_id": project_id, "step": step}
    counts: dict[str, dict[str, int]] = {moment: {} for moment in bucket_times(question.range, step)}
    for moment, outcome, quantity in store.query(sql, parameters).rows:
        counts.setdefault(moment, {})[outcome] = quantity
    return {
        "bucket_seconds": step,
        "buckets": [{"time": moment, "counts": found} for moment, found in counts.items()],
    }
