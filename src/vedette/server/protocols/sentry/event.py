"""A Sentry error event → one row of `errors`.

Format: https://develop.sentry.dev/sdk/data-model/event-payloads/; events come here normalised (`normalise.py`).
"""

import re
from typing import Any

from vedette.server.grouping import NO_RULES, Names, Rules, group_named, with_names
from vedette.server.protocols.sentry.frames import stack_frames, thread_frames
from vedette.server.protocols.sentry.shapes import boolean, count, dump, hex_id, mapping, string_map, text

LEVELS = {
    "warn": "warning",
    "critical": "fatal",
    "log": "info",
    "trace": "debug",
    "10": "debug",
    "20": "info",
    "30": "warning",
    "40": "error",
    "50": "fatal",
}
KNOWN_LEVELS = frozenset(("fatal", "error", "warning", "info", "debug"))
PARAMETER = re.compile(r"%%|%(?:\((?P<name>\w{1,64})\))?[sdifr]")
MAX_FRAMES = 250
NAME = 200  # characters in columns that hold a name
TITLE = 256
VALUE = 8192
NO_NAMES: Names = {}


def error_row(event: dict[str, Any], rules: Rules = NO_RULES, names: Names = NO_NAMES) -> dict[str, Any]:
    """The columns of a normalised, scrubbed event, without project and times; frames by their `names` in the source,
    but for the payload."""
    exceptions = event["exception"]["values"] if "exception" in event else []
    raised = exceptions[-1] if exceptions else {}
    kind, value = text(raised.get("type"), NAME), text(raised.get("value"), VALUE)
    if not raised:
        value = message(event)[:VALUE]
    shown = with_names(event, names)["exception"]["values"][-1] if names and raised else raised
    frames = stack_frames(shown.get("stacktrace")) or thread_frames(event)
    user = event.get("user") or {}
    sdk = event.get("sdk") or {}
    trace = mapping(mapping(event.get("contexts")).get("trace"))
    grouping = group_named(event, names, rules)
    lead = exceptions[grouping.lead] if exceptions else {}
    return {
        "event_id": event["event_id"],
        "source": "sentry",
        "platform": text(event.get("platform"), 64) or "other",
        "level": level(event.get("level")),
        "type": kind,
        "value": value,
        "title": title(text(lead.get("type"), NAME), text(lead.get("value"), VALUE) if lead else value),
        "culprit": text(event.get("transaction"), NAME) or _culprit(frames),
        "handled": _handled(exceptions),
        "mechanism": text(mapping(raised.get("mechanism")).get("type"), NAME),
        "logger": text(event.get("logger"), NAME),
        "transaction": text(event.get("transaction"), NAME),
        "fingerprint": grouping.fingerprint,
        "fingerprints": grouping.fingerprints,
        "grouping": grouping.why,
        "service": service(event),
        "environment": text(event.get("environment"), 64),
        "release": text(event.get("release"), NAME),
        "dist": text(event.get("dist"), 64),
        "server_name": text(event.get("server_name"), NAME),
        "trace_id": hex_id(trace.get("trace_id"), 32),
        "span_id": hex_id(trace.get("span_id"), 16),
        "session_id": session_id(event),
        "user_id": text(user.get("id"), NAME),
        "user_email": text(user.get("email"), NAME),
        "user_name": text(user.get("username") or user.get("name"), NAME),
        "user_ip": text(user.get("ip_address"), 64),
        "url": text((event.get("request") or {}).get("url"), 2048),
        "sdk_name": text(sdk.get("name"), NAME),
        "sdk_version": text(sdk.get("version"), NAME),
        "tags": string_map(event.get("tags"), value_limit=NAME),
        "frames": [_frame(frame) for frame in frames[-MAX_FRAMES:]],
        "payload": dump(event),
    }


def level(value: Any) -> str:
    """One of the five levels; what is missing or unknown is an error."""
    name = text(value).lower()
    name = LEVELS.get(name, name)
    return name if name in KNOWN_LEVELS else "error"


def message(event: dict[str, Any]) -> str:
    """The message as people read it, its parameters filled in. Empty when there is none."""
    entry = event.get("logentry")
    if entry is None:
        entry = event.get("message")
    if not isinstance(entry, dict):
        return text(entry)
    return text(entry.get("formatted")) or _interpolate(text(entry.get("message")), entry.get("params"))


def _interpolate(template: str, params: Any) -> str:
    """Fill in Python's `%s`, `%d`, `%(name)s`; what has no parameter stays. Widths are not obeyed: `%999999999d`."""
    in_order = iter(params if isinstance(params, list) else ())
    by_name = mapping(params)

    def fill(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if match["name"] is not None:
            return text(by_name[match["name"]]) if match["name"] in by_name else match[0]
        return text(next(in_order, match[0]))

    return PARAMETER.sub(fill, template) if params and len(template) <= VALUE else template


def title(kind: str, value: str) -> str:
    """`Type: first line of the value`, or whichever there is."""
    first = next((line.strip() for line in value.splitlines() if line.strip()), "")
    return (f"{kind}: {first}" if kind and first else kind or first or "<no message>")[:TITLE]


def _culprit(frames: list[dict[str, Any]]) -> str:
    chosen = [frame for frame in frames if frame.get("in_app") is True] or frames
    if not chosen:
        return ""
    place = text(chosen[-1].get("module")) or text(chosen[-1].get("filename"))
    function = text(chosen[-1].get("function"))
    return (f"{place} in {function}" if place and function else place or function)[:NAME]


def _handled(exceptions: list[dict[str, Any]]) -> bool | None:
    """False as soon as one exception of the chain was not handled; None when no mechanism says."""
    known = [boolean(mapping(entry.get("mechanism")).get("handled")) for entry in exceptions]
    return False if False in known else (True if True in known else None)


def _frame(frame: dict[str, Any]) -> list[Any]:
    return [
        text(frame.get("module"), NAME),
        text(frame.get("function"), NAME),
        text(frame.get("filename") or frame.get("abs_path"), 1024),
        count(frame.get("lineno")),
        frame.get("in_app") is True,
    ]


def service(event: dict[str, Any]) -> str:
    """What the application calls itself: a tag, or the OpenTelemetry resource; empty when it says nothing."""
    tags = mapping(event.get("tags"))
    for name in ("service", "service.name"):
        if tags.get(name):
            return text(tags[name], NAME)
    contexts = mapping(event.get("contexts"))
    otel = mapping(contexts.get("otel"))
    for found in (mapping(otel.get("resource")).get("service.name"), mapping(contexts.get("service")).get("name")):
        if found:
            return text(found, NAME)
    return ""


def session_id(event: dict[str, Any]) -> str:
    """A session id given as a tag, in extra or in a context; empty when there is none."""
    contexts = mapping(event.get("contexts"))
    for place in (mapping(event.get("tags")), mapping(event.get("extra")), mapping(contexts.get("session")), contexts):
        for name in ("session_id", "$session_id", "session.id"):
            if isinstance(place.get(name), str):
                return text(place[name], NAME)
    return ""
