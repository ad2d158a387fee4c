"""JSON as backends take it: UTF-8, no NaN, whatever the values were."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def dump(value: Any) -> bytes:
    """One JSON document. NaN and infinities become null, a lone surrogate `?`, what JSON does not know its text."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)
    except ValueError:
        text = json.dumps(finite(value), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "replace")


def iso_time(seconds: float) -> str:
    """RFC 3339 with microseconds, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds_of(value: Any, default: float) -> float:
    """A time as clients write it, number or RFC 3339, in seconds since the epoch."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return default
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def finite(value: Any) -> Any:
    """The value with null where a number is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, (list, tuple)) else value
