"""What a project calls secret beside what `vedette.scrubbing` knows, or harmless although that would filter it.

Patterns are words, not expressions, so that none can be slow: `#` is a digit, `*` any run of characters within a word,
all else itself. `EMP-######` or `acme_live_*`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vedette.scrubbing import FILTERED, MAX_DEPTH, scrub

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]+(?:\.[\w-]+)+")
IP = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
    r"|(?<![\w:.])(?:(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}"
    r"|(?:[0-9a-fA-F]{1,4}:){1,7}:|::(?:[0-9a-fA-F]{1,4}:){0,5}[0-9a-fA-F]{1,4})(?![\w:])"
)
MOST_STARS = 2
# What a record is found by; a pattern that fits a date must not take its time away.
UNTOUCHED = frozenset(
    ("event_id", "trace_id", "span_id", "parent_span_id", "replay_id", "timestamp", "start_timestamp", "end_timestamp",
     "time", "received_at")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScrubbingRules:
    """One project's own. Names of fields are compared without regard to case, `-` and `_`."""

    version: int = 0
    keys: frozenset[str] = frozenset()
    safe_keys: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()

    def scrub(self, value: Any) -> Any:
        """Take secrets out of a decoded JSON value, in place, and return it."""
        value = scrub(value, self.safe_keys)
        return self._own(value, MAX_DEPTH) if self.keys or self.patterns else value

    def _own(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            for pattern in self.patterns:
                value = pattern.sub(FILTERED, value)
        elif isinstance(value, dict) and depth:
            for key, entry in value.items():
                if key not in UNTOUCHED and entry is not None:
                    value[key] = FILTERED if plain_key(key) in self.keys else self._own(entry, depth - 1)
        elif isinstance(value, list) and depth:
            if len(value) == 2 and isinstance(value[0], str) and plain_key(value[0]) in self.keys:
                value[1] = FILTERED  # headers and tags also come as [name, value]
            for position, entry in enumerate(value):
                value[position] = self._own(entry, depth - 1)
        return value


DEFAULT_RULES = ScrubbingRules()


def plain_key(key: str) -> str:
    """A field's name as it is compared."""
    return key.lower().replace("-", "_").replace("_", "")


def read_scrubbing(
    *,
    keys: Sequence[str] = (),
    safe_keys: Sequence[str] = (),
    patterns: Sequence[str] = (),
    emails: bool = False,
    ips: bool = False,
    version: int = 0,
) -> ScrubbingRules:
    """Rules from what people wrote. Raises ValueError for a pattern that would fit everything or be slow."""
    compiled = [_compiled(pattern) for pattern in patterns]
    compiled += [pattern for wanted, pattern in ((emails, EMAIL), (ips, IP)) if wanted]
    return ScrubbingRules(
        version, frozenset(map(plain_key, keys)), frozenset(map(plain_key, safe_keys)), tuple(compiled)
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    if len(re.sub(r"[*\s]", "", pattern)) < 3:
        raise ValueError(f"{pattern!r} would fit almost everything: write three characters or more beside *")
    if pattern.count("*") > MOST_STARS:
        raise ValueError(f"{pattern!r} has more than {MOST_STARS} *")
    parts = {"#": r"\d", "*": r"[^\s\"',;<>]{0,200}"}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern))
