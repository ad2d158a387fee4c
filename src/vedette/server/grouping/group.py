"""Which occurrences of errors belong together: event → fingerprints, and why. Pure.

    rule > client > frames > message > nothing

An event has a fingerprint by each of these that it can; the first is what groups it (`fingerprint`), all are kept
(`fingerprints`, each `<strategy>.v<version>:<32 hex digits>`), so that a later version, or a person, can still find
what belongs together by another. A strategy that changes gets a new version and is put before the old one, which
stays: what people decided hangs on these values.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from vedette.server.grouping.chains import chains
from vedette.server.grouping.languages import OVERFLOW_MESSAGES, OVERFLOW_TYPES
from vedette.server.grouping.messages import parametrise
from vedette.server.grouping.reading import Event, Stack, read_event, template, text
from vedette.server.grouping.rules import NO_RULES, Rules

VERSIONS = {"rule": 1, "client": 1, "frames": 1, "message": 1, "nothing": 1}
MOST_APP_FRAMES = 50  # distinct functions; the innermost are kept
MOST_LIBRARY_FRAMES = 10  # where nothing of the application is on the stack
RECURS = 3
MOST_PARTS = 32
PLACEHOLDER = re.compile(r"\{\{\s*([\w. -]+?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Grouping:
    """Where an event belongs. `why` is JSON for people: which frames, types and words counted, and which did not.

    `lead` is the position of the exception that names the event: the one raised, or the only one in a group.
    """

    fingerprint: str
    fingerprints: list[str]
    why: str
    lead: int = -1


@dataclass(frozen=True, slots=True)
class Parts:
    """What one strategy found: the values that are hashed, and what to tell people of them."""

    strategy: str
    values: tuple[str, ...]
    told: dict[str, Any]


def group(event: Mapping[str, Any], rules: Rules = NO_RULES) -> Grouping:
    """Group an event by the project's rules. Takes any JSON object and never raises."""
    read = read_event(event)
    lines = chains(read.exceptions)
    if rules.of_frames:
        _obey(read, rules)
    own = [parts for strategy in _strategies(read) if (parts := strategy(read, lines))] or [_by_nothing(read)]
    default = _hash(own[0])
    found = [parts for parts in (_by_rule(read, rules, default), _by_client(read, default)) if parts] + own
    hashes = [_hash(parts) for parts in found]
    why: dict[str, Any] = {"by": found[0].strategy}
    for parts in found[::-1]:
        why |= parts.told
    if rules.version:
        why["rules"] = rules.version
    return Grouping(
        hashes[0],
        [f"{parts.strategy}.v{VERSIONS[parts.strategy]}:{digest}" for parts, digest in zip(found, hashes, strict=True)],
        orjson.dumps(why).decode(),
        lines[0][-1] if lines[0] else -1,
    )


