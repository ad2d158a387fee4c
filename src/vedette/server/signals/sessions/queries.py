"""Questions to the `sessions` table."""

from typing import Any

from vedette.server.http.listing import Listing, Question
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import load

FIELDS = Fields(
    columns={
        **dict.fromkeys(("session_id", "user_id", "status", "release", "environment", "service"), "String"),
        "errors": "UInt32",
        "quantity": "UInt32",
    }
)
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "tie", "String", since="started")


def list_sessions(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """A page of sessions."""
    page = LISTING.page(store, project_id, question)
    for row in page["items"]:
        del row["tie"]
    return page
