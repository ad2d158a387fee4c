r"""One look at encoded records, in C, that tells whether they can hold a secret: those that cannot are nearly all.

Telemetry is stored without Python walking it, so it must not be walked for the sake of secrets either. RE2 reads the
bytes once, as they go to the engine, at about 1 ns a byte. Only records in which it finds something are decoded and
scrubbed (`docs/scrubbing.md` has the figures).

It must find whatever scrubbing would change (a property test holds it to that), and little else. So its patterns are
those of `vedette.scrubbing` without what looks around a match, and names are looked for where names are:

    JSON, also as text in text     "api_key":      \"api_key\" :     ["api_key", "…"]
    an attribute in protobuf       api_key <tag 2> <length> <tag of the value's type>

What was filtered already does not count: SDKs filter, too.
"""

import json
from functools import lru_cache
from typing import Any

import re2

from vedette.scrubbing import ANYWHERE, FILTERED, LAST, PAIRS, URL_PARAMETER

# White space, also as JSON writes it, and as JSON within JSON does.
SPACE = r"(?:[\t-\r ]|\\+[tnrf]|\\+u00[01][0-9a-fA-F])"
# What encoders of JSON like to escape though they need not: `&` and `=` in Go and Java, `/` and quotes in PHP.
AND, IS, SLASH, QUOTE = r"(?:&|\\+u0026)", r"(?:=|\\+u003[dD])", r"\\*/", r"(?:\\*[\"']|\\+u002[27])"
# Nobody escapes letters, digits and so on, unless to hide something.
NEEDLESS = r"\\u00(?:2[013-58-9a-eA-E]|3[0-9abfABF]|[4-7][0-9a-fA-F])"
# Before a text in protobuf stand a tag and its length, whose last byte may look like a letter or a digit.
LENGTH = r"[\n\x12\x1a*:b][\x80-\xff]{0,4}[\x00-\x7f]"
# Where a word may start: not after one of its own characters, unless that belongs to an escape or a length.
ESCAPED = r"\\[nrtbf]|\\u[0-9a-fA-F]{4}"
WORD_START = rf"(?:^|[^\w]|{LENGTH}|{ESCAPED})"
NUMBER_START = rf"(?:^|[^\w.-]|{LENGTH}|{ESCAPED})"
FORM_START = rf"(?:^|{QUOTE}|{AND}|{LENGTH})"


def _other_than_filtered(first: str, end: str) -> str:
    """Any value but `[Filtered]`: `first` are the characters it may start with, `end` what may go on after that."""
    pattern = end
    for character in reversed(FILTERED[1:]):
        escaped = rf"\{character}" if not character.isalnum() else character
        pattern = rf"(?:[^{escaped}]|$|{escaped}{pattern})"
    return rf"(?:{first}|\[{pattern})"


def _password_in_url() -> str:
    inside = "/\\t-\\r @?#'\\\""
    pattern = f"[^{inside}]+@"
    for character in reversed(FILTERED):
        escaped = rf"\{character}" if not character.isalnum() else character
        pattern = f"(?:[^{inside}{escaped}][^{inside}]*@|@|{escaped}{pattern})"
    return pattern


IN_QUOTES = "|".join(
    opening + _other_than_filtered(r"[^\[]", end)
    for opening, end in (
        (r"\"", r"[^\"]"),
        ("'", "[^']"),
        (r"\\+[\"']", r"(?:[^\\]|\\+[^\"'\\])"),
        (r"\\+u002[27]", r"(?:[^\\]|\\+[^\"'\\u])"),
    )
)
IN_URL = _other_than_filtered(r"[^&\t-\r \"'#\[]", r"[^&\t-\r \"'#]")
IN_FORM = _other_than_filtered(r"[^&\t-\r \[]", r"[^&\t-\r ]")
# Neither `null` nor a boolean is a secret.
JSON_VALUE = rf"(?:b?(?:{IN_QUOTES})|[{{\[0-9-])"
OTHER_TEXT = _other_than_filtered(r"[^\[]", "$")
TEXT_ON_WIRE = rf"(?:[^\n]|\n{OTHER_TEXT})"
WIRE_VALUE = rf"\x12[\x80-\xff]{{0,4}}[\x00-\x7f](?:\n{TEXT_ON_WIRE}|[\x18!*2:])"
LABEL_VALUE = rf"\x12{TEXT_ON_WIRE}"

