"""What rules would do to the newest errors, before anyone saves them. Nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from vedette.server.features.rules.effects import Issues, Moved, effects_of, rules_met
from vedette.server.features.rules.shapes import (
    GroupingRules,
    Preview,
    ScrubbedPlace,
    ScrubbingPreview,
    Tried,
)
from vedette.server.grouping import Rules, group
from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.store.client import Store
from vedette.server.store.sql import load

MOST_EFFECTS = 100
MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Recent:
    """A stored error; `fingerprint` is what it was stored with."""

    event_id: str
    title: str
    fingerprint: str
    event: dict[str, Any]


def recent(store: Store, project_id: int, limit: int) -> list[Recent]:
    """The newest errors, the newest first."""
    rows = store.query(load(__package__, "recent.sql"), {"project_id": project_id, "limit": limit}).rows
    read = [
        (event_id, title, fingerprint, orjson.loads(payload or "{}")) for event_id, title, fingerprint, payload in rows
    ]
    return [Recent(*row) for row in read if isinstance(row[3], dict)]


def preview_grouping(events: Sequence[Recent], now: Rules, form: GroupingRules, issues: Issues) -> Preview:
    """Group each event by the rules in force and by those proposed."""
    then = form.read_numbered()
    met = [0] * len(form.rules)
    moves: list[Moved] = []
    for one in events:
        for position in rules_met(one.event, then):
            met[position] += 1
        after = group(one.event, then)
        rule = orjson.loads(after.why).get("rule")
        moves.append(Moved(
            one.event_id, one.title, one.fingerprint, group(one.event, now).fingerprint, after.fingerprint,
            int(rule) if rule is not None else None,
        ))  # fmt: skip
    effects = effects_of(moves, issues)
    return Preview(
        errors=len(events),
        changed=sum(effect.count for effect in effects),
        groups_before=len({issues.of(one.before) for one in moves}),
        groups_after=len({issues.of(one.after) for one in moves}),
        met=met,
        effects_total=len(effects),
        effects=effects[:MOST_EFFECTS],
    )


def preview_scrubbing(events: Sequence[Recent], rules: ScrubbingRules) -> ScrubbingPreview:
    """Where the rules would filter something. What they would let through is gone already."""
    changed = 0
    places: dict[str, ScrubbedPlace] = {}
    for one in events:
        before = orjson.dumps(one.event)
        found = set(_differences(orjson.loads(before), rules.scrub(one.event), ""))
        changed += bool(found)
        for path in found:
            new = ScrubbedPlace(path=path, count=0, event_id=one.event_id, fingerprint=one.fingerprint)
            places.setdefault(path, new).count += 1
    largest = sorted(places.values(), key=lambda place: (-place.count, place.path))
    return ScrubbingPreview(errors=len(events), changed=changed, places=largest[:MOST_PLACES])


def try_scrubbing(text: str, rules: ScrubbingRules) -> Tried:
    """What ingestion would store of a document, or of a text."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        scrubbed = rules.scrub(text)
        return Tried(text=scrubbed, is_json=False, changed=scrubbed != text)
    before = orjson.dumps(document)
    after = rules.scrub(document)
    return Tried(
        text=orjson.dumps(after, option=orjson.OPT_INDENT_2).decode(),
        is_json=True,
        changed=orjson.dumps(after) != before,
    )


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from _differences(value, after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list):
        for position, value in enumerate(before):
            yield from _differences(value, after[position], f"{path}.*" if path else "*")
    elif before != after:
        yield path
