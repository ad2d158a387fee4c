"""Questions about web vitals: `reported` (a `.sql` a source), judged by `measured.sql`, asked by the rest."""

from dataclasses import replace
from typing import Any

from vedette.server.features.web_vitals.vitals import PARAMETERS, VITALS, score
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import (
    SECOND,
    Question,
    bucket_seconds,
    bucket_times,
    conditions_of,
    contains,
    iso_time,
)
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, expression
from vedette.server.store.sql import fill, load

# Of those with at least half as many reports as any, the first is shown: Sentry's lead to a trace. By the most alone it
# would be one SDK's numbers now and another's a minute later, where a page has both.
SOURCES = ("sentry", "otlp", "posthog")
FIELDS = Fields(
    columns=dict.fromkeys(
        ("page", "browser", "device", "os", "country", "rating", "service", "environment", "release", "trace_id",
         "session_id", "user_id"), "String"
    )
)  # fmt: skip

Row = dict[str, Any]


def sources(store: Store, project_id: int, question: Question) -> list[Row]:
    """Which sources reported in the range and how many loads at least; the one to show first."""
    found = dict.fromkeys(SOURCES, 0)
    parameters = {**PARAMETERS, **question.range.parameters(), "project_id": project_id}
    for row in store.query(load(__package__, "sources.sql"), parameters).dicts():
        found[row["source"]] = max(found[row["source"]], row["reports"])
    most = max(found.values())
    ranked = sorted(found, key=lambda name: 2 * found[name] < most)  # a stable sort: SOURCES' order within each half
    return [{"source": name, "reports": found[name]} for name in ranked if found[name]]


def source_of(store: Store, project_id: int, question: Question, chosen: str | None) -> str:
    """The source that is asked for, or the one to show; empty when none reported. Raises BadRequest."""
    if chosen is not None:
        if chosen not in SOURCES:
            raise BadRequest(f"no source {chosen!r}", hint=f"there are: {', '.join(SOURCES)}")
        return chosen
    known = sources(store, project_id, question)
    return str(known[0]["source"]) if known else ""


def overview(store: Store, project_id: int, question: Question, chosen: str | None, buckets: int) -> Row:
    """Every vital of one source in the range, and over time."""
    known = sources(store, project_id, question)
    source = source_of(store, project_id, question, chosen or (known[0]["source"] if known else None))
    step = bucket_seconds(question.range, buckets)
    over_time: dict[str, list[Row]] = {}
    for row in _ask(store, project_id, "vitals.sql", question, source, step=step):
        over_time.setdefault(iso_time(int(row["bucket"]) * SECOND), []).append(row)
    rows = over_time.pop(iso_time(0), [])
    found = {row["metric"]: row for row in rows}
    return {
        "source": source or None,
        "sources": known,
        **_loads_and_score(rows),
        "vitals": [_vital(found.get(vital.name), vital.name) for vital in VITALS],
        "bucket_seconds": step,
        "buckets": [
            {
                "time": time,
                **_loads_and_score(over_time.get(time, ())),
                "p75": {row["metric"]: row["levels"][1] for row in over_time.get(time, ())},
            }
            for time in bucket_times(question.range, step)
        ],
    }


def breakdown(store: Store, project_id: int, question: Question, source: str, by: str, limit: int) -> Row:
    """Vitals by one property. `opportunity` is how many points of the whole's score this part costs."""
    items = []
    labels = 0
    for row in _ask(store, project_id, "breakdown.sql", question, source, by, limit=limit):
        names = ("metric", "count", "loads", "p75", "mean_score")
        vitals = [dict(zip(names, one, strict=True)) for one in row["vitals"]]
        found = {one["metric"]: one for one in vitals}
        whole = _loads_and_score(vitals)
        labels = row["labels"]
        items.append(
            {
                "value": row["label"],
                **whole,
                "opportunity": (100 - whole["score"]) * whole["loads"] / row["loads_of_all"],
                "vitals": [_part(found[vital.name]) for vital in VITALS if vital.name in found],
            }
        )
    return {"source": source or None, "items": items, "total": labels}


def examples(store: Store, project_id: int, question: Question, source: str, metric: str, limit: int) -> list[Row]:
    """The loads in which one vital was worst."""
    return _ask(store, project_id, "examples.sql", question, source, metric=metric, limit=limit)


def _vital(row: Row | None, name: str) -> Row:
    vital = next(vital for vital in VITALS if vital.name == name)
    shape = {
        "metric": name, "unit": vital.unit, "good_until": vital.good_until, "poor_above": vital.poor_above,
        "weight": vital.weight,
    }  # fmt: skip
    if row is None:
        nothing = {"count": 0, "loads": 0.0, "good": 0.0, "needs_improvement": 0.0, "poor": 0.0}
        return shape | nothing | dict.fromkeys(("p50", "p75", "p90", "score", "rating"))
    p50, p75, p90 = row["levels"]
    counts = {key: row[key] for key in ("count", "loads", "good", "needs_improvement", "poor")}
    return shape | counts | {
        "p50": p50, "p75": p75, "p90": p90, "score": row["mean_score"], "rating": vital.rating(p75),
    }  # fmt: skip


def _part(row: Row) -> Row:
    rating = next(vital for vital in VITALS if vital.name == row["metric"]).rating(row["p75"])
    return {key: row[key] for key in ("metric", "count", "loads", "p75")} | {
        "score": row["mean_score"],
        "rating": rating,
    }


def _loads_and_score(rows: Any) -> Row:
    """Page loads, as many as the vital that was measured most often knows; and the score of all vitals."""
    means = {row["metric"]: row["mean_score"] for row in rows}
    return {"loads": max((row["loads"] for row in rows), default=0.0), "score": score(means)}


def _ask(
    store: Store, project_id: int, name: str, question: Question, source: str, by: str = "page", **parameters: Any
) -> list[Row]:
    """One question to what a source reported; `by` is one of FIELDS. Raises BadFilter."""
    condition, bound = conditions_of(replace(question, cursor=None), FIELDS, contains("page"))
    if source not in SOURCES:
        return []
    reported = load(__package__, f"{source}.sql")
    measured = fill(load(__package__, "measured.sql"), condition)
    asked = load(__package__, name).replace("page /* or what else it is by */", expression(by, FIELDS, {}))
    sql = f"WITH reported AS (\n{reported}),\nmeasured AS (\n{measured})\n{asked}"
    values = {**PARAMETERS, **bound, **question.range.parameters(), **parameters, "project_id": project_id}
    return store.query(sql, values).dicts()
