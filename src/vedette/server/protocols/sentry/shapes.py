"""Read JSON of uncertain shape. SDKs of fifteen years send lists or `{"values": …}`, dicts or pairs, nulls anywhere.

Every function takes anything and returns exactly what its name says; none raises.
"""

import json
import math
import re
from typing import Any

import orjson

HEX_ID = re.compile(r"[0-9a-f]+")
MAX_KEYS = 200


class BadItem(Exception):
    """An item that cannot be stored: `reason` is a stable word for the outcomes table, `detail` says what and where."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def load_json(payload: bytes) -> Any:
    """Decode JSON. What SDKs really send and strict JSON lacks is repaired: NaN and Infinity become null, bytes that
    are not UTF-8 and lone surrogates (JavaScript writes them) become U+FFFD or `?`.

    Raises:
        BadItem: `invalid_json`, or `too_deep` for nesting that no parser takes.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        first_error = error
    try:
        decoded = payload.decode("utf-8", "replace")
        lenient = json.loads(decoded, parse_constant=lambda _: None, parse_float=_finite)
        return orjson.loads(json.dumps(lenient, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise BadItem("too_deep", "JSON is nested too deeply") from None
    except ValueError:
        raise BadItem("invalid_json", f"not JSON: {first_error}") from None


def _finite(literal: str) -> float | None:
    value = float(literal)  # 1e999 is infinite
    return value if math.isfinite(value) else None


def load_object(payload: bytes) -> dict[str, Any]:
    """Decode a JSON object. Raises BadItem."""
    value = load_json(payload)
    if not isinstance(value, dict):
        raise BadItem("invalid_shape", f"expected a JSON object, got {type(value).__name__}")
    return value


def text(value: Any, limit: int = 0) -> str:
    """A string for a column: null is empty, true is `true`, objects and lists are their JSON. Cut at `limit`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        value = str(value) if isinstance(value, int) and not isinstance(value, bool) else dump(value)
    result: str = value
    return result[:limit] if limit else result


def dump(value: Any) -> str:
    """JSON text of a decoded value; what nests deeper than the encoder goes is cut off."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return "[too deep]"


def number(value: Any) -> float | None:
    """A finite number, also when sent as a string; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def count(value: Any, *, limit: int = 2**32 - 1) -> int:
    """A whole number within 0 … limit; 0 for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return min(max(value, 0), limit)
    found = number(value)
    return min(max(int(found), 0), limit) if found is not None else 0


def milliseconds(value: Any) -> int | None:
    """Seconds → whole milliseconds; None when it is no number, 0 when negative, at most 30,000 years."""
    seconds = number(value)
    return None if seconds is None else round(min(max(seconds, 0.0), 1e12) * 1000)


def boolean(value: Any) -> bool | None:
    """True, false or unknown."""
    return value if isinstance(value, bool) else None


def mapping(value: Any) -> dict[str, Any]:
    """An object from an object or from a list of pairs; empty for anything else."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {
            text(pair[0]): pair[1]
            for pair in value
            if isinstance(pair, list) and len(pair) == 2 and pair[0] is not None
        }
    return {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, in `{"values": list}`, or the one object given; nulls and the rest fall out."""
    if isinstance(value, dict):
        if "values" not in value:
            return [value] if value else []
        value = value["values"]
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def hex_id(value: Any, digits: int) -> str:
    """An id of exactly so many hex digits in lower case, dashes dropped; empty when it is not one."""
    if not isinstance(value, str):
        return ""
    value = value.replace("-", "").lower() if len(value) != digits else value.lower()
    return value if len(value) == digits and HEX_ID.fullmatch(value) else ""


def string_map(value: Any, *, limit: int = MAX_KEYS, value_limit: int = 0) -> dict[str, str]:
    """A map for an attributes column: nulls dropped, values as text, at most `limit` keys."""
    result: dict[str, str] = {}
    for key, entry in mapping(value).items():
        if entry is None:
            continue
        if len(result) >= limit:
            break
        result[key[:200]] = text(entry, value_limit)
    return result
