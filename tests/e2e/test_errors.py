"""No event that was answered 200 is missing from its issue: the official SDK in eight processes, the server killed."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import ProjectClient, new_project, start_server
from tests.e2e.traffic import addresses

PROCESSES = 8
KILLS = 3
TYPES = {"ZeroDivisionError", "KeyError", "ValueError", "DeclinedError"}


class Applications:
    """Processes that report errors; what was acknowledged to each is in a file of its own."""

    def __init__(self, dsn: str, folder: Path) -> None:
        folder.mkdir()
        self._stop = folder / "stop"
        self._files = [folder / f"{number}.acknowledged" for number in range(PROCESSES)]
        command = [sys.executable, "-m", "tests.e2e.sentry_application", dsn]
        self._running = [subprocess.Popen([*command, str(file), str(self._stop)]) for file in self._files]

    def acknowledged(self) -> dict[str, str]:
        """Event id → type of the exception."""
        return dict(line.split() for lines in self._lines() for line in lines)

    def wait_for(self, events: int) -> None:
        """Until each process has had so many more events acknowledged."""
        wanted = [len(lines) + events for lines in self._lines()]
        deadline = time.monotonic() + 120
        while any(len(lines) < least for lines, least in zip(self._lines(), wanted, strict=True)):
            assert all(process.poll() is None for process in self._running), "an application has ended"
            assert time.monotonic() < deadline, [len(lines) for lines in self._lines()]
            time.sleep(0.02)

    def end(self) -> None:
        """Ask all to end, and wait."""
        self._stop.touch()
        for process in self._running:
            process.wait(60)

    def _lines(self) -> Iterator[list[str]]:
        for file in self._files:
            text = file.read_text() if file.exists() else ""
            yield text[: text.rfind("\n") + 1].splitlines()


@contextmanager
def applications(project: ProjectClient, folder: Path) -> Iterator[Applications]:
    running = Applications(project.connect["sentry_dsn"], folder)
    try:
        yield running
    finally:
        running.end()


def events_of(project: ProjectClient, issue: str) -> list[dict[str, Any]]:
    """Everything that the issue's page lists."""
    found: list[dict[str, Any]] = []
    following: dict[str, str] = {}
    while True:
        page = project.get(f"issues/{issue}/events", since="-1h", limit=1000, **following)
        found += page["items"]
        if not page["next_cursor"]:
            return found
        following = {"cursor": page["next_cursor"]}


def test_no_event_answered_200_is_missing_from_its_issue(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    try:
        again, _ = addresses(server)
        project = new_project(server, "errors")
        chance = random.Random(5)
        with applications(project, tmp_path / "applications") as running:
            for _ in range(KILLS):
                running.wait_for(5 + chance.randrange(15))
                time.sleep(chance.random() * 0.3)  # anywhere between an answer and its insert
                server.kill()
                server = start_server(tmp_path, *again)
            running.wait_for(5)
        acknowledged = running.acknowledged()
        issues = project.get("issues", since="-1h")["items"]
        listed = {issue["id"]: events_of(project, issue["id"]) for issue in issues}
        assert {issue["type"] for issue in issues} == TYPES
        assert len(issues) == len(TYPES), "one wording, one stack: one issue"
        for issue in issues:
            times = Counter(event["event_id"] for event in listed[issue["id"]])
            due = {event_id for event_id, kind in acknowledged.items() if kind == issue["type"]}
            assert due - times.keys() == set(), f"{issue['title']}: acknowledged, and not in the issue"
            assert set(times.values()) == {1}
            assert issue["count"] == len(times), "the list and the issue's page disagree"
        assert len(acknowledged) >= PROCESSES * KILLS * 5
        project.http.close()
    finally:
        if server.process.poll() is None:
            server.terminate()
