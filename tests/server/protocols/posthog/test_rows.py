"""Events → lines for the engine: the short way and the careful one say the same."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.protocols.posthog.event import (
    Event,
    Sending,
    _encode_with_care,
    encode_row,
    read_event,
    with_properties_as_text,
)
from vedette.server.protocols.posthog.text import parse

NOW_US = 1_780_000_000_000_000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(["$lib", "trace_id", "$trace_id", "$set", "$initial_x", "a%2Eb", "$ip", "{"]) | st.text()


def sending() -> Sending:
    return Sending(1, NOW_US, 730, 90, 0, "192.0.2.1", "", "")


def read(properties: dict[str, Any], **raw: Any) -> Event:
    event = read_event({"event": "seen", "distinct_id": "u", "properties": properties, **raw}, sending())
    assert isinstance(event, Event)
    return event


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_the_short_way_says_what_the_careful_one_says(properties: dict[str, Any]) -> None:
    event = read(properties)
    short, careful = json.loads(encode_row(event)), json.loads(_encode_with_care(event))
    if "%2E" not in json.dumps(list(properties.values())):  # in a value it is no escaped dot: no text is needed
        assert ("properties_text" in short) == ("properties_text" in careful)
    assert {**careful, **short} == careful


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_a_refused_line_keeps_its_properties_as_text(properties: dict[str, Any]) -> None:
    event = read(properties)
    row = json.loads(with_properties_as_text(encode_row(event)))
    assert json.loads(row.pop("properties_text")) == properties
    assert {**event.row, **row} == event.row


@pytest.mark.parametrize(
    ("properties", "release"),
    [
        ({"$release": "a", "release": "b", "$app_version": "c"}, "a"),
        ({"$app_version": "c", "release": "b", "$release": ""}, "b"),
        ({"$release": None, "$app_version": 3}, "3"),
        ({"version": "d"}, None),
    ],
)
def test_a_column_takes_the_first_of_its_properties(properties: dict[str, Any], release: str | None) -> None:
    assert read(properties).row.get("release") == release


def test_events_with_the_same_names_share_what_the_names_say() -> None:
    shared = sending()
    for number in range(3):
        event = read_event({"event": "e", "distinct_id": "u", "properties": {"$lib": number, "$set": {}}}, shared)
        assert isinstance(event, Event) and event.row.get("lib", "") == (str(number) if number else "")
        assert event.shape.about_people
    assert len(shared.shapes) == 1


@given(st.lists(st.integers(-(10**25), 10**25) | st.floats(0, 1) | st.text("0123456789.-e ", max_size=40)))
def test_numbers_are_read_exactly(values: list[Any]) -> None:
    for text in (json.dumps({"a": values}), json.dumps(values, indent=1)):
        assert parse(text.encode()).value == json.loads(text)
