"""Times, cursors and paging, as every list has them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.reading import Reader, ago
from vedette.server.http.errors import BadRequest
from vedette.server.http.listing import (
    SECOND,
    Cursor,
    Question,
    TimeRange,
    bucket_seconds,
    bucket_times,
    parse_time,
    sql_time,
)
from vedette.server.signals.logs.queries import LISTING as LOGS
from vedette.server.signals.spans.queries import LISTING as SPANS
from vedette.server.store.filters import Filter
from vedette.server.store.sql import fill

NOW = 1_767_225_600 * SECOND  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("now", NOW),
        ("-15m", NOW - 900 * SECOND),
        ("-24h", NOW - 86400 * SECOND),
        ("-7d", NOW - 7 * 86400 * SECOND),
        ("-2w", NOW - 14 * 86400 * SECOND),
        ("-30s", NOW - 30 * SECOND),
        ("2026-01-01", NOW),
        ("2026-01-01T00:00:00Z", NOW),
        ("2026-01-01T01:00:00+01:00", NOW),
        ("2026-01-01 00:00", NOW),
        ("2026-01-01T00:00:00.000000001Z", NOW + 1),
        ("2026-01-01T00:00:00.5Z", NOW + SECOND // 2),
        ("2026-01-01t00:00:00z", NOW),
        ("1960-01-01", 0),
        ("-999999999w", 0),
    ],
)
def test_times_read(text: str, time_ns: int) -> None:
    assert parse_time(text, now_ns=NOW) == time_ns


@pytest.mark.parametrize(
    "text", ["", "yesterday", "-1y", "15m", "2026-13-01", "2026-02-30", "1767225600", "-１h", "2026-01-01T25:00Z", "-"]
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="is not a time"):
        parse_time(text, now_ns=NOW)


@given(st.integers(0, 4_000_000_000 * SECOND))
def test_sql_time_keeps_nanoseconds(time_ns: int) -> None:
    assert parse_time(sql_time(time_ns).replace(" ", "T") + "Z", now_ns=0) == time_ns


def test_a_range_must_have_a_length() -> None:
    with pytest.raises(BadRequest, match="not before"):
        TimeRange.parse("now", "-1h", now_ns=NOW)


@given(st.text(), st.text(), st.integers(1, 99_999))
def test_a_cursor_comes_back(moment: str, tie: str, seen: int) -> None:
    cursor = Cursor("2026-01-01T00:00:00Z", tie, seen)
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text())
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        Cursor.decode(text)


@given(st.integers(1, 10**9), st.integers(1, 500))
def test_buckets_cover_the_range(seconds: int, buckets: int) -> None:
    range_ = TimeRange(NOW, NOW + seconds * SECOND)
    step = bucket_seconds(range_, buckets)
    times = bucket_times(range_, step)
    assert len(times) <= buckets + 1
    assert parse_time(times[0], now_ns=0) <= range_.since_ns < parse_time(times[0], now_ns=0) + step * SECOND
    assert parse_time(times[-1], now_ns=0) < range_.until_ns <= parse_time(times[-1], now_ns=0) + step * SECOND


def test_pages_have_every_row_once_also_with_equal_times(reader: Reader) -> None:
    moments = [ago(100), ago(90), ago(80)]
    chance = random.Random(4)
    rows = [{"body": f"line {i % 50}", "time": chance.choice(moments), "trace_id": f"{i % 7}"} for i in range(230)]
    reader.insert("logs", rows)  # many are equal in everything
    shown = reader.pages("logs", limit=13)
    assert sorted((row["body"], row["trace_id"]) for row in shown) == sorted((r["body"], r["trace_id"]) for r in rows)
    assert [row["time"] for row in shown] == sorted((row["time"] for row in shown), reverse=True)


def test_rows_that_arrive_meanwhile_do_not_move_the_pages(reader: Reader) -> None:
    reader.insert("logs", [{"body": f"old {i}", "time": ago(100)} for i in range(20)])
    first = reader.get("logs", limit=8)
    reader.insert("logs", [{"body": f"new {i}", "time": ago(10)} for i in range(20)])
    second = reader.get("logs", limit=100, cursor=first["next_cursor"])
    bodies = [row["body"] for row in first["items"] + second["items"]]
    assert sorted(bodies) == sorted(f"old {i}" for i in range(20))
    assert second["next_cursor"] is None


def test_long_ranges_are_read_to_their_end(reader: Reader) -> None:
    reader.insert("logs", [{"body": f"{days}", "time": ago(days * 86400 + 60)} for days in (0, 1, 3, 9, 20)])
    assert [row["body"] for row in reader.get("logs", since="-30d")["items"]] == ["0", "1", "3", "9", "20"]
    assert [row["body"] for row in reader.pages("logs", since="-30d", limit=1)] == ["0", "1", "3", "9", "20"]
    assert [row["body"] for row in reader.get("logs", since="-10d", until="-2d")["items"]] == ["3", "9"]


def test_ranges_are_half_open(reader: Reader) -> None:
    times = ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000000001Z", "2026-03-01T11:00:00Z"]
    reader.insert("logs", [{"body": str(i), "time": moment} for i, moment in enumerate(times)])
    found = reader.get("logs", since="2026-03-01T10:00:00Z", until="2026-03-01T11:00:00Z")["items"]
    assert [row["body"] for row in found] == ["1", "0"]
    assert found[0]["time"] == "2026-03-01T10:00:00.000000001Z"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"since": "soon"}, "bad_request"),
        ({"since": "now", "until": "-1h"}, "bad_request"),
        ({"limit": 0}, "bad_request"),
        ({"limit": 1001}, "bad_request"),
        ({"limit": "many"}, "bad_request"),
        ({"cursor": "nonsense"}, "bad_request"),
        ({"filter": "nonsense"}, "bad_filter"),
        ({"filter": "nothing=1"}, "bad_filter"),
        ({"filter": "severity_number>=high"}, "bad_filter"),
        ({"severity": "awful"}, "bad_request"),
    ],
)
def test_what_does_not_read_is_refused_with_a_reason(reader: Reader, params: dict[str, str], code: str) -> None:
    answer = reader.request("GET", "logs", params=params)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize("table", ["logs", "spans"])
def test_an_attribute_is_found_by_the_text_index(reader: Reader, table: str) -> None:
    reader.store.command(
        f"INSERT INTO {table} (project_id, time, trace_id, attributes) SELECT {reader.project_id}, now64(9) - "
        "toIntervalMillisecond(number), toString(number), map('order.id', toString(number), 'a', 'b') "
        "FROM numbers(100000)"
    )
    listing = {"logs": LOGS, "spans": SPANS}[table]
    question = Question(TimeRange.parse("-1h", "now"), [Filter("attributes.order.id", "=", "4321")])
    condition, bound = listing.conditions(question)
    bound |= {**question.range.parameters(), "project_id": reader.project_id, "limit": 100}
    plan = reader.store.query(f"EXPLAIN indexes = 1 {fill(listing.sql, condition)}", bound).rows
    lines = [str(row[0]).strip(" │└─") for row in plan]
    index = lines.index("Name: attribute_items_text")
    granules = next(line for line in lines[index:] if line.startswith("Granules: "))
    few, all_ = map(int, granules.removeprefix("Granules: ").split("/"))
    assert few < all_, plan
    assert [row["trace_id"] for row in reader.get(table, filter="attributes.order.id=4321")["items"]] == ["4321"]
    assert reader.get(table, filter=["attributes.order.id=4321", "attributes.a!=b"])["items"] == []
    assert len(reader.get(table, filter="attributes.none=", limit=3)["items"]) == 3, "empty, as what is missing"


def test_an_equals_sign_belongs_to_the_key_or_to_the_value(reader: Reader) -> None:
    reader.insert("logs", [{"body": "key", "attributes": {"a=b": "c"}}, {"body": "value", "attributes": {"a": "b=c"}}])
    assert [row["body"] for row in reader.get("logs", filter="attributes.a=b=c")["items"]] == ["value"]
