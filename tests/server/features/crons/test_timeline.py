"""Runs as they follow from check-ins and configuration: by example, by property, and over changes of the clock."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vedette.server.features.crons.config import Config, read
from vedette.server.features.crons.schedule import BadSchedule, Crontab, Interval
from vedette.server.features.crons.timeline import MOST_MISSED, CheckIn, Revision, Run, timeline
from vedette.server.features.crons.verdict import judge

MINUTE = 60_000
HOUR = 60 * MINUTE
VIENNA = ZoneInfo("Europe/Vienna")  # 2026: +1 h on 29 March at 02:00, -1 h on 25 October at 03:00
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Vienna", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata")]


def ms(text: str) -> int:
    """`2026-03-01 12:00` in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def at(text: str, *, status: str = "ok", id_: str = "", **more: Any) -> CheckIn:
    return CheckIn(id_ or text, ms(text), status, **more)


def config(value: str | int = "0 * * * *", unit: str = "", **said: Any) -> Config:
    kind = {"type": "interval", "value": value, "unit": unit} if unit else {"type": "crontab", "value": value}
    found = read({"schedule": kind, **said})
    assert found.problem == ""
    return found


def seen(runs: Sequence[Run]) -> list[str]:
    return [f"{datetime.fromtimestamp(run.started_ms / 1000, UTC):%d %H:%M} {run.status}" for run in runs]


def of(config_: Config, check_ins: Sequence[CheckIn], now: str) -> list[str]:
    return seen(timeline([Revision(0, config_)], check_ins, ms(now)))


def test_a_job_that_has_never_run_misses_nothing() -> None:
    assert of(config(), [], "2026-03-02 12:00") == []


def test_a_run_is_missed_when_its_margin_is_over() -> None:
    runs = [at("2026-03-01 12:00")]
    assert of(config(checkin_margin=5), runs, "2026-03-01 13:04:59") == ["01 12:00 ok"]
    assert of(config(checkin_margin=5), runs, "2026-03-01 13:05") == ["01 12:00 ok", "01 13:00 missed"]


def test_late_within_the_margin_is_not_missed_and_later_is_both() -> None:
    late = [at("2026-03-01 12:00"), at("2026-03-01 13:04"), at("2026-03-01 14:06")]
    assert of(config(checkin_margin=5), late, "2026-03-01 14:30") == [
        "01 12:00 ok", "01 13:04 ok", "01 14:00 missed", "01 14:06 ok",
    ]  # fmt: skip


@pytest.mark.parametrize(("second", "missed"), [("30", False), ("29", True)])
def test_half_a_minute_too_early_counts(second: str, missed: bool) -> None:
    runs = of(config(), [at("2026-03-01 11:00"), at(f"2026-03-01 11:59:{second}")], "2026-03-01 12:30")
    assert ("01 12:00 missed" in runs) == missed


def test_in_progress_then_ok_is_one_run_however_often_each_is_sent() -> None:
    begin = at("2026-03-01 12:00", status="in_progress", id_="a", trace_id="t")
    end = at("2026-03-01 12:10", id_="a", release="r1")
    again = at("2026-03-01 12:20", id_="a")
    (run,) = timeline([Revision(0, Config())], [again, end, begin, begin, end], ms("2026-03-01 12:40"))
    assert (run.status, run.duration_ms, run.release, run.trace_id) == ("ok", 10 * MINUTE, "r1", "t")


def test_too_long_is_timed_out_and_an_end_after_that_changes_nothing() -> None:
    runs = [at("2026-03-01 12:00", status="in_progress", id_="a")]
    config_ = config(max_runtime=20)
    assert of(config_, runs, "2026-03-01 12:19") == ["01 12:00 in_progress"]
    assert of(config_, runs, "2026-03-01 12:20") == ["01 12:00 timeout"]
    (run,) = timeline([Revision(0, config_)], [*runs, at("2026-03-01 12:25", id_="a")], ms("2026-03-01 12:30"))
    assert (run.status, run.duration_ms) == ("timeout", 25 * MINUTE)


