"""What every list of the read API shares: times, ranges, filters and paging by cursor.

A page is found by its keys, `(time, tie)`, newest first, so rows that arrive meanwhile never shift it. Rows with
equal keys are counted in the cursor, so none is skipped or shown twice.
"""

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vedette.server.http.access import Viewer
from vedette.server.http.errors import BadRequest
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields, Filter, compile_filters
from vedette.server.store.sql import fill

SECOND = 1_000_000_000
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
RELATIVE = re.compile(r"-(\d{1,9})([smhdw])", re.ASCII)
ABSOLUTE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,12}))?)?\s*([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
LATEST = 9_000_000_000 * SECOND  # 2255; DateTime64(9) ends in 2262
# A page is looked for in the newest part of its range first: most are full long before the range ends.
WINDOWS_SECONDS = (3600, 12 * 3600, 4 * 86400)

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list, newest first; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None


class Items(BaseModel, Generic[T]):
    """A list that fits one answer."""

    items: list[T]


def parse_time(text: str, *, now_ns: int) -> int:
    """RFC 3339, a date, `now`, or `-15m` (s, m, h, d, w) → nanoseconds since 1970. Raises BadRequest."""
    text = text.strip()
    if text == "now":
        return now_ns
    if match := RELATIVE.fullmatch(text):
        return max(0, now_ns - int(match[1]) * UNIT_SECONDS[match[2]] * SECOND)
    match = ABSOLUTE.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        day, minute, second, fraction, zone = match.groups()
        zone = "+00:00" if zone in (None, "Z", "z") else zone
        moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}{zone}")
        seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    except (ValueError, OverflowError):
        raise BadRequest(
            f"{text!r} is not a time", hint="use RFC 3339 such as 2026-01-31T12:00:00Z, or -15m, -24h, -7d, now"
        ) from None
    return min(max(0, seconds * SECOND + int((fraction or "0").ljust(9, "0")[:9])), LATEST)


def sql_time(time_ns: int) -> str:
    """Nanoseconds since 1970 as text to bind as DateTime64(9, 'UTC')."""
    return f"{datetime.fromtimestamp(time_ns // SECOND, UTC):%Y-%m-%d %H:%M:%S}.{time_ns % SECOND:09d}"


def iso_time(time_ns: int) -> str:
    """Nanoseconds since 1970 as RFC 3339 in whole seconds."""
    return f"{datetime.fromtimestamp(time_ns // SECOND, UTC):%Y-%m-%dT%H:%M:%S}Z"


def exact_time(time_ns: int) -> str:
    """Nanoseconds since 1970 as RFC 3339 with all nine digits, as the engine writes a DateTime64(9)."""
    return f"{sql_time(time_ns).replace(' ', 'T')}Z"


@dataclass(frozen=True, slots=True)
class TimeRange:
    """`[since_ns, until_ns)`, in nanoseconds since 1970."""

    since_ns: int
    until_ns: int

    @classmethod
    def parse(cls, since: str, until: str, *, now_ns: int | None = None) -> "TimeRange":
        """Read both ends against one `now`. Raises BadRequest."""
        now_ns = time.time_ns() if now_ns is None else now_ns
        found = cls(parse_time(since, now_ns=now_ns), parse_time(until, now_ns=now_ns))
        if found.since_ns >= found.until_ns:
            raise BadRequest(f"since={since} is not before until={until}", hint="ranges are [since, until)")
        return found

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.until_ns - self.since_ns) / SECOND

    def parameters(self) -> dict[str, str]:
        """To bind as `{since:DateTime64(9, 'UTC')}` and `{until:…}`."""
        return {"since": sql_time(self.since_ns), "until": sql_time(self.until_ns)}

    def before(self) -> "TimeRange":
        """The range of the same length that ends where this one starts."""
        return TimeRange(max(0, 2 * self.since_ns - self.until_ns), self.since_ns)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the last row's keys, and how many rows with those keys were shown. Lists whose rows move
    as time goes on also keep the end of the first page's range, `until`."""

    time: str
    tie: str
    seen: int
    until: str = ""

    def encode(self) -> str:
        """As it stands in URLs."""
        parts = [self.time, self.tie, self.seen, *([self.until] if self.until else [])]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises BadRequest for what `encode` did not write."""
        try:
            moment, tie, seen, *until = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not (isinstance(moment, str) and isinstance(tie, str) and isinstance(seen, int) and 0 < seen < 100_000):
                raise ValueError(text)
            for written in (moment, *until):
                parse_time(written, now_ns=0)
            found = cls(moment, tie, seen, *until)
        except (binascii.Error, ValueError, TypeError, AttributeError, BadRequest):
            raise BadRequest("the cursor is not one of ours", hint="pass next_cursor back as it came") from None
        return found


@dataclass(frozen=True, slots=True)
class Question:
    """What a signal's lists and charts are asked: time range, filters (shortcuts among them) and words."""

    range: TimeRange
    filters: Sequence[Filter] = ()
    words: str = ""
    cursor: Cursor | None = None
    limit: int = 100


