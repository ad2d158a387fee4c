"""Questions that the project pages ask of the store; each is the `.sql` file of its name."""

from collections.abc import Iterable, Mapping
from typing import Any

from vedette.server.features.projects.shapes import ProtocolReceived, Received
from vedette.server.store.client import Store
from vedette.server.store.sql import load

CATEGORIES = ("error", "event", "log", "span", "metric_point", "session", "check_in")
PROTOCOLS = ("sentry", "posthog", "otlp", "prometheus", "betterstack")


def received(store: Store, project_id: int) -> tuple[dict[str, Received], dict[str, ProtocolReceived]]:
    """What has come in: of each signal, and by each protocol."""
    rows = store.query(load(__package__, "received.sql"), {"project_id": project_id}).dicts()
    signals = {name: _sum(row for row in rows if row["category"] == name) for name in CATEGORIES}
    protocols = {}
    for name in PROTOCOLS:
        own = [row for row in rows if row["protocol"] == name]
        total = _sum(own)
        protocols[name] = ProtocolReceived(
            last_time=total.last_time,
            count=total.count,
            categories={row["category"]: _sum([row]) for row in own},
        )
    return signals, protocols


def _sum(rows: Iterable[Mapping[str, Any]]) -> Received:
    found = list(rows)
    last = max((row["last_time"] for row in found), default=None)
    return Received(last_time=last, count=sum(row["count"] for row in found))
