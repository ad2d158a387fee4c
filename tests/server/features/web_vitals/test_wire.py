"""What SDKs send → the page's numbers: bytes in, answers out."""

import json
import time
from typing import Any

import httpx

from tests.conftest import ProjectClient
from tests.server.features.web_vitals.test_web_vitals import CHROME, IPHONE, of
from tests.server.protocols.sentry.wire import envelope, item, send

TRACE, LOAD, OTHER = "a" * 32, "1" * 16, "2" * 16
SAMPLED = {"trace_id": TRACE, "sample_rate": "0.25", "sampled": "true", "public_key": "k"}


def vital(name: str, value: float, unit: str = "millisecond") -> dict[str, Any]:
    return {name: {"value": value, "unit": unit}}


def test_a_transaction_and_a_standalone_span(project: ProjectClient) -> None:
    """Versions 8 to 10 of Sentry's browser SDK."""
    now = time.time()
    transaction = {
        "type": "transaction",
        "transaction": "/users/:id",
        "transaction_info": {"source": "route"},
        "start_timestamp": now - 2,
        "timestamp": now,
        "release": "web@1",
        "platform": "javascript",
        "contexts": {"trace": {"trace_id": TRACE, "span_id": LOAD, "op": "pageload"}},
        "measurements": vital("lcp", 3100.5) | vital("fcp", 900) | vital("ttfb", 120) | vital("cls", 0.3, ""),
        "request": {"url": "https://shop.test/users/7?token=x", "headers": {"User-Agent": IPHONE}},
        "user": {"id": "u1", "geo": {"country_code": "NO"}},
        "tags": {"session.id": "s1"},
    }
    interaction = {
        "trace_id": TRACE,
        "span_id": OTHER,
        "segment_id": OTHER,
        "is_segment": True,
        "op": "ui.interaction.click",
        "description": "body > button.pay",
        "origin": "auto.http.browser.inp",
        "start_timestamp": now - 1,
        "timestamp": now,
        "measurements": vital("inp", 260),
        "data": {"transaction": "/users/:id", "user_agent.original": IPHONE, "release": "web@1"},
    }
    sent = envelope(item("transaction", transaction), trace=SAMPLED)
    assert send(project, sent).status_code == 200
    assert send(project, envelope(item("span", interaction), trace=SAMPLED)).status_code == 200
    answer = project.get("web-vitals", release="web@1")
    assert {one["metric"]: (one["p75"], one["count"], one["loads"]) for one in answer["vitals"]} == {
        "lcp": (3100, 1, 4), "inp": (260, 1, 4), "cls": (0.3, 1, 4), "fcp": (900, 1, 4), "ttfb": (120, 1, 4)
    }  # fmt: skip
    [lcp] = project.get("web-vitals/examples", metric="lcp")["items"]
    assert (lcp["page"], lcp["browser"], lcp["country"]) == ("/users/:id", "Mobile Safari", "NO")
    assert (lcp["trace_id"], lcp["session_id"], lcp["user_id"]) == (TRACE, "s1", "u1")
    [inp] = project.get("web-vitals/examples", metric="inp")["items"]
    assert (inp["page"], inp["span_id"], inp["device"]) == ("/users/:id", OTHER, "Mobile")
    assert project.get(f"traces/{lcp['trace_id']}")["span_count"] == 2


