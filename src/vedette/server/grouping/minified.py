"""Errors whose frames are minified, grouped by what these are called in their source: the same in every build. Pure.

What the minified frames alone would give is kept behind it as version 0 of the same way, so that an issue from the time
before the map was uploaded is still found.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vedette.server.grouping.group import Grouping, group
from vedette.server.grouping.reading import objects
from vedette.server.grouping.rules import NO_RULES, Rules

Names = Mapping[tuple[int, int], Mapping[str, Any]]  # (exception, frame) → fields of the frame as its source says


def group_named(event: Mapping[str, Any], names: Names, rules: Rules = NO_RULES) -> Grouping:
    """Group an event whose frames have these names by them. Takes any JSON object and never raises."""
    if not names:
        return group(event, rules)
    found, as_sent = group(with_names(event, names), rules), group(event, rules)
    older = {way.partition(".")[0]: digits for way, _, digits in (one.partition(":") for one in as_sent.fingerprints)}
    fingerprints: list[str] = []
    for one in found.fingerprints:
        fingerprints.append(one)
        way = one.partition(".")[0]
        if older.get(way, "") not in ("", one.partition(":")[2]):
            fingerprints.append(f"{way}.v0:{older[way]}")
    return replace(found, fingerprints=fingerprints)


def with_names(event: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The event with its frames called so; what was given stays as it is."""
    exceptions = [dict(one) for one in objects(event.get("exception"))]
    for number, exception in enumerate(exceptions):
        stack = exception.get("stacktrace")
        frames = stack.get("frames") if isinstance(stack, dict) else None
        if isinstance(stack, dict) and isinstance(frames, list):
            named = [_named(frame, names.get((number, place))) for place, frame in enumerate(_frames(frames))]
            exception["stacktrace"] = {**stack, "frames": named}
    return {**event, "exception": {"values": exceptions}}


def _frames(frames: list[Any]) -> list[dict[str, Any]]:
    return [frame for frame in frames if isinstance(frame, dict)]


def _named(frame: dict[str, Any], names: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**frame, **names, "module": None} if names else frame
