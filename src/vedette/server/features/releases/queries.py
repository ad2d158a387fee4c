"""Questions about releases; each is the `.sql` file of its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vedette.server.http.listing import Question, bucket_seconds, bucket_times, conditions_of
from vedette.server.signals.errors.queries import groups, once
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, Filter
from vedette.server.store.sql import fill, load

# What errors, sessions and spans all know.
FIELDS = Fields(columns=dict.fromkeys(("service", "environment", "release"), "String"))
SIGNALS = ("errors", "health", "spans")
MOST_ISSUES = 50

Row = dict[str, Any]


def seen(store: Store, project_id: int, question: Question) -> dict[str, Row]:
    """Release → its counts and times in the range, of every release that some telemetry names."""
    found: dict[str, Row] = {}
    for signal in SIGNALS:
        for row in _ask(store, project_id, f"{signal}.sql", question):
            merged = found.setdefault(row["release"], {})
            first = min(row.pop("first_time"), merged.get("first_time", "9"))
            last = max(row.pop("last_time"), merged.get("last_time", ""))
            merged |= {**row, "first_time": first, "last_time": last}
    return found


def first_seen(store: Store, project_id: int, releases: Iterable[str]) -> dict[str, str]:
    """Release → since when it is known, of everything that is kept."""
    rows = _plain(store, project_id, "first_seen.sql", releases=list(releases))
    return {row["release"]: row["first_time"] for row in rows}


def new_issues(store: Store, project_id: int, releases: Iterable[str]) -> dict[str, list[str]]:
    """Release → the fingerprints that were seen in it first."""
    rows = _plain(store, project_id, "new_issues.sql", releases=list(releases))
    return {row["release"]: row["fingerprints"] for row in rows}


def seen_in(store: Store, project_id: int, fingerprints: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """Fingerprint → the releases it was seen in and since when (µs since 1970), the first one first."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in _plain(store, project_id, "seen_in.sql", fingerprints=list(fingerprints)):
        found.setdefault(row["fingerprint"], []).append((row["release"], row["first_us"]))
    return found


def timeline(store: Store, project_id: int, question: Question, release: str, buckets: int) -> tuple[int, list[Row]]:
    """The bucket's length, and sessions, crashed ones and errors of one release in each."""
    step = bucket_seconds(question.range, buckets)
    times = bucket_times(question.range, step)
    first = question.range.since_ns // 1_000_000_000 // step * step
    rows = [{"time": time, "sessions": 0, "crashed": 0, "errors": 0} for time in times]
    for name in ("sessions_over_time.sql", "errors_over_time.sql"):
        for found in _ask(store, project_id, name, question, step=step, release=release):
            rows[(int(found.pop("bucket")) - first) // step] |= found
    return step, rows


def issues(store: Store, project_id: int, question: Question, release: str) -> list[Row]:
    """Groups of errors seen in a release in the range, the newest first."""
    narrowed = replace(
        question, filters=[*question.filters, Filter("release", "=", release)], limit=MOST_ISSUES, cursor=None
    )
    items: list[Row] = groups(store, project_id, narrowed)["items"]
    return items


def regressed(
    resolved: Iterable[tuple[str, int]], seen_in_releases: Mapping[str, Sequence[tuple[str, int]]]
) -> dict[str, list[str]]:
    """Release → the fingerprints that were resolved and then seen for the first time in it.

    `resolved` are fingerprints and when (µs since 1970) somebody resolved them.
    """
    found: dict[str, list[str]] = {}
    for fingerprint, moment in resolved:
        releases = seen_in_releases.get(fingerprint, ())
        if any(first <= moment for _, first in releases):
            after = next((release for release, first in releases if first > moment), "")
            if after and fingerprint not in found.setdefault(after, []):
                found[after].append(fingerprint)
    return found


def _ask(store: Store, project_id: int, name: str, question: Question, **parameters: Any) -> list[Row]:
    condition, bound = conditions_of(replace(question, words=""), FIELDS)
    if name.startswith("errors"):
        crash, scope = once(question.filters)
        condition, bound = f"{condition} AND {crash}" if condition else crash, bound | scope
    values = {**bound, **question.range.parameters(), **parameters, "project_id": project_id}
    return store.query(fill(load(__package__, name), condition), values).dicts()


def _plain(store: Store, project_id: int, name: str, **parameters: Any) -> list[Row]:
    return store.query(load(__package__, name), {**parameters, "project_id": project_id}).dicts()
