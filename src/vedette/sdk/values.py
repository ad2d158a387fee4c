"""Values of attributes and properties, as OTLP and JSON have them."""

from collections.abc import Mapping
from typing import Any

_PLAIN = frozenset((str, int, float, bool, type(None)))
DEEPEST = 8


def plain(value: Any, depth: int = 0) -> Any:
    """Text, numbers, lists and maps of them stay; anything else is what `str` makes of it."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if depth < DEEPEST:
        if isinstance(value, Mapping):
            return {str(key): plain(entry, depth + 1) for key, entry in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [plain(entry, depth + 1) for entry in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    try:
        return str(value)
    except Exception:  # an object's own __str__ may do anything
        return f"<{kind.__name__}>"


def make_plain(attributes: dict[str, Any]) -> None:
    """The same for all values of a dictionary, in place."""
    for key, value in attributes.items():
        if type(value) not in _PLAIN:
            attributes[key] = plain(value)
