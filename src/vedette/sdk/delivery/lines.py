"""One item, one line of JSON: how events and errors are kept until they are sent."""

import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any

_DEEPEST = 64
_LEAST, _MOST = -(1 << 63), (1 << 64) - 1  # integers beyond lose digits in many a parser, and are kept as text


def standard_dump(item: Any) -> bytes:
    """By the standard library."""
    return json.dumps(item, default=str, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


_fast_dump: Callable[[Any], bytes] = standard_dump
_fast_load: Callable[[bytes], Any] = json.loads
try:
    import orjson
except ImportError:  # three times faster, where the host has it
    pass
else:
    _fast_dump = partial(orjson.dumps, default=str, option=orjson.OPT_APPEND_NEWLINE)
    _fast_load = orjson.loads


def dump(item: Any) -> bytes:
    """The item as one line, with its newline. What JSON has no word for becomes text, or null where it is NaN.

    Raises only what a `__str__` of the item's values raises.
    """
    try:
        return _fast_dump(item)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(_plain(item, 0), separators=(",", ":")).encode() + b"\n"


def load(line: bytes) -> Any:
    """The item of a line. Raises ValueError where it is not JSON."""
    try:
        return _fast_load(line)
    except ValueError:
        return json.loads(line)


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {_text(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and _LEAST <= value <= _MOST:
        return value
    return value if value is None else _text(value)


def _text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()
