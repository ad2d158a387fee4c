"""When an event happened: the rules, as properties and through the server."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ProjectClient, new_project, start_server
from vedette.server.protocols.posthog.clock import (
    EARLIEST_US,
    FUTURE_US,
    STEP_US,
    TOLERANCE_US,
    clock_error_us,
    event_time,
    parse_time,
    to_us,
)

NOW = to_us(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
moments = st.datetimes(datetime(1971, 1, 2), datetime(2026, 11, 23), timezones=st.timezones())


@given(moments)
def test_every_rfc3339_spelling_is_the_same_moment(moment: datetime) -> None:
    utc = moment.astimezone(UTC)
    seconds = int(utc.timestamp()) * 1_000_000
    assert parse_time(utc.isoformat()) == parse_time(utc.isoformat().replace("+00:00", "Z")) == to_us(utc)
    assert parse_time(utc.isoformat().replace("+00:00", "+00")) == to_us(utc)
    assert parse_time(utc.astimezone().isoformat()) == to_us(utc)
    whole = utc.replace(microsecond=0)
    for text in (whole.strftime("%a, %d %b %Y %H:%M:%S GMT"), whole.strftime("%Y/%m/%d %H:%M:%S")):
        assert parse_time(text) == seconds
    if seconds > 1e15:  # with ten digits, since 2001
        assert parse_time(seconds // 1_000_000) == parse_time(str(seconds // 1_000_000)) == seconds
        assert parse_time(seconds // 1000) == parse_time(str(seconds // 1000)) == seconds


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.lists(st.integers()))
def test_any_timestamp_gives_a_time_in_range(value: Any) -> None:
    for offset in (None, value):
        when = event_time(value, offset, clock_error_us=0, now_us=NOW)
        assert EARLIEST_US <= when.time_us <= NOW + FUTURE_US


@given(st.integers(-(10**13), 10**13), st.integers(-400_000, 400_000))
def test_a_retry_some_milliseconds_later_gets_nearly_the_same_time(skew: int, delay: int) -> None:
    first, second = clock_error_us(NOW + skew, NOW), clock_error_us(NOW + skew, NOW + delay)
    assert abs(first - skew) <= max(STEP_US / 2, TOLERANCE_US)
    if abs(abs(skew) - TOLERANCE_US) > 400_000:
        assert abs(first - second) <= STEP_US
    if abs(skew) < TOLERANCE_US - 400_000:
        assert first == second == 0


@pytest.mark.parametrize(
    ("timestamp", "offset", "seconds_from_now", "changed"),
    [
        (None, None, 0, ""),
        ("", None, 0, ""),
        (None, 90_000, -90, ""),
        ("2026-11-23T11:59:00Z", 90_000, -60, ""),  # as documented: the timestamp wins
        ("2026-11-24T10:59:59Z", None, 23 * 3600 - 1, ""),
        ("2026-11-24T11:00:01Z", None, 0, "clamped_time"),
        ("1970-06-01T00:00:00Z", None, 0, "clamped_time"),
        ("0001-01-01T00:00:00Z", None, 0, "clamped_time"),
        ("+275760-09-13T00:00:00Z", None, 0, "unreadable_time"),
        ("yesterday", None, 0, "unreadable_time"),
        (-5, None, 0, "clamped_time"),
        ({"a": 1}, None, 0, "unreadable_time"),
    ],
)
def test_the_rules(timestamp: Any, offset: Any, seconds_from_now: float, changed: str) -> None:
    when = event_time(timestamp, offset, clock_error_us=0, now_us=NOW)
    assert (when.time_us - NOW, when.changed) == (seconds_from_now * 1_000_000, changed)


def post(project: ProjectClient, event: dict[str, Any], sent_at: datetime | None) -> None:
    body = {"api_key": project.key, "batch": [{"event": "e", "distinct_id": "u", **event}]}
    if sent_at:
        body["sent_at"] = sent_at.isoformat()
    assert project.post("/batch/", json.dumps(body).encode()).status_code == 200


@pytest.mark.parametrize("skew", [timedelta(hours=-5), timedelta(days=400), timedelta(minutes=-2)])
def test_a_wrong_clock_is_corrected_and_kept(project: ProjectClient, skew: timedelta) -> None:
    happened = datetime.now(UTC) - timedelta(seconds=30)
    post(project, {"timestamp": (happened + skew).isoformat()}, datetime.now(UTC) + skew)
    row = project.sql("SELECT time, sent_time FROM events")[0]
    assert abs(datetime.fromisoformat(row["time"]) - happened) < timedelta(seconds=4)
    assert datetime.fromisoformat(row["sent_time"]) == happened + skew
    post(project, {"timestamp": happened.isoformat(), "properties": {"$ignore_sent_at": True}, "event": "as is"},
         datetime.now(UTC) + skew)  # fmt: skip
    row = project.sql("SELECT time, sent_time FROM events WHERE event = 'as is'")[0]
    assert row["time"] == row["sent_time"] == happened.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.mark.parametrize("kind", ["right clock", "wrong clock", "midnight", "no timestamp"])
def test_a_retry_counts_once(project: ProjectClient, kind: str) -> None:
    now = datetime.now(UTC)
    event: dict[str, Any] = {"uuid": "0190f3e0-1111-7222-8333-444455556666", "timestamp": now.isoformat()}
    skews = [timedelta(0), timedelta(seconds=-1)]
    if kind == "wrong clock":
        skews = [timedelta(hours=7), timedelta(hours=7, seconds=-3)]
    if kind == "midnight":  # the corrected time falls on one side of midnight, then on the other
        at = now.replace(hour=0, minute=0, second=0, microsecond=0)
        event["timestamp"] = (at - timedelta(hours=3)).isoformat()
        skews = [timedelta(hours=-3, seconds=-3), timedelta(hours=-3, seconds=3)]
    if kind == "no timestamp":
        del event["timestamp"]
        milliseconds = int(time.time() * 1000) - 86_400_000
        event["uuid"] = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7222-8333-444455556666"
    for skew in skews:
        post(project, event, now + skew)
    assert len(project.sql("SELECT uuid FROM events")) == 1
    assert project.sql("SELECT count() AS n FROM events")[0]["n"] == 1


def history(project: ProjectClient) -> Any:
    """An import with an event in each quarter of forty years."""
    batch = [
        {"event": "e", "distinct_id": "u", "timestamp": f"{year}-{month:02d}-15T00:00:00Z"}
        for year in range(1986, 2026)
        for month in (1, 4, 7, 10)
    ]
    body = {"api_key": project.key, "historical_migration": True, "batch": batch}
    return project.post("/batch/", json.dumps(body).encode()).json()


def test_history_older_than_what_is_kept_is_told(project: ProjectClient) -> None:
    answer = history(project)
    stored = project.sql("SELECT count() AS n FROM events")[0]["n"]
    assert 0 < stored < 10 and answer["rejected"] == 160 - stored
    row = project.sql("SELECT reason, quantity, detail FROM outcomes WHERE outcome = 'rejected'")[0]
    assert (row["reason"], row["quantity"]) == ("older_than_retention", 160 - stored)
    assert "retention_events_days" in row["detail"]


def test_history_of_forty_years_in_one_batch(tmp_path: Path) -> None:
    server = start_server(tmp_path, env={"VEDETTE_RETENTION_EVENTS_DAYS": "20000"})
    try:
        project = new_project(server, "history")
        assert history(project) == {"status": 1}
        found = project.sql("SELECT count() AS n, uniqExact(toYear(time)) AS years FROM events")
        assert found == [{"n": 160, "years": 40}]
        project.http.close()
    finally:
        server.terminate()


def test_a_clamped_time_is_told(project: ProjectClient) -> None:
    post(project, {"timestamp": "2126-01-01T00:00:00Z"}, None)
    rows = project.sql("SELECT reason, detail FROM outcomes WHERE outcome = 'changed'")
    assert rows[0]["reason"] == "clamped_time" and "2126-01-01" in rows[0]["detail"]
    assert project.sql("SELECT sent_time FROM events")[0]["sent_time"] == "2126-01-01T00:00:00.000000Z"
