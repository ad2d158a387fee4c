"""Violations are counted each time and logged once."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from vedette.sdk.schema import violations as reporting
from vedette.sdk.schema.event import Violation

BAD = Violation("plan_upgraded", "plan", "type", "expected string, got int")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    reporting.set_mode(None)
    yield
    reporting.set_mode(None)


def reported(*violations: Violation) -> tuple[dict[str, Any], list[Any]]:
    properties: dict[str, Any] = {"plan": 3}
    counted: list[Any] = []
    reporting.report(properties, violations, lambda *args, **attributes: counted.append((args, attributes)))
    return properties, counted


def test_it_is_counted_each_time_logged_once_and_named_on_the_event(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            properties, counted = reported(BAD)
            assert properties == {"plan": 3, "$schema_violations": ["plan: expected string, got int"]}
            assert counted == [(("vedette.schema.violations", 1), {"event": "plan_upgraded", "rule": "type"})]
    assert [record.getMessage() for record in caplog.records] == [
        "event plan_upgraded is not as declared: plan: expected string, got int (sent all the same)"
    ]


def test_no_violation_is_nothing() -> None:
    assert reported() == ({"plan": 3}, [])


@pytest.mark.parametrize(("value", "mode"), [("off", "off"), ("STRICT", "strict"), ("", "warn"), ("loud", "warn")])
def test_the_mode_is_the_environments(monkeypatch: pytest.MonkeyPatch, value: str, mode: str) -> None:
    monkeypatch.setenv("VEDETTE_SCHEMA", value)
    assert reporting.mode() == mode
    assert (reported(BAD)[1] == []) is (mode == "off")


def test_listeners_hear_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Violation] = []
    monkeypatch.setattr(reporting, "listeners", [heard.append])
    reported(BAD, BAD)
    assert heard == [BAD, BAD]
