"""Which issues rules would join and split: the groups of before and after that share events, taken together. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.server.features.rules.shapes import Effect, Side
from vedette.server.grouping import Rules
from vedette.server.grouping.reading import read_event


@dataclass(frozen=True, slots=True)
class Moved:
    """An event with the group it is in and the one it would be in, and the position of the rule that says so."""

    event_id: str
    title: str
    stored: str
    before: str
    after: str
    rule: int | None


@dataclass(frozen=True, slots=True)
class Issues:
    """What is known of issues: to which one a fingerprint belongs, and which there are."""

    of: Callable[[str], str]
    known: Collection[str]


def rules_met(event: Mapping[str, Any], rules: Rules) -> set[int]:
    """Positions of the rules (see `read_numbered`) that decide about the event or one of its frames."""
    read = read_event(event)
    deciding = {rules.fingerprint_rule(read.fields, read.frames)}
    applicable = rules.frame_rules(read.fields)
    if applicable:
        deciding |= {rules.frame_rule(frame, applicable) for frame in read.frames}
    return {int(rule.name) for rule in deciding if rule}


def effects_of(moves: Sequence[Moved], issues: Issues) -> list[Effect]:
    """The changes that the moves make, the largest first. Events come newest first."""
    roots: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while (parent := roots.setdefault(node, node)) != node:
            roots[node] = node = roots[parent]
        return node

    for one in moves:
        roots[root(("before", issues.of(one.before)))] = root(("after", issues.of(one.after)))
    together: dict[tuple[str, str], list[Moved]] = {}
    for one in moves:
        together.setdefault(root(("before", issues.of(one.before))), []).append(one)
    effects = [effect for part in together.values() if (effect := _effect(part, issues))]
    return sorted(effects, key=lambda effect: -effect.count)


def _effect(moves: Sequence[Moved], issues: Issues) -> Effect | None:
    count = sum(issues.of(one.before) != issues.of(one.after) for one in moves)
    if not count:
        return None
    before = list(_sides(moves, issues, lambda one: one.before, of_after=False))
    after = list(_sides(moves, issues, lambda one: one.after, of_after=True))
    many = len(before) > 1, len(after) > 1
    kind = {(True, True): "moved", (True, False): "joined", (False, True): "split", (False, False): "renamed"}[many]
    return Effect.model_validate({"kind": kind, "count": count, "before": before, "after": after})


def _sides(
    moves: Sequence[Moved], issues: Issues, fingerprint_of: Callable[[Moved], str], *, of_after: bool
) -> Iterator[Side]:
    groups: dict[str, list[Moved]] = {}
    for one in moves:
        groups.setdefault(issues.of(fingerprint_of(one)), []).append(one)
    for group, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        newest = members[0]
        issue = group if of_after or group in issues.known else issues.of(newest.stored)
        yield Side(
            fingerprint=fingerprint_of(newest),
            issue=issue,
            known=issue in issues.known,
            title=newest.title,
            count=len(members),
            rules=sorted({one.rule for one in members if one.rule is not None}) if of_after else [],
            event_id=newest.event_id,
        )
