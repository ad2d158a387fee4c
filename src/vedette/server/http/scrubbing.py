"""What a project calls secret beside what `vedette.scrubbing` knows, or harmless although that would filter it.

Patterns are words, not expressions, so that none can be slow: `#` is a digit, `*` any run of characters within a word,
all else itself. `EMP-######` or `acme_live_*`.
"""

import json
import re
import string
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from vedette.scrubbing import (
    FILTERED,
    FORM_FIELD,
    IDS,
    MAX_DEPTH,
    MOST_ROUNDS,
    QUOTED_VALUE,
    is_secret_key,
    scrub_and_count,
    scrub_quoted,
    scrub_text,
)
from vedette.server.http import prefilter
from vedette.server.http.prefilter import LABELS, RECORDS, Prefilter, own

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]+(?:\.[\w-]+)+")
IP = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
    r"|(?<![\w:.])(?:(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}"
    r"|(?:[0-9a-fA-F]{1,4}:){1,7}:|::(?:[0-9a-fA-F]{1,4}:){0,5}[0-9a-fA-F]{1,4})(?![\w:])",
    re.A,
)
MOST_STARS = 2
# What a record is found by; a pattern that fits a date must not take its time away.
UNTOUCHED = IDS | {"timestamp", "start_timestamp", "end_timestamp", "time", "received_at", "observed_time", "sent_time"}
PLAIN = str.maketrans({**{upper: upper.lower() for upper in string.ascii_uppercase}, "-": None, "_": None})
BINARY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]+")
# Of a text that does not read: a value's start may be missing, or its end.
REST = re.compile(rf"{QUOTED_VALUE.pattern}|[^,}}\]\n]+", QUOTED_VALUE.flags)
CUT_OFF = re.compile(r"[^\s\"',;&]*\Z")