def ask_range(since: str = "-1h", until: str = "now") -> TimeRange:
    """The parameters of everything over a time range."""
    return TimeRange.parse(since, until)


def ask(  # noqa: PLR0913 - the API's common parameters, docs/api.md
    range_: Annotated[TimeRange, Depends(ask_range)],
    filter: Annotated[list[str] | None, Query(description="field=value, repeatable")] = None,
    q: Annotated[str, Query(description="words to look for")] = "",
    service: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    trace_id: str | None = None,
    user_id: str | None = None,
    session_id: str | None = None,
) -> Question:
    """The common parameters of a signal's charts: a range, filters, words and the shortcuts."""
    shortcuts = {
        "service": service, "environment": environment, "release": release,
        "trace_id": trace_id, "user_id": user_id, "session_id": session_id,
    }  # fmt: skip
    filters = [Filter.parse(text) for text in filter or ()]
    filters += [Filter(name, "=", value) for name, value in shortcuts.items() if value is not None]
    return Question(range_, filters, q.strip())


def ask_page(
    question: Annotated[Question, Depends(ask)],
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Question:
    """The same and paging: the common parameters of lists."""
    return replace(question, cursor=Cursor.decode(cursor) if cursor else None, limit=limit)


def project_of(project_id: Annotated[int, Path()], access: Viewer) -> int:
    """The project of the path, which the caller may read."""
    assert access.project_id is not None
    return access.project_id


RangeQuery = Annotated[TimeRange, Depends(ask_range)]
SignalQuery = Annotated[Question, Depends(ask)]
ListQuery = Annotated[Question, Depends(ask_page)]
ProjectId = Annotated[int, Depends(project_of)]

Words = Callable[[str], tuple[str, dict[str, Any]]]


def contains(*columns: str) -> Words:
    """Free text means: it stands in one of these columns, ignoring case."""

    def condition(text: str) -> tuple[str, dict[str, Any]]:
        tests = [f"positionCaseInsensitiveUTF8(toString({column}), {{words:String}}) > 0" for column in columns]
        return f"({' OR '.join(tests)})", {"words": text}

    return condition


@dataclass(frozen=True, slots=True)
class Listing:
    """How one table is listed: a `.sql` with `{since}`, `{until}`, `{limit}` and a filter slot, ordered by time and
    `tie`, both descending. `conditions` say what else is fixed, `words` what free text means."""

    sql: str
    fields: Fields
    tie: str
    tie_type: str
    words: Words | None = None
    since: str = field(default="time")
    edge: str = ""  # a `.sql` for the time of the row at `{offset}`; it spares sorting wide rows of a busy hour

    def conditions(self, question: Question) -> tuple[str, dict[str, Any]]:
        """The question's filters and words as one bound condition."""
        return conditions_of(question, self.fields, self.words)

    def page(
        self,
        store: Store,
        project_id: int,
        question: Question,
        *,
        extra: Sequence[str] = (),
        parameters: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One page as `{"items", "next_cursor"}`. `extra` are more conditions with their bound `parameters`."""
        condition, bound = self.conditions(question)
        conditions = [part for part in (condition, *extra) if part]
        chosen = tuple(conditions)
        bound |= {"project_id": project_id, **(parameters or {})}
        until_ns, cursor = question.range.until_ns, question.cursor
        seen = 0
        if cursor:
            seen = cursor.seen
            until_ns = min(until_ns, parse_time(cursor.time, now_ns=0) + 1)
            conditions.append(
                f"({self.since}, {self.tie}) <= ({{cursor_time:DateTime64(9, 'UTC')}}, {{cursor_tie:{self.tie_type}}})"
            )
            bound |= {"cursor_time": sql_time(until_ns - 1), "cursor_tie": _tie(cursor.tie, self.tie_type)}
        sql = fill(self.sql, " AND ".join(conditions))
        bound["limit"] = question.limit + seen + 1
        rows: list[dict[str, Any]] = []
        for since_ns in _window_starts(question.range.since_ns, until_ns):
            window = TimeRange(since_ns, until_ns)
            edge = self._edge(store, chosen, bound, window)
            if edge is None and since_ns > question.range.since_ns:
                continue  # too few rows for a page: look further back first
            edge = edge or window
            rows = store.query(sql, {**bound, **edge.parameters()}).dicts()
            if len(rows) < bound["limit"] and edge != window:  # many rows of the cursor's own time were counted
                rows = store.query(sql, {**bound, **window.parameters()}).dicts()
            if len(rows) >= bound["limit"]:
                break
        shown = rows[seen : seen + question.limit]
        more = len(rows) > seen + question.limit
        return {"items": shown, "next_cursor": self._next(rows, shown, cursor) if more else None}

    def _edge(
        self, store: Store, conditions: Sequence[str], bound: Mapping[str, Any], window: TimeRange
    ) -> TimeRange | None:
        """The newest part of a window that fills a page; None where it has less. Without `edge`, the window."""
        if not self.edge:
            return window
        parameters = {**bound, **window.parameters(), "offset": bound["limit"] - 1}
        found = store.query(fill(self.edge, " AND ".join(conditions)), parameters).scalar()
        return TimeRange(int(found), window.until_ns) if found else None

    def _next(self, rows: list[dict[str, Any]], shown: list[dict[str, Any]], cursor: Cursor | None) -> str:
        moment, tie = shown[-1]["time"], str(shown[-1][self.tie])
        count = sum(1 for row in reversed(shown) if (row["time"], str(row[self.tie])) == (moment, tie))
        if cursor and (cursor.time, cursor.tie) == (moment, tie):
            count += cursor.seen
        return Cursor(moment, tie, count).encode()


def conditions_of(question: Question, fields: Fields, words: Words | None = None) -> tuple[str, dict[str, Any]]:
    """A question's filters and words as one bound condition. Raises BadFilter."""
    condition, bound = compile_filters(question.filters, fields)
    if question.words and words:
        test, values = words(question.words)
        condition = f"{condition} AND {test}" if condition else test
        bound |= values
    return condition, bound


def _tie(text: str, kind: str) -> Any:
    if kind == "String":
        return text
    if kind == "UUID" and re.fullmatch(r"[0-9a-fA-F-]{36}", text):
        return text
    if kind.startswith("UInt") and re.fullmatch(r"\d{1,20}", text, re.ASCII):
        return int(text)
    raise BadRequest("the cursor is not one of ours", hint="pass next_cursor back as it came")


def _window_starts(since_ns: int, until_ns: int) -> Sequence[int]:
    starts = [until_ns - seconds * SECOND for seconds in WINDOWS_SECONDS]
    return [*(start for start in starts if start > since_ns), since_ns]


def answer(content: Any) -> Response:
    """A JSON response as it is: the engine's rows need no second check of their shapes."""
    return Response(orjson.dumps(content), media_type="application/json")


def bucket_seconds(range_: TimeRange, buckets: int) -> int:
    """A round bucket length that cuts the range into at most about `buckets` pieces."""
    wanted = range_.seconds / max(1, buckets)
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400):
        if seconds >= wanted:
            return seconds
    return -(-int(wanted) // 86400) * 86400


def bucket_times(range_: TimeRange, seconds: int) -> list[str]:
    """The start of every bucket that the range touches, as the engine's `toStartOfInterval` gives them."""
    step = seconds * SECOND
    first = range_.since_ns // step * step
    return [iso_time(start) for start in range(first, range_.until_ns, step)]
