"""Which fields a signal's rows have in a range, and which values a field takes: for filter completion.

Both look at the newest rows only, so that a drop-down never waits for a whole month to be read.
"""

from typing import Any

from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import TimeRange
from vedette.server.signals.errors.queries import FIELDS as ERRORS
from vedette.server.signals.events.queries import FIELDS as EVENTS
from vedette.server.signals.logs.queries import FIELDS as LOGS
from vedette.server.signals.spans.queries import FIELDS as SPANS
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, expression
from vedette.server.store.sql import load

SIGNALS: dict[str, Fields] = {"logs": LOGS, "spans": SPANS, "errors": ERRORS, "events": EVENTS}
SAMPLE_ROWS = 20_000
MOST_VALUES = 50
# What a column of a signal is called in the drop-down.
KINDS = {"attributes": "attribute", "resource": "resource", "scope_attributes": "scope", "tags": "tag"}


def fields_of(signal: str) -> Fields:
    """The fields of a signal's table. Raises BadRequest."""
    found = SIGNALS.get(signal)
    if found is None:
        raise BadRequest(f"no signal {signal!r}", hint=f"there are {', '.join(SIGNALS)}")
    return found


def names(store: Store, project_id: int, signal: str, range_: TimeRange) -> list[dict[str, str]]:
    """Columns, then the keys seen in the maps and properties of the newest rows, commonest first."""
    fields = fields_of(signal)
    found = [{"name": name, "kind": "column"} for name in fields.columns]
    for column in (*fields.maps, *fields.json):
        keys = f"mapKeys({column})" if column in fields.maps else f"JSONAllPaths({column})"
        sql = load(__package__, "fields.sql").replace("/* table */ logs", signal).replace("/* keys */ []", keys)
        rows = store.query(sql, {**range_.parameters(), "project_id": project_id, "sample": SAMPLE_ROWS}).rows
        kind = KINDS.get(column, "property")
        found += [{"name": f"{column}.{row[0]}", "kind": kind} for row in rows]
    return found


def values(
    store: Store, project_id: int, signal: str, field: str, prefix: str, range_: TimeRange
) -> list[dict[str, Any]]:
    """The commonest values of a field in the newest rows, with how often each was seen there. Raises BadFilter."""
    bound: dict[str, Any] = {}
    text = expression(field, fields_of(signal), bound)
    sql = load(__package__, "values.sql").replace("/* table */ logs", signal)
    sql = sql.replace("/* value */ ''", f"toString({text})")
    parameters = {
        **bound, **range_.parameters(), "project_id": project_id, "prefix": prefix,
        "sample": SAMPLE_ROWS, "limit": MOST_VALUES,
    }  # fmt: skip
    return store.query(sql, parameters).dicts()