@dataclass(frozen=True, slots=True)
class ScrubbingRules:
    """One project's own. Names of fields are compared without regard to case, `-` and `_`.

    `looks` are the patterns as the prefilter reads them.
    """

    version: int = 0
    keys: frozenset[str] = frozenset()
    safe_keys: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    looks: tuple[str, ...] = ()

    def suspects(self, record: bytes, start: int = 0, known: Prefilter = RECORDS) -> bool:
        """Whether an encoded record, or many, may hold anything that `scrub` would change. Cheap."""
        return any(look.hits(record, start) for look in self.prefilters(known))

    def prefilters(self, known: Prefilter = RECORDS) -> tuple[Prefilter, ...]:
        """What looks at encoded records: for the known secrets, and for the project's own."""
        return (known, own(self.keys, self.looks)) if self.keys or self.looks else (known,)

    def scrub(self, value: Any) -> Any:
        """Take secrets out of a decoded JSON value, in place, and return it."""
        return self.scrub_and_count(value)[0]

    def scrub_and_count(self, value: Any) -> tuple[Any, int]:
        """As `scrub`, and how many values were changed."""
        value, count = scrub_and_count(value, self.safe_keys)
        if not (self.keys or self.patterns):
            return value, count
        if isinstance(value, str):
            text = self._own_text(value)
            return text, count + (text != value)
        return value, count + self._own(value, MAX_DEPTH)

    def scrub_suspect(self, value: Any) -> tuple[Any, int]:
        """As `scrub_and_count`, and in texts that are JSON: for the few records that hold something."""
        value, count = self.scrub_and_count(value)
        return value, count + self._json_texts(value, MAX_DEPTH)

    def scrub_rows(self, lines: list[bytes]) -> tuple[list[bytes], int]:
        """Rows as lines of JSON without secrets, and how many values were changed."""
        if not self.suspects(b"".join(lines)):
            return lines, 0
        total = 0
        for position, line in enumerate(lines):
            if self.suspects(line):
                row, count = self.scrub_suspect(orjson.loads(line))
                if count:
                    lines[position] = orjson.dumps(row) + b"\n"
                    total += count
        return lines, total

    def sample(self, raw: bytes, size: int) -> str:
        """The start of a body that was refused, without the secrets in it; `[Filtered]` if they cannot be told from
        the rest."""
        # What is cut off here cannot be seen for the secret it is; what comes after `size` is not kept.
        text = raw[: 2 * size].decode("utf-8", "replace")
        if BINARY.search(text):
            return FILTERED if self._binary_suspect(raw[: 2 * size], text) else text[:size]
        try:
            document = orjson.loads(text) if text[:1] in "{[" else None
        except orjson.JSONDecodeError:
            document = None
        if isinstance(document, dict | list):
            return orjson.dumps(self.scrub(document)).decode()[:size]
        text = FORM_FIELD.sub(rf"\1{FILTERED}", scrub_text(scrub_quoted(text, self._is_secret, REST), self.safe_keys))
        text = self._own_text(text)
        if self.suspects(text.encode()):  # in a form that only what it was to be could have told
            return FILTERED
        return CUT_OFF.sub("", text[:size]) if len(raw) >= size else text

    def _json_texts(self, container: Any, depth: int) -> int:
        count = 0
        if not depth or not isinstance(container, dict | list):
            return 0
        for place, entry in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(entry, dict | list):
                count += self._json_texts(entry, depth - 1)
            elif isinstance(entry, str) and entry[:1] in ("{", "[") and place not in UNTOUCHED:
                with suppress(ValueError, RecursionError):  # then it is just text
                    document, found = self.scrub_suspect(json.loads(entry))
                    if found:
                        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
                        container[place] = self.scrub(text)
                        count += 1
        return count

    def _binary_suspect(self, raw: bytes, text: str) -> bool:
        # The length of a name may look like a letter before it.
        runs = BINARY.split(text)
        named = any(self._is_secret(run) or self._is_secret(run[1:]) for run in runs if run)
        return named or self.suspects(raw) or LABELS.hits(raw)

    def _is_secret(self, key: str) -> bool:
        return self._is_own(key) or (is_secret_key(key) and plain_key(key) not in self.safe_keys)

    def _is_own(self, key: str) -> bool:
        return bool(self.keys) and (plain_key(key) in self.keys or plain_key(key.rpartition(".")[2]) in self.keys)

    def _own_text(self, text: str) -> str:
        for _ in range(MOST_ROUNDS):
            before = text
            for pattern in self.patterns:
                text = pattern.sub(FILTERED, text)
            if text == before:
                break
            text = scrub_text(text, self.safe_keys)
        return text

    def _own(self, value: Any, depth: int, *, of_user: bool = False) -> int:
        """Apply keys and patterns to a container, in place; returns how many values changed."""
        count = 0
        if isinstance(value, dict):
            for key, entry in value.items():
                if key in UNTOUCHED or entry is None or (of_user and key == "id"):
                    continue
                if self._is_own(str(key)):
                    count += entry != FILTERED
                    value[key] = FILTERED
                else:
                    count += self._own_entry(value, key, entry, depth)
        elif isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], str) and self._is_own(value[0]):
                count += value[1] != FILTERED
                value[1] = FILTERED  # headers and tags also come as [name, value]
            for position, entry in enumerate(value):
                count += self._own_entry(value, position, entry, depth)
        return count

    def _own_entry(self, container: Any, place: Any, entry: Any, depth: int) -> int:
        if isinstance(entry, str):
            container[place] = text = self._own_text(entry)
            return int(text != entry)
        return self._own(entry, depth - 1, of_user=place == "user") if depth else 0


DEFAULT_RULES = ScrubbingRules()


def plain_key(key: str) -> str:
    """A field's name as it is compared. Only ASCII has letters that differ in case but not in meaning."""
    return key.translate(PLAIN)


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
    looks = [prefilter.pattern(pattern) for pattern in patterns]
    for wanted, expression, look in ((emails, EMAIL, prefilter.EMAIL), (ips, IP, prefilter.IP)):
        if wanted:
            compiled.append(expression)
            looks.append(look)
    return ScrubbingRules(
        version=version,
        keys=frozenset(filter(None, map(plain_key, keys))),
        safe_keys=frozenset(map(plain_key, safe_keys)),
        patterns=tuple(compiled),
        looks=tuple(looks),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    if len(re.sub(r"[*\s]", "", pattern)) < 3:
        raise ValueError(f"{pattern!r} would fit almost everything: write three characters or more beside *")
    if pattern.count("*") > MOST_STARS:
        raise ValueError(f"{pattern!r} has more than {MOST_STARS} *")
    parts = {"#": r"\d", "*": r"[^\s\"',;<>]{0,200}"}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.A)