VALUES = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----",
    r"eyJ[\w-]{5,}\.eyJ[\w-]{5}",
    rf"(?i:bearer){SPACE}+[^\t-\r \"',;]*\d",
    rf"(?i:authorization{QUOTE}?{SPACE}*(?::|{IS}){SPACE}*{QUOTE}?basic){SPACE}+[\w+/=\\-]{{4}}",
    rf":{SLASH}{SLASH}[^/\t-\r :@?#'\"]*:{_password_in_url()}",
    rf"(?:\?|{AND})(?i:{URL_PARAMETER}){IS}{IN_URL}",
    rf"{FORM_START}\??(?i:{URL_PARAMETER}){IS}{IN_FORM}",
    r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    r"gh[pousr]_[A-Za-z0-9]{30}|github_pat_\w{22}|glpat-[\w-]{20}",
    rf"xox[abeoprs]-[\w-]{{10}}|hooks\.slack\.com{SLASH}services{SLASH}[\w/\\]",
    r"(?:[sr]k_(?:live|test)_|whsec_)\w{10}",
    r"AIza[\w-]{35}|GOCSPX-[\w-]{20}|ya29\.[\w-]{20}",
    rf"(?i:AccountKey|SharedAccessKey){IS}[\w+/=\\]{{20}}",
    rf"/api{SLASH}webhooks{SLASH}\d+{SLASH}[\w-]{{20}}|webhook\.office\.com{SLASH}[\w@/\\-]{{20}}",
    r"\d{8}:AA[\w-]{33}",
    r"SG\.[\w-]{16,32}\.[\w-]{16}",
    r"npm_[A-Za-z0-9]{30}|pypi-AgE[\w-]{30}|hf_[A-Za-z0-9]{30}|dop_v1_[0-9a-f]{30}",
    rf"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{30}}|{WORD_START}sk-[\w-]{{20}}",
    # The tags that may follow a text in protobuf look like 0, 2, 8 and 9.
    rf"{NUMBER_START}(?:4\d{{3}}|5[1-5]\d{{2}}|2[2-7]\d{{2}}|6(?:011|5\d{{2}}))"
    r"(?:\d{12}|(?: \d{4}){3}|(?:-\d{4}){3})(?:[^13-7]|$)",
    rf"{NUMBER_START}3[47]\d{{2}}(?:\d{{11}}| \d{{6}} \d{{5}}|-\d{{6}}-\d{{5}})(?:[^13-7]|$)",
    NEEDLESS,
)


def _names(more: str, separator: str) -> str:
    """Names that `is_secret_key` may know for secrets. `more` is what a name goes on with, `separator` what of that
    is no letter and no digit."""
    anywhere = [*ANYWHERE, *(f"{separator}*".join(pair.split()) for pair in PAIRS)]
    return rf"(?i:(?:{'|'.join(sorted(anywhere))}){more}*|(?:{'|'.join(sorted(LAST))}){separator}*)"


IN_NAME = r"\\+[\"'\\/]|\\+u[0-9a-f]{4}"
JSON_NAMES = _names(rf"(?:[^\"\\\x00-\x1f]|{IN_NAME})", rf"(?:[^a-z0-9\"\\\x00-\x1f]|{IN_NAME})")
WIRE_NAMES = _names(r"[^\x00-\x1f]", r"[^a-z0-9\x00-\x1f]")
ATTRIBUTE_NAMES = _names(r"[\w:.-]", "[_:.-]")
IN_JSON = (
    rf"{JSON_NAMES}{QUOTE}{SPACE}*:{SPACE}*{JSON_VALUE}",
    rf"\[{SPACE}*{QUOTE}(?:[^\"\\\x00-\x1f]|\\.)*{JSON_NAMES}{QUOTE}{SPACE}*,{SPACE}*(?:{IN_QUOTES})",
    rf"attr__[\w:.-]*{ATTRIBUTE_NAMES}{IS}(?:{IN_QUOTES})",
)

EMAIL = r"[\w.+\x80-\xff-]@[\w\\\x80-\xff-]+\.[\w\\\x80-\xff-]"
IP = r"\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-fA-F]{1,4}:){7}|::"


class Prefilter:
    """Any of these patterns, in bytes of any kind."""

    def __init__(self, patterns: tuple[str, ...], *, max_bytes: int) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        options.max_mem = max_bytes
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        self._search = re2.compile(joined.encode("latin-1"), options).search

    def hits(self, text: bytes, start: int = 0) -> bool:
        """Whether something was found from `start` on."""
        return self._search(text, start) is not None

    def find(self, text: bytes, start: int = 0) -> tuple[int, int] | None:
        """Where the first thing found begins and ends.

        No pattern goes on over the tags between records, or each of many finds would read all that is left.
        """
        match = self._search(text, start)
        return None if match is None else match.span()


RECORDS = Prefilter((*VALUES, *IN_JSON, WIRE_NAMES + WIRE_VALUE), max_bytes=64 * 1024 * 1024)
LABELS = Prefilter((*VALUES, *IN_JSON, WIRE_NAMES + LABEL_VALUE), max_bytes=64 * 1024 * 1024)


OFTEN_ESCAPED = "\"'\\/&=<>"


def literal(character: str) -> str:
    """A character as it stands in a text, or as JSON writes it, however often."""
    if character in OFTEN_ESCAPED:
        return rf"(?:\\*\{character}|\\+u00(?i:{ord(character):02x}))"
    raw: str = re2.escape(character.encode()).decode("latin-1")
    written = json.dumps(character)[1:-1]
    escaped = written.replace("\\", r"\\+")
    return raw if written == character else f"(?:{raw}|{escaped})"


def any_name(plain: str) -> str:
    """A field's name, written with or without `-` and `_`."""
    return "(?i:" + "".join(rf"[-_]*{literal(character)}" for character in plain) + ")[-_]*"


@lru_cache(maxsize=64)
def own(names: frozenset[str], patterns: tuple[str, ...]) -> Prefilter:
    """What one project calls secret: plain names of fields, and patterns of this module's kind."""
    fields = [rf"{any_name(name)}(?:{QUOTE}{SPACE}*[:,]|\x12)" for name in sorted(names)]
    return Prefilter((*fields, *patterns), max_bytes=4 * 1024 * 1024)


def pattern(text: str) -> str:
    """What people write, `EMP-######` or `acme_live_*`, as a pattern of this module's kind."""
    parts: dict[str, Any] = {"#": r"\d", "*": r"[^\t-\r \"',;<>]*"}
    return "".join(parts.get(character) or literal(character) for character in text)
