"""The past: the same from run to run, believable, and all that is sent can be read."""

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from saas.backfill import __main__ as backfill
from saas.backfill import incidents, lives, machines
from saas.browser import Backends
from tests.examples.sink import listening

NOW = 20_780 * 86_400 + 13.5 * 3600  # a Monday of November 2026, early afternoon
LOCK = json.loads((Path(incidents.__file__).parents[1] / "vedette-events.lock.json").read_text())
IDENTITY = ("uuid", "timestamp", "event", "distinct_id")


def known(until: float) -> set[tuple[str, ...]]:
    return {tuple(event[name] for name in IDENTITY) for event in lives.events(1, until)}


def test_a_second_run_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    # A smaller product, for the test's sake.
    monkeypatch.setattr(lives, "VISITORS_TODAY", 60)
    first, again, tomorrow = known(NOW), known(NOW), known(NOW + lives.DAY)
    assert first == again
    uuids = {row[0] for row in first}
    assert len(uuids) == len(first)
    newest = max(row[1] for row in first)
    assert {row for row in tomorrow if row[1] <= newest} <= first, "a day later, the past has nothing new in it"
    assert any(row[1] > newest for row in tomorrow)
    assert not first & {row for row in known(NOW) if row[0] not in uuids}


def test_funnel_and_volume_are_those_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "VISITORS_TODAY", lives.VISITORS_TODAY // 2)
    signed_up, activated, upgraded, count = set(), set(), set(), 0
    people = {"signed_up": signed_up, "activated": activated, "plan_upgraded": upgraded}
    for event in lives.events(1, NOW):
        count += 1
        people.get(event["event"], set()).add(event["distinct_id"])
    assert 65_000 < count < 130_000
    assert 1_000 < len(signed_up) < 2_500
    assert len(activated & signed_up) / len(signed_up) == pytest.approx(0.35, abs=0.04)
    assert len(upgraded & activated & signed_up) / len(activated & signed_up) == pytest.approx(0.12, abs=0.04)


def test_telemetry_of_a_full_half_hour_has_the_same_bytes_in_each_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "VISITORS_TODAY", 60)

    def made(until: float) -> list[tuple[str, bytes]]:
        traces = machines.Traces(until - lives.DAY, until)
        for event in lives.events(1, until):
            traces.add(event, incidents.error_of(event))
        return [*traces.requests(), *machines.metric_requests(1, until - 7200, until)]

    assert made(NOW) == made(NOW + 60)


def test_everything_arrives_and_hangs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "VISITORS_TODAY", 60)
    with listening() as sink:
        monkeypatch.setenv("VEDETTE_DSN", sink.connect["sentry_dsn"])
        sent = asyncio.run(backfill.send(Backends.from_environment(), 1, NOW))

    assert sent["events"] == len(sink.events)
    assert sent["errors"] == len(sink.errors) > 0
    assert all(batch["historical_migration"] is True for batch in sink.batches)
    assert {"KeyError", "ReadTimeout", "TypeError"} <= {
        error["exception"]["values"][0]["type"] for error in sink.errors
    }
    division = [e for e in sink.errors if e["exception"]["values"][0]["type"] == "ZeroDivisionError"]
    assert all(error["release"] == "1.4.0" for error in division)

    traces = {event["properties"].get("$trace_id"): event for event in sink.events}
    assert sink.spans and sink.logs and sink.metrics
    for span in sink.spans:
        assert span["attributes"]["user.id"] == traces[span["trace_id"]]["distinct_id"]
    assert {span["service"] for span in sink.spans} == {"web", "identity", "billing", "workflows"}


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [503, 429, 200]
    monkeypatch.setattr(asyncio, "sleep", lambda _, sleep=asyncio.sleep: sleep(0))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(answers.pop(0), headers={"retry-after": "1"})

    async def post() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            await backfill.post(http, "http://busy.example/batch/", b"{}", {})

    asyncio.run(post())
    assert answers == []


def test_errors_of_past_and_present_have_the_same_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of the source that the past claims to have failed in must be there, or they would be other issues."""
    sources = {path.stem: path.read_text() for path in (Path(incidents.__file__).parents[1]).glob("*.py")}
    monkeypatch.setattr(lives, "VISITORS_TODAY", 60)
    seen = set()
    for event in lives.events(1, time.time()):
        error = incidents.error_of(event)
        if error and error["platform"] == "python":
            for frame in error["exception"]["values"][0]["stacktrace"]["frames"]:
                if frame["in_app"]:
                    source = frame["context_line"].strip()
                    seen.add((frame["module"].rpartition(".")[2], frame["function"], source, frame["lineno"]))
    assert seen
    for module, function, line, number in seen:
        assert f"def {function}(" in sources[module]
        assert line in sources[module].splitlines()[number - 1], f"line {number} of {module}.py is not {line!r}"


def test_events_of_the_past_are_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "VISITORS_TODAY", 60)
    names = {event["event"] for event in lives.events(1, NOW) if event["properties"]["service"] != "web"}
    assert {"signed_up", "activated", "plan_upgraded"} <= names
    assert names - {"$groupidentify"} <= {one["name"] for one in LOCK["events"]}
