"""Questions to the `check_ins` table."""

from typing import Any

from vedette.server.http.listing import Listing, Question
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import load

FIELDS = Fields(
    columns=dict.fromkeys(("check_in_id", "monitor_slug", "status", "environment", "release", "trace_id"), "String")
)
LISTING = Listing(load(__package__, "list.sql"), FIELDS, "check_in_id", "String")


def list_check_ins(store: Store, project_id: int, question: Question) -> dict[str, Any]:
    """A page of check-ins."""
    return LISTING.page(store, project_id, question)
