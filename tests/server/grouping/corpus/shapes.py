"""Events as SDKs send them, from a few words a frame.

A frame is `place function`. `~` before it: the SDK says it is not the application's; `?`: it does not say.
"""

import itertools
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]
_number = itertools.count(1)


@dataclass(frozen=True)
class Pair:
    """Two events, whether they are the same error, and why."""

    same: bool
    because: str
    first: Event
    second: Event


def same(because: str, first: Event, second: Event) -> Pair:
    return Pair(True, because, first, second)


def different(because: str, first: Event, second: Event) -> Pair:
    return Pair(False, because, first, second)


def frame(words: str, fields: str) -> dict[str, Any]:
    """`fields` names what the words are: `module function`, `filename function`, …"""
    marks = {"~": False, "?": None}
    in_app = marks.get(words[0], True)
    names = fields.split()
    found: dict[str, Any] = dict(zip(names, words.lstrip("~?").split(" ", len(names) - 1), strict=False))
    found = {name: value for name, value in found.items() if value != "-"}
    number = next(_number)
    found |= {"lineno": number * 7 % 4001 + 1, "colno": number * 13 % 211}
    return found if in_app is None else {**found, "in_app": in_app}


def exception(title: str, *frames: dict[str, Any], **more: Any) -> dict[str, Any]:
    """`Type: value` and frames, outermost first."""
    kind, _, value = title.partition(": ")
    found: dict[str, Any] = {"type": kind, "value": value, **more}
    return {**found, "stacktrace": {"frames": list(frames)}} if frames else found


def event(platform: str, *exceptions: dict[str, Any], **more: Any) -> Event:
    """Causes first, as on the wire."""
    return {"platform": platform, "exception": {"values": list(exceptions)}, **more}


def python(title: str, *frames: str, **more: Any) -> Event:
    def of(words: str) -> dict[str, Any]:
        found = frame(words, "module function")
        path = found["module"].replace(".", "/") + ".py"
        root = "/usr/lib/python3.12/site-packages/" if words[0] == "~" else "/srv/app/"
        return {**found, "filename": path, "abs_path": root + path}

    return event("python", exception(title, *map(of, frames)), **more)


def javascript(title: str, *frames: str, platform: str = "javascript", **more: Any) -> Event:
    return event(platform, exception(title, *(frame(words, "filename function") for words in frames)), **more)


def java(title: str, *frames: str, **more: Any) -> Event:
    return event("java", exception(title, *(frame(words, "module function") for words in frames)), **more)


def go(title: str, *frames: str, **more: Any) -> Event:
    return event("go", exception(title, *(frame(words, "module function") for words in frames)), **more)


def ruby(title: str, *frames: str, **more: Any) -> Event:
    return event("ruby", exception(title, *(frame(words, "filename function") for words in frames)), **more)


def php(title: str, *frames: str, **more: Any) -> Event:
    return event("php", exception(title, *(frame(words, "filename function") for words in frames)), **more)


def native(title: str, *frames: str, platform: str = "native", **more: Any) -> Event:
    def of(words: str) -> dict[str, Any]:
        return {**frame(words, "package function"), "instruction_addr": hex(0x7F0000000000 + next(_number) * 4093)}

    return event(platform, exception(title, *map(of, frames)), **more)


def message(text: str, platform: str = "python", **more: Any) -> Event:
    return {"platform": platform, "logentry": {"formatted": text}, **more}
