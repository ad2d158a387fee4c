"""A stack trace as its authors wrote it: minified JavaScript frames read through source maps when somebody looks.

Nothing is stored, so a map that comes after the event makes it readable all the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vedette.server.features.source_maps.bundle import debug_id
from vedette.server.features.source_maps.catalog import Build, BundlePath, Missing, find_map
from vedette.server.features.source_maps.lookup import Lookup, MapFile, Position, Unreadable
from vedette.server.metadata.engine import Metadata

PLATFORMS = ("javascript", "node")
MOST_FRAMES = 1000
MOST_MAPS = 30
LONG_LINE = 200
LONG_COLUMN = 300  # code that people write ends before
NOT_FILES = re.compile(r"^(<|\[|node:|native |internal/|chrome-extension:|moz-extension:|safari-)")
LIBRARY = re.compile(r"(^|/)(node_modules|webpack/bootstrap|webpack/runtime)(/|$)")
ANONYMOUS = ("", "<anonymous>", "?")


@dataclass(slots=True)
class Found:
    """What became of a stack trace's frames."""

    exceptions: list[dict[str, Any]]
    resolved: int = 0
    minified: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """A frame of JavaScript, where it is in the minified code and in the answer."""

    frame: dict[str, Any]
    file: str
    position: Position | None


def resolve(
    metadata: Metadata, lookup: Lookup, bundle_path: BundlePath, project_id: int, payload: dict[str, Any]
) -> Found:
    """The exceptions of an event with every frame that a map knows in its source's terms; `payload` stays as it is."""
    exceptions = [_copy(one) for one in _values(payload.get("exception"))]
    found = Found(exceptions)
    by_file: dict[str, list[Place]] = {}
    for place in _places(exceptions, str(payload.get("platform") or "")):
        by_file.setdefault(place.file, []).append(place)
    debug_ids = _debug_ids(payload)
    build = Build(_text(payload.get("release")), _text(payload.get("dist")))
    for number, (file, places) in enumerate(by_file.items()):
        if number >= MOST_MAPS:
            break
        with metadata.session() as session:
            named = debug_ids.get(file) or debug_ids.get(_text(places[0].frame.get("filename")), "")
            map_ = find_map(session, project_id, file, named, build, bundle_path)
        _resolve_file(lookup, map_, file, places, found)
    return found


def _resolve_file(lookup: Lookup, map_: MapFile | Missing, file: str, places: list[Place], found: Found) -> None:
    if isinstance(map_, Missing):
        _say(found, file, [place for place in places if _looks_minified(place)], map_)
        return
    placed = [(place, place.position) for place in places if place.position]
    try:
        answers = lookup.positions(map_, [position for _, position in placed])
    except Unreadable as error:
        hint = "Upload the map that the bundler wrote, unchanged."
        _say(found, file, places, Missing("unreadable_map", f"The uploaded map does not read: {error}.", hint))
        return
    without = [place for place in places if not place.position]
    for (place, _), answer in zip(placed, answers, strict=True):
        if answer is None:
            without.append(place)
        else:
            _rewrite(place.frame, answer)
            found.resolved += 1
    text = "The map has nothing for this line and column: it may be of another build of the file."
    _say(found, file, without, Missing("no_position", text, "Upload the map of exactly the build that is deployed."))


def _say(found: Found, file: str, places: list[Place], why: Missing) -> None:
    if not places:
        return
    found.minified += len(places)
    for place in places:
        place.frame["problem"] = why.code
    found.reasons.append({"code": why.code, "file": file, "frames": len(places), "text": why.text, "hint": why.hint})


def _rewrite(frame: dict[str, Any], answer: dict[str, Any]) -> None:
    frame["minified"] = {name: frame.get(name) for name in ("function", "filename", "abs_path", "lineno", "colno")}
    scope, name = answer["function"], answer["name"]
    frame["function"] = scope if scope not in ANONYMOUS else name or scope or frame.get("function")
    frame["filename"] = readable(answer["file"])
    frame["abs_path"] = answer["file"]
    frame["lineno"], frame["colno"] = answer["line"], answer["column"]
    frame.pop("module", None)
    for part in ("context_line", "pre_context", "post_context"):
        if answer["context_line"] is None:
            frame.pop(part, None)  # what is there is minified code
        else:
            frame[part] = answer[part]
    if LIBRARY.search(answer["file"]):
        frame["in_app"] = False


def readable(source: str) -> str:
    """A source's name without what bundlers put before it: `webpack://shop/./src/a.ts?1f2e` is `src/a.ts`."""
    plain = re.sub(r"^(webpack|turbopack|vite|rollup|ng)://[^/]*/", "", source)
    plain = re.sub(r"^(\.{0,2}/)+", "", plain) if not source.startswith("/") else plain
    return re.sub(r"\?[0-9a-f]{4}$", "", plain) or source


def _places(exceptions: Iterable[dict[str, Any]], platform: str) -> Iterator[Place]:
    count = 0
    for exception in exceptions:
        for frame in exception.get("stacktrace", {}).get("frames", ()):
            if (_text(frame.get("platform")) or platform) not in PLATFORMS:
                continue
            file = _text(frame.get("abs_path")) or _text(frame.get("filename"))
            count += 1
            if not file or NOT_FILES.match(file) or count > MOST_FRAMES:
                continue
            line, column = frame.get("lineno"), frame.get("colno")
            yield Place(frame, file, (line, column) if _counts(line) and _counts(column) else None)


def _looks_minified(place: Place) -> bool:
    """Whether a frame without a map is worth a word. Code that a server runs as it was written is not."""
    context = place.frame.get("context_line")
    if isinstance(context, str) and ("{snip}" in context or len(context) > LONG_LINE):
        return True
    return not place.file.startswith(("/", "file:")) or bool(place.position and place.position[1] > LONG_COLUMN)


def _debug_ids(payload: dict[str, Any]) -> dict[str, str]:
    meta = payload.get("debug_meta")
    images = meta.get("images") if isinstance(meta, dict) else None
    return {
        _text(image.get("code_file")): debug_id(image.get("debug_id"))
        for image in (images if isinstance(images, list) else ())
        if isinstance(image, dict) and image.get("type") == "sourcemap"
    }


def _copy(exception: dict[str, Any]) -> dict[str, Any]:
    """The exception with frames that may be changed."""
    stack = exception.get("stacktrace")
    frames = stack.get("frames") if isinstance(stack, dict) else None
    if not isinstance(stack, dict) or not isinstance(frames, list):
        return {**exception, "stacktrace": {"frames": []}}
    return {**exception, "stacktrace": {**stack, "frames": [dict(one) for one in frames if isinstance(one, dict)]}}


def _values(exception: Any) -> list[dict[str, Any]]:
    values = exception.get("values", [exception]) if isinstance(exception, dict) else exception
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
