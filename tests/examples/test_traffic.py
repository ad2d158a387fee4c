"""Simulated users for real, under the supervisor: what a browser sends, and a clean end."""

import json
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.examples.sink import Sink, listening
from vedette.server.demo import DemoUnavailable, supervisor


@pytest.fixture(scope="module")
def visited() -> Sink:
    """The demo for some seconds at a high rate, stopped by SIGTERM."""
    # Somebody has signed up and somebody runs a workflow; what the services then hold, they hand in at the end.
    wanted = {"Create account", "Run now"}
    command = [sys.executable, "-m", "vedette.server.demo", "--rate", "60"]
    with (
        listening() as sink,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(sink.connect).encode())
        process.stdin.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not wanted <= clicks(sink):
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        sink.printed = process.stdout.read().decode()
    return sink


def clicks(sink: Sink) -> set[str]:
    return {event["properties"].get("$el_text") for event in list(sink.events)}


def test_one_line_for_each_process(visited: Sink) -> None:
    lines = visited.printed.splitlines()
    found = [line.split()[1] for line in lines[1:]]
    assert sorted(found) == ["billing", "identity", "schema", "traffic", "workflows"]


def test_the_demo_says_what_it_declares(visited: Sink) -> None:
    assert visited.schema["source"] == "saas"
    declared = {event["name"] for event in visited.schema["events"]}
    lock = json.loads((supervisor.find_example() / "vedette-events.lock.json").read_text())
    assert declared == {event["name"] for event in lock["events"]}
    sent = {event["event"] for event in visited.events if event["properties"].get("service") in supervisor.SERVICES}
    assert sent - {"$identify", "$groupidentify"} <= declared
    assert not any("$schema_violations" in event["properties"] for event in visited.events)


def test_people_become_users(visited: Sink) -> None:
    identify = next(event for event in visited.events if "$anon_distinct_id" in event["properties"])
    anonymous = identify["properties"]["$anon_distinct_id"]
    user = identify["properties"]["distinct_id"]
    assert identify["$set"]["email"].endswith(".example")
    before = [e for e in visited.events if e["properties"].get("distinct_id") == anonymous]
    assert before and not any(e["properties"]["$process_person_profile"] for e in before)
    signed_up = next(e for e in visited.events if e["event"] == "signed_up" and e["distinct_id"] == user)
    assert signed_up["properties"]["$session_id"] == identify["properties"]["$session_id"]


def test_a_browser_sends_what_posthog_js_sends(visited: Sink) -> None:
    pages = [event for event in visited.events if event["event"] == "$pageview"]
    assert {uuid.UUID(page["properties"]["$session_id"]).version for page in pages} == {7}
    assert all(page["properties"]["$current_url"].startswith("https://app.saas.example/") for page in pages)
    assert any(page["properties"].get("utm_source") for page in pages)
    assert any(request.startswith("/e/?ip=0&_=") for request in visited.requests)


def test_sentrys_browser_sdk_puts_the_key_into_the_query(visited: Sink) -> None:
    envelopes = [urlsplit(request) for request in visited.requests if "/envelope/?" in request]
    assert envelopes and all(parse_qs(envelope.query)["sentry_key"] == ["0" * 32] for envelope in envelopes)
    assert any(session.get("sid") for session in visited.sessions)


def test_a_trace_starts_in_the_browser(visited: Sink) -> None:
    web = {span["span_id"]: span for span in visited.spans if span["service"] == "web"}
    served = [span for span in visited.spans if span["parent_span_id"] in web]
    assert {"identity", "workflows"} <= {span["service"] for span in served}
    assert all(span["trace_id"] == web[span["parent_span_id"]]["trace_id"] for span in served)


def test_without_the_example_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "__file__", str(tmp_path / "a" / "b" / "c" / "d" / "supervisor.py"))
    with pytest.raises(DemoUnavailable, match="make demo"):
        supervisor.find_example()
