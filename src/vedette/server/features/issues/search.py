"""The search language people know: `is:unresolved level:error !user.email:*@acme.com times_seen:>100 "free text"`.

`parse` reads any text and never raises: what it cannot read becomes a `Problem` with its place. What keys mean is
said in `conditions.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

KEY = re.compile(r"(?P<negated>!)?(?P<key>tags\[[^\]\s]+\]|[A-Za-z_][\w.\-]*)(?P<colon>:)", re.ASCII)
OPERATOR = re.compile(r">=|<=|>|<")
SPACE = re.compile(r"\s+")
MOST_TERMS = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not read, and where: `position` counts characters from 0."""

    position: int
    message: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value; `*` is a wildcard in `pattern`s, `\\*` an asterisk."""

    text: str
    quoted: bool = False

    @property
    def pattern(self) -> bool:
        """Whether it has a wildcard."""
        return "*" in self.text.replace("\\*", "")

    @property
    def plain(self) -> str:
        """The text with its escapes undone."""
        return self.text.replace("\\*", "*")


@dataclass(frozen=True, slots=True)
class Term:
    """`key:value`, `!key:value`, `key:>5`, `key:[a,b]`; free text has no key."""

    key: str
    values: Sequence[Value]
    op: str = "="
    negated: bool = False
    position: int = 0

    def __str__(self) -> str:
        """As it could be typed."""
        if not self.key:
            return _quoted(self.values[0].text)
        parts = [_quoted(one.text) if one.quoted else one.text for one in self.values]
        text = parts[0] if len(parts) == 1 else f"[{','.join(parts)}]"
        return f"{'!' if self.negated else ''}{self.key}:{'' if self.op == '=' else self.op}{text}"


@dataclass(frozen=True, slots=True)
class Search:
    """A search as it was read."""

    terms: Sequence[Term] = ()
    problems: Sequence[Problem] = ()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.terms: list[Term] = []
        self.problems: list[Problem] = []

    def read(self) -> Search:
        while (space := SPACE.match(self.text, self.at)) or self.at < len(self.text):
            if space:
                self.at = space.end()
            elif len(self.terms) >= MOST_TERMS:
                self.problem(self.at, f"a search has at most {MOST_TERMS} parts")
                break
            else:
                self.term()
        return Search(self.terms, self.problems)

    def problem(self, position: int, message: str) -> None:
        self.problems.append(Problem(position, message))

    def term(self) -> None:
        start = self.at
        match = KEY.match(self.text, self.at)
        if match is None or self.text.startswith("//", match.end()):
            self.free()
            return
        self.at = match.end()
        negated, key = bool(match["negated"]), match["key"]
        if self.text.startswith("[", self.at):
            values, op = self.listed(), "="
        else:
            found = OPERATOR.match(self.text, self.at)
            op = found[0] if found else "="
            self.at += len(found[0]) if found else 0
            values = [self.value(" ")]
        if not values or any(not one.text and not one.quoted for one in values):
            self.problem(start, f"{key}: needs a value")
            return
        self.terms.append(Term(key, values, op, negated, start))

    def free(self) -> None:
        """A word, or words in quotes."""
        start = self.at
        value = self.value(" ")
        if not value.quoted and value.text in ("OR", "AND", "(", ")"):
            self.problem(start, f"{value.text} is not understood; every part has to match")
        elif value.text:
            self.terms.append(Term("", [value], position=start))

    def listed(self) -> list[Value]:
        """`[a,b,"c d"]`."""
        start = self.at
        self.at += 1
        values: list[Value] = []
        while True:
            while self.text.startswith((" ", ","), self.at):
                self.at += 1
            if self.text.startswith("]", self.at):
                self.at += 1
                return values
            if self.at >= len(self.text):
                self.problem(start, "the list is not closed: ] is missing")
                return values
            values.append(self.value(" ,]"))

    def value(self, ends: str) -> Value:
        """Up to one of `ends`, or in quotes, where a backslash escapes."""
        start = self.at
        if not self.text.startswith('"', start):
            while self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in ends:
                self.at += 1
            return Value(self.text[start : self.at])
        self.at += 1
        found = []
        while self.at < len(self.text) and self.text[self.at] != '"':
            if self.text.startswith(('\\"', "\\\\"), self.at):
                self.at += 1
            found.append(self.text[self.at])
            self.at += 1
        if self.at >= len(self.text):
            self.problem(start, 'the quotes are not closed: " is missing')
        self.at += 1
        return Value("".join(found), quoted=True)


def parse(text: str) -> Search:
    """Read a search. Never raises; terms that do not read are left out and named in `problems`."""
    return _Reader(text).read()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
