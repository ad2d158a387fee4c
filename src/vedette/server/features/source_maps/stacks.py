"""Where the frames of an event are in the code that ran: file, debug id, line and column. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.server.features.source_maps.bundle import debug_id
from vedette.server.features.source_maps.lookup import Position

PLATFORMS = ("javascript", "node", "web:javascript", "node:javascript")  # the longer are PostHog's, on each frame
MOST_FRAMES = 1000
MOST_FILES = 30
NOT_FILES = re.compile(r"^(<|\[|node:|native |internal/|chrome-extension:|moz-extension:|safari-)")
LIBRARY = re.compile(r"(^|/)(node_modules|webpack/bootstrap|webpack/runtime)(/|$)")
ANONYMOUS = ("", "<anonymous>", "?")

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Build:
    """Which build an event comes from."""

    release: str
    dist: str


@dataclass(frozen=True, slots=True)
class Script:
    """A file of code that ran, and the id that its build gave it ('' when the event has none)."""

    file: str
    debug_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """A frame of JavaScript: of which exception, which of its frames, and where in the code that ran."""

    exception: int
    number: int
    frame: Frame
    file: str
    position: Position | None


@dataclass(frozen=True, slots=True)
class Stacks:
    """An event's build, and the frames of each script that it names; of the first 30 scripts."""

    build: Build
    places: Mapping[Script, list[Place]]


def read_stacks(payload: Mapping[str, Any]) -> Stacks:
    """Read any JSON object; frames that are not of JavaScript, and those of the browser's own, are left out."""
    found: dict[Script, list[Place]] = {}
    ids = _debug_ids(payload)
    platform = text(payload.get("platform"))
    count = 0
    for number, exception in enumerate(exceptions(payload)):
        for position, frame in enumerate(frames(exception)):
            if (text(frame.get("platform")) or platform) not in PLATFORMS:
                continue
            count += 1
            place = _place(number, position, frame)
            if not place or count > MOST_FRAMES:
                continue
            # posthog-js names the id on the frame, Sentry's SDKs by file.
            named = debug_id(frame.get("chunk_id")) or ids.get(place.file) or ids.get(text(frame.get("filename")), "")
            script = Script(place.file, named)
            if script in found or len(found) < MOST_FILES:
                found.setdefault(script, []).append(place)
    return Stacks(Build(text(payload.get("release")), text(payload.get("dist"))), found)


def source_names(frame: Frame, answer: Mapping[str, Any]) -> Frame:
    """What a frame is called in its source, by what a map said of its position."""
    scope, name = answer["function"], answer["name"]
    found = {
        "function": scope if scope not in ANONYMOUS else name or scope or frame.get("function"),
        "filename": readable(answer["file"]),
        "abs_path": answer["file"],
        "lineno": answer["line"],
        "colno": answer["column"],
    }
    return {**found, "in_app": False} if LIBRARY.search(answer["file"]) else found


def readable(source: str) -> str:
    """A source's name without what bundlers put before it: `webpack://shop/./src/a.ts?1f2e` is `src/a.ts`."""
    plain = re.sub(r"^(webpack|turbopack|vite|rollup|ng)://[^/]*/", "", source)
    plain = re.sub(r"^(\.{0,2}/)+", "", plain) if not source.startswith("/") else plain
    return re.sub(r"\?[0-9a-f]{4}$", "", plain) or source


def exceptions(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An event's exceptions, causes first."""
    exception = payload.get("exception")
    values = exception.get("values", [exception]) if isinstance(exception, dict) else exception
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def frames(exception: Mapping[str, Any]) -> list[Frame]:
    """An exception's frames, outermost call first."""
    stack = exception.get("stacktrace")
    listed = stack.get("frames") if isinstance(stack, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def text(value: Any) -> str:
    """Text, or none."""
    return value if isinstance(value, str) else ""


def _place(exception: int, number: int, frame: Frame) -> Place | None:
    file = text(frame.get("abs_path")) or text(frame.get("filename"))
    if not file or NOT_FILES.match(file):
        return None
    line, column = _whole(frame.get("lineno")), _whole(frame.get("colno"))
    return Place(exception, number, frame, file, (line, column) if line and column else None)


def _debug_ids(payload: Mapping[str, Any]) -> dict[str, str]:
    meta = payload.get("debug_meta")
    images = meta.get("images") if isinstance(meta, dict) else None
    return {
        text(image.get("code_file")): debug_id(image.get("debug_id"))
        for image in (images if isinstance(images, list) else ())
        if isinstance(image, dict) and image.get("type") == "sourcemap"
    }


def _whole(value: Any) -> int:
    """A line or column as people count them; 0 when it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0
