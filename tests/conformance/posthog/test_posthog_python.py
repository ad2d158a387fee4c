"""posthog-python: every kind of call, both wire protocols, unchanged and without a logged warning."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.conftest import ProjectClient

posthog = pytest.importorskip("posthog")


@pytest.fixture
def complaints(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What the SDK logged as a warning or worse; must stay empty."""
    caplog.set_level(logging.WARNING, logger="posthog")
    found: list[str] = []
    yield found
    found += [record.getMessage() for record in caplog.records if record.name.startswith("posthog")]
    assert found == []


def client(project: ProjectClient, **options: Any) -> Any:
    return posthog.Posthog(project.key, host=project.server.url, flush_interval=0.1, **options)


@pytest.mark.parametrize("gzip", [False, True])
def test_captured_values_arrive_as_they_were(project: ProjectClient, complaints: list[str], gzip: bool) -> None:
    sdk = client(project, gzip=gzip)
    moment = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    sdk.capture(
        "gekauft ✓",
        distinct_id="käufer 😀",
        timestamp=moment,
        uuid="0190f3e0-1111-7222-8333-444455556666",
        properties={
            "n": 3, "f": 0.1, "yes": True, "none": None, "list": [1, "two", None, {"a": {}}], "a.b": 1,
            "nested": {"x": {"y": "z"}}, "big": 2**80, "when": moment, "$session_id": "s-1", "environment": "prod",
            "release": "1.2.3", "service": "shop", "$trace_id": "0af7651916cd43dd8448eb211c80319c",
        },
        groups={"company": "acme"},
    )  # fmt: skip
    sdk.shutdown()
    row = project.wait_for("SELECT * FROM events")[0]
    assert row["uuid"] == "0190f3e0-1111-7222-8333-444455556666"
    assert row["time"] == row["sent_time"] == moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert (row["event"], row["distinct_id"], row["session_id"]) == ("gekauft ✓", "käufer 😀", "s-1")
    assert (row["environment"], row["release"], row["service"]) == ("prod", "1.2.3", "shop")
    assert row["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert row["lib"] == "posthog-python" and row["lib_version"] == posthog.VERSION
    assert row["ip"] == ""  # a server's own address says nothing about the user
    properties = row["properties"]
    assert properties["list"][:2] == [1, "two"] and properties["a.b"] == 1 and properties["n"] == 3
    assert properties["nested"] == {"x": {"y": "z"}} and properties["f"] == 0.1 and properties["yes"] is True
    assert properties["$groups"] == {"company": "acme"}
    assert f'"big":{2**80}' in row["properties_text"] and '"none":null' in row["properties_text"]


def test_people_are_identified_aliased_and_described(project: ProjectClient, complaints: list[str]) -> None:
    sdk = client(project)
    sdk.capture("visited", distinct_id="anon-1", properties={"$process_person_profile": True})
    sdk.set(distinct_id="user-1", properties={"email": "a@example.com", "plan": "free"})
    sdk.set_once(distinct_id="user-1", properties={"plan": "never", "first": "yes"})
    sdk.set(distinct_id="user-1", properties={"plan": "pro"})
    sdk.alias("user-1", "anon-1")
    sdk.group_identify("company", "acme", {"name": "Acme"})
    sdk.shutdown()
    project.wait_for("SELECT 1 FROM events", rows=6)
    people = [person for person in project.sql("SELECT * FROM persons") if "user-1" in person["distinct_ids"]]
    assert len(people) == 1 and people[0]["person_id"] == "user-1"
    assert people[0]["distinct_ids"] == ["anon-1", "user-1"]
    assert people[0]["properties"] == {"email": "a@example.com", "plan": "pro", "first": "yes"}
    group = project.sql("SELECT properties FROM events WHERE event = '$groupidentify'")[0]["properties"]
    assert group["$group_set"] == {"name": "Acme"} and group["$group_key"] == "acme"


def test_an_exception_is_an_event_and_an_error(project: ProjectClient, complaints: list[str]) -> None:
    sdk = client(project)
    try:
        try:
            {}["fehlt"]
        except KeyError as error:
            raise ValueError("kein Wert ✓") from error
    except ValueError as error:
        sdk.capture_exception(error, distinct_id="user-1", properties={"environment": "prod"})
    sdk.shutdown()
    row = project.wait_for("SELECT * FROM errors")[0]
    assert (row["type"], row["value"], row["level"]) == ("ValueError", "kein Wert ✓", "error")
    assert row["platform"] == "python" and row["environment"] == "prod" and row["user_id"] == "user-1"
    assert row["frames"][-1]["function"] == "test_an_exception_is_an_event_and_an_error"
    event = project.sql("SELECT uuid FROM events WHERE event = '$exception'")[0]
    assert event["uuid"].replace("-", "") == row["event_id"]
    assert "KeyError" in row["payload"]


def test_flags_answer_that_there_are_none(project: ProjectClient, complaints: list[str]) -> None:
    sdk = client(project, secret_key=project.key)
    assert not sdk.evaluate_flags("user-1").is_enabled("nope")
    sdk.load_feature_flags()
    sdk.shutdown()


@pytest.mark.parametrize("compression", ["none", "gzip", "deflate"])
def test_capture_v1(project: ProjectClient, complaints: list[str], compression: str) -> None:
    options: dict[str, Any] = {"capture_mode": "v1"}
    if compression != "none":
        options["capture_compression"] = compression
    sdk = client(project, **options)
    for number in range(3):
        sdk.capture("v1 ✓", distinct_id="user-1", properties={"number": number, "$session_id": "s"})
    sdk.set(distinct_id="user-1", properties={"email": "a@example.com"})
    sdk.shutdown()
    rows = project.wait_for("SELECT * FROM events WHERE event = 'v1 ✓' ORDER BY properties.number::Int64", rows=3)
    assert [row["properties"]["number"] for row in rows] == [0, 1, 2]
    assert {(row["lib"], row["session_id"]) for row in rows} == {("posthog-python", "s")}
    assert project.sql("SELECT properties FROM persons")[0]["properties"]["email"] == "a@example.com"


def test_a_wrong_key_is_reported(project: ProjectClient) -> None:
    failures: list[Exception] = []
    sdk = posthog.Posthog(
        "0" * 32, host=project.server.url, flush_interval=0.1, on_error=lambda error, batch: failures.append(error)
    )
    sdk.capture("lost", distinct_id="user-1")
    sdk.shutdown()
    assert failures and "401" in str(failures[0])
