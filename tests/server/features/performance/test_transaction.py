"""One transaction: over time, how it ended, where its time goes, what its slow ones share, whom it met."""

from typing import Any

import pytest

from tests.server.features.performance.rows import MS, NAME, OP, SERVICE, child, run
from tests.server.reading import Reader, ago

OF = {"name": NAME, "service": SERVICE, "op": OP}


def about(reader: Reader, what: str = "", **params: Any) -> Any:
    return reader.get(f"performance/transaction{what}", **{**OF, **params})


def test_now_and_before_over_time_by_release_and_by_status(reader: Reader) -> None:
    old = [run(100, time=ago(4000), release="a@1") for _ in range(2)]
    now = [run(200, release="a@1", attributes={"http.response.status_code": "200"}) for _ in range(3)]
    bad = {"status_code": "error", "status_message": "declined", "attributes": {"http.response.status_code": "500"}}
    reader.insert("spans", [*old, *now, run(800, time=ago(30), release="a@2", **bad), run(1, name="other")])
    found = about(reader, since="-1h", buckets=6)
    assert (found["now"]["count"], found["now"]["failed"], found["previous"]["count"]) == (4, 1, 2)
    assert sum(one["count"] for one in found["buckets"]) == 4
    assert sum(one["failed"] for one in found["buckets"]) == 1
    assert {one["p50_ns"] is None for one in found["buckets"] if one["count"] == 0} == {True}
    assert [
        (one["http_status_code"], one["status_message"], one["failed"], one["count"]) for one in found["statuses"]
    ] == [
        (500, "declined", True, 1),
        (200, "", False, 3),
    ]
    assert [(one["release"], one["count"], one["failure_rate"]) for one in found["releases"]] == [
        ("a@2", 1, 1),
        ("a@1", 3, 0),
    ]
    assert [one["began"] == one["first_time"] for one in found["releases"]] == [True, True], "both in the range"
    reader.insert("errors", [{"event_id": "e", "fingerprint": "f", "release": "a@1", "time": ago(9000)}])
    a2, a1 = about(reader, since="-1h")["releases"]
    assert (a1["began"] < a1["first_time"], a2["began"]) == (True, a2["first_time"]), "since when it is known at all"


def test_a_buckets_rate_is_of_the_time_it_covers(reader: Reader) -> None:
    reader.insert("spans", [run(1, time="2026-01-01T00:09:30Z")])
    found = about(reader, since="2026-01-01T00:09:00Z", until="2026-01-01T00:10:00Z", buckets=1)
    assert [one["per_minute"] for one in found["buckets"]] == [1.0]
    found = about(reader, since="2026-01-01T00:00:30Z", until="2026-01-01T00:09:40Z", buckets=5)
    assert found["bucket_seconds"] == 120
    assert [one["per_minute"] for one in found["buckets"]] == [0, 0, 0, 0, pytest.approx(0.6)]


def test_durations_are_classes_that_meet(reader: Reader) -> None:
    reader.insert("spans", [run(0), run(1), run(1.1), run(100), run(100, status_code="error")])
    classes = about(reader)["durations"]
    assert sum(one["count"] for one in classes) == 5
    for one in classes:
        span = {"min_duration_ms": one["from_ns"] / MS, "filter": f"duration_ns<{one['to_ns']}"}
        assert len(reader.get("spans", **span)["items"]) == one["stored"], "a bar is the spans that its link finds"
    assert max(classes, key=lambda one: one["from_ns"])["failed"] == 1


def test_examples(reader: Reader) -> None:
    spans = [run(ms) for ms in range(10, 40)] + [run(5, status_code="error"), run(900)]
    reader.insert("spans", spans)
    found = about(reader, "/examples")
    assert found["slowest"][0]["duration_ns"] == 900 * MS
    assert [one["trace_id"] for one in found["failed"]] == [spans[-2]["trace_id"]]
    assert {abs(one["duration_ns"] - 25 * MS) <= 4 * MS for one in found["typical"]} == {True}
    assert len(found["slowest"]) == len(found["typical"]) == 6


