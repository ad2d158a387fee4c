"""One issue: its numbers, trend, tags, fingerprints and occurrences."""

from typing import Any

from vedette.server.features.issues import queries
from vedette.server.features.issues.listing import TREND_STEPS, found_of, row, states
from vedette.server.features.issues.overlay import Overlay
from vedette.server.features.issues.queries import Events
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import SECOND, TimeRange, bucket_seconds, bucket_times, iso_time
from vedette.server.signals.errors import queries as errors
from vedette.server.store.client import Store
from vedette.server.store.sql import load

BUCKETS = 60
SAMPLE_EVENTS = 10_000  # the newest: how tags spread is told from these
VALUES_A_TAG = 10
MOST_MARKS = 40
LOOK_NS = 3600 * SECOND  # an issue looks as it did in its last hour
RANKS = {"latest": -1, "recommended": 0, "oldest": 1}


def lived(store: Store, project_id: int, overlay: Overlay, issue: str) -> tuple[dict[str, Any], TimeRange]:
    """What is known of an issue, and the range from its first event to its last. Raises NotFound."""
    known = queries.known(store, project_id, overlay, [issue]).get(issue)
    if known is None:
        raise NotFound("no such issue", hint="its events may be past retention, or it was deleted")
    return known, TimeRange(known["first_us"] * 1000, known["last_us"] * 1000 + 1000)


def issue_detail(
    store: Store, project_id: int, overlay: Overlay, issue: str, events: Events, *, now_ns: int
) -> dict[str, Any]:
    """An issue with its trend over the range. Counts are of the range, first and last seen of everything kept."""
    known, whole = lived(store, project_id, overlay, issue)
    last_hour = TimeRange(max(whole.since_ns, whole.until_ns - LOOK_NS), whole.until_ns)
    look = queries.shown(store, project_id, overlay, Events(last_hour, every=True), [issue], TREND_STEPS).get(issue)
    if look is None:  # deleted just now, or past retention
        raise NotFound("no such issue", hint="its events may be past retention, or it was deleted")
    trend = _trend(store, project_id, overlay, issue, events)
    counts = [one["count"] for one in trend["buckets"]]
    numbers = {
        "issue": issue, "count": trend.pop("count"), "users": trend.pop("users"), "newest": look["newest"],
        "lately": sum(counts[len(counts) // 2 :]), "last_us": known["last_us"],
        "feedback": queries.feedback(store, project_id, overlay, events.range)[issue],
    }  # fmt: skip
    first_ns = known["first_us"] * 1000
    state = states(store, project_id, overlay, {issue: first_ns}, now_ns)[issue]
    one = found_of(numbers, known, state, first_ns, overlay)
    return {**row(one, {**look, "trend": counts}, overlay), "over_time": trend}


def _trend(store: Store, project_id: int, overlay: Overlay, issue: str, events: Events) -> dict[str, Any]:
    step = bucket_seconds(events.range, BUCKETS)
    fingerprints = overlay.fingerprints_of(issue)
    rows = queries.ask(store, project_id, events, "trend.sql", fingerprints=fingerprints, step=step)
    total = next((one for one in rows if one["bucket"] == 0), {"count": 0, "users": 0})
    by_time = {iso_time(one["bucket"] * SECOND): one for one in rows if one["bucket"]}
    nothing = {"count": 0, "users": 0}
    parameters = {**events.range.parameters(), "project_id": project_id, "limit": MOST_MARKS}
    marks = store.query(load(__package__, "marks.sql"), parameters).dicts()
    return {
        "bucket_seconds": step,
        "buckets": [
            {"time": time, **{name: by_time.get(time, nothing)[name] for name in nothing}}
            for time in bucket_times(events.range, step)
        ],
        "releases": marks,
        "count": total["count"],
        "users": total["users"],
    }


def tags(store: Store, project_id: int, overlay: Overlay, issue: str, events: Events) -> dict[str, Any]:
    """How the issue's newest events spread over tags and fields, the commonest tags first."""
    fingerprints = overlay.fingerprints_of(issue)
    rows = queries.ask(
        store, project_id, events, "tags.sql", fingerprints=fingerprints, sample=SAMPLE_EVENTS, most=VALUES_A_TAG
    )
    found: dict[str, dict[str, Any]] = {}
    for one in rows:
        tag = found.setdefault(
            one["key"], {"key": one["key"], "total": one["total"], "distinct": one["distinct"], "values": []}
        )
        share = round(one["count"] / one["total"], 4)
        tag["values"].append({"value": one["value"], "count": one["count"], "share": share})
    return {"items": list(found.values())}


def members(store: Store, project_id: int, overlay: Overlay, issue: str) -> list[dict[str, Any]]:
    """What each fingerprint of an issue looks like."""
    _, whole = lived(store, project_id, overlay, issue)
    return queries.ask(
        store, project_id, Events(whole, every=True), "members.sql", fingerprints=overlay.fingerprints_of(issue)
    )


def occurrence(store: Store, project_id: int, overlay: Overlay, issue: str, which: str) -> dict[str, Any]:
    """One event of an issue, by its id or as latest, oldest, recommended; with its neighbours' ids."""
    _, whole = lived(store, project_id, overlay, issue)
    fingerprints = overlay.fingerprints_of(issue)
    event_id = which.replace("-", "").lower()
    if which in RANKS:
        bound = {"fingerprints": fingerprints, "rank": RANKS[which], "sample": SAMPLE_EVENTS // 10}
        rows = queries.ask(store, project_id, Events(whole), "occurrence.sql", **bound)
        # Where every report is one of another issue's event, they are walked themselves.
        rows = rows or queries.ask(store, project_id, Events(whole, every=True), "occurrence.sql", **bound)
        if not rows:
            raise NotFound("no event of this issue is left")
        event_id = rows[0]["event_id"]
    event = errors.detail(store, project_id, event_id)
    if event["fingerprint"] not in fingerprints:
        raise NotFound("this issue has no such event", hint="it may be of another issue, since one was unmerged")
    bound = {"fingerprints": fingerprints, "event_id": event_id, "time": event["time"]}
    (around,) = queries.ask(store, project_id, Events(whole), "neighbours.sql", **bound)
    if not around["total"]:
        (around,) = queries.ask(store, project_id, Events(whole, every=True), "neighbours.sql", **bound)
        around |= {"total": 0, "counted": False}
    return {"event": event, **around, "previous": around["previous"] or None, "next": around["next"] or None}
