"""Questions to the `feedback` table: what users wrote, and which error each is about.

Nothing of that is stored. Feedback may come before its event, and an error may be another report of a crash that a
richer source told (decision 0012): both are seen when the question is asked.
"""

from collections.abc import Sequence
from typing import Any

from vedette.server.http.listing import SECOND, TimeRange, contains, parse_time
from vedette.server.store.client import Store
from vedette.server.store.sql import fill, load

MOST = 10_000  # the newest of a range
SAME_CRASH_NS = 20 * 60 * SECOND
WORDS = contains("message", "name", "email", "url")

Row = dict[str, Any]


def skim(store: Store, project_id: int, range_: TimeRange, words: str = "", *, most: int = MOST) -> list[Row]:
    """The newest of a range, each once, by what tells where it belongs."""
    condition, bound = WORDS(words) if words else ("", {})
    parameters = {**range_.parameters(), **bound, "project_id": project_id, "limit": most}
    rows = store.query(fill(load(__package__, "feedback_skim.sql"), condition), parameters).dicts()
    # One sent again after a restart may have come with a later time: the first stands.
    first = {row["feedback_id"]: row for row in rows}
    return [row for row in rows if first[row["feedback_id"]] is row]


def shown(store: Store, project_id: int, ids: Sequence[str], *, whole: bool = False) -> dict[str, Row]:
    """Feedback by its id, with the event as sent if `whole`."""
    parameters = {"project_id": project_id, "ids": list(ids), "whole": int(whole)}
    rows = store.query(load(__package__, "feedback_shown.sql"), parameters).dicts()
    return {row["feedback_id"]: row for row in rows}


def files(store: Store, project_id: int, ids: Sequence[str]) -> dict[str, int]:
    """Feedback → how many files came with it, where some did."""
    parameters = {"project_id": project_id, "ids": list(ids)}
    return dict(store.query(load(__package__, "feedback_attachments.sql"), parameters).rows)


def errors_of(store: Store, project_id: int, range_: TimeRange, feedback_id: str = "") -> dict[str, Row]:
    """Feedback of a range → the error it is about, in the richest report of it; `by` says whether it names the
    error's event or shares its trace. Of one feedback, or of all."""
    parameters = {**range_.parameters(), "project_id": project_id}
    condition = "feedback_id = {feedback_id:String}" if feedback_id else ""
    if feedback_id:
        parameters["feedback_id"] = feedback_id
    rows = store.query(fill(load(__package__, "feedback_errors.sql"), condition), parameters).dicts()
    poor = [row for row in rows if row["richness"] < 3 and (row["crash"] or row["reference"])]
    richer = _richer(store, project_id, poor) if poor else []
    found = {}
    for row in rows:
        best = _richest(row, richer)
        found[row["feedback_id"]] = {**row, **best}
    return found


def _richer(store: Store, project_id: int, poor: Sequence[Row]) -> list[Row]:
    times = [parse_time(row["time"], now_ns=0) for row in poor]
    parameters = {
        **TimeRange(min(times), max(times) + 1000).parameters(), "project_id": project_id,
        "crashes": sorted({row["crash"] for row in poor} - {0}),
        "references": sorted({row["reference"] for row in poor} - {0}),
    }  # fmt: skip
    return store.query(load(__package__, "feedback_richer.sql"), parameters).dicts()


def _richest(row: Row, richer: Sequence[Row]) -> Row:
    """The report to show of the crash that `row` reports."""
    moment = parse_time(row["time"], now_ns=0)
    same = [
        one
        for one in richer
        if one["richness"] > row["richness"]
        and any(row[key] and row[key] == one[key] for key in ("crash", "reference"))
        and abs(parse_time(one["time"], now_ns=0) - moment) <= SAME_CRASH_NS
    ]
    return max(same, key=lambda one: (one["richness"], one["time"]), default=row)
