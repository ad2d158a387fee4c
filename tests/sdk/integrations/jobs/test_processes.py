"""Processes of the application's own: `vedette.bind` carries the context to them."""

import pickle
import subprocess
import sys

import pytest

import vedette
from tests.sdk.integrations.jobs.conftest import HERE, Shop
from tests.sdk.integrations.jobs.shop import TRACE
from vedette.sdk.context import current
from vedette.testing import Capture


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("way", ["in_a_pool", "in_a_process"])
def test_one_context(shop: Shop, way: str, method: str) -> None:
    subprocess.run([sys.executable, "-m", f"{HERE}.process_shop", way, method], env=shop.env, check=True, timeout=60)
    columns = "trace_id, user_id, session_id, span_id, parent_span_id, resource['process.pid'] AS pid"
    rows = shop.project.sql(f"SELECT name, {columns} FROM spans")
    spans = {row.pop("name"): row for row in rows}
    assert len(rows) == len(spans)
    work, inner, request = spans["work"], spans["inner"], spans["POST /orders"]
    who = {"trace_id": TRACE, "user_id": "u1", "session_id": "sess-1"}
    assert all(who.items() <= span.items() for span in spans.values())
    assert work["parent_span_id"] == request["span_id"]
    assert inner["parent_span_id"] == work["span_id"]
    assert work["pid"] != request["pid"]
    [line] = shop.project.sql("SELECT trace_id, user_id, session_id, span_id FROM logs WHERE body = 'shipping'")
    [event] = shop.project.sql(
        "SELECT trace_id, user_id, session_id, span_id FROM events WHERE event = 'order_shipped'"
    )
    assert line == event == {**who, "span_id": inner["span_id"]}
    errors = shop.project.sql("SELECT value, trace_id, user_id, session_id, span_id FROM errors ORDER BY value")
    expected = [{"value": "handled", **who, "span_id": inner["span_id"]}]
    if way == "in_a_pool":
        expected.append({"value": "no money", **who, "span_id": spans["bank"]["span_id"]})
    assert errors == expected, "each once, though the second came back to the process that asked"


def user() -> str:
    return current().user_id


def test_a_bound_function_is_carried_as_it_was_bound(sent: Capture) -> None:
    with vedette.context(user="u1"):
        bound = vedette.bind(user)
    assert (user(), bound()) == ("", "u1")
    with vedette.context(user="u2"):
        assert pickle.loads(pickle.dumps(bound))() == "u1"
        assert user() == "u2"
