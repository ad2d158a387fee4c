"""The list of transactions: what is one, what it counts for, how it is sorted and found."""

from typing import Any

import pytest

from tests.server.features.performance.rows import MS, NAME, OP, SERVICE, child, run
from tests.server.reading import Reader, Row, ago


def listed(reader: Reader, **params: Any) -> list[Row]:
    items: list[Row] = reader.get("performance/transactions", **params)["items"]
    return items


def names(reader: Reader, **params: Any) -> list[str]:
    return [item["name"] for item in listed(reader, **params)]


def test_an_entry_span_is_a_transaction_and_its_children_are_not(reader: Reader) -> None:
    root = run()
    reader.insert("spans", [root, child(root, kind="client", op="db", name="SELECT")])
    [item] = listed(reader)
    assert (item["service"], item["name"], item["op"], item["count"], item["stored"]) == (SERVICE, NAME, OP, 1, 1)


@pytest.mark.parametrize("op", ["ui.webvital.lcp", "ui.interaction.click"])
def test_what_a_browser_measured_of_a_page_is_no_transaction(reader: Reader, op: str) -> None:
    reader.insert("spans", [run(op=op, source="sentry", kind="internal"), run(op="pageload", source="sentry")])
    assert [item["op"] for item in listed(reader)] == ["pageload"]


def test_without_an_op_the_kind_tells_them_apart(reader: Reader) -> None:
    reader.insert("spans", [run(op="", kind="consumer"), run(op="", kind="internal"), run(op="", kind="internal")])
    assert {item["op"]: item["count"] for item in listed(reader)} == {"consumer": 1, "internal": 2}


def test_counts_are_of_what_happened_and_percentiles_weigh_the_same(reader: Reader) -> None:
    tenth = {"trace_state": "ot=th:e6666666666666"}
    reader.insert("spans", [run(1000), *(run(10, **tenth) for _ in range(3))])
    [item] = listed(reader, since="-10m")
    assert (item["count"], item["stored"], item["sample_rate"]) == (31, 4, pytest.approx(4 / 31))
    assert item["per_minute"] == pytest.approx(3.1)
    assert item["p95_ns"] == pytest.approx(10 * MS, rel=0.001), "one slow run in 31 is not the 95th percentile"
    assert item["p99_ns"] == pytest.approx(1000 * MS, rel=0.001), "but it is the 99th"
    assert item["time_spent_ns"] == 1000 * MS + 30 * 10 * MS
    page = reader.get("performance/transactions")
    assert (page["count"], page["stored"], page["sample_rate"]) == (31, 4, pytest.approx(4 / 31))


def test_sentrys_rate_weighs_too(reader: Reader) -> None:
    quarter = run(source="sentry", attributes={"sentry.sample_rate": "0.25"})
    reader.insert("spans", [quarter, run(source="sentry", status_code="error")])
    [item] = listed(reader)
    assert (item["count"], item["failed"], item["failure_rate"]) == (5, 1, pytest.approx(0.2))


@pytest.mark.parametrize(
    ("span", "failed"),
    [
        ({"source": "otlp", "status_code": "error"}, 1),
        ({"source": "otlp", "status_code": "unset", "attributes": {"http.response.status_code": "503"}}, 1),
        ({"source": "otlp", "status_code": "unset", "attributes": {"http.status_code": "500"}}, 1),
        ({"source": "otlp", "status_code": "unset", "attributes": {"http.response.status_code": "404"}}, 0),
        ({"source": "sentry", "status_code": "error", "status_message": "not_found"}, 1),
        ({"source": "sentry", "status_code": "unset", "attributes": {"http.response.status_code": "500"}}, 0),
    ],
)
def test_what_has_failed(reader: Reader, span: Row, failed: int) -> None:
    reader.insert("spans", [run(**span)])
    assert listed(reader)[0]["failed"] == failed


def test_apdex_and_misery_by_the_projects_t_and_a_transactions_own(reader: Reader) -> None:
    durations = {"a": (100, 300, 301, 1200, 1201), "b": (100, 300, 301, 1200, 1201)}
    rows = [
        run(ms, name=name, user_id=f"u{index}") for name, each in durations.items() for index, ms in enumerate(each)
    ]
    reader.insert("spans", rows)
    before = {item["name"]: item for item in listed(reader)}
    assert (before["a"]["apdex"], before["a"]["apdex_ms"], before["a"]["miserable_users"]) == (0.6, 300, 1)
    own = {"service": SERVICE, "name": "b", "op": OP, "apdex_ms": 50}
    saved = reader.request("PUT", "performance/settings", json={"apdex_ms": 1200, "transactions": [own, own]})
    assert saved.json() == {"apdex_ms": 1200, "transactions": [own], "version": 1}
    after = {item["name"]: item for item in listed(reader)}
    assert (after["a"]["apdex"], after["a"]["apdex_ms"], after["a"]["miserable_users"]) == (0.9, 1200, 0)
    assert (after["b"]["apdex"], after["b"]["apdex_ms"], after["b"]["miserable_users"]) == (0.1, 50, 4)
    one = reader.get("performance/transaction", name="b", service=SERVICE)["now"]
    assert (one["apdex"], one["apdex_ms"]) == (0.1, 50)
    assert reader.get("performance/settings")["apdex_ms"] == 1200


