"""Questions to `errors` and `error_releases` about issues; each is the `.sql` file of its name."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vedette.server.features.issues.conditions import Conditions
from vedette.server.features.issues.overlay import Overlay
from vedette.server.features.issues.states import SeenIn, Since
from vedette.server.http.listing import Cursor, Question, TimeRange, sql_time
from vedette.server.signals.errors import feedback as said
from vedette.server.signals.errors.queries import FIELDS, once
from vedette.server.store.client import Store
from vedette.server.store.filters import Filter, compile_filters
from vedette.server.store.sql import fill, load

MOST_ISSUES = 50_000
BOUND_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Events:
    """Which events are looked at: those of a range, with a search's and the page's own conditions on them. A crash
    counts once, unless `every` report of it is asked for."""

    range: TimeRange
    conditions: Conditions = field(default_factory=Conditions)
    filters: Sequence[Filter] = ()
    every: bool = False

    def compiled(self) -> tuple[str, dict[str, Any]]:
        """One bound condition."""
        condition, bound = compile_filters(self.filters, FIELDS)
        crash, scope = ("", {}) if self.every else once([*self.filters, *self.conditions.scope], findings=True)
        parts = [condition, *self.conditions.events, crash]
        return " AND ".join(part for part in parts if part), bound | scope | self.conditions.bound


def mapping(overlay: Overlay) -> dict[str, list[str]]:
    """Which fingerprints belong to which issue, to bind as `{merged:Array(String)}` and `{roots:Array(String)}`."""
    return {"merged": list(overlay.roots), "roots": list(overlay.roots.values())}


def groups(store: Store, project_id: int, overlay: Overlay, events: Events) -> list[dict[str, Any]]:
    """One row an issue seen in the range; of more than 50,000 those seen last."""
    middle = (events.range.since_ns + events.range.until_ns) // 2
    return ask(store, project_id, events, "groups.sql", middle=sql_time(middle), limit=MOST_ISSUES, **mapping(overlay))


def shown(
    store: Store, project_id: int, overlay: Overlay, events: Events, issues: Sequence[str], steps: int
) -> dict[str, dict[str, Any]]:
    """Issue → how it looks, and its events in `steps` pieces of the range."""
    step = max(1, -(-int(events.range.seconds) // steps))
    rows = ask(
        store, project_id, events, "shown.sql",
        fingerprints=fingerprints_of(overlay, issues), steps=steps, step=step, **mapping(overlay),
    )  # fmt: skip
    return {row["issue"]: row for row in rows}


def ask(store: Store, project_id: int, events: Events, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of a question to the events of a range."""
    condition, bound = events.compiled()
    values = {**bound, **events.range.parameters(), **parameters, "project_id": project_id}
    return store.query(fill(load(__package__, name), condition), values).dicts()


def fingerprints_of(overlay: Overlay, issues: Iterable[str]) -> list[str]:
    """Every fingerprint of these issues."""
    return [one for issue in issues for one in overlay.fingerprints_of(issue)]


