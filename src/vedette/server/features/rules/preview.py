"""What rules would do to the newest errors, before anyone saves them. Nothing is written."""

from collections.abc import Iterator
from typing import Any

import orjson

from vedette.server.features.rules.shapes import ChangedGroup, Preview, ScrubbedPlace, ScrubbingPreview
from vedette.server.grouping import Rules, group
from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.store.client import Store
from vedette.server.store.sql import load

MOST_GROUPS = 200
MOST_PLACES = 200


def recent(store: Store, project_id: int, limit: int) -> list[tuple[str, str, dict[str, Any]]]:
    """(event_id, title, event) of the newest errors."""
    rows = store.query(load(__package__, "recent.sql"), {"project_id": project_id, "limit": limit}).rows
    events = [(event_id, title, orjson.loads(payload or "{}")) for event_id, title, payload in rows]
    return [(event_id, title, event) for event_id, title, event in events if isinstance(event, dict)]


def preview_grouping(events: list[tuple[str, str, dict[str, Any]]], now: Rules, then: Rules) -> Preview:
    """Group each event by the rules in force and by those proposed."""
    before_all: set[str] = set()
    after_all: set[str] = set()
    changed: dict[str, ChangedGroup] = {}
    for event_id, title, event in events:
        before, after = group(event, now).fingerprint, group(event, then)
        before_all.add(before)
        after_all.add(after.fingerprint)
        if before == after.fingerprint:
            continue
        found = changed.setdefault(
            after.fingerprint,
            ChangedGroup(
                fingerprint=after.fingerprint, title=title, count=0, before=[], rules=[], last_event_id=event_id
            ),
        )
        found.count += 1
        rule = orjson.loads(after.why).get("rule")
        if before not in found.before:
            found.before.append(before)
        if rule and rule not in found.rules:
            found.rules.append(rule)
    largest = sorted(changed.values(), key=lambda each: -each.count)
    return Preview(
        errors=len(events),
        changed=sum(each.count for each in largest),
        groups_before=len(before_all),
        groups_after=len(after_all),
        groups=largest[:MOST_GROUPS],
    )


def preview_scrubbing(events: list[tuple[str, str, dict[str, Any]]], rules: ScrubbingRules) -> ScrubbingPreview:
    """Where in each event the rules would filter something. What they would let through is gone already."""
    changed = 0
    places: list[ScrubbedPlace] = []
    for event_id, _, event in events:
        before = orjson.dumps(event)
        found = list(_differences(orjson.loads(before), rules.scrub(event), ""))
        changed += bool(found)
        places += [ScrubbedPlace(event_id=event_id, path=path) for path in found[:10]]
    return ScrubbingPreview(errors=len(events), changed=changed, places=places[:MOST_PLACES])


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from _differences(value, after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list):
        for position, value in enumerate(before):
            yield from _differences(value, after[position], f"{path}.{position}")
    elif before != after:
        yield path
