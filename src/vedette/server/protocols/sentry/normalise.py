"""One shape for what SDKs send in several, so that what is stored as `payload` reads the same for every one of them.

Lists or `{"values": list}`, objects or pairs, text or numbers, nulls anywhere, names of fifteen years ago: each step
takes any JSON and leaves what its table says. A field that cannot be brought into shape is as if it had not been sent.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from vedette.server.protocols.sentry.shapes import count, hex_id, mapping, number, objects, string_map, text

Fix = Callable[[Any], Any]
Shape = Mapping[str, tuple[type, Fix]]  # field → the type it has, and how to get there; None: the field goes

MAX_TAGS = 10_000
# Names from before the interfaces had short ones, https://develop.sentry.dev/sdk/data-model/event-payloads/
LEGACY = {
    "sentry.interfaces.Exception": "exception",
    "sentry.interfaces.Message": "logentry",
    "sentry.interfaces.Stacktrace": "stacktrace",
    "sentry.interfaces.Http": "request",
    "sentry.interfaces.User": "user",
    "sentry.interfaces.Breadcrumbs": "breadcrumbs",
    "sentry.interfaces.Threads": "threads",
    "sentry.interfaces.Contexts": "contexts",
    "threadDump": "threads",
    "culprit": "transaction",
}


def _text(value: Any) -> str | None:
    return None if value is None else text(value)


def _whole(value: Any) -> int | None:
    return None if number(value) is None else count(value)


def _flag(value: Any) -> bool | None:
    return {"true": True, "false": False, "1": True, "0": False}.get(text(value).lower())


def _object(value: Any) -> dict[str, Any] | None:
    return mapping(value) or None


def _named(value: Any) -> dict[str, Any] | None:
    """`"generic"` for `{"type": "generic"}`."""
    return {"type": value} if isinstance(value, str) else _object(value)


def _variables(value: Any) -> dict[str, Any] | None:
    """Local variables as an object; a plain list (native arguments) by position."""
    if isinstance(value, list) and not mapping(value):
        return {str(position): entry for position, entry in enumerate(value)} or None
    return _object(value)


def _lines(value: Any) -> list[str] | None:
    return [text(line) for line in value] if isinstance(value, list) else None


TEXT: tuple[type, Fix] = (str, _text)
OBJECT: tuple[type, Fix] = (dict, _object)
FLAG: tuple[type, Fix] = (bool, _flag)

FRAME: Shape = {
    **dict.fromkeys(
        ("module", "function", "raw_function", "filename", "abs_path", "context_line", "package", "platform", "symbol",
         "instruction_addr", "symbol_addr", "image_addr", "addr_mode"), TEXT
    ),
    **dict.fromkeys(("lineno", "colno"), (int, _whole)),
    **dict.fromkeys(("pre_context", "post_context"), (list, _lines)),
    "in_app": FLAG,
    "vars": (dict, _variables),
}  # fmt: skip
STACKS = ("stacktrace", "raw_stacktrace")
EXCEPTION: Shape = {
    **dict.fromkeys(("type", "value", "module"), TEXT),
    "mechanism": (dict, _named),
    **dict.fromkeys(STACKS, OBJECT),
}
THREAD: Shape = {"name": TEXT, "crashed": FLAG, "current": FLAG, "main": FLAG, **dict.fromkeys(STACKS, OBJECT)}
BREADCRUMB: Shape = {
    **dict.fromkeys(("type", "category", "message", "level"), TEXT),
    "data": (dict, lambda value: {"data": value} if isinstance(value, (str, int, float)) else _object(value)),
}
LOGENTRY: Shape = {
    **dict.fromkeys(("message", "formatted"), TEXT),
    "params": (list, lambda value: value if isinstance(value, dict) and value else None),
}
USER: Shape = {**dict.fromkeys(("id", "email", "username", "name", "ip_address", "segment"), TEXT), "geo": OBJECT}
REQUEST: Shape = {
    **dict.fromkeys(("url", "method", "fragment"), TEXT),
    **dict.fromkeys(("headers", "env"), OBJECT),
    "cookies": (dict, lambda value: _cookies(value)),
    "query_string": (str, lambda value: _query(value)),
}
EVENT: Shape = {
    **dict.fromkeys(
        ("platform", "level", "logger", "transaction", "release", "dist", "environment", "server_name"), TEXT
    ),
    **dict.fromkeys(("extra", "sdk", "modules", "debug_meta", "stacktrace"), OBJECT),
    "fingerprint": (list, lambda value: [value] if isinstance(value, str) else None),
}  # fmt: skip


def conform(found: dict[str, Any], shape: Shape) -> None:
    """Bring the fields that the shape names to their types; what cannot be goes. In place."""
    odd = [name for name, value in found.items() if name in shape and type(value) is not shape[name][0]]
    for name in odd:
        fixed = shape[name][1](found[name])
        if fixed is None:
            del found[name]
        else:
            found[name] = fixed


def normalise(event: dict[str, Any], *, event_id: str, client_ip: str) -> None:
    """One shape for what SDKs send in several; in place."""
    event["event_id"] = event_id
    for step in STEPS:
        step(event)
    _resolve_ip(event, client_ip)


def _legacy(event: dict[str, Any]) -> None:
    for old, new in LEGACY.items():
        if old in event:
            value = event.pop(old)
            event.setdefault(new, value)


def _scalars(event: dict[str, Any]) -> None:
    conform(event, EVENT)
    _stacks(event)


def _message(event: dict[str, Any]) -> None:
    """`logentry` in every event that says something; `message` stays where it is text."""
    given = event.get("logentry")
    if given is None:
        given = event.get("message")
    entry = given if isinstance(given, dict) else {"formatted": text(given)} if given is not None else {}
    if isinstance(event.get("message"), dict):
        del event["message"]
    conform(entry, LOGENTRY)
    event.pop("logentry", None)
    if entry:
        event["logentry"] = entry


def _exceptions(event: dict[str, Any]) -> None:
    if "exception" in event:
        event["exception"] = {"values": _each(event["exception"], EXCEPTION)}


def _threads(event: dict[str, Any]) -> None:
    if "threads" in event:
        event["threads"] = {"values": _each(event["threads"], THREAD)}


def _breadcrumbs(event: dict[str, Any]) -> None:
    if "breadcrumbs" in event:
        event["breadcrumbs"] = {"values": _each(event["breadcrumbs"], BREADCRUMB)}


def _each(value: Any, shape: Shape) -> list[dict[str, Any]]:
    found = objects(value)
    for entry in found:
        conform(entry, shape)
        if shape is not BREADCRUMB:
            _stacks(entry)
    return found


def _stacks(holder: dict[str, Any]) -> None:
    for name in STACKS:
        stacktrace = holder.get(name)
        if not isinstance(stacktrace, dict):
            continue
        frames = stacktrace.get("frames")
        kept = [frame for frame in frames if type(frame) is dict] if isinstance(frames, list) else []
        for frame in kept:
            _frame(frame)
        if kept:
            stacktrace["frames"] = kept
        else:
            del holder[name]


def _frame(frame: dict[str, Any]) -> None:
    conform(frame, FRAME)
    for name in ("pre_context", "post_context"):
        lines = frame.get(name)
        if lines:
            try:
                "".join(lines)
            except TypeError:  # a line that is no text
                frame[name] = _lines(lines)


def _tags(event: dict[str, Any]) -> None:
    if "tags" in event:
        event["tags"] = string_map(event["tags"], limit=MAX_TAGS)


def _user(event: dict[str, Any]) -> None:
    if "user" in event:
        given = event["user"]
        event["user"] = {"id": text(given)} if isinstance(given, (str, int, float)) and given else mapping(given)
        conform(event["user"], USER)


def _request(event: dict[str, Any]) -> None:
    if "request" in event:
        given = event["request"]
        event["request"] = {"url": given} if isinstance(given, str) and given else mapping(given)
        conform(event["request"], REQUEST)


def _cookies(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        pairs = [part.strip().partition("=") for part in value.split(";") if part.strip()]
        return {name: content for name, _, content in pairs} or None
    return _object(value)


def _query(value: Any) -> str | None:
    """Pairs as they stand in a URL; text stays as it came."""
    pairs = [(name, text(entry)) for name, entry in mapping(value).items()]
    return urlencode(pairs, errors="replace") if pairs else None


def _contexts(event: dict[str, Any]) -> None:
    if "contexts" not in event:
        return
    given = mapping(event["contexts"])
    contexts = {
        name: entry if isinstance(entry, dict) else {"value": entry}
        for name, entry in given.items()
        if entry is not None and entry != []
    }
    trace = contexts.get("trace", {})
    for name, digits in (("trace_id", 32), ("span_id", 16), ("parent_span_id", 16)):
        if name in trace:
            trace[name] = hex_id(trace[name], digits)
    event["contexts"] = contexts


STEPS = (
    _legacy,
    _scalars,
    _message,
    _exceptions,
    _threads,
    _breadcrumbs,
    _tags,
    _user,
    _request,
    _contexts,
)


def _resolve_ip(event: dict[str, Any], client_ip: str) -> None:
    """`{{auto}}`, or the newer `sdk.settings.infer_ip`, ask for the connection's address."""
    user = event.get("user") or {}
    given = user.get("ip_address")
    infer = mapping(mapping(event.get("sdk")).get("settings")).get("infer_ip") == "auto"
    if client_ip and (given == "{{auto}}" or (infer and not given)):
        event["user"] = {**user, "ip_address": client_ip}
    elif given == "{{auto}}":
        del user["ip_address"]
