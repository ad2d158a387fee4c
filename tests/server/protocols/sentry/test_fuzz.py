"""Any JSON in any item: a row, or an outcome that says why not; never an exception, never a row the engine refuses."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ProjectClient
from tests.server.protocols.sentry.wire import envelope, error, item, outcomes, send
from vedette.server.protocols.sentry.batch import Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.items import KINDS, SPAN_CONTAINER_TYPE, add_item
from vedette.server.protocols.sentry.times import Clock, FirstTimes

NAMES = """items attributes value type timestamp start_timestamp end_timestamp body level name unit trace_id span_id
parent_span_id sid status started attrs aggregates exited errored seq duration errors monitor_slug check_in_id
monitor_config contexts trace feedback message spans measurements data tags description op links discarded_events
quantity reason category comments event_id user request exception values stacktrace frames lineno in_app mechanism
handled synthetic logentry params formatted fingerprint release sdk settings infer_ip severity_number ingest_settings"""
KEYS = NAMES.split()
HOSTILE = [
    2**64,
    -(2**70),
    1e308,
    -1e308,
    5e-324,
    2**63,
    "9" * 30,
    "NaN",
    "{{ default }}",
    "%s",
    "\x00",
    "a" * 32,
    "b" * 16,
    "ok",
]
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6)
)
anything = st.recursive(
    leaves | st.sampled_from(HOSTILE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)
kinds = st.sampled_from([*KINDS, "span v2"])


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(kinds, anything)
def test_any_payload_is_stored_or_accounted_for(kind: str, payload: Any) -> None:
    headers = {"content_type": SPAN_CONTAINER_TYPE} if kind == "span v2" else {}
    batch = Batch(1, time.time(), Clock(time.time()), FirstTimes(), event_id="e" * 32)
    bad = add_item(Item(kind.split(" ")[0], headers, json.dumps(payload).encode()), batch)
    assert bad is None or batch.dropped


FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "transaction": ("transaction", {"contexts": {"trace": {"trace_id": "a" * 32, "span_id": "b" * 16}}}),
    "span": ("span", {"trace_id": "a" * 32, "span_id": "b" * 16}),
    "session": ("session", {"sid": "s", "status": "ok", "attrs": {"release": "r"}}),
    "check_in": ("check_in", {"monitor_slug": "m", "status": "ok"}),
    "feedback": ("feedback", {"contexts": {"feedback": {"message": "m"}}}),
}
RECORDS: dict[str, dict[str, Any]] = {
    "log": {"body": "b"},
    "span": {"trace_id": "a" * 32, "span_id": "b" * 16},
    "trace_metric": {"name": "m", "type": "distribution", "value": 1},
}


@pytest.mark.parametrize(
    "odd", [None, [], {}, "text", True, -1, 1e308, 2**64, -(2**70), [None], {"a": {"b": 1}}], ids=repr
)
def test_the_engine_takes_every_row(project: ProjectClient, odd: Any) -> None:
    bodies = []
    for kind, fields in FIELDS.values():
        bodies += [item(kind, {**fields, key: odd}) for key in KEYS if key not in fields]
    records = {kind: [{**fields, key: odd} for key in KEYS if key not in fields] for kind, fields in RECORDS.items()}
    for kind, each in records.items():
        bodies.append(item(kind, {"items": each}, item_count=len(each)))
    bodies += [
        item("sessions", {"aggregates": [{"exited": odd, "started": odd, "did": odd}], "attrs": {"release": odd}})
    ]
    bodies += [item("event", error(event_id="e" * 32))]
    assert send(project, envelope(*bodies, event_id="e" * 32)).status_code == 200
    assert {reason for _, reason in outcomes(project)} <= {
        "invalid_shape",
        "missing_body",
        "missing_ids",
        "missing_field",
    }
    assert project.sql("SELECT count() AS n FROM logs")[0]["n"] > len(KEYS) // 2
    assert project.sql("SELECT count() AS n FROM spans")[0]["n"] > len(KEYS)
    assert project.sql("SELECT count() AS n FROM metric_points")[0]["n"] > len(KEYS) // 2
    assert project.sql("SELECT count() AS n FROM sessions")[0]["n"] >= 1
