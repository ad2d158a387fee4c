"""A message without what varies between its occurrences: `order 17 of a@b.example` → `order <number> of <email>`.

One alternation, tried at each place from the top; a name is what the text becomes. Each alternative is linear, and
`MAX_CHARACTERS` bounds the whole.
"""

import re
from functools import lru_cache

MAX_CHARACTERS = 1024
MAX_LINES = 2

# After these words a number or a quoted name is part of the program (or of the protocol), not of one occurrence of it.
KEEP = (
    r"\b(?:status(?:\ code)?|HTTP(?:/[\d.]+)?|errno|error\ code|exit\ (?:code|status)|exited\ with\ code|code)[:=]?\ ?"
    r"\(?-?\d{1,4}\b",
    r"\[Errno\ -?\d+\]",
    r"\b(?:ORA|SQLSTATE|TS|E|ERR|CS|PLS)-?\[?[0-9A-Z]{3,6}\b\]?(?<=[\d\]])",
    r"\b(?:attribute|argument|module|method|function|variable|property|column|relation|table|constraint|key|index|field"
    r"|class|type|name|import|constant|parameter|operator|keyword|trait|interface|package|symbol|member|reading|setting"
    r"|evaluating)\ (?:\w+\ ){0,2}['\"`‘][A-Za-z_$][\w$.\\:()-]{0,80}['\"`’]",
    r"['\"`‘][A-Za-z_$][\w$.\\:]{0,80}['\"`’]\ (?:object|is\ not\ (?:defined|a\ function|iterable|callable)"
    r"|is\ (?:null|undefined))",
)

# Words that none of the above starts with are passed over at once: that halves the cost.
PLAIN = (
    r"(?<!\S)(?:(?!status|http|errno|err|error|exit|exited|code|attribute|argument|module|method|function|variable"
    r"|property|column|relation|table|constraint|key|index|field|class|type|name|import|constant|parameter|operator"
    r"|keyword|trait|interface|package|symbol|member|reading|setting|evaluating)[a-z]+\ )+"
)

VARIABLE = re.compile(
    rf"""
      (?P<plain>{PLAIN})
    | (?P<keep>{"|".join(KEEP)})
    | (?P<email>(?<![\w.+-])[\w.+-]{{1,64}}+@[\w-]+(?:\.[\w-]+)+)
    | (?P<url>(?<![\w+.-])[A-Za-z][A-Za-z0-9+.-]{{1,20}}+://[^\s'"<>`]+)
    | (?P<uuid>\b[0-9a-fA-F]{{8}}-?(?:[0-9a-fA-F]{{4}}-?){{3}}[0-9a-fA-F]{{12}}\b)
    | (?P<date>
          \b\d{{4}}[-/]\d\d[-/]\d\d(?:[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\ ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?
        | \b\d\d?[-/.](?:\d\d?|[A-Z][a-z][a-z])[-/.]\d{{4}}(?:[:\ ]\d\d:\d\d(?::\d\d)?(?:\ [+-]\d{{4}})?)?
        | \b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},?\ )?(?:\d\d?\ )?
          (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{{0,6}}\ \d{{1,4}}(?:,?\ \d{{4}})?
          (?:\ \d\d:\d\d(?::\d\d)?)?(?:\ (?:GMT|UTC)(?:[+-]\d{{4}})?)?(?:\ \d{{4}})?
        | \b\d\d:\d\d:\d\d(?:[.,]\d+)?\b)
    | (?P<mac>\b[0-9a-fA-F]{{2}}(?:[:-][0-9a-fA-F]{{2}}){{5}}\b)
    | (?P<ip>\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d{{1,5}})?\b
        | (?<![\w:.])\[?(?:[0-9a-fA-F]{{1,4}}:){{2,7}}(?::?[0-9a-fA-F]{{1,4}}){{0,6}}(?:\]:\d{{1,5}})?(?![\w:])
        | (?<![\w:.])::1\b)
    | (?P<hex>\b0[xX][0-9a-fA-F]+\b | \b(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{{8,}}\b)
    | (?P<id>(?<![A-Za-z0-9])(?:[a-z]{{2,8}}_)?(?=(?:[A-Za-z]*\d){{2}})(?=[a-z\d]*[A-Z])(?=[A-Z\d]*[a-z])
        [A-Za-z0-9]{{12,}}(?![A-Za-z0-9]))
    | (?P<path>(?<![\w.<>/\\])(?:[A-Za-z]:|~|\.{{1,2}})?(?:[\\/][\w.@%+~-]+){{2,}}[\\/]?)
    | (?P<quoted>(?<!\w)'[^'\n]*' | "[^"\n]*" | `[^`\n]*` | ‘[^’\n]*’ | “[^”\n]*”)
    | (?P<duration>(?<![\w.])\d+(?:[.,]\d+)?
        (?:\ ?(?:[nµum]?s|msecs?|secs?|seconds?|mins?|minutes?|hours?|hrs?|days?)|[mhd])\b)
    | (?P<size>(?<![\w.])\d+(?:[.,]\d+)?\ ?(?:[KMGTkmg]i?)?(?:B|bytes?)\b)
    | (?P<number>(?<![A-Za-z\d.])[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+\b)? | (?<=[A-Za-z])\d{{3,}})
    """,
    re.VERBOSE,
)
# Without one of these nothing varies.
HINT = re.compile(r"[\d'\"`@\\/‘“]")
# `<number>, <number>, <number>` → `<number>`: how many there were varies, too.
REPEATED = re.compile(r"(<[a-z]+>)(?:,? ?\1)+")


@lru_cache(4096)  # of 1 KiB at most: the messages of a failure that repeats are often equal
def _parametrise(text: str) -> str:
    replaced = VARIABLE.sub(_name, text)
    return REPEATED.sub(r"\1", replaced) if ">" in replaced else replaced


def _name(match: re.Match[str]) -> str:
    return match[0] if match.lastgroup in ("plain", "keep") else f"<{match.lastgroup}>"


def parametrise(message: str) -> str:
    """The first two lines that say something, everything that varies replaced by what it is."""
    if "\n" in message or "\r" in message:
        lines = [line for line in map(str.strip, message[:MAX_CHARACTERS].splitlines()) if line]
        message = "\n".join(lines[:MAX_LINES])
    message = message[:MAX_CHARACTERS].strip()
    return _parametrise(message) if HINT.search(message) else message