def test_two_plain_calls_without_an_id_are_one_run() -> None:
    calls = [at("2026-03-01 12:00", status="in_progress"), at("2026-03-01 12:10", status="error")]
    assert of(config(), calls, "2026-03-01 12:30") == ["01 12:00 error"]


def test_runs_that_overlap_are_told_apart_by_their_ids() -> None:
    calls = [
        at("2026-03-01 12:00", status="in_progress", id_="a"), at("2026-03-01 12:01", status="in_progress", id_="b"),
        at("2026-03-01 12:02", id_="a"), at("2026-03-01 12:03", status="error", id_="b"),
    ]  # fmt: skip
    assert of(config(), calls, "2026-03-01 12:30") == ["01 12:00 ok", "01 12:01 error"]


def test_a_heartbeat_with_a_duration_began_that_long_before() -> None:
    assert of(config(), [at("2026-03-01 12:30", duration_ms=HOUR)], "2026-03-01 12:40") == ["01 11:30 ok"]


def test_an_interval_counts_from_the_run_before() -> None:
    hourly = config(1, "hour", checkin_margin=10)
    runs = [at("2026-03-01 12:00"), at("2026-03-01 13:09"), at("2026-03-01 14:30")]
    assert of(hourly, runs, "2026-03-01 17:41") == [
        "01 12:00 ok", "01 13:09 ok", "01 14:09 missed", "01 14:30 ok", "01 15:30 missed", "01 16:30 missed",
        "01 17:30 missed",
    ]  # fmt: skip


def test_what_changes_the_schedule_changes_nothing_before() -> None:
    daily, hourly = config("0 3 * * *"), config("0 * * * *")
    revisions = [Revision(0, daily), Revision(ms("2026-03-02 10:30"), hourly)]
    runs = timeline(revisions, [at("2026-03-01 03:00")], ms("2026-03-02 12:30"))
    assert seen(runs) == ["01 03:00 ok", "02 03:00 missed", "02 11:00 missed", "02 12:00 missed"]


def test_a_day_is_a_day_on_the_wall() -> None:
    daily = config(1, "day", timezone="Europe/Vienna")
    run = [at("2026-10-24 02:30")]  # 04:30 there, as on the day after, which has 25 hours
    assert of(daily, run, "2026-10-25 03:30:59") == ["24 02:30 ok"]
    assert of(daily, run, "2026-10-25 03:31") == ["24 02:30 ok", "25 03:30 missed"]


def test_months_have_ends() -> None:
    monthly = config(1, "month")
    assert of(monthly, [at("2026-01-31 12:00")], "2026-04-01") == ["31 12:00 ok", "28 12:00 missed", "31 12:00 missed"]


@pytest.mark.parametrize(
    ("line", "day", "expected"),
    [
        ("30 2 * * *", "2026-03-29", ["01:00"]),  # skipped: right after the gap
        ("30 2 * * *", "2026-10-25", ["00:30"]),  # repeated: once
        ("30 * * * *", "2026-03-29", ["23:30", "00:30", "01:30", "02:30"]),
        ("30 * * * *", "2026-10-25", ["22:30", "23:30", "00:30", "01:30", "02:30"]),  # twice, as there are two hours
    ],
)
def test_the_nights_when_the_clock_changes(line: str, day: str, expected: list[str]) -> None:
    start = int(datetime.fromisoformat(day).replace(tzinfo=VIENNA).timestamp() * 1000)
    hours = 5 if "*" in line.split()[1] and day.endswith("25") else 4
    found = Crontab.parse(line, VIENNA).between(start, start + hours * HOUR, 100)
    assert [f"{datetime.fromtimestamp(one / 1000, UTC):%H:%M}" for one in found] == expected


LINES = st.sampled_from(
    ["* * * * *", "*/7 * * * *", "30 2 * * *", "0,30 1-3 * * *", "15 */5 * * *", "0 0 * * *", "59 23 L * *",
     "0 12 1,15 * MON", "0 0 29 2 *", "30 0 * * SUN#1"]
)  # fmt: skip
NEAR_CHANGES = st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"])


