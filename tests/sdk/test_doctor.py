"""`vedette doctor` against a real server: what arrived, with which ids, and what to do where it did not."""

import re
from pathlib import Path

from tests.conftest import ProjectClient
from tests.sdk.test_cli import vedette


def doctor(*arguments: str, **env: str) -> tuple[int, str]:
    answer = vedette("doctor", *arguments, VEDETTE_SERVICE="checkout", **env)
    assert "Traceback" not in answer.stderr, answer.stderr
    return answer.returncode, answer.stdout + answer.stderr


def test_everything_arrives_and_is_read_back(project: ProjectClient) -> None:
    code, said = doctor(VEDETTE_DSN=project.connect["sentry_dsn"], VEDETTE_API_TOKEN=project.server.keys["api_token"])
    assert code == 0, said
    for signal in ("traces", "logs", "metrics", "events", "errors"):
        assert re.search(rf"ok +{signal} +200, \d+ ms", said), said
    for record in ("span", "log", "metric", "event", "error"):
        assert re.search(rf"ok +{record} +arrived, with the same ids", said), said
    assert project.key not in said
    trace = re.search(r"trace ([0-9a-f]{32})", said)
    assert trace is not None
    assert {row["service"] for row in project.get("spans", trace_id=trace[1])["items"]} == {"checkout"}
    assert project.get("related", trace_id=trace[1]) == {"logs": 1, "spans": 1, "errors": 1, "events": 1}


def test_without_a_token_it_says_how_to_read_back(project: ProjectClient) -> None:
    code, said = doctor(VEDETTE_DSN=project.connect["sentry_dsn"])
    assert code == 0
    assert "Set VEDETTE_API_TOKEN" in said


def test_a_wrong_token_fails(project: ProjectClient) -> None:
    code, said = doctor(VEDETTE_DSN=project.connect["sentry_dsn"], VEDETTE_API_TOKEN="vdt_wrong")
    assert code == 1
    assert "unknown API token" in said


def test_a_wrong_key_is_told_for_each_signal(project: ProjectClient) -> None:
    code, said = doctor(VEDETTE_DSN=project.connect["sentry_dsn"].replace(project.key, "0" * 32))
    assert code == 1
    for signal in ("traces", "logs", "metrics", "events", "errors"):
        assert re.search(rf"FAILED +{signal} ", said), said
    assert "check it" in said


def test_nobody_there_and_a_target_without_its_key(tmp_path: Path) -> None:
    code, said = doctor(
        "--deadline", "3", VEDETTE_DSN="http://abc@127.0.0.1:9/1", VEDETTE_EXPORT="vedette,datadog,typo"
    )
    assert code == 1
    assert "nothing answers there: check the address" in said
    assert "DD_API_KEY is not set" in said
    assert "known are vedette, posthog" in said
    assert "abc@" not in said


def test_nothing_configured() -> None:
    code, said = doctor()
    assert code == 2
    assert "Set VEDETTE_DSN" in said
