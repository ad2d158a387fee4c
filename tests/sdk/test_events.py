"""Product events as PostHog takes them, and the registry's classes."""

import uuid
from datetime import datetime
from typing import Any

import pytest

import vedette
from vedette import __version__
from vedette.sdk.schema import violations
from vedette.testing import Capture, capture


class Upgraded(vedette.Event, name="plan_upgraded", version=3, owner="growth", key="invoice"):
    """Somebody pays more."""

    plan: str
    seats: int
    invoice: str = ""


def test_an_event(sent: Capture) -> None:
    vedette.track("signed_up", {"plan": "pro", "password": "x", "odd": {1}}, user="u1", groups={"organization": "acme"})
    [event] = sent.events
    assert event["event"] == "signed_up"
    assert event["distinct_id"] == "u1"
    assert uuid.UUID(event["uuid"])
    assert datetime.fromisoformat(event["timestamp"]).tzinfo is not None
    assert event["properties"] == {
        "plan": "pro", "password": "[Filtered]", "odd": [1], "$groups": {"organization": "acme"},
        "service": "test", "environment": "test", "$lib": "vedette-python", "$lib_version": __version__,
    }  # fmt: skip


def test_the_same_key_is_the_same_event(sent: Capture) -> None:
    for _ in range(2):
        vedette.track("paid", key="evt_1", user="u1")
    vedette.track("paid", key="evt_2", user="u1")
    vedette.track("refunded", key="evt_1", user="u1")
    vedette.track("paid", user="u1")
    first, again, *others = (event["uuid"] for event in sent.events)
    assert first == again
    assert len({first, *others}) == 4


def test_a_declared_event(sent: Capture) -> None:
    vedette.track(Upgraded(plan="pro", seats=3, invoice="in_1"), {"extra": 1}, user="u1")
    vedette.track(Upgraded(plan="pro", seats=3, invoice="in_1"), user="u1")
    first, second = sent.events
    assert first["event"] == "plan_upgraded"
    assert {k: v for k, v in first["properties"].items() if k in ("plan", "seats", "$schema_version", "extra")} == {
        "plan": "pro", "seats": 3, "$schema_version": 3, "extra": 1,
    }  # fmt: skip
    assert first["uuid"] == second["uuid"]
    assert sent.violations == []


def test_a_violation_is_told_and_the_event_sent(sent: Capture) -> None:
    vedette.track(Upgraded(plan="pro", seats="many"), user="u1")  # type: ignore[arg-type]
    [event] = sent.events
    assert event["properties"]["$schema_violations"]
    assert [each.rule for each in sent.violations] == ["type"]
    assert [point.attributes["rule"] for point in sent.metrics if point.name == "vedette.schema.violations"] == ["type"]


def test_a_violation_fails_a_strict_test() -> None:
    violations.set_mode("strict")
    try:
        with pytest.raises(AssertionError, match="seats"), capture():
            vedette.track(Upgraded(plan="pro", seats="many"), user="u1")  # type: ignore[arg-type]
    finally:
        violations.set_mode(None)


def test_nobody_is_no_person(sent: Capture) -> None:
    vedette.track("seen")
    vedette.track("seen")
    first, second = sent.events
    assert first["distinct_id"] != second["distinct_id"]
    assert first["properties"]["$process_person_profile"] is False


def test_identify(sent: Capture) -> None:
    with vedette.context(), vedette.span("work"):
        vedette.identify("u1", traits={"plan": "pro"}, group={"organization": "acme"})
        vedette.identify("u1")
        vedette.track("seen")
    identified, seen = sent.events
    assert (identified["event"], identified["distinct_id"]) == ("$identify", "u1")
    assert identified["properties"]["$set"] == {"plan": "pro"}
    assert "$process_person_profile" not in identified["properties"]
    assert (seen["distinct_id"], seen["properties"]["$groups"]) == ("u1", {"organization": "acme"})
    assert sent.spans[0].attributes["user.id"] == "u1"


def test_group(sent: Capture) -> None:
    with vedette.context(user="u1"):
        vedette.group("organization", "acme", {"seats": 9})
        vedette.track("seen")
    told, seen = sent.events
    assert told["event"] == "$groupidentify"
    assert told["properties"]["$group_type"] == "organization"
    assert told["properties"]["$group_key"] == "acme"
    assert told["properties"]["$group_set"] == {"seats": 9}
    assert seen["properties"]["$groups"] == {"organization": "acme"}


def test_tags_are_properties(sent: Capture) -> None:
    with vedette.context(user="u1", campaign="spring"):
        vedette.track("seen", {"service": "given wins"})
    assert sent.events[0]["properties"]["campaign"] == "spring"
    assert sent.events[0]["properties"]["service"] == "given wins"


def test_what_is_no_event_raises_nothing() -> None:
    with capture() as sent:
        vedette.track(7, user="u")  # type: ignore[arg-type]
        assert list(sent.failures) == ["track: AttributeError"]
        assert sent.events == []


def test_nothing_runs() -> None:
    everything: list[Any] = [
        vedette.track("x"), vedette.identify("u"), vedette.group("a", "b"), vedette.count("c"), vedette.gauge("g", 1),
        vedette.error(ValueError()), vedette.flush(), vedette.health().targets,
    ]  # fmt: skip
    with vedette.span("s") as span, vedette.timing("t"):
        assert not span.is_recording()
    assert everything == [None, None, None, None, None, "", True, {}]
    from vedette.sdk.context import current, forget

    assert current().user_id == "u"
    forget()
