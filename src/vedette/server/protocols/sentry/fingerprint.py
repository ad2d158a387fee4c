"""Which occurrences belong together: event → fingerprints, most specific first. Pure.

An exception is known by its type and the functions it went through in the application's own code (no line numbers, so
an edit elsewhere in the file changes nothing); without frames by its type and its message with everything variable
taken out. Whatever is changed here splits every issue in the world: give it a new VERSION and append, never replace.
"""

import hashlib
import re
from typing import Any

from vedette.server.protocols.sentry.shapes import mapping, objects, text

VERSION = "v1"
MESSAGE_CHARACTERS = 1024
NO_FUNCTION = frozenset(("", "?", "<anonymous>", "<unknown>", "<redacted>"))

VARIABLE = re.compile(
    r"""
      (?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+)
    | (?P<url>(?<![\w+.-])[a-z][a-z0-9+.-]*://[^\s'"<>]+)
    | (?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
    | (?P<date>\b\d{4}-\d\d-\d\d(?:[T\x20]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)
    | (?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b)
    | (?P<hex>\b0[xX][0-9a-fA-F]+\b|\b(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b)
    | (?P<quoted>'[^'\n]*'|"[^"\n]*")
    | (?P<number>(?<![A-Za-z_])-?\d+(?:[.,]\d+)*)
    """,
    re.VERBOSE,
)
HASH_IN_FILE = re.compile(r"[.-](?=[a-f]*\d)[0-9a-f]{6,}(?=[.-])")
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def fingerprints(event: dict[str, Any]) -> list[str]:
    """Fingerprints of a normalised event, 32 hex digits each. The first is what groups it; the rest are what it would
    be grouped by otherwise, so that people can undo the client's choice."""
    default = _hash(*_default_parts(event))
    custom = event.get("fingerprint")
    if not isinstance(custom, list) or not custom:
        return [default]
    parts = [_expand(text(part), event, default) for part in custom if part is not None]
    if not parts or parts == [default]:
        return [default]
    return [_hash("custom", *parts), default]


def _hash(*parts: str) -> str:
    joined = "\x1f".join((VERSION, *parts))
    return hashlib.md5(joined.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _default_parts(event: dict[str, Any]) -> list[str]:
    exceptions = objects(event.get("exception"))
    if exceptions:
        raised = exceptions[-1]
        kind = "" if mapping(raised.get("mechanism")).get("synthetic") is True else text(raised.get("type"))
        frames = frame_keys(stack_frames(raised.get("stacktrace")))
        return ["frames", kind, *frames] if frames else ["value", kind, parametrise(text(raised.get("value")))]
    if message := message_template(event):
        return ["message", parametrise(message)]
    frames = frame_keys(thread_frames(event))
    return ["frames", "", *frames] if frames else ["empty", text(event.get("transaction")), text(event.get("logger"))]


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


def frame_keys(frames: list[dict[str, Any]]) -> list[str]:
    """`module function` of each frame that counts: those in the application, or all when none is."""
    chosen = [frame for frame in frames if frame.get("in_app") is True] or frames
    keys: list[str] = []
    for frame in chosen:
        function = text(frame.get("function"))
        place = text(frame.get("module")) or _file_name(text(frame.get("filename")) or text(frame.get("abs_path")))
        if function in NO_FUNCTION:
            function = ""
        key = f"{place} {function}"
        if key != " " and (not keys or keys[-1] != key):  # recursion to any depth is one step
            keys.append(key)
    return keys


def _file_name(path: str) -> str:
    """The last part of a path in lower case, without the content hash that bundlers put there."""
    name = path.split("?", 1)[0].replace("\\", "/").rsplit("/", 1)[-1].lower()
    return "" if name.startswith("<") else HASH_IN_FILE.sub("", name)


def message_template(event: dict[str, Any]) -> str:
    """The message before its parameters were filled in, else the message."""
    entry = event.get("logentry")
    if isinstance(entry, dict):
        return text(entry.get("message")) or text(entry.get("formatted"))
    return text(entry) or text(event.get("message"))


def parametrise(message: str) -> str:
    """The first two lines with everything that varies replaced by its kind, e.g. `order <number> of <email>`."""
    lines = [line.strip() for line in message[:MESSAGE_CHARACTERS].splitlines() if line.strip()]
    return VARIABLE.sub(lambda match: f"<{match.lastgroup}>", "\n".join(lines[:2]))


def _expand(part: str, event: dict[str, Any], default: str) -> str:
    """Fill in `{{ default }}`, `{{ type }}` and the like; unknown ones stay as they are."""
    if "{{" not in part:
        return part
    raised = (objects(event.get("exception")) or [{}])[-1]
    values = {
        "default": default,
        "type": text(raised.get("type")),
        "message": parametrise(text(raised.get("value")) or message_template(event)),
        "transaction": text(event.get("transaction")),
        "level": text(event.get("level")),
        "logger": text(event.get("logger")),
        "release": text(event.get("release")),
    }
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), part)