def known(
    store: Store, project_id: int, overlay: Overlay, issues: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Issue → when and in which releases it was first and last seen; of all issues, or of some."""
    parameters = {
        **mapping(overlay), "project_id": project_id, "all": int(issues is None),
        "fingerprints": fingerprints_of(overlay, issues or ()),
    }  # fmt: skip
    rows = store.query(load(__package__, "known.sql"), parameters).dicts()
    return {row["issue"]: row for row in rows}


def feedback(store: Store, project_id: int, overlay: Overlay, range_: TimeRange) -> Counter[str]:
    """Issue → how often users wrote about it in the range, spam left out."""
    if not said.skim(store, project_id, range_, most=1):
        return Counter()
    errors = said.errors_of(store, project_id, range_)
    return Counter(overlay.issue_of(error["fingerprint"]) for one, error in errors.items() if one not in overlay.spam)


def releases(store: Store, project_id: int) -> dict[str, int]:
    """Release → when the project first saw it, in nanoseconds since 1970."""
    rows = store.query(load(__package__, "releases.sql"), {"project_id": project_id}).rows
    return {release: first_us * 1000 for release, first_us in rows}


def seen_in(store: Store, project_id: int, overlay: Overlay, resolved_ns: Mapping[str, int]) -> dict[str, list[SeenIn]]:
    """Issue → the releases it was seen in after it was resolved."""
    if not resolved_ns:
        return {}
    parameters = {
        **mapping(overlay), "project_id": project_id, "fingerprints": fingerprints_of(overlay, resolved_ns),
        "issues": list(resolved_ns), "resolved_us": [time_ns // 1000 for time_ns in resolved_ns.values()],
    }  # fmt: skip
    found: dict[str, list[SeenIn]] = {}
    for issue, release, first_us, last_us in store.query(load(__package__, "seen_in.sql"), parameters).rows:
        found.setdefault(issue, []).append(SeenIn(release, first_us * 1000, last_us * 1000))
    return found


def since(store: Store, project_id: int, overlay: Overlay, archived_ns: Mapping[str, int]) -> dict[str, Since]:
    """Issue → what came of it since it was archived."""
    if not archived_ns:
        return {}
    parameters = {
        **mapping(overlay), "project_id": project_id, "fingerprints": fingerprints_of(overlay, archived_ns),
        "since": sql_time(min(archived_ns.values())), "issues": list(archived_ns),
        "archived_us": [time_ns // 1000 for time_ns in archived_ns.values()],
    }  # fmt: skip
    rows = store.query(load(__package__, "since.sql"), parameters).rows
    return {issue: Since(events, users, busiest) for issue, events, users, busiest in rows}


def hourly(
    store: Store, project_id: int, overlay: Overlay, issues: Sequence[str], range_: TimeRange
) -> dict[str, list[int]]:
    """Issue → its events in each hour that had any."""
    found: dict[str, list[int]] = {}
    for some in _pieces(issues):
        parameters = {
            **mapping(overlay), **range_.parameters(), "project_id": project_id,
            "fingerprints": fingerprints_of(overlay, some),
        }  # fmt: skip
        for issue, events in store.query(load(__package__, "hourly.sql"), parameters).rows:
            found.setdefault(issue, []).append(events)
    return found


def titles(store: Store, project_id: int, overlay: Overlay, issues: Sequence[str]) -> dict[str, str]:
    """Issue → its title."""
    found: dict[str, str] = {}
    for some in _pieces(issues):
        parameters = {
            **mapping(overlay), "project_id": project_id, "fingerprints": fingerprints_of(overlay, some),
        }  # fmt: skip
        found |= dict(store.query(load(__package__, "titles.sql"), parameters).rows)
    return found


def delete_events(store: Store, project_id: int, fingerprints: Sequence[str]) -> None:
    """Delete every event of these fingerprints, with its attachments, on every host. Blocking until they are gone."""
    mine = "project_id = {project_id:UInt32} AND fingerprint IN {fingerprints:Array(String)}"
    for host in store.each_host():
        errors = host.dsn.local_table("errors")
        # An attachment is on its event's shard, and has to go before it.
        theirs = f"project_id = {{project_id:UInt32}} AND event_id IN (SELECT event_id FROM {errors} WHERE {mine})"  # noqa: S608
        for some in _pieces(fingerprints):
            bound = {"project_id": project_id, "fingerprints": some}
            for table, condition in (("error_attachments", theirs), ("errors", mine), ("error_releases", mine)):
                host.command(f"DELETE FROM {host.dsn.local_table(table)} WHERE {condition}", bound)  # noqa: S608


def _pieces(values: Sequence[str]) -> Iterator[list[str]]:
    """What is bound travels in the address of a request, which has an end."""
    for start in range(0, len(values), BOUND_AT_ONCE):
        yield list(values[start : start + BOUND_AT_ONCE])


def ids_of(store: Store, project_id: int, event_id: str) -> dict[str, Any] | None:
    """What leads from one event to everything else."""
    parameters = {"project_id": project_id, "event_id": event_id.replace("-", "").lower()}
    found = store.query(load(__package__, "ids.sql"), parameters).dicts()
    return found[0] if found else None


def paged(question: Question, cursor: str | None, limit: int) -> Question:
    """The question of one page."""
    return replace(question, cursor=Cursor.decode(cursor) if cursor else None, limit=limit)


def regrouped(store: Store, project_id: int, range_: TimeRange) -> dict[str, str]:
    """Fingerprint → what the version before of the same way of grouping gives its errors."""
    parameters = {**range_.parameters(), "project_id": project_id}
    return dict(store.query(load(__package__, "regrouped.sql"), parameters).rows)


def minified(store: Store, project_id: int, range_: TimeRange) -> dict[str, str]:
    """Fingerprint by minified frames → that of the same errors by their source."""
    parameters = {**range_.parameters(), "project_id": project_id}
    return dict(store.query(load(__package__, "minified.sql"), parameters).rows)
