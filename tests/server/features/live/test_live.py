"""What arrives is streamed to those who watch; nobody waits for a slow viewer, and the server can stop."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ProjectClient, new_project, start_server
from vedette.server.features.live.hub import QUEUE_ROWS, ROWS_A_POLL, Viewer, arrived, fresh, message


def send_logs(project: ProjectClient, *bodies: str, seconds_ago: float = 0) -> None:
    now = time.time_ns() - int(seconds_ago * 1e9)
    records = [{"timeUnixNano": str(now + i), "body": {"stringValue": body}} for i, body in enumerate(bodies)]
    content = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()
    answer = project.post("/v1/logs", content, content_type="application/json", x_vedette_key=project.key)
    assert answer.status_code == 200, answer.text


class Watching:
    """A stream read on a thread of its own."""

    def __init__(self, project: ProjectClient, signals: str, headers: dict[str, str] | None = None) -> None:
        self.events: list[tuple[str, Any]] = []
        self.opened = threading.Event()
        self.ended = threading.Event()
        self._project, self._signals = project, signals
        self._headers = headers or dict(project.http.headers)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self.opened.wait(10)

    def _read(self) -> None:
        url = f"{self._project.server.url}/api/v1/projects/{self._project.id}/live"
        params = {"signals": self._signals}
        try:
            with httpx.stream("GET", url, params=params, headers=self._headers, timeout=60) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                name = ""
                for line in answer.iter_lines():
                    self.opened.set()
                    if line.startswith("event: "):
                        name = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self.events.append((name, json.loads(line.removeprefix("data: "))))
        except httpx.TransportError:
            pass
        finally:
            self.ended.set()

    def wait_for(self, count: int, seconds: float = 10) -> list[tuple[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(self.events)


def test_rows_come_as_they_arrive_once_and_oldest_first(project: ProjectClient) -> None:
    send_logs(project, "before anybody looked")
    time.sleep(1.2)
    watching = Watching(project, "log,event")
    send_logs(project, "one", "two")
    assert [event[1]["body"] for event in watching.wait_for(2)] == ["one", "two"]
    send_logs(project, "three")
    assert [event[1]["body"] for event in watching.wait_for(3)] == ["one", "two", "three"]
    time.sleep(1)
    assert len(watching.events) == 3
    assert {name for name, _ in watching.events} == {"log"}
    listed = project.get("logs")["items"]
    assert watching.events[-1][1] == listed[0], "an item is as in the list"


def test_other_projects_rows_do_not_come(project: ProjectClient) -> None:
    other = new_project(project.server, "other")
    watching = Watching(project, "log")
    send_logs(other, "theirs")
    send_logs(project, "ours")
    watching.wait_for(1)
    time.sleep(0.7)
    assert [event[1]["body"] for event in watching.events] == ["ours"]
    other.http.close()


def test_events_and_metric_points_come_too(project: ProjectClient) -> None:
    watching = Watching(project, "event,metric_point")
    properties = {"n": None, "big": 2**64, "flags": [True, 2]}
    event = {"api_key": project.key, "batch": [{"event": "paid", "distinct_id": "ada", "properties": properties}]}
    project.post("/batch/", json.dumps(event).encode(), content_type="application/json")
    point = {"timeUnixNano": str(time.time_ns()), "asDouble": 2.5}
    metrics = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", "gauge": {"dataPoints": [point]}}]}]}]}
    project.post(
        "/v1/metrics", json.dumps(metrics).encode(), content_type="application/json", x_vedette_key=project.key
    )
    found = dict(watching.wait_for(2))
    assert (found["event"]["event"], found["event"]["properties"]) == ("paid", properties)
    assert (found["metric_point"]["metric_name"], found["metric_point"]["value"]) == ("m", 2.5)


def test_what_is_too_much_to_show_is_counted(project: ProjectClient) -> None:
    watching = Watching(project, "log")
    send_logs(project, *(f"line {i}" for i in range(ROWS_A_POLL + 300)))
    send_logs(project, "after all")

    def told() -> tuple[int, int]:
        events = list(watching.events)
        return sum(name == "log" for name, _ in events), sum(
            data["count"] for name, data in events if name == "dropped"
        )

    deadline = time.monotonic() + 15
    while sum(told()) < ROWS_A_POLL + 301 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    shown, missed = told()
    assert shown + missed == ROWS_A_POLL + 301
    assert shown >= ROWS_A_POLL
    assert missed > 0


def test_a_stream_ends_when_its_token_is_taken_away(project: ProjectClient) -> None:
    made = project.http.post("/api/v1/tokens", json={"name": "watcher", "role": "viewer", "project_id": project.id})
    assert made.status_code == 201, made.text
    stays = Watching(project, "log")
    watching = Watching(project, "log", {"authorization": f"Bearer {made.json()['token']}"})
    assert project.http.delete(f"/api/v1/tokens/{made.json()['id']}").status_code == 204
    assert watching.ended.wait(15)
    send_logs(project, "for those who may")
    assert stays.wait_for(1)[0][1]["body"] == "for those who may"
    assert watching.events == []


@pytest.mark.parametrize("signals", ["", "nothing", "log,nothing", "logs; DROP TABLE logs"])
def test_unknown_signals_are_refused(project: ProjectClient, signals: str) -> None:
    answer = project.http.get(f"/api/v1/projects/{project.id}/live", params={"signals": signals})
    assert answer.status_code == 400
    assert "log" in answer.json()["error"]["hint"]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ProjectClient]:
    running = start_server(tmp_path, env={"VEDETTE_SHUTDOWN_SECONDS": "60"})
    client = new_project(running, "stopping")
    yield client
    client.http.close()
    if running.process.poll() is None:
        running.kill()


def test_open_streams_do_not_keep_the_server_from_stopping(own_server: ProjectClient) -> None:
    watching = [Watching(own_server, "log") for _ in range(3)]
    started = time.monotonic()
    assert own_server.server.terminate(timeout=120) == 0
    assert time.monotonic() - started < 50, "before open requests are cut off"
    assert all(one.ended.wait(30) for one in watching)


def test_a_slow_viewer_misses_rows_and_is_told_how_many() -> None:
    async def watch() -> bytes:
        viewer = Viewer(frozenset({"log"}))
        viewer.give("log", [b"x"] * (QUEUE_ROWS + 7))
        viewer.give("span", [b"not wanted"])
        return await viewer.take(1)

    text = asyncio.run(watch())
    assert text == b"x" * QUEUE_ROWS + message("dropped", {"count": 7})


def test_a_quiet_stream_says_that_it_is_there() -> None:
    async def watch() -> bytes:
        return await Viewer(frozenset({"log"})).take(0.01)

    assert asyncio.run(watch()).startswith(b":")


def test_arrivals_are_counted_by_second_of_receipt() -> None:
    assert arrived({}, {10: 5, 11: 2}) == 7
    assert arrived({10: 5, 11: 2}, {10: 5, 11: 2}) == 0
    assert arrived({10: 5, 11: 2}, {11: 4, 12: 1}) == 3, "a late one of second 11 too; second 10 is past"


def test_rows_seen_before_are_not_shown_again() -> None:
    rows = [{"time": "2", "id": "b"}, {"time": "1", "id": "a"}]
    seen: dict[Any, int] = {}
    assert fresh(seen, "log", rows) == rows[::-1]
    assert fresh(seen, "log", rows) == []
    assert fresh(seen, "log", [{"time": "3", "id": "c"}, *rows]) == [{"time": "3", "id": "c"}]