def test_settings_are_checked_and_a_viewer_changes_none(reader: Reader) -> None:
    for body in ({"apdex_ms": 0}, {"apdex_m": 3}, {"transactions": [{"apdex_ms": 10}]}):
        assert reader.request("PUT", "performance/settings", json=body).status_code == 400
    assert reader.request("PUT", "performance/settings", json={"apdex_ms": 10, "version": 7}).status_code == 409
    viewer = reader.new("viewer", project_id=reader.project_id)
    assert viewer.request("PUT", "performance/settings", json={"apdex_ms": 10}).status_code == 403


def test_every_sort_and_pages_of_it(reader: Reader) -> None:
    rows = [run(10 * (index + 1), name=f"t{index}", user_id=f"u{index}") for index in range(7)]
    rows += [
        run(1, name="t0", status_code="error"),
        run(20, name="t3", time=ago(5000)),
        run(1, name="t6", time=ago(5000)),
    ]
    reader.insert("spans", rows)
    assert names(reader)[0] == "t6"
    assert names(reader, sort="p50")[-1] == "t6"
    assert names(reader, sort="-failure_rate")[0] == "t0"
    assert names(reader, sort="name") == [f"t{index}" for index in range(7)]
    assert names(reader, sort="-change")[:2] == ["t6", "t3"], "those that did not run before come last"
    for sort in (
        "time_spent",
        "-count",
        "throughput",
        "apdex",
        "-users",
        "misery",
        "service",
        "op",
        "-p75",
        "p95",
        "p99",
    ):
        assert len(names(reader, sort=sort)) == 7
    for sort in ("name", "-change"):
        pages, cursor = [], None
        while True:
            page = reader.get("performance/transactions", sort=sort, limit=3, **({"cursor": cursor} if cursor else {}))
            assert page["transactions"] == 7
            pages += [item["name"] for item in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert pages == names(reader, sort=sort)
    assert reader.request("GET", "performance/transactions", params={"sort": "spent_ns; DROP"}).status_code == 400


def test_search_and_the_top_bars_filters(reader: Reader) -> None:
    reader.insert(
        "spans",
        [
            run(name="GET /orders/{id}", environment="prod", release="a@1"),
            run(name="GET /users", service="identity", environment="test"),
            run(name="send mail", service="the jobs", op="queue.task"),
        ],
    )
    assert names(reader, q="ORDERS") == ["GET /orders/{id}"]
    assert names(reader, q="service:identity") == ["GET /users"]
    assert names(reader, q='service:"the jobs" mail') == ["send mail"]
    assert names(reader, q="service:identity mail") == []
    assert names(reader, q="op:queue.task") == ["send mail"]
    assert names(reader, q="GET /users") == ["GET /users"]
    assert names(reader, environment="prod") == names(reader, release="a@1") == ["GET /orders/{id}"]
    assert names(reader, q="env:test") == ["GET /users"]
    assert names(reader, filter="transaction_op=queue.task") == ["send mail"]
    empty = reader.get("performance/transactions", q="nothing")
    assert empty == {
        "items": [], "transactions": 0, "count": 0, "stored": 0, "sample_rate": 1.0, "time_spent_ns": 0,
        "next_cursor": None,
    }  # fmt: skip


def test_a_request_that_two_protocols_told_counts_once(reader: Reader) -> None:
    otlp = run(100, parent_span_id="aa")
    twin = run(101, name="/orders", source="sentry", service="", trace_id=otlp["trace_id"], parent_span_id="aa")
    other_service = run(5, name="pay", source="sentry", service="pay", trace_id=otlp["trace_id"], parent_span_id="aa")
    other_trace = run(7, name="alone", source="sentry", service="")
    reader.insert("spans", [otlp, twin, other_service, other_trace])
    assert sorted(names(reader)) == ["POST /orders", "alone", "pay"]
    assert reader.get("performance/transaction", name="/orders")["now"] is None
    assert reader.get("performance/transaction", name="alone")["now"]["count"] == 1
    trend = reader.get("performance/trends", of="", name="/orders", op=OP)["items"][0]
    assert sum(trend["per_minute"]) == 0
    assert names(reader, filter="source=sentry", q="orders") == ["/orders"], "what is not looked at hides nothing"


def test_trends_and_the_range_before(reader: Reader) -> None:
    reader.insert("spans", [run(100), run(100, name="b"), *(run(50, time=ago(4000)) for _ in range(2))])
    answer = reader.get("performance/trends", since="-1h", of=[SERVICE, SERVICE], name=[NAME, "none"], op=[OP, OP])
    one, none = answer["items"]
    assert len(one["per_minute"]) == len(one["p95_ns"]) == len(answer["times"])
    assert [value for value in one["p95_ns"] if value] == [pytest.approx(100 * MS, rel=0.001)]
    assert one["previous"] == {
        "count": 2,
        "per_minute": pytest.approx(2 / 60),
        "failure_rate": 0,
        "p95_ns": pytest.approx(50 * MS, rel=0.001),
    }
    assert (set(none["per_minute"]), none["previous"]) == ({0.0}, None)
    assert reader.get("performance/trends")["items"] == []
    assert reader.request("GET", "performance/trends", params={"of": "a"}).status_code == 400
