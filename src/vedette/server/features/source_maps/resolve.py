"""A stack trace as its authors wrote it: minified JavaScript frames read through source maps when somebody looks.

Nothing is stored, so a map that comes after the event makes it readable all the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.server.features.source_maps.catalog import BundlePath, Missing, find_map
from vedette.server.features.source_maps.lookup import Lookup, MapFile, Unreadable
from vedette.server.features.source_maps.stacks import Place, exceptions, frames, read_stacks, source_names
from vedette.server.metadata.engine import Metadata

LONG_LINE = 200
LONG_COLUMN = 300  # code that people write ends before
THAT_BUILD = "Upload the files of exactly the build that is deployed; minify and inject before, not after."
NO_POSITION = Missing(
    "no_position", "The map has nothing for this line and column: it may be of another build.", THAT_BUILD
)
# Code → what to say of a map that does not read.
UNREADABLE: dict[str, Callable[[str], tuple[str, str]]] = {
    "unreadable_map": lambda why: (
        f"The uploaded map does not read: {why}.", "Upload the map that the bundler wrote, unchanged."
    ),
    "no_map": lambda _: (
        "This file was uploaded without its source map, beside it or inlined.",
        "Let the bundler write source maps, and upload the folder that has them.",
    ),
    "map_too_large": lambda why: (
        f"The uploaded map is too large: {why}.", "Split the bundle, or leave its sources' text out of the map."
    ),
}  # fmt: skip


@dataclass(slots=True)
class Found:
    """What became of a stack trace's frames."""

    exceptions: list[dict[str, Any]]
    resolved: int = 0
    minified: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)


def resolve(
    metadata: Metadata, lookup: Lookup, bundle_path: BundlePath, project_id: int, payload: dict[str, Any]
) -> Found:
    """The exceptions of an event with every frame that a map knows in its source's terms; `payload` stays as it is."""
    found = Found([_copy(one) for one in exceptions(payload)])
    stacks = read_stacks({**payload, "exception": {"values": found.exceptions}})
    for script, places in stacks.places.items():
        with metadata.session() as session:
            map_ = find_map(session, project_id, script.file, script.debug_id, stacks.build, bundle_path)
        _resolve_file(lookup, map_, script.file, places, found)
    return found


def _resolve_file(lookup: Lookup, map_: MapFile | Missing, file: str, places: Sequence[Place], found: Found) -> None:
    if isinstance(map_, Missing):
        _say(found, file, [place for place in places if _looks_minified(place)], map_)
        return
    placed = [(place, place.position) for place in places if place.position]
    try:
        answers = lookup.positions(map_, [position for _, position in placed])
    except Unreadable as error:
        _say(found, file, places, Missing(error.code, *UNREADABLE[error.code](str(error))))
        return
    nowhere = [place for place in places if not place.position]
    outside: list[tuple[Place, str]] = []
    for (place, _), answer in zip(placed, answers, strict=True):
        if answer is None:
            nowhere.append(place)
        elif "outside" in answer:
            outside.append((place, answer["outside"]))
        else:
            _rewrite(place.frame, answer)
            found.resolved += 1
    _say(found, file, nowhere, NO_POSITION)
    if outside:
        (line, column), why = outside[0][0].position or (0, 0), outside[0][1]
        text = f"The error is at {line}:{column}, which the uploaded file has not: {why}."
        _say(found, file, [place for place, _ in outside], Missing("wrong_file", text, THAT_BUILD))


def _say(found: Found, file: str, places: Sequence[Place], why: Missing) -> None:
    if not places:
        return
    found.minified += len(places)
    for place in places:
        place.frame["problem"] = why.code
    found.reasons.append({"code": why.code, "file": file, "frames": len(places), "text": why.text, "hint": why.hint})


def _rewrite(frame: dict[str, Any], answer: dict[str, Any]) -> None:
    frame["minified"] = {name: frame.get(name) for name in ("function", "filename", "abs_path", "lineno", "colno")}
    frame |= source_names(frame, answer)
    frame.pop("module", None)
    for part in ("context_line", "pre_context", "post_context"):
        if answer["context_line"] is None:
            frame.pop(part, None)  # what is there is minified code
        else:
            frame[part] = answer[part]


def _looks_minified(place: Place) -> bool:
    """Whether a frame without a map is worth a word. Code that a server runs as it was written is not."""
    context = place.frame.get("context_line")
    if isinstance(context, str) and ("{snip}" in context or len(context) > LONG_LINE):
        return True
    return not place.file.startswith(("/", "file:")) or bool(place.position and place.position[1] > LONG_COLUMN)


def _copy(exception: dict[str, Any]) -> dict[str, Any]:
    """The exception with frames that may be changed."""
    stack = exception.get("stacktrace")
    kept = stack if isinstance(stack, dict) else {}
    return {**exception, "stacktrace": {**kept, "frames": [dict(one) for one in frames(exception)]}}