@settings(deadline=None)
@given(LINES, st.sampled_from(ZONES), NEAR_CHANGES, st.integers(0, 3 * 24 * 60), st.integers(1, 3 * 24 * 60))
def test_times_worked_out_by_pieces_are_those_of_one_walk(
    line: str, zone: ZoneInfo, day: str, offset: int, minutes: int
) -> None:
    crontab = Crontab.parse(line, zone)
    after = ms(day) - 36 * HOUR + offset * MINUTE
    until = after + minutes * MINUTE
    # The walk starts a week before, far from any change: the library may not be started inside a repeated hour.
    walk = CronSim(crontab.line, datetime.fromtimestamp(ms(day) / 1000 - 7 * 86400, UTC).astimezone(zone))
    expected = []
    for moment in walk:
        if (tick := int(moment.timestamp() * 1000)) > until:
            break
        if tick > after:
            expected.append(tick)
    found = crontab.between(after, until, 10_000)
    assert found == expected
    assert crontab.between(after, until, 3) == expected[-3:]
    assert crontab.following(after) == (expected[0] if expected else crontab.following(until))


INTERVALS = st.builds(
    Interval, st.integers(1, 40), st.sampled_from(["minute", "hour", "day", "week", "month", "year"]),
    st.sampled_from(ZONES),
)  # fmt: skip


