"""Rows of `spans` as protocols write them."""

from itertools import count
from typing import Any

from tests.server.reading import Row

MS = 1_000_000
NAME, SERVICE, OP = "POST /orders", "shop", "http.server"
_numbers = count(1)


def run(duration_ms: float = 100, **more: Any) -> Row:
    """One run of a transaction."""
    number = next(_numbers)
    return {
        "is_segment": True, "name": NAME, "service": SERVICE, "op": OP, "kind": "server", "source": "otlp",
        "duration_ns": round(duration_ms * MS), "trace_id": f"{number:032x}", "span_id": f"{number:016x}", **more,
    }  # fmt: skip


def child(of: Row, **more: Any) -> Row:
    """A span below another."""
    below = {"trace_id": of["trace_id"], "parent_span_id": of["span_id"], "is_segment": False, "kind": "internal"}
    return {**run(10, op="", name="work"), **below, **more}
