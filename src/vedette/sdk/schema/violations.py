"""What becomes of violations: a property of the event, a count, and one line in the log for each event and rule."""

import logging
import os
from collections.abc import Callable, Sequence
from typing import Any, Literal

from vedette.sdk.schema.event import Violation

Mode = Literal["off", "warn", "strict"]
MOST_REPORTED = 1000  # events and rules with a line in the log of their own; the rest is counted only
MOST_LISTED = 20  # violations named in one event

log = logging.getLogger("vedette.schema")
_reported: set[tuple[str, str, str]] = set()
_mode: Mode | None = None
listeners: list[Callable[[Violation], None]] = []
"""Called with every violation in every mode but `off`; `vedette.testing` fails the test where the mode is strict."""


def mode() -> Mode:
    """`off`, `warn` or `strict`: what was set, else `VEDETTE_SCHEMA`, else warn."""
    global _mode
    if _mode is None:
        named = os.environ.get("VEDETTE_SCHEMA", "").lower()
        _mode = "off" if named == "off" else "strict" if named == "strict" else "warn"
    return _mode


def set_mode(value: Mode | None) -> None:
    """Choose the mode; None goes back to the environment's. Rules that were reported are reported again."""
    global _mode
    _mode = value
    _reported.clear()


def report(properties: dict[str, Any], violations: Sequence[Violation], count: Callable[..., object]) -> None:
    """Say that an event is not as declared. `count` is `vedette.count`; the event itself is sent in any case."""
    if not violations or mode() == "off":
        return
    properties["$schema_violations"] = [str(one) for one in violations[:MOST_LISTED]]
    for one in violations:
        count("vedette.schema.violations", 1, event=one.event, rule=one.rule)
        for listener in listeners:
            listener(one)
        seen = (one.event, one.property, one.rule)
        if seen not in _reported and len(_reported) < MOST_REPORTED:
            _reported.add(seen)
            log.warning("event %s is not as declared: %s (sent all the same)", one.event, one)
