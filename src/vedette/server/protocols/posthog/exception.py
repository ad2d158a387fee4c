"""A `$exception` event → a row of `errors`, beside its row in `events`.

`$exception_list` comes outermost exception first, each with frames whose last one raised (posthog-python
`exception_utils.py`, posthog-js `error-tracking`). `payload` is written in the shape of a Sentry event (causes
first), so that one screen shows all errors.
"""

from typing import Any

from vedette.server.grouping import Names, group_named, with_names
from vedette.server.http.rules import NONE_SET, ProjectRules
from vedette.server.protocols.posthog.event import Event
from vedette.server.protocols.posthog.shape import COLUMNS
from vedette.server.protocols.posthog.text import dump

LEVELS = {"fatal", "error", "warning", "info", "debug"}


NO_NAMES: Names = {}
RELEASE = dict(COLUMNS)["release"]


def error_row(event: Event, rules: ProjectRules = NONE_SET, names: Names = NO_NAMES) -> dict[str, Any]:
    """The row of `errors`, by the project's rules, frames by their `names` in the source. Odd or missing parts become
    empty; the payload has everything, as it was sent."""
    properties = event.properties
    exceptions = _exceptions(properties)
    first = exceptions[0] if exceptions else {}
    type_, value = _str(first.get("type")), _str(first.get("value"))
    shown = with_names({"exception": exceptions[::-1]}, names)["exception"]["values"][-1] if names else first
    frames = [_frame(frame) for frame in _frames(shown)]
    mechanism = first.get("mechanism")
    mechanism = mechanism if isinstance(mechanism, dict) else {}
    handled = mechanism.get("handled")
    level = properties.get("$exception_level") or properties.get("$level")
    row = event.row
    in_app = [frame for frame in frames if frame["in_app"]] or frames
    found = {
        "project_id": row["project_id"],
        "time": row["time"],
        "received_at": row["received_at"],
        "event_id": event.uuid.replace("-", ""),
        "source": "posthog",
        "platform": _platform(first, properties),
        "level": level if level in LEVELS else "error",
        "type": type_,
        "value": value,
        "title": f"{type_}: {value}"[:1000].rstrip(": ") if type_ else value[:1000] or "<unlabelled exception>",
        "culprit": _culprit(in_app[-1]) if in_app else "",
        "handled": handled if isinstance(handled, bool) else None,
        "mechanism": _str(mechanism.get("type")),
        **{name: row.get(name, "") for name in SHARED},
        "user_id": event.distinct_id,
        "user_email": _person(properties, "email"),
        "user_name": _person(properties, "name"),
        "user_ip": row.get("ip", ""),
        "url": row.get("current_url", ""),
        "sdk_name": row.get("lib", ""),
        "sdk_version": row.get("lib_version", ""),
        "frames": frames,
        "payload": _payload(event, exceptions),
    }
    rules.scrubbing.scrub(found)
    grouping = group_named(found["payload"], names, rules.grouping)
    found |= {"fingerprint": grouping.fingerprint, "fingerprints": grouping.fingerprints, "grouping": grouping.why}
    found["payload"] = dump(found["payload"]).decode()
    return found


SHARED = ("service", "environment", "release", "trace_id", "span_id", "session_id")


def minified_payload(properties: dict[str, Any]) -> dict[str, Any]:
    """What names of frames are asked by: the part of the payload that says where they are."""
    exceptions = _exceptions(properties)
    platform = _platform(exceptions[0] if exceptions else {}, properties)
    release = next((own for name in RELEASE if isinstance(own := properties.get(name), str) and own), "")
    return {"platform": platform, "release": release, "exception": {"values": exceptions[::-1]}}


def _exceptions(properties: dict[str, Any]) -> list[dict[str, Any]]:
    listed = properties.get("$exception_list")
    found = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    if not found and (properties.get("$exception_type") or properties.get("$exception_message")):
        return [{"type": properties.get("$exception_type"), "value": properties.get("$exception_message")}]
    return found


def _frames(exception: dict[str, Any]) -> list[dict[str, Any]]:
    stacktrace = exception.get("stacktrace")
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    return [frame for frame in frames if isinstance(frame, dict)] if isinstance(frames, list) else []


def _frame(frame: dict[str, Any]) -> dict[str, Any]:
    line = frame.get("lineno")
    return {
        "module": _str(frame.get("module")),
        "function": _str(frame.get("function")),
        "filename": _str(frame.get("filename") or frame.get("abs_path")),
        "lineno": line if isinstance(line, int) and 0 <= line < 1 << 32 else 0,
        "in_app": frame.get("in_app") is True,
    }


def _culprit(frame: dict[str, Any]) -> str:
    where = frame["module"] or frame["filename"]
    return f"{where} in {frame['function']}" if frame["function"] else str(where)


def _platform(exception: dict[str, Any], properties: dict[str, Any]) -> str:
    """`python`, `javascript`, `node`: from the frames (`web:javascript`, `node:javascript`), else from the library."""
    frames = _frames(exception)
    name = _str(frames[-1].get("platform")) if frames else ""
    if name:
        return {"web:javascript": "javascript", "node:javascript": "node"}.get(name, name)
    lib = _str(properties.get("$lib"))
    return {"web": "javascript", "js": "javascript", "posthog-node": "node"}.get(lib, lib.removeprefix("posthog-"))


def _person(properties: dict[str, Any], name: str) -> str:
    inner = properties.get("$set")
    return _str(inner.get(name)) if isinstance(inner, dict) else ""


def _payload(event: Event, exceptions: list[dict[str, Any]]) -> dict[str, Any]:
    row = event.row
    extra = {key: value for key, value in event.properties.items() if key != "$exception_list"}
    return {
        "event_id": event.uuid.replace("-", ""),
        "timestamp": float(row["time"]),
        "platform": _platform(exceptions[0] if exceptions else {}, event.properties),
        "exception": {"values": exceptions[::-1]},
        "fingerprint": [own] if isinstance(own := event.properties.get("$exception_fingerprint"), str) and own else [],
        "release": row.get("release", ""),
        "environment": row.get("environment", ""),
        "user": {"id": event.distinct_id},
        "request": {"url": row.get("current_url", "")},
        "sdk": {"name": row.get("lib", ""), "version": row.get("lib_version", "")},
        "extra": extra,
    }


def _str(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else dump(value).decode()
