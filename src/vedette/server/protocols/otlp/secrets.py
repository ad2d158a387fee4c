"""Take secrets out of the few records in which the prefilter sees one; all others are never walked.

A record's texts and values become fields `{name: value}`, the project's rules scrub those, and what has changed is
put back. Ids and times are no such fields, and attributes that link signals keep their values (`scrubbing.IDS`).
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.protocols.otlp.messages import Message
from vedette.server.protocols.otlp.values import flatten_attributes, plan

Field = dict[str, Any]
TEXT = ""  # the name of what has none: a body, a span's name
SCOPE_TAG, ITEM_TAG = b"\x0a", b"\x12"  # of ScopeLogs and its like
UNTOUCHED = ("trace_state", "unit", "severity_text")


def scrub_shared(part: Message, rules: ScrubbingRules) -> int:
    """Take secrets out of a resource or scope, in place; its nested values become text. Returns how many there were."""
    flatten_attributes(part.attributes)
    return _scrub(part, rules) if rules.suspects(part.SerializeToString()) else 0


def scrub_items(items: Any, wire: bytes, rules: ScrubbingRules) -> int:
    """The same for the log records, spans or metrics of a scope, of which `wire` is what upb writes for it."""
    start = _after(wire, 0) if wire[:1] == SCOPE_TAG else 0  # shared, and looked at apart: its name may well be `auth`
    return sum(_scrub(items[index], rules) for index in _suspects(wire, start, rules))


def _suspects(wire: bytes, start: int, rules: ScrubbingRules) -> list[int]:
    """Which items hold something that was found."""
    suspects: set[int] = set()
    ends: list[int] = []
    for look in rules.prefilters():
        position = start
        while found := look.find(wire, position):
            ends = ends or _ends(wire, start)
            first, last = bisect_right(ends, found[0]), bisect_right(ends, found[1] - 1)
            if first == len(ends):  # in a field that is not stored
                break
            suspects.update(range(first, min(last + 1, len(ends))))
            position = ends[first]
    return sorted(suspects)


def _ends(wire: bytes, start: int) -> list[int]:
    """Where each item ends."""
    ends: list[int] = []
    while wire[start : start + 1] == ITEM_TAG:
        start = _after(wire, start)
        ends.append(start)
    return ends


def _after(wire: bytes, start: int) -> int:
    """Where the field of known length ends that starts here."""
    length = shift = 0
    position = start + 1
    while True:
        byte = wire[position]
        length |= (byte & 0x7F) << shift
        shift += 7
        position += 1
        if byte < 0x80:
            return position + length


def _scrub(message: Message, rules: ScrubbingRules) -> int:
    places = list(_places(message))
    before = [next(iter(field.values())) for _, _, field in places]
    rules.scrub_suspect([field for _, _, field in places])
    count = 0
    for (holder, name, field), value in zip(places, before, strict=True):
        after = next(iter(field.values()))
        if after is not value and after != value:
            _put(holder, name, after)
            count += 1
    return count


def _places(message: Message) -> Iterator[tuple[Message, str, Field]]:
    """Every text and value under a message: what holds it, the name of its field there, and it as a field."""
    steps = plan(message.DESCRIPTOR.name)
    for name in steps.texts:
        if name not in UNTOUCHED and (text := getattr(message, name)):
            yield message, name, {TEXT: text}
    for name in steps.values:
        if message.HasField(name):
            yield from _place(TEXT, getattr(message, name))
    for name in steps.attributes:
        for pair in getattr(message, name):
            yield from _place(pair.key, pair.value)
    for name in (*steps.repeated_children, *steps.children):
        held = getattr(message, name)
        for child in held if name in steps.repeated_children else [held] if message.HasField(name) else []:
            yield from _places(child)


def _place(key: str, value: Message) -> Iterator[tuple[Message, str, Field]]:
    kind = value.WhichOneof("value")
    if kind == "bytes_value":  # searched like text: every byte is a character of Latin-1
        yield value, kind, {key: value.bytes_value.decode("latin-1")}
    elif kind is not None:
        yield value, kind, {key: getattr(value, kind)}


def _put(holder: Message, name: str, text: str) -> None:
    if name == "bytes_value":
        holder.bytes_value = text.encode("latin-1", "replace")
    else:
        setattr(holder, "string_value" if holder.DESCRIPTOR.name == "AnyValue" else name, text)
