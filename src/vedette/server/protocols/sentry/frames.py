"""Stack traces of a normalised event."""

from typing import Any

from vedette.server.protocols.sentry.shapes import mapping, objects


def stack_frames(stacktrace: Any) -> list[dict[str, Any]]:
    """The frames of a stack trace, outermost call first."""
    frames = mapping(stacktrace).get("frames")
    return [frame for frame in frames if isinstance(frame, dict)] if isinstance(frames, list) else []


def thread_frames(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of an event without exceptions: of its own, else of the thread that crashed or was current."""
    if frames := stack_frames(event.get("stacktrace")):
        return frames
    threads = objects(event.get("threads"))
    for mark in ("crashed", "current"):
        for thread in threads:
            if thread.get(mark) is True:
                return stack_frames(thread.get("stacktrace"))
    return stack_frames(threads[0].get("stacktrace")) if len(threads) == 1 else []