def test_where_the_time_goes(reader: Reader) -> None:
    when = ago(100)
    root = run(100, time=when)
    query = child(root, name="SELECT orders", op="db", duration_ns=60 * MS, time=when)
    inner = child(query, name="connect", duration_ns=10 * MS, time=when)
    stranger = {**run(5000, time=when), "trace_id": root["trace_id"], "name": "another root of the trace"}
    reader.insert("spans", [root, query, inner, stranger])
    found = about(reader, "/breakdown")
    assert (found["sampled"], found["spans"], found["duration_ns"], found["own_ns"]) == (1, 3, 100 * MS, 100 * MS)
    assert [(one["category"], one["name"], one["own_ns"]) for one in found["parts"]] == [
        ("db", "SELECT orders", 50 * MS),
        ("app", NAME, 40 * MS),
        ("app", "connect", 10 * MS),
    ]


def test_children_that_come_late_are_seen_by_who_asks_later(reader: Reader) -> None:
    root = run(100)
    reader.insert("spans", [root])
    assert [one["name"] for one in about(reader, "/breakdown")["parts"]] == [NAME]
    reader.insert("spans", [child(root, name="late", duration_ns=99 * MS)])
    assert {one["name"] for one in about(reader, "/breakdown")["parts"]} == {NAME, "late"}


def test_what_slow_ones_share(reader: Reader) -> None:
    def made(ms: float, browser: str, number: int) -> Any:
        return run(ms, attributes={"browser.name": browser, "user.id": browser, "request": str(number)})

    usual = [made(10 + number / 1000, ("a", "b", "c")[number % 3], number) for number in range(180)]
    reader.insert("spans", [*usual, *(made(900, "slow one", number) for number in range(20))])
    found = about(reader, "/facets")
    assert (found["sampled"], found["slow"], found["slow_from_ns"]) == (200, 20, 900 * MS)
    [item] = found["items"]
    assert (item["field"], item["value"], item["slow"], item["count"]) == (
        "attributes.browser.name",
        "slow one",
        20,
        20,
    )
    assert (item["lift"], item["slow_share"], item["share"]) == (10, 1, 0.1)
    narrowed = about(reader, filter=f"{item['field']}={item['value']}")
    assert narrowed["now"]["count"] == 20


def test_nothing_in_common_is_nothing(reader: Reader) -> None:
    assert about(reader, "/facets") == {"sampled": 0, "slow": 0, "slow_from_ns": None, "items": []}
    reader.insert("spans", [run(number, attributes={"coin": str(number % 2)}) for number in range(1, 101)])
    assert about(reader, "/facets")["items"] == []


def test_issues_and_users(reader: Reader) -> None:
    slow, failed = run(2000, user_id="ann"), run(10, user_id="ben", status_code="error")
    reader.insert("spans", [slow, failed, run(10, user_id="cy"), run(10, user_id="cy")])
    reader.insert(
        "errors",
        [
            {"event_id": "e1", "fingerprint": "in its trace", "trace_id": failed["trace_id"], "title": "Boom"},
            {"event_id": "e2", "fingerprint": "named", "transaction": NAME, "service": SERVICE},
            {"event_id": "e3", "fingerprint": "of another service", "transaction": NAME, "service": "other"},
            {"event_id": "e5", "fingerprint": "a finding", "category": "performance", "trace_id": slow["trace_id"]},
            {"event_id": "e4", "fingerprint": "of another", "transaction": "other", "service": SERVICE},
        ],
    )
    found = about(reader, "/impact")
    assert {one["fingerprint"] for one in found["issues"]} == {"in its trace", "named", "a finding"}
    assert [(one["user_id"], one["failed"], one["kept_waiting"]) for one in found["users"]] == [
        ("ann", 0, 1),
        ("ben", 1, 0),
    ]


def test_without_an_op_it_is_the_one_that_takes_the_most_time(reader: Reader) -> None:
    reader.insert("spans", [run(5), run(500, op="queue.task"), run(5, service="")])
    found = reader.get("performance/transaction", name=NAME, service=SERVICE)
    assert (found["now"]["op"], found["now"]["count"]) == ("queue.task", 1)
    assert reader.get("performance/transaction", name=NAME)["now"]["service"] == ""


def test_one_that_did_not_run(reader: Reader) -> None:
    found = about(reader, buckets=3)
    assert (found["now"], found["previous"], found["durations"], found["releases"]) == (None, None, [], [])
    assert about(reader, "/breakdown")["parts"] == []
    assert about(reader, "/examples") == {"slowest": [], "typical": [], "failed": []}
    assert about(reader, "/impact") == {"issues": [], "users": []}
