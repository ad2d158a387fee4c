"""From bytes on the wire to the list: OTLP and Sentry, whole and sampled."""

import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.trace import TraceState

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import trace_request
from tests.server.protocols.sentry.wire import envelope, item, send
from vedette.sdk.sampling import threshold, weighted

MS = 1_000_000


def send_otlp(project: ProjectClient, *spans: dict[str, Any], **resource: str) -> None:
    body = trace_request(*spans, resource=resource).SerializeToString()
    answer = project.post(
        "/v1/traces", body, content_type="application/x-protobuf", authorization=f"Bearer {project.key}"
    )
    assert answer.status_code == 200, answer.text


def span(number: int, name: str = "GET /", *, kind: int = 2, ms: int = 50, **more: Any) -> dict[str, Any]:
    start = time.time_ns() - 10_000 * MS
    return {
        "trace_id": number.to_bytes(16, "big"), "span_id": number.to_bytes(8, "big"), "name": name, "kind": kind,
        "start_time_unix_nano": start, "end_time_unix_nano": start + ms * MS, **more,
    }  # fmt: skip


def transaction(name: str, number: int, *, seconds: float = 0.05, **trace: Any) -> bytes:
    now = time.time() - 5
    ids = {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"}
    return item(
        "transaction",
        {
            "type": "transaction", "transaction": name, "start_timestamp": now - seconds, "timestamp": now,
            "contexts": {"trace": {"op": "http.server", "status": "ok", **ids, **trace}},
            "tags": {"service": "shop"}, "user": {"id": "ann"},
        },
    )  # fmt: skip


def listed(project: ProjectClient, **params: Any) -> dict[tuple[str, str], dict[str, Any]]:
    items = project.get("performance/transactions", **params)["items"]
    return {(one["service"], one["name"]): one for one in items}


def test_otlp(project: ProjectClient) -> None:
    send_otlp(
        project,
        span(1),
        span(2, ms=500, attributes={"http.response.status_code": 503, "http.request.method": "GET"}),
        span(3, "SELECT", kind=3, parent_span_id=(1).to_bytes(8, "big")),
        span(4, "orders process", kind=5, parent_span_id=(1).to_bytes(8, "big")),
        span(5, "GET /", trace_state="other=1,ot=rv:ff;th:8"),
        **{"service.name": "shop"},
    )
    found = listed(project, sort="name")
    assert set(found) == {("shop", "GET /"), ("shop", "orders process")}
    by_op = {one["op"]: one for one in project.get("performance/transactions", q="GET")["items"]}
    assert (by_op["server"]["count"], by_op["server"]["stored"], by_op["server"]["failed"]) == (3, 2, 0)
    assert (by_op["http.server"]["count"], by_op["http.server"]["failed"]) == (1, 1)
    assert found["shop", "orders process"]["op"] == "consumer"


def test_sentry_transactions_and_their_rate(project: ProjectClient) -> None:
    header = {"trace": {"trace_id": f"{1:032x}", "public_key": project.key, "sample_rate": "0.2"}}
    assert send(project, envelope(transaction("/orders", 1), **header)).status_code == 200
    stated = transaction("/orders", 2, status="not_found", data={"sentry.sample_rate": 0.5})
    assert send(project, envelope(stated)).status_code == 200
    assert send(project, envelope(transaction("/orders", 3, status="cancelled"))).status_code == 200
    one = listed(project)["shop", "/orders"]
    assert (one["count"], one["stored"], one["failed"], one["users"]) == (8, 3, 2, 1)


def test_sentry_spans_of_the_second_version(project: ProjectClient) -> None:
    now = time.time() - 5

    def record(number: int, **more: Any) -> dict[str, Any]:
        return {
            "trace_id": f"{9:032x}", "span_id": f"{number:016x}", "name": "load", "start_timestamp": now - 1,
            "end_timestamp": now, "attributes": {"service.name": {"value": "web", "type": "string"}}, **more,
        }  # fmt: skip

    stated = {
        "sentry.sample_rate": {"value": 0.1, "type": "double"},
        "service.name": {"value": "web", "type": "string"},
    }
    records = [
        record(1, is_segment=True, status="error"),
        record(2, is_segment=False, parent_span_id=f"{1:016x}"),
        record(3, is_segment=True, attributes=stated),
    ]
    payload = item("span", {"items": records}, item_count=3, content_type="application/vnd.sentry.items.span.v2+json")
    header = {"trace": {"trace_id": f"{9:032x}", "public_key": project.key, "sample_rate": "0.25"}}
    assert send(project, envelope(payload, **header)).status_code == 200
    one = listed(project)["web", "load"]
    assert (one["count"], one["stored"], one["failed"]) == (14, 2, 4)


def test_one_request_told_by_both(project: ProjectClient) -> None:
    """A caller's span is the parent of both: OpenTelemetry and Sentry's SDK in one process."""
    send_otlp(project, span(7, "GET /orders", parent_span_id=(77).to_bytes(8, "big")), **{"service.name": "shop"})
    told = transaction("/orders", 8, trace_id=f"{7:032x}", parent_span_id=f"{77:016x}")
    assert send(project, envelope(told, transaction("/else", 9))).status_code == 200
    assert set(listed(project)) == {("shop", "GET /orders"), ("shop", "/else")}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.lists(st.floats(1e-5, 1), min_size=1, max_size=20))
def test_any_share_that_our_sdk_keeps_is_weighed_as_what_it_was(project: ProjectClient, shares: list[float]) -> None:
    name = f"run {time.time_ns()}"
    states = [weighted(TraceState([("other", "x")]), threshold(share)).to_header() for share in shares]
    send_otlp(project, *(span(index + 1, name, trace_state=state) for index, state in enumerate(states)))
    [one] = project.get("performance/transactions", q=name)["items"]
    assert one["stored"] == len(shares)
    assert abs(one["count"] - sum(1 / share for share in shares)) <= 1e-5 * one["count"] + 1
