"""Log lines for people and for collectors of standard error: one JSON object a line, or a readable line."""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from traceback import format_exception
from typing import Any, TextIO

from vedette import semconv
from vedette.sdk.settings import Settings

Writer = Callable[[int, int, str, str, Mapping[str, Any], tuple[int, int], BaseException | None], None]

_COLOURS = {logging.DEBUG: "\x1b[2m", logging.INFO: "\x1b[32m", logging.WARNING: "\x1b[33m", logging.ERROR: "\x1b[31m"}
stream: TextIO | None = None  # where lines go instead of `sys.stderr`, where a worker made that a logger's
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
# What a person at a terminal knows, or does not read.
_UNREAD = frozenset((
    semconv.CODE_FILE_PATH, semconv.CODE_FUNCTION_NAME, semconv.CODE_LINE_NUMBER, semconv.REQUEST_ID,
    semconv.EXCEPTION_TYPE, semconv.EXCEPTION_MESSAGE, semconv.EXCEPTION_STACKTRACE, semconv.HTTP_REQUEST_METHOD,
    semconv.HTTP_RESPONSE_STATUS_CODE, semconv.URL_PATH,
))  # fmt: skip

try:
    from orjson import OPT_NON_STR_KEYS, dumps

    def encode(document: Mapping[str, Any]) -> str:
        """One line of JSON; what has no JSON form is written as text."""
        try:
            return dumps(document, default=str, option=OPT_NON_STR_KEYS).decode()
        except TypeError:  # integers beyond 64 bits, keys of other types, lone surrogates
            return json.dumps(document, default=str, ensure_ascii=True)
except ImportError:

    def encode(document: Mapping[str, Any]) -> str:
        """One line of JSON; what has no JSON form is written as text."""
        return json.dumps(document, default=str, ensure_ascii=False, separators=(",", ":"))


def writer(settings: Settings) -> Writer | None:
    """How lines are written; None where the setting says not at all."""
    shape = settings.log_format
    if shape == "auto":
        shape = "console" if settings.development or _is_terminal() else "json"
    return {"json": write_json, "console": write_line}.get(shape)


def write_json(
    time_ns: int, level: int, logger: str, message: str, attributes: Mapping[str, Any], ids: tuple[int, int],
    error: BaseException | None,
) -> None:  # fmt: skip
    """A JSON object a line on standard error."""
    document: dict[str, Any] = {
        "timestamp": _timestamp(time_ns),
        "level": logging.getLevelName(level).lower(),
        "logger": logger,
        "message": message,
    }
    if ids[0]:
        document["trace_id"] = f"{ids[0]:032x}"
        document["span_id"] = f"{ids[1]:016x}"
    if not document.keys().isdisjoint(attributes):  # what is given under a name of ours gets an underscore
        attributes = {f"{key}_" if key in document else key: value for key, value in attributes.items()}
    document.update(attributes)
    _write(encode(document) + "\n")


def write_line(
    time_ns: int, level: int, logger: str, message: str, attributes: Mapping[str, Any], ids: tuple[int, int],
    error: BaseException | None,
) -> None:  # fmt: skip
    """A line for a person on standard error; the stack of an error below it."""
    clock = datetime.fromtimestamp(time_ns / 1e9).strftime("%H:%M:%S.%f")[:-3]
    name = logging.getLevelName(level)
    rest = "".join(f" {key}={_shown(value)}" for key, value in attributes.items() if key not in _UNREAD)
    if _is_terminal():
        colour = _COLOURS.get(level - level % 10, _COLOURS[logging.ERROR])
        line = f"{_DIM}{clock}{_PLAIN} {colour}{name:<8}{_PLAIN} {message}{_DIM}{rest} {logger}{_PLAIN}\n"
    else:
        line = f"{clock} {name:<8} {message}{rest} {logger}\n"
    if error is not None:
        line += "".join(format_exception(error))
    _write(line)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return repr(text) if not text or not text.isprintable() or " " in text else text


_second: tuple[int, str] = (0, "")


def _timestamp(time_ns: int) -> str:
    """RFC 3339 with microseconds; the text of a second is made once."""
    global _second
    seconds, rest = divmod(time_ns, 1_000_000_000)
    last = _second
    if last[0] != seconds:
        last = _second = (seconds, datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    return f"{last[1]}.{rest // 1000:06d}Z"


def _write(line: str) -> None:
    out: Any = stream or sys.stderr
    try:
        out.write(line)
    except UnicodeEncodeError:
        out.write(line.encode("ascii", "backslashreplace").decode())
    except (AttributeError, OSError, ValueError):  # no standard error (pythonw), a closed one, a full disk
        return


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False
