"""Rules that people write: which events to put together, which frames not to count. Pure; built once, used often.

    {"name": "bank timeouts", "when": {"type": ["*Timeout*"], "module": ["shop.bank*"]},
     "then": {"fingerprint": ["bank", "{{ type }}"]}}
    {"when": {"path": ["*/generated/*"]}, "then": {"frames": "ignore"}}

All conditions of a rule must hold, each by one of its patterns (`*`, `?`, `[…]`; `!` before a pattern: by none so
marked). Conditions on frames must hold for one frame together. Rules are tried from the top: the first that fits an
event gives its fingerprint, the first that fits a frame says what becomes of it.
"""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.server.grouping.frames import Frame

FRAME_FIELDS = ("path", "module", "function", "package")
EVENT_FIELDS = (
    "type", "message", "level", "logger", "platform", "transaction", "release", "environment", "server_name", "source",
)  # fmt: skip
TAGS = "tags."
FRAME_ACTIONS = ("app", "library", "ignore")
VALUE_CHARACTERS = 1024
MOST_REMEMBERED = 16384


class BadRule(ValueError):
    """A rule that cannot be; says which and why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One field and its patterns, as two expressions: one must match unless there is none, the other must not."""

    field: str
    wanted: re.Pattern[str] | None
    unwanted: re.Pattern[str] | None

    def holds(self, values: Sequence[str]) -> bool:
        """Whether one of the values fits. Of no values, none does; nor is one unwanted."""
        lowered = [value[:VALUE_CHARACTERS].lower() for value in values]
        if self.unwanted and any(self.unwanted.match(value) for value in lowered):
            return False
        return self.wanted is None or any(self.wanted.match(value) for value in lowered)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: conditions, and what follows, a fingerprint or an action on frames."""

    name: str
    event: tuple[Condition, ...]
    frame: tuple[Condition, ...]
    fingerprint: tuple[str, ...] = ()
    frames: str = ""

    def fits_event(self, fields: Mapping[str, Sequence[str]]) -> bool:
        """Whether the conditions on the event hold."""
        return all(condition.holds(fields.get(condition.field, ())) for condition in self.event)

    def fits_frame(self, frame: Frame) -> bool:
        """Whether the conditions on frames hold for this one."""
        return all(condition.holds((getattr(frame, condition.field),)) for condition in self.frame)


@dataclass(frozen=True, slots=True)
class Rules:
    """A project's rules. `version` counts their changes; 0 when there have never been any.

    The same frames come again and again, so what fits a frame is remembered: a thousand rules cost an event of known
    frames a millisecond, and a frame that is new another one.
    """

    version: int = 0
    of_events: tuple[Rule, ...] = ()
    of_frames: tuple[Rule, ...] = ()
    _deciding: dict[tuple[Any, ...], Rule | None] = field(default_factory=dict, compare=False, repr=False)
    _fitting: dict[Frame, frozenset[int]] = field(default_factory=dict, compare=False, repr=False)

    def fingerprint_rule(self, fields: Mapping[str, Sequence[str]], frames: Sequence[Frame]) -> Rule | None:
        """The first rule with a fingerprint that fits the event."""
        by_frame: frozenset[int] | None = None
        for position, rule in enumerate(self.of_events):
            if not rule.fits_event(fields):
                continue
            if rule.frame:
                by_frame = frozenset().union(*map(self._fits, frames)) if by_frame is None else by_frame
                if position not in by_frame:
                    continue
            return rule
        return None

    def frame_rules(self, fields: Mapping[str, Sequence[str]]) -> tuple[Rule, ...]:
        """The rules on frames whose conditions on the event hold."""
        return tuple(rule for rule in self.of_frames if rule.fits_event(fields))

    def frame_rule(self, frame: Frame, rules: tuple[Rule, ...]) -> Rule | None:
        """The first of these rules that fits the frame."""
        key = (frame, *(id(rule) for rule in rules)) if len(rules) < len(self.of_frames) else (frame,)
        if key not in self._deciding:
            _bound(self._deciding)
            self._deciding[key] = next((rule for rule in rules if rule.fits_frame(frame)), None)
        return self._deciding[key]

    def action(self, frame: Frame, rules: tuple[Rule, ...]) -> str:
        """What the first of these rules that fits makes of the frame; empty when none does."""
        rule = self.frame_rule(frame, rules)
        return rule.frames if rule else ""

    def _fits(self, frame: Frame) -> frozenset[int]:
        """Which of the rules on events have conditions on frames that this one meets."""
        known = self._fitting.get(frame)
        if known is None:
            _bound(self._fitting)
            rules = enumerate(self.of_events)
            known = frozenset(position for position, rule in rules if rule.frame and rule.fits_frame(frame))
            self._fitting[frame] = known
        return known


def _bound(remembered: dict[Any, Any]) -> None:
    """Frames are client input: what is remembered of them is forgotten before it is too much."""
    if len(remembered) >= MOST_REMEMBERED:
        remembered.clear()


NO_RULES = Rules()


def read_rules(entries: Sequence[Mapping[str, Any]], *, version: int = 0) -> Rules:
    """Rules from their JSON. Raises BadRule."""
    rules = [_read_rule(entry, position) for position, entry in enumerate(entries, 1)]
    return Rules(
        version,
        tuple(rule for rule in rules if rule.fingerprint),
        tuple(rule for rule in rules if rule.frames),
    )


def _read_rule(entry: Mapping[str, Any], position: int) -> Rule:
    name = entry.get("name") or f"rule {position}"
    when, then = entry.get("when") or {}, entry.get("then") or {}
    conditions = [_condition(name, key, patterns) for key, patterns in when.items() if patterns]
    on_event = tuple(condition for condition in conditions if condition.field not in FRAME_FIELDS)
    on_frame = tuple(condition for condition in conditions if condition.field in FRAME_FIELDS)
    fingerprint = tuple(part for part in then.get("fingerprint") or () if isinstance(part, str) and part)
    frames = then.get("frames") or ""
    if not conditions:
        raise BadRule(f"{name}: a rule without conditions would fit everything")
    if bool(fingerprint) == bool(frames):
        raise BadRule(f"{name}: a rule gives either a fingerprint or an action on frames")
    if frames and (frames not in FRAME_ACTIONS or not on_frame):
        raise BadRule(
            f"{name}: an action on frames is one of {', '.join(FRAME_ACTIONS)}, and needs a condition on frames"
        )
    return Rule(name, on_event, on_frame, fingerprint, frames)


def _condition(name: str, key: str, patterns: Any) -> Condition:
    if key not in FRAME_FIELDS and key not in EVENT_FIELDS and not key.startswith(TAGS):
        raise BadRule(
            f"{name}: unknown field {key!r}; there are {', '.join((*EVENT_FIELDS, TAGS + 'NAME', *FRAME_FIELDS))}"
        )
    listed = [patterns] if isinstance(patterns, str) else patterns
    if not isinstance(listed, list) or not all(isinstance(pattern, str) and pattern for pattern in listed):
        raise BadRule(f"{name}: {key} needs patterns")
    wanted = [pattern for pattern in listed if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in listed if pattern.startswith("!")]
    return Condition(key, _one_of(wanted), _one_of(unwanted))


def _one_of(globs: Sequence[str]) -> re.Pattern[str] | None:
    """One expression for all; the standard library's translation of `*` never looks back, so it stays linear."""
    if not globs:
        return None
    return re.compile("|".join(f"(?:{fnmatch.translate(glob.lower())})" for glob in globs))
