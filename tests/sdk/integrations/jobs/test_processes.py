"""Processes of the application's own: `vedette.bind` carries the context to them."""

import pickle
import subprocess
import sys
from typing import Any

import pytest

import vedette
from tests.sdk.integrations.jobs.conftest import HERE, Shop
from tests.sdk.integrations.jobs.shop import TRACE
from vedette.sdk.context import current
from vedette.testing import Capture


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_one_context(shop: Shop, method: str) -> None:
    """Of what a pool's process did, and a process of its own: in the trace, and for the user, of who asked."""
    subprocess.run([sys.executable, "-m", f"{HERE}.process_shop", method], env=shop.env, check=True, timeout=60)
    columns = "name, trace_id, user_id, session_id, span_id, parent_span_id, resource['process.pid'] AS pid"
    spans: dict[str, list[Any]] = {}
    who = {"trace_id": TRACE, "user_id": "u1", "session_id": "sess-1"}
    for row in shop.project.sql(f"SELECT {columns} FROM spans ORDER BY time"):
        spans.setdefault(row["name"], []).append(row)
        assert who.items() <= row.items()
    [bank] = spans["bank"]
    for request, work, inner in zip(spans["POST /orders"], spans["work"], spans["inner"], strict=True):
        assert work["parent_span_id"] == request["span_id"]
        assert inner["parent_span_id"] == work["span_id"]
        assert work["pid"] != request["pid"]
    within = [{**who, "span_id": inner["span_id"]} for inner in spans["inner"]]
    ids = "trace_id, user_id, session_id, span_id"
    assert shop.project.sql(f"SELECT {ids} FROM logs WHERE body = 'shipping' ORDER BY time") == within
    assert shop.project.sql(f"SELECT {ids} FROM events WHERE event = 'order_shipped' ORDER BY time") == within
    errors = shop.project.sql(f"SELECT value, {ids} FROM errors ORDER BY value, time")
    assert errors == [
        *({"value": "handled", **each} for each in within),
        {"value": "no money", **who, "span_id": bank["span_id"]},  # once, though it came back to who asked
    ]


def user() -> str:
    return current().user_id


def test_a_bound_function_is_carried_as_it_was_bound(sent: Capture) -> None:
    with vedette.context(user="u1"):
        bound = vedette.bind(user)
    assert (user(), bound()) == ("", "u1")
    with vedette.context(user="u2"):
        assert pickle.loads(pickle.dumps(bound))() == "u1"
        assert user() == "u2"
