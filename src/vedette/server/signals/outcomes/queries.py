"""Questions to the `outcomes` table."""

from typing import Any

from vedette.server.http.listing import Listing, Question, conditions_of
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