def _hash(parts: Parts) -> str:
    joined = "\x1f".join((parts.strategy, *parts.values))
    return hashlib.md5(joined.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


Strategy = Callable[[Event, list[list[int]]], Parts | None]


def _strategies(event: Event) -> tuple[Strategy, ...]:
    """What a captured message says tells more than where it was captured."""
    return (_by_frames, _by_message) if event.exceptions else (_by_message, _by_frames)


def _obey(event: Event, rules: Rules) -> None:
    """Let the rules say what frames count as."""
    applicable = rules.frame_rules(event.fields)
    for stack in event.stacks.values() if applicable else ():
        for position, frame in enumerate(stack.frames):
            if (action := rules.action(frame, applicable)) and stack.steps[position].key:
                stack.counts[position] = action


def _by_frames(event: Event, lines: list[list[int]]) -> Parts | None:
    """The types of the exceptions and the functions of the application that they went through."""
    if not event.exceptions:
        lines = [[-1]]
    if not any(position in event.stacks for line in lines for position in line):
        return None
    wanted = "app" if any("app" in stack.counts for stack in event.stacks.values()) else "library"
    counted: dict[int, list[int]] = {}
    signatures = {signature for line in lines if (signature := _signature(event, line, wanted, counted))}
    if not any(counted.values()):
        return None
    values = tuple(value for signature in sorted(signatures) for value in (*signature, "\x1e"))
    named = any(event.stacks[at].steps[position].named for at, positions in counted.items() for position in positions)
    told = _told_of_frames(event, wanted, counted)
    if not named:  # nothing but files, or minified names: too little to go by
        values = (*values, parametrise(event.message))
        told["weak"] = True
    return Parts("frames", values, told)


def _signature(event: Event, line: list[int], wanted: str, counted: dict[int, list[int]]) -> tuple[str, ...]:
    """Type and functions of each exception in a line of causes; notes which frames counted."""
    values: list[str] = []
    for position in line:
        if position >= 0:
            values.append("\x1d" + event.types[position])
        stack = event.stacks.get(position)
        if stack is None or (wanted == "library" and position != line[-1]):
            continue
        positions = _counted(event, stack, wanted)
        counted[position] = positions
        keys = [stack.steps[each].key for each in positions]
        values += sorted(keys) if _ran_over(event, position) else keys
    return tuple(values)


def _counted(event: Event, stack: Stack, wanted: str) -> list[int]:
    """The positions of the frames that count. Each function counts once, so recursion of any depth is one step."""
    seen: dict[str, int] = {}
    for position, counts in enumerate(stack.counts):
        if counts == wanted:
            seen.setdefault(stack.steps[position].key, position)
    if seen and _ran_over(event, stack.exception):
        times = Counter(step.key for step, counts in zip(stack.steps, stack.counts, strict=True) if counts == wanted)
        seen = {key: position for key, position in seen.items() if times[key] >= RECURS} or seen
    return list(seen.values())[-(MOST_APP_FRAMES if wanted == "app" else MOST_LIBRARY_FRAMES) :]


def _ran_over(event: Event, position: int) -> bool:
    """Whether the stack ended because it was full, somewhere in the recursion."""
    if position < 0:
        return False
    return event.types[position] in OVERFLOW_TYPES or text(event.exceptions[position].get("value")).startswith(
        OVERFLOW_MESSAGES
    )


def _told_of_frames(event: Event, wanted: str, counted: dict[int, list[int]]) -> dict[str, Any]:
    """Frames as [exception, frame, name], positions in the event; and why others of the application did not count."""
    frames, left_out = [], []
    for at, stack in event.stacks.items():
        positions = set(counted.get(at, ()))
        for position, (step, counts) in enumerate(zip(stack.steps, stack.counts, strict=True)):
            if position in positions:
                frames.append([at, position + stack.offset, step.key])
            elif counts != "library" or stack.frames[position].in_app:
                reason = "repeated" if counts == wanted else counts
                left_out.append([at, position + stack.offset, reason])
    told: dict[str, Any] = {"frames": frames, "of": wanted}
    if left_out:
        told["left_out"] = left_out
    if any(event.types):
        told["types"] = event.types
    return told


def _by_message(event: Event, lines: list[list[int]]) -> Parts | None:
    """The type, and what was said without what varies in it."""
    lead = lines[0][-1] if event.exceptions and lines[0] else -1
    if lead < 0:
        message = parametrise(template(event.raw))
        return Parts("message", (message,), {"message": message}) if message else None
    message = parametrise(text(event.exceptions[lead].get("value")))
    kind = event.types[lead]
    return Parts("message", (kind, message), {"message": message, "types": event.types}) if kind or message else None


def _by_nothing(event: Event) -> Parts:
    """An event that says nothing of itself, by where it came from."""
    values = (event.platform, text(event.raw.get("transaction")), text(event.raw.get("logger")))
    return Parts("nothing", values, {})


def _by_client(event: Event, default: str) -> Parts | None:
    """The client's own fingerprint, unless it only says `{{ default }}`. Old clients send a checksum."""
    given = event.raw.get("fingerprint")
    if not isinstance(given, list) or not given:
        given = [event.raw.get("checksum")]
    return _custom("client", [text(part) for part in given[:MOST_PARTS] if part is not None], event, default, {})


def _by_rule(event: Event, rules: Rules, default: str) -> Parts | None:
    rule = rules.fingerprint_rule(event.fields, event.frames) if rules.of_events else None
    return _custom("rule", list(rule.fingerprint), event, default, {"rule": rule.name}) if rule else None


def _custom(strategy: str, given: list[str], event: Event, default: str, told: dict[str, Any]) -> Parts | None:
    expanded = tuple(_expand(part, event, default) for part in given if part)
    if not expanded or (strategy == "client" and expanded == (default,)):
        return None
    return Parts(strategy, expanded, {**told, "fingerprint": given})


def _expand(part: str, event: Event, default: str) -> str:
    """Fill in `{{ default }}`, `{{ type }}`, `{{ tags.region }}` and the like; unknown ones stay as they are."""
    if "{{" not in part:
        return part

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "default":
            return default
        if name == "message":
            return parametrise(event.message)
        if name in ("function", "module"):
            return _innermost(event, name)
        return event.fields[name][-1] if event.fields.get(name) else match[0]

    return PLACEHOLDER.sub(value, part)


def _innermost(event: Event, name: str) -> str:
    """Of the application's innermost frame: the module or the function."""
    for stack in reversed(event.stacks.values()):
        for frame, counts in zip(reversed(stack.frames), reversed(stack.counts), strict=True):
            if counts == "app":
                return str(getattr(frame, name))
    return ""
