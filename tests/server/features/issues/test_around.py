"""What else happened around an occurrence: every signal that shares its trace, session or user."""

from typing import Any

from tests.server.reading import Reader, ago

EVENT = "e" * 32
UUIDS = [f"00000000-0000-0000-0000-00000000000{n}" for n in range(6)]


def crash(**more: Any) -> dict[str, Any]:
    return {"event_id": EVENT, "fingerprint": "a", "title": "T", "time": ago(600), **more}


def around(reader: Reader) -> Any:
    return reader.get(f"issues/a/events/{EVENT}/around")


def test_nothing_is_known(reader: Reader) -> None:
    reader.insert("errors", [crash()])
    assert around(reader) == {"trace": None, "logs": [], "person": None, "events": [], "errors": []}


def test_the_way_to_the_failing_span(reader: Reader) -> None:
    def span(id_: str, parent: str, seconds: float, **more: Any) -> dict[str, Any]:
        return {"trace_id": "t", "span_id": id_, "parent_span_id": parent, "name": id_, "time": ago(seconds), **more}

    reader.insert("errors", [crash(trace_id="t", span_id="c")])
    reader.insert("spans", [
        span("a", "", 602, duration_ns=3_000_000_000), span("b", "a", 601), span("c", "b", 600.5, status_code="error"),
        span("other", "a", 600.2, status_code="error"), {**span("x", "", 600), "trace_id": "another"},
    ])  # fmt: skip
    trace = around(reader)["trace"]
    assert [step["span_id"] for step in trace["path"]] == ["a", "b", "c"]
    assert (trace["span_count"], trace["error_count"], trace["duration_ns"]) == (4, 2, 3_000_000_000)
    assert trace["path"][0]["start_ns"] == 0 and 1.4e9 < trace["path"][2]["start_ns"] < 1.6e9


def test_without_its_span_the_innermost_failing_one(reader: Reader) -> None:
    reader.insert("errors", [crash(trace_id="t", span_id="missing")])
    spans = [("a", "", "error"), ("b", "a", "error"), ("c", "a", "ok")]
    reader.insert("spans", [
        {"trace_id": "t", "span_id": id_, "parent_span_id": parent, "status_code": status, "time": ago(600 - n)}
        for n, (id_, parent, status) in enumerate(spans)
    ])  # fmt: skip
    assert [step["span_id"] for step in around(reader)["trace"]["path"]] == ["a", "b"]


def test_parents_in_a_circle_end(reader: Reader) -> None:
    reader.insert("errors", [crash(trace_id="t", span_id="a")])
    reader.insert("spans", [
        {"trace_id": "t", "span_id": "a", "parent_span_id": "b", "time": ago(600)},
        {"trace_id": "t", "span_id": "b", "parent_span_id": "a", "time": ago(600)},
    ])  # fmt: skip
    assert len(around(reader)["trace"]["path"]) == 2


def test_logs_of_the_trace_nearest_to_it(reader: Reader) -> None:
    reader.insert("errors", [crash(trace_id="t")])
    reader.insert("logs", [{"trace_id": "t", "body": f"line {n}", "time": ago(700 - n)} for n in range(60)])
    reader.insert("logs", [{"trace_id": "u", "body": "other", "time": ago(600)}])
    assert [log["body"] for log in around(reader)["logs"]] == [f"line {n}" for n in range(30, 60)]


def test_the_user_what_they_did_and_what_else_they_met(reader: Reader) -> None:
    reader.insert("errors", [
        crash(user_id="ada", session_id="s1"),
        {"event_id": "1" * 32, "fingerprint": "b", "title": "Other", "user_id": "ada", "time": ago(900)},
        {"event_id": "2" * 32, "fingerprint": "c", "title": "In the session", "session_id": "s1", "time": ago(500)},
        {"event_id": "3" * 32, "fingerprint": "d", "title": "Someone's", "user_id": "bob", "time": ago(600)},
        {"event_id": "4" * 32, "fingerprint": "a", "title": "The same", "user_id": "ada", "time": ago(601)},
    ])  # fmt: skip
    reader.insert("events", [
        {"uuid": UUIDS[0], "event": "$pageview", "distinct_id": "anonymous", "time": ago(700), "current_url": "https://x/pay"},
        {"uuid": UUIDS[1], "event": "clicked pay", "distinct_id": "ada", "time": ago(601)},
        {"uuid": UUIDS[2], "event": "$exception", "distinct_id": "ada", "time": ago(600)},
        {"uuid": UUIDS[3], "event": "gave up", "distinct_id": "someone", "session_id": "s1", "time": ago(500)},
        {"uuid": UUIDS[4], "event": "elsewhere", "distinct_id": "bob", "time": ago(600)},
        {"uuid": UUIDS[5], "event": "long ago", "distinct_id": "ada", "time": ago(9000)},
    ])  # fmt: skip
    reader.insert(
        "identity_links",
        [{"distinct_id": "ada", "from_distinct_id": "anonymous", "kind": "identify", "uuid": UUIDS[0]}],
    )
    reader.insert(
        "person_updates", [{"distinct_id": "ada", "uuid": UUIDS[1], "is_identified": True, "set": {"plan": '"pro"'}}]
    )
    found = around(reader)
    assert found["person"]["person_id"] == "ada" and found["person"]["properties"] == {"plan": "pro"}
    assert found["person"]["distinct_ids"] == ["ada", "anonymous"]
    assert [event["event"] for event in found["events"]] == ["$pageview", "clicked pay", "gave up"]
    assert [one["title"] for one in found["errors"]] == ["In the session", "Other"]


def test_another_projects_event_is_not_there(reader: Reader) -> None:
    reader.insert("errors", [crash()])
    assert reader.request("GET", f"issues/a/events/{'1' * 32}/around").status_code == 404
    assert reader.new().request("GET", f"issues/a/events/{EVENT}/around").status_code == 404
