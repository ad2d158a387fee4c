"""Questions that the project pages ask of the store; each is the `.sql` file of its name."""

from vedette.server.features.projects.shapes import Received
from vedette.server.store.client import Store
from vedette.server.store.sql import load

CATEGORIES = ("error", "event", "log", "span", "metric_point", "session", "check_in")


def received(store: Store, project_id: int) -> dict[str, Received]:
    """What has come in of each signal."""
    rows = store.query(load(__package__, "received.sql"), {"project_id": project_id}).dicts()
    found = {row["category"]: Received(last_time=row["last_time"], count=row["count"]) for row in rows}
    return {category: found.get(category, Received()) for category in CATEGORIES}