@settings(deadline=None)
@given(INTERVALS, st.integers(0, 400 * 24), st.integers(1, 60))
def test_intervals_advance_and_may_be_entered_anywhere(interval: Interval, hours: int, times: int) -> None:
    base = ms("2026-01-31 01:30") + hours * HOUR
    expected = [interval.following(base, n) for n in range(1, times + 1)]
    for one, next_ in pairwise([base, *expected]):
        assert interval.shortest_ms <= next_ - one
    middle = expected[len(expected) // 2]
    assert list(interval.between(base, middle - 1, expected[-1], 10_000)) == [one for one in expected if one >= middle]
    few = list(interval.between(base, base, expected[-1], 5))
    assert few == expected[-len(few) :]
    assert len(few) >= min(5, times)


STATUSES = ["in_progress", "ok", "error"]
CHECK_INS = st.lists(
    st.builds(
        CheckIn,
        st.sampled_from("abcdef"),
        st.integers(0, 3 * 24 * 60).map(lambda minute: ms("2026-10-24 00:00") + minute * MINUTE),
        st.sampled_from(STATUSES),
        st.sampled_from([None, 0, HOUR]),
    ),
    max_size=12,
)
CONFIGS = st.builds(
    lambda schedule, margin, longest: Config(schedule, checkin_margin=margin, max_runtime=longest),
    st.none() | st.builds(Crontab.parse, LINES, st.sampled_from(ZONES)) | INTERVALS,
    st.integers(0, 90),
    st.integers(1, 600),
)
REVISIONS = st.lists(
    st.builds(Revision, st.integers(0, 3 * 24 * 60).map(lambda m: ms("2026-10-24 00:00") + m * MINUTE), CONFIGS),
    max_size=3,
).map(lambda found: sorted(found, key=lambda one: one.since_ms))


@settings(deadline=None)
@given(REVISIONS, CHECK_INS, st.integers(0, 4 * 24 * 60), st.integers(0, 24 * 60))
def test_what_is_decided_stands(revisions: list[Revision], heard: list[CheckIn], minutes: int, more: int) -> None:
    before = ms("2026-10-24 00:00") + minutes * MINUTE
    decided = [decision(run) for run in timeline(revisions, heard, before) if run.decided_ms is not None]
    later = [decision(run) for run in timeline(revisions, heard, before + more * MINUTE)]
    known = [one for one in later if one[2] is not None and one[2] <= before]
    assume(len(later) < MOST_MISSED)  # beyond that the oldest are let go
    assert sorted(decided) == sorted(known)


def decision(run: Run) -> tuple[str, int, int | None, str]:
    return (run.status, run.started_ms, run.decided_ms, run.check_in_id)


@settings(deadline=None)
@given(REVISIONS, CHECK_INS, st.randoms())
def test_neither_order_nor_repetition_of_check_ins_matters(
    revisions: list[Revision], heard: list[CheckIn], random: Any
) -> None:
    now = ms("2026-10-28 00:00")
    mixed = [*heard, *heard]
    random.shuffle(mixed)
    # A double that says otherwise (its duration) is another check-in of the same moment.
    heard = list({(one.check_in_id, one.at_ms, one.status): one for one in heard}.values())
    mixed = [one for one in mixed if one in heard]
    assert list(map(decision, timeline(revisions, mixed, now))) == list(map(decision, timeline(revisions, heard, now)))


@settings(deadline=None)
@given(CONFIGS, CHECK_INS)
def test_every_expected_time_of_a_crontab_is_run_or_missed(config_: Config, heard: list[CheckIn]) -> None:
    if not isinstance(config_.schedule, Crontab) or not heard:
        return
    now = ms("2026-10-28 00:00")
    runs = timeline([Revision(0, config_)], heard, now)
    first = min(one.at_ms for one in heard)
    missed = {run.started_ms for run in runs if run.status == "missed"}
    known = sorted(run.known_ms for run in runs if run.status != "missed")
    for expected in config_.schedule.between(first, now - config_.margin_ms, 3000):
        window = bisect_right(known, expected + config_.margin_ms) - bisect_right(known, expected - 30_001)
        assert (expected in missed) == (window == 0)


def runs_of(*statuses: str) -> list[Run]:
    return [
        Run(status, n, n, n, None if status == "in_progress" else n)  # type: ignore[arg-type]
        for n, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    ("statuses", "fail", "recover", "expected"),
    [
        ([], 1, 1, ("waiting", None)),
        (["in_progress"], 1, 1, ("waiting", None)),
        (["ok", "ok"], 1, 1, ("ok", 0)),
        (["ok", "missed"], 1, 1, ("failing", 1)),
        (["ok", "missed", "timeout"], 3, 1, ("ok", 0)),
        (["ok", "missed", "timeout", "error", "error"], 3, 1, ("failing", 3)),
        (["error", "ok"], 1, 2, ("failing", 0)),
        (["error", "ok", "error", "ok", "ok"], 1, 2, ("ok", 4)),
        (["error", "in_progress", "ok"], 1, 1, ("ok", 2)),
    ],
)
def test_the_verdict(statuses: list[str], fail: int, recover: int, expected: tuple[str, int | None]) -> None:
    verdict = judge(runs_of(*statuses), Config(failure_issue_threshold=fail, recovery_threshold=recover))
    assert (verdict.status, verdict.since_ms) == expected


@pytest.mark.parametrize(
    "line",
    ["", "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "5L/2 * * * *", "0 0 * * 5L/2", "x" * 300, "@reboot"],
)
def test_lines_that_do_not_read(line: str) -> None:
    with pytest.raises(BadSchedule):
        Crontab.parse(line, VIENNA)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"schedule": {"type": "crontab", "value": "soon"}}, "crontab line"),
        ({"schedule": {"type": "crontab", "value": "* * * * *"}, "timezone": "Mars/Olympus"}, "time zone"),
        ({"schedule": {"type": "crontab", "value": "* * * * *"}, "timezone": "../../etc/passwd"}, "time zone"),
        ({"schedule": {"type": "interval", "value": 0, "unit": "day"}}, "whole number"),
        ({"schedule": {"type": "interval", "value": 1, "unit": "fortnight"}}, "unit is one of"),
        ({"schedule": "daily"}, "an object"),
        ({"schedule": {"type": "sundial"}}, "crontab"),
        ({"max_runtime": -1}, "max_runtime"),
        ({"checkin_margin": "5"}, "checkin_margin"),
    ],
)
def test_what_does_not_read_is_said_and_left_out(said: dict[str, Any], problem: str) -> None:
    found = read(said)
    assert problem in found.problem
    assert found.schedule is None
    assert (found.checkin_margin, found.max_runtime) == (1, 30)


def test_a_dead_monitor_of_every_minute_ends_somewhere() -> None:
    runs = timeline([Revision(0, config("* * * * *"))], [at("2026-01-01 00:00")], ms("2026-03-31 00:00"))
    assert len(runs) == 3001
    assert runs[-1].started_ms == ms("2026-03-31 00:00") - MINUTE
    assert timedelta(milliseconds=runs[-1].started_ms - runs[1].started_ms) == timedelta(minutes=2999)
