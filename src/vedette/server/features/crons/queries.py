"""Questions about runs; each is the `.sql` file of its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.server.features.crons.timeline import CheckIn
from vedette.server.http.listing import sql_time
from vedette.server.store.client import Store
from vedette.server.store.sql import load

MOST_CHECK_INS = 3000  # of one monitor in one environment: a day of one that runs every minute
MOST_OF_ALL = 200_000  # a list of very many monitors looks at fewer of each


@dataclass(frozen=True, slots=True)
class Heard:
    """A check-in of one monitor in one environment, and the configuration that came with it."""

    slug: str
    environment: str
    check_in: CheckIn
    monitor_config: str


def how_many(store: Store, project_id: int) -> int:
    """How many monitors there are, each environment counted."""
    return int(store.query(load(__package__, "how_many.sql"), {"project_id": project_id}).scalar())


def check_ins(
    store: Store, project_id: int, *, slug: str = "", environment: str = "", most: int = MOST_CHECK_INS
) -> list[Heard]:
    """The newest `most` of every monitor in every environment, the newest first."""
    parameters = {"project_id": project_id, "slug": slug, "environment": environment, "most": most}
    rows = store.query(load(__package__, "check_ins.sql"), parameters).rows
    return [
        Heard(
            slug=row[0],
            environment=row[1],
            check_in=CheckIn(row[2], int(row[4]), row[3], None if row[5] is None else int(row[5]), row[6], row[7]),
            monitor_config=row[8],
        )
        for row in rows
    ]


def errors(store: Store, project_id: int, trace_ids: Sequence[str], since_ms: int) -> dict[str, int]:
    """How many different errors came in each of these traces."""
    if not trace_ids:
        return {}
    parameters = {"project_id": project_id, "trace_ids": list(trace_ids), "since": sql_time(since_ms * 1_000_000)}
    rows = store.query(load(__package__, "errors.sql"), parameters).rows
    return {row[0]: int(row[1]) for row in rows}
