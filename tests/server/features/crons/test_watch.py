"""Check-ins with what people decided laid over, at times of our choosing."""

import json
from datetime import datetime
from typing import Any

from vedette.server.features.crons.listing import monitors, watch
from vedette.server.features.crons.overlay import Decision
from vedette.server.features.crons.queries import Heard
from vedette.server.features.crons.shapes import Monitor
from vedette.server.features.crons.timeline import CheckIn
from vedette.server.http.listing import TimeRange

DAY = "2026-03-01"
HOURLY = {"schedule": {"type": "crontab", "value": "0 * * * *"}}


def ms(clock: str) -> int:
    return int(datetime.fromisoformat(f"{DAY}T{clock}+00:00").timestamp() * 1000)


def heard(clock: str, status: str = "ok", said: Any = None, environment: str = "production") -> Heard:
    document = json.dumps(said) if said else ""
    return Heard("sync", environment, CheckIn(f"{clock}{environment}", ms(clock), status), document)


def look(found: list[Heard], now: str, decision: Decision | None = None, hours: int = 24) -> list[Monitor]:
    decided = {"sync": decision} if decision else {}
    until_ns = ms(now) * 1_000_000
    range_ = TimeRange(until_ns - hours * 3_600_000_000_000, until_ns)
    return monitors(watch(found, decided, ms(now)), decided, range_, ms(now))


def statuses(monitor: Monitor, environment: int = 0) -> dict[str, int]:
    found: dict[str, int] = {}
    for bucket in monitor.environments[environment].buckets:
        for status in ("ok", "error", "timeout", "missed", "in_progress"):
            if count := getattr(bucket, status):
                found[status] = found.get(status, 0) + count
    return found


def test_a_silent_monitor_fails_and_says_since_when_and_what_comes_next() -> None:
    (sync,) = look([heard("09:00", said=HOURLY)], "12:30")
    (production,) = sync.environments
    assert (production.status, production.last_status) == ("failing", "missed")
    assert production.since == f"{DAY}T10:01:00.000000000Z"
    assert production.last_run == f"{DAY}T09:00:00.000000000Z"
    assert production.next_run == f"{DAY}T13:00:00.000000000Z"
    assert statuses(sync) == {"ok": 1, "missed": 3}


def test_the_verdict_is_of_now_and_the_counts_are_of_the_range() -> None:
    (sync,) = look([heard("09:00", said=HOURLY)], "12:30", hours=1)
    assert sync.environments[0].status == "failing"
    assert statuses(sync) == {"missed": 1}


def test_environments_expect_what_their_own_check_ins_say() -> None:
    found = [heard("09:00", said=HOURLY), heard("09:00", environment="staging")]
    (sync,) = look(found, "12:30")
    assert [(one.environment, one.status) for one in sync.environments] == [
        ("production", "failing"),
        ("staging", "ok"),
    ]


def test_what_people_say_holds_from_then_on() -> None:
    quarter = {"schedule": {"type": "crontab", "value": "*/15 * * * *"}}
    (sync,) = look([heard("09:00", said=HOURLY)], "11:35", Decision(quarter, changed_ms=ms("11:05")))
    assert sync.schedule == "Every 15th minute of every hour"
    assert statuses(sync) == {"ok": 1, "missed": 4}  # 10:00, 11:00; 11:15, 11:30


def test_code_speaks_on_where_people_said_nothing() -> None:
    said = {"failure_issue_threshold": 3}
    (sync,) = look([heard("09:00", said=HOURLY)], "11:30", Decision(said, changed_ms=ms("09:30")))
    assert (sync.environments[0].status, statuses(sync)) == ("ok", {"ok": 1, "missed": 2})


def test_a_schedule_that_code_changes_back_and_forth() -> None:
    daily = {"schedule": {"type": "crontab", "value": "0 3 * * *"}}
    found = [heard("08:00", said=HOURLY), heard("09:00", said=daily), heard("12:30", said=HOURLY)]
    (sync,) = look(found, "13:30")
    assert statuses(sync) == {"ok": 3, "missed": 1}  # 13:00; from nine to half past twelve nothing was due


def test_what_was_taken_away_is_forgotten() -> None:
    found = [heard("09:00", said=HOURLY)]
    assert look(found, "12:30", Decision(changed_ms=ms("10:30"), deleted_ms=ms("10:30"))) == []
    (sync,) = look([*found, heard("12:00")], "12:30", Decision(changed_ms=ms("10:30"), deleted_ms=ms("10:30")))
    assert (sync.schedule, statuses(sync)) == ("", {"ok": 1})


def test_the_worst_come_first() -> None:
    fine = Heard("aaa", "production", CheckIn("x", ms("09:00"), "ok"), "")
    assert [one.slug for one in look([fine, heard("09:00", status="error")], "12:30")] == ["sync", "aaa"]


def test_it_says_from_when_on_runs_are_counted() -> None:
    found = [heard("11:00"), heard("10:00")]
    range_ = TimeRange(0, ms("12:30") * 1_000_000)
    for most, since in ((2, f"{DAY}T10:00:00.000000000Z"), (3, None)):
        (sync,) = monitors(watch(found, {}, ms("12:30"), most), {}, range_, ms("12:30"))
        assert sync.environments[0].looked_since == since
