"""Declared events through `track()`: sent, counted, and in strict mode held against the test."""

from collections.abc import Iterator

import pytest

import vedette
from vedette.events import Activated, SignedUp
from vedette.sdk.schema import violations
from vedette.testing import capture


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    violations.set_mode("warn")
    yield
    violations.set_mode(None)


def test_a_violation_is_reported_and_the_event_sent() -> None:
    with capture() as sent:
        vedette.track(SignedUp(method=3, oops=True), user="u1")  # type: ignore[arg-type,call-arg]
        (event,) = sent.events
        assert (event["event"], event["distinct_id"]) == ("signed_up", "u1")
        properties = event["properties"]
        assert (properties["method"], properties["oops"], properties["$schema_version"]) == (3, True, 1)
        assert properties["$schema_violations"] == ["method: expected string, got int", "oops: is not declared"]
        counted = {point.attributes["rule"]: point.value for point in sent.metrics if "schema" in point.name}
        assert counted == {"type": 1, "undeclared": 1}
        assert [one.rule for one in sent.violations] == ["type", "undeclared"]


def test_in_strict_mode_the_test_fails_and_the_application_does_not() -> None:
    violations.set_mode("strict")
    reached = False
    with pytest.raises(AssertionError, match="method: expected string, got int"), capture():
        vedette.track(SignedUp(method=3), user="u1")  # type: ignore[arg-type]
        reached = True
    assert reached
    with capture() as sent:
        vedette.track(SignedUp(), user="u1")
    assert len(sent.events) == 1


def test_an_event_with_a_key_has_the_same_uuid_each_time() -> None:
    with capture() as sent:
        for organization in ("acme", "acme", "other"):
            vedette.track(Activated(organization_id=organization, milestone="first report"), user="u1")
    first, second, third = (event["uuid"] for event in sent.events)
    assert first == second != third
