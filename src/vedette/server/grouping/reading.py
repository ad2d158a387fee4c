"""What grouping reads of an event, whatever shape it has. Nothing here raises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vedette.server.grouping.chains import mechanism
from vedette.server.grouping.frames import Frame, Step, read_frame
from vedette.server.grouping.rules import EVENT_FIELDS

MOST_FRAMES = 500
TEXT_CHARACTERS = 1024
MOST_TAGS = 200


@dataclass(slots=True)
class Stack:
    """One stack trace, outermost call first. `exception` is its position in exception.values, -1 for a thread's.

    `offset` is the position of the first frame in the event; `counts` says of each frame what it counts as.
    """

    exception: int
    offset: int
    frames: list[Frame]
    steps: list[Step]
    counts: list[str]


@dataclass
class Event:
    """The parts of an event that can tell it from others."""

    raw: Mapping[str, Any]
    platform: str
    exceptions: list[dict[str, Any]]
    types: list[str]
    stacks: dict[int, Stack] = field(default_factory=dict)

    @cached_property
    def message(self) -> str:
        """What the exception that was raised says; else the message, before its parameters were filled in."""
        if self.exceptions:
            return text(self.exceptions[-1].get("value"))
        return template(self.raw)

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """What rules compare and placeholders name."""
        found = {name: [text(self.raw.get(name))] for name in EVENT_FIELDS}
        found["type"] = [kind for kind in self.types if kind]
        found["message"] = [text(entry.get("value")) for entry in self.exceptions] or [template(self.raw)]
        found["platform"] = [self.platform]
        tags = self.raw.get("tags")
        if isinstance(tags, dict):
            found |= {f"tags.{name}": [text(value)] for name, value in list(tags.items())[:MOST_TAGS]}
        return found

    @property
    def frames(self) -> list[Frame]:
        """The frames of all stacks."""
        return [frame for stack in self.stacks.values() for frame in stack.frames]


def text(value: Any) -> str:
    """Text of bounded length; numbers as they are written, anything else is none."""
    if isinstance(value, str):
        return value[:TEXT_CHARACTERS]
    return str(value) if type(value) is float or (type(value) is int and abs(value) < 2**64) else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, or in `{"values": list}`; positions are those in the list of objects."""
    if isinstance(value, dict):
        value = value.get("values")
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def template(event: Mapping[str, Any]) -> str:
    """The message before its parameters were filled in, else the message."""
    entry = event.get("logentry")
    if entry is None:
        entry = event.get("message")
    if isinstance(entry, dict):
        return text(entry.get("message")) or text(entry.get("formatted"))
    return text(entry)


def read_event(event: Mapping[str, Any]) -> Event:
    """Read what grouping needs; frames are named, and counted as their language says."""
    exceptions = objects(event.get("exception"))
    # A synthetic exception was made up to carry a stack: its type says how, not what.
    types = ["" if mechanism(entry).get("synthetic") is True else text(entry.get("type")) for entry in exceptions]
    read = Event(event, text(event.get("platform")), exceptions, types)
    for position, exception in enumerate(exceptions):
        _add_stack(read, position, exception.get("stacktrace"))
    last = len(exceptions) - 1
    if last not in read.stacks:  # -1 where there is no exception
        _add_stack(read, last, _thread_stack(event, exceptions[-1] if exceptions else {}))
    return read


def _add_stack(event: Event, position: int, stacktrace: Any) -> None:
    listed = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    if not isinstance(listed, list) or not listed:
        return
    offset = max(0, len(listed) - MOST_FRAMES)
    platform = event.platform
    read = [read_frame(entry if isinstance(entry, dict) else {}, platform) for entry in listed[offset:]]
    steps = [step for _, step in read]
    counts = [step.counts for step in steps]
    event.stacks[position] = Stack(position, offset, [frame for frame, _ in read], steps, counts)


def _thread_stack(event: Mapping[str, Any], raised: Mapping[str, Any]) -> Any:
    """The event's own stack; else that of the thread that raised, crashed or was current; else of the only one."""
    own = event.get("stacktrace")
    if isinstance(own, dict):
        return own
    threads = objects(event.get("threads"))
    thread_id = raised.get("thread_id")
    for wanted in (
        lambda thread: thread_id is not None and thread.get("id") == thread_id,
        lambda thread: thread.get("crashed") is True,
        lambda thread: thread.get("current") is True and not raised,
        lambda thread: len(threads) == 1 and not raised,
    ):
        for thread in threads:
            if wanted(thread) and thread.get("stacktrace"):
                return thread["stacktrace"]
    return None
