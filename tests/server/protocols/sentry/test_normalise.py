"""Every shape that SDKs send comes out as one; nothing raises, whatever it is."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.scrubbing import scrub
from vedette.server.grouping import group
from vedette.server.protocols.sentry.event import error_row
from vedette.server.protocols.sentry.normalise import (
    BREADCRUMB,
    EVENT,
    EXCEPTION,
    FRAME,
    REQUEST,
    THREAD,
    USER,
    normalise,
)
from vedette.server.protocols.sentry.shapes import load_object

Json = dict[str, Any]


def normal(event: Json) -> Json:
    event = json.loads(json.dumps(event))
    normalise(event, event_id="e" * 32, client_ip="203.0.113.7")
    return event


FRAMES = [{"function": "f", "module": "m", "lineno": 3, "in_app": True}]
RAISED = {"type": "E", "value": "v", "stacktrace": {"frames": FRAMES}}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"exception": [RAISED]}, {"exception": {"values": [RAISED]}}),
        ({"exception": RAISED}, {"exception": {"values": [RAISED]}}),
        ({"exception": {"values": [None, RAISED, "x"]}}, {"exception": {"values": [RAISED]}}),
        ({"exception": None}, {"exception": {"values": []}}),
        ({"sentry.interfaces.Exception": {"values": [RAISED]}}, {"exception": {"values": [RAISED]}}),
        (
            {"exception": [{"type": None, "value": {"code": 7}, "mechanism": "generic", "stacktrace": None}]},
            {"exception": {"values": [{"value": '{"code":7}', "mechanism": {"type": "generic"}}]}},
        ),
        ({"exception": [{"type": "E", "stacktrace": {"frames": [None]}}]}, {"exception": {"values": [{"type": "E"}]}}),
        ({"exception": [{"type": 7}]}, {"exception": {"values": [{"type": "7"}]}}),
        ({"logentry": "plain"}, {"logentry": {"formatted": "plain"}}),
        ({"message": "plain"}, {"message": "plain", "logentry": {"formatted": "plain"}}),
        ({"message": {"formatted": "f"}}, {"logentry": {"formatted": "f"}}),
        (
            {"sentry.interfaces.Message": {"message": "%s", "params": ["a"]}},
            {"logentry": {"message": "%s", "params": ["a"]}},
        ),
        ({"logentry": None}, {}),
        ({"tags": [["a", 1], ["b", None], ["c"], None]}, {"tags": {"a": "1"}}),
        ({"tags": {"a": {"b": 1}}}, {"tags": {"a": '{"b":1}'}}),
        ({"tags": "x"}, {"tags": {}}),
        ({"user": 42}, {"user": {"id": "42"}}),
        ({"user": {"id": 42, "email": None, "geo": "x"}}, {"user": {"id": "42"}}),
        ({"user": {"ip_address": "{{auto}}"}}, {"user": {"ip_address": "203.0.113.7"}}),
        ({"user": None, "sdk": {"settings": {"infer_ip": "auto"}}},
         {"user": {"ip_address": "203.0.113.7"}, "sdk": {"settings": {"infer_ip": "auto"}}}),
        ({"request": "https://a.test/"}, {"request": {"url": "https://a.test/"}}),
        (
            {"request": {"query_string": [["a", 1], ["b", "x y"]], "cookies": "a=b; c=d", "headers": [["A", "b"]]}},
            {"request": {"query_string": "a=1&b=x+y", "cookies": {"a": "b", "c": "d"}, "headers": {"A": "b"}}},
        ),
        ({"request": {"method": None, "env": None, "data": {"a": [1]}}}, {"request": {"data": {"a": [1]}}}),
        ({"contexts": {"os": "Linux", "gone": None, "trace": {"trace_id": "AB" * 16, "span_id": "x"}}},
         {"contexts": {"os": {"value": "Linux"}, "trace": {"trace_id": "ab" * 16, "span_id": ""}}}),
        ({"breadcrumbs": [{"message": 7, "data": "x", "level": None}, None]},
         {"breadcrumbs": {"values": [{"message": "7", "data": {"data": "x"}}]}}),
        ({"threads": [{"id": 1, "crashed": "true", "stacktrace": {"frames": FRAMES}}]},
         {"threads": {"values": [{"id": 1, "crashed": True, "stacktrace": {"frames": FRAMES}}]}}),
        ({"modules": [["a", "1"]], "extra": None, "sdk": "x"}, {"modules": {"a": "1"}}),
        ({"release": 7, "environment": None, "culprit": "shop.pay"}, {"release": "7", "transaction": "shop.pay"}),
        ({"fingerprint": "mine"}, {"fingerprint": ["mine"]}),
        ({"fingerprint": {"a": 1}}, {}),
    ],
)  # fmt: skip
def test_shapes(sent: Json, stored: Json) -> None:
    assert normal(sent) == {"event_id": "e" * 32, **stored}


def test_frames() -> None:
    frame = {
        "function": None, "module": 7, "filename": ["a"], "lineno": "12", "colno": None, "in_app": 1,
        "pre_context": ["a", None, 3], "post_context": "x", "vars": ["a", {"b": 1}], "context_line": {"x": 1},
    }  # fmt: skip
    event = normal({"exception": [{"type": "E", "stacktrace": {"frames": [frame, None, {}]}}]})
    assert event["exception"]["values"][0]["stacktrace"]["frames"] == [
        {
            "module": "7", "filename": '["a"]', "lineno": 12, "in_app": True, "pre_context": ["a", "", "3"],
            "vars": {"0": "a", "1": {"b": 1}}, "context_line": '{"x":1}',
        },
        {},
    ]  # fmt: skip


def test_normal_events_stay_as_they_are() -> None:
    event = {
        "event_id": "e" * 32, "platform": "python", "exception": {"values": [RAISED]}, "tags": {"a": "b"},
        "user": {"id": "1"}, "request": {"url": "u", "headers": {"a": "b"}}, "contexts": {"os": {"name": "Linux"}},
        "breadcrumbs": {"values": [{"message": "m", "data": {"a": 1}}]}, "extra": {"n": [1, {"a": None}]},
    }  # fmt: skip
    assert normal(event) == event


NAMES = sorted({
    *EVENT, *EXCEPTION, *FRAME, *THREAD, *BREADCRUMB, *USER, *REQUEST, "values", "frames", "exception", "threads",
    "breadcrumbs", "contexts", "trace", "trace_id", "tags", "user", "request", "logentry", "message", "params",
    "fingerprint", "mechanism", "synthetic", "exception_id", "parent_id", "is_exception_group", "stacktrace",
    "checksum",
})  # fmt: skip
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["{{ default }}", "{{ tags.x }}", "<script>alert(1)</script>", "app.py", "javascript", "%s"])
)  # fmt: skip
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=60,
)
events = st.dictionaries(st.sampled_from(NAMES), anything, max_size=10)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events)
def test_any_event_has_a_shape_a_row_and_a_group(event: Json) -> None:
    event = load_object(json.dumps(event).encode())
    scrub(event)
    normalise(event, event_id="e" * 32, client_ip="203.0.113.7")
    row = error_row(event)
    assert len(row["fingerprint"]) == 32 and row["fingerprints"][0].endswith(row["fingerprint"])
    stored = json.loads(row["payload"])
    for exception in stored.get("exception", {}).get("values", []):
        assert all(isinstance(exception.get(name, ""), str) for name in ("type", "value", "module"))
        for frame in exception.get("stacktrace", {}).get("frames", []):
            assert all(isinstance(frame.get(name, ""), str) for name in ("function", "filename", "context_line"))
    assert group(stored).fingerprint == row["fingerprint"], "what is stored groups as it did on arrival"
    again = json.loads(row["payload"])
    normalise(again, event_id="e" * 32, client_ip="203.0.113.7")
    assert again == stored, "what is normal stays"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events)
def test_any_json_at_all_has_a_group(event: Json) -> None:
    found = group(event)
    assert len(found.fingerprint) == 32
    assert group(event) == found
    assert json.loads(found.why)["by"] in ("client", "frames", "message", "nothing")