def test_span_containers_that_come_late(project: ProjectClient) -> None:
    """Version 11: the load's own span comes after LCP; INP comes when the page is left."""
    now = time.time()

    def span(span_id: str, op: str, **attributes: Any) -> bytes:
        named = {"sentry.op": op, "sentry.segment.name": "Pageload", "sentry.segment.id": LOAD, **attributes}
        record = {
            "trace_id": TRACE,
            "span_id": span_id,
            "name": op,
            "status": "ok",
            "is_segment": span_id == LOAD,
            "start_timestamp": now - 3,
            "end_timestamp": now - 2,
            "attributes": {key: {"value": value, "type": "string"} for key, value in named.items()},
        }
        headers = {"item_count": 1, "content_type": "application/vnd.sentry.items.span.v2+json"}
        return envelope(item("span", {"items": [record]}, **headers))

    lcp = {"browser.web_vital.lcp.value": 2400.25, "browser.web_vital.lcp.element": "main > img"}
    load = {"url.path": "/orders/99", "sentry.segment.name.source": "url", "user_agent.original": CHROME}
    load |= {"browser.web_vital.fcp.value": 700, "browser.web_vital.ttfb.value": 50.5, "sentry.sample_rate": 0.5}
    for body in (
        span("3" * 16, "ui.webvital.lcp", **lcp),
        span(LOAD, "pageload", **load),
        span("4" * 16, "ui.interaction.press", **{"browser.web_vital.inp.value": 40}),
    ):
        assert send(project, body).status_code == 200
    answer = project.get("web-vitals")
    assert {one["metric"]: (one["p75"], one["loads"]) for one in answer["vitals"] if one["count"]} == {
        "lcp": (2400, 2), "inp": (40, 2), "fcp": (700, 2), "ttfb": (50, 2)
    }  # fmt: skip
    [example] = project.get("web-vitals/examples", metric="lcp")["items"]
    assert (example["page"], example["browser"], example["element"]) == ("/orders/:id", "Chrome", "main > img")
    assert project.sql("SELECT measurements FROM spans WHERE op = 'pageload'") == [
        {"measurements": {"fcp": 700, "ttfb": 50.5}}
    ]


def test_posthogs_event_sent_twice(project: ProjectClient) -> None:
    properties = {
        "token": project.key,
        "distinct_id": "p1",
        "$session_id": "s1",
        "$current_url": "https://shop.test/cart/5#top",
        "$browser": "Chrome iOS",
        "$device_type": "Mobile",
        "$web_vitals_INP_value": 510,
        "$web_vitals_INP_event": {"name": "INP", "id": "v6-1", "attribution": {"interactionTarget": "#buy"}},
        "$sample_type": ["sampleByEvent"],
        "$sample_threshold": 0.5,
    }
    event = {"uuid": "0199d3a0-0000-7000-8000-000000000001", "event": "$web_vitals", "properties": properties}
    body = json.dumps({"api_key": project.key, "batch": [event | {"timestamp": f"{_iso(10)}Z"}]}).encode()
    for _ in range(2):
        assert project.post("/e/", body, content_type="application/json").status_code == 200
    inp = of(project.get("web-vitals"), "inp")
    assert (inp["count"], inp["loads"], inp["poor"]) == (1, 2, 2)
    [example] = project.get("web-vitals/examples", metric="inp")["items"]
    assert (example["page"], example["element"], example["browser"]) == ("/cart/:id", "#buy", "Chrome iOS")


def test_opentelemetrys_event_with_a_body_of_fields(project: ProjectClient) -> None:
    body = {"name": "cls", "value": 0.31, "delta": 0.31, "id": "v5-7"}
    fields = [{"key": key, "value": _any(value)} for key, value in body.items()]
    attributes = {"url.full": "https://shop.test/a/1?x", "session.id": "s9", "user_agent.original": CHROME}
    record = {
        "timeUnixNano": str(time.time_ns() - 10**9),
        "eventName": "browser.web_vital",
        "body": {"kvlistValue": {"values": fields}},
        "attributes": [{"key": key, "value": _any(value)} for key, value in attributes.items()],
    }
    resource = {"attributes": [{"key": "service.name", "value": _any("web")}]}
    logs = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]}
    answer = httpx.post(
        f"{project.server.url}/v1/logs", json=logs, headers={"authorization": f"Bearer {project.key}"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    found = project.get("web-vitals", service="web")
    assert (found["source"], of(found, "cls")["p75"], of(found, "cls")["rating"]) == ("otlp", 0.31, "poor")
    [example] = project.get("web-vitals/examples", metric="cls")["items"]
    assert (example["page"], example["session_id"], example["os"]) == ("/a/:id", "s9", "Linux")


def _any(value: Any) -> dict[str, Any]:
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - seconds))
