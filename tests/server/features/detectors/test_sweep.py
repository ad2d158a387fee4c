"""Spans in, issues out: what is looked at when, what becomes of late spans, restarts and hot endpoints."""

import pytest

from tests.server.features.detectors.conftest import SECOND, Row, Traces
from vedette.server.features.detectors.shapes import State
from vedette.server.features.detectors.sweep import Sweeps
from vedette.server.features.rules import documents
from vedette.server.http.access import Services


def test_equal_queries_under_one_span_are_one_issue_with_the_spans(traces: Traces) -> None:
    traces.send(traces.request(user_id="ada", release="1.2", environment="production"), *traces.queries(6))
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    assert issue["title"] == "N+1 queries: SELECT * FROM items WHERE order_id = ?"
    assert (issue["type"], issue["category"], issue["culprit"]) == ("N+1 queries", "performance", "GET /orders")
    assert (issue["level"], issue["count"], issue["users"], issue["services"]) == ("warning", 1, 1, ["shop"])
    assert (issue["status"], issue["first_release"], issue["handled"]) == ("unresolved", "1.2", None)
    (event,) = traces.events(issue["id"])
    assert (event["trace_id"], event["span_id"], event["source"]) == ("ab" * 16, "1".zfill(16), "vedette")
    assert (event["transaction"], event["environment"], event["user_id"]) == ("GET /orders", "production", "ada")
    found = traces.evidence(issue["id"])
    assert (found["detector"], found["count"]) == ("n_plus_one_db", 6)
    assert (found["total_ns"], found["savable_ns"]) == (150_000_000, 125_000_000)
    assert [one["span_id"][-2:] for one in found["spans"]] == ["10", "11", "12", "13", "14", "15"]
    assert found["parent"]["name"] == "GET /orders"
    detail = traces.reader.get(f"issues/{issue['id']}/events/latest")["event"]
    assert detail["grouping"]["by"] == "detector"
    assert detail["grouping"]["fingerprint"] == [
        "n_plus_one_db", "GET /orders", "SELECT * FROM items WHERE order_id = ?",
    ]  # fmt: skip
    assert detail["frames"] == []


def test_values_are_nowhere_in_what_is_stored(traces: Traces) -> None:
    spans = [
        traces.query(str(n), f"SELECT * FROM users WHERE email = 'ada{n}@example.com'", at_ms=n * 30, ms=30)
        for n in range(10, 16)
    ]
    traces.send(traces.request(), *spans)
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    event = traces.reader.get(f"issues/{issue['id']}/events/latest")["event"]
    assert "ada1" not in str(event)
    assert "email = ?" in str(event)


@pytest.mark.parametrize(
    ("count", "ms"),
    [(4, 90), (6, 10)],
    ids=["too few", "too fast"],
)
def test_what_stays_below_a_threshold_is_nothing(traces: Traces, count: int, ms: float) -> None:
    traces.send(traces.request(), *traces.queries(count, ms=ms))
    state = traces.reader.get("detectors")
    assert traces.sweep() == 0
    assert traces.issues() == []
    assert state["status"]["until"] is None
    assert traces.reader.get("detectors")["status"]["spans"] == count + 1


def test_a_trace_is_waited_for_while_its_calls_come(traces: Traces) -> None:
    traces.send(traces.request(), *traces.queries(5))
    traces.wait(8)
    traces.send(*traces.queries(5, first=20))
    assert traces.sweep(4) == 0, "the last call came four seconds ago"
    assert traces.sweep(2) == 1
    assert traces.evidence(traces.issues()[0]["id"])["count"] == 10


def test_children_that_come_minutes_later_make_the_finding_more_and_no_second_one(traces: Traces) -> None:
    traces.send(traces.request(), *traces.queries(5, first=20))
    assert traces.sweep() == 1
    (before,) = traces.issues()
    traces.wait(400)
    traces.send(*traces.queries(4, first=10))  # which began before those that came first
    assert traces.sweep() == 1
    (after,) = traces.issues()
    assert (after["id"], after["count"]) == (before["id"], 1)
    assert [one["event_id"] for one in traces.events(after["id"])] == [before["last_event_id"]]
    found = traces.evidence(after["id"])
    assert (found["count"], found["spans"][0]["span_id"][-2:]) == (9, "10")
    assert traces.reader.get(f"issues/{after['id']}/met")["traces"] == 1


def test_children_that_come_late_can_make_it_a_finding(traces: Traces) -> None:
    traces.send(traces.request(), *traces.queries(3))
    assert traces.sweep() == 0
    traces.wait(600)
    traces.send(*traces.queries(3, first=20))
    assert traces.sweep() == 1
    assert traces.evidence(traces.issues()[0]["id"])["count"] == 6


def test_the_parent_may_come_last(traces: Traces) -> None:
    traces.send(*traces.queries(6))
    assert traces.sweep() == 0
    assert traces.reader.get("detectors")["status"]["waiting"] == 1
    traces.wait(120)
    traces.send(traces.request())
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    assert (issue["culprit"], issue["count"]) == ("GET /orders", 1)
    assert traces.reader.get("detectors")["status"]["waiting"] == 0
    assert traces.sweep(600) == 0


def test_a_parent_that_never_comes_is_not_waited_for_for_ever(traces: Traces) -> None:
    traces.send(*traces.queries(6))
    assert traces.sweep() == 0
    assert traces.sweep(200) == 0
    assert traces.sweep(200) == 1
    (issue,) = traces.issues()
    assert (issue["culprit"], issue["type"]) == ("", "N+1 queries")
    traces.wait(60)
    traces.send(traces.request())  # it does after all
    assert traces.sweep() == 1
    (same,) = traces.issues()
    assert (same["id"], same["count"]) == (issue["id"], 1)
    assert traces.evidence(same["id"])["parent"]["name"] == "GET /orders"


def test_the_name_is_that_of_the_entry_above(traces: Traces) -> None:
    traces.send(
        traces.request(name="GET /orders/8123"),
        traces.span("2", "1", name="render"),
        *traces.queries(6, parent="2"),
    )
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    assert issue["culprit"] == "GET /orders/*"
    assert traces.evidence(issue["id"])["parent"]["name"] == "render"


def test_a_window_is_looked_at_once_and_one_that_was_not_stored_again(traces: Traces) -> None:
    traces.send(traces.request(), *traces.queries(6))
    assert traces.sweep() == 1
    assert traces.sweep() == 0
    until = traces.reader.get("detectors")["status"]["until"]
    with traces.reader.metadata.session() as session:  # the server ended before it wrote down how far it was
        documents.save(session, traces.reader.project_id, "detector_state", State(), instead_of=None)
    assert traces.sweep() == 1
    assert traces.reader.get("detectors")["status"]["until"] > until
    (issue,) = traces.issues()
    assert issue["count"] == 1
    assert len(traces.events(issue["id"])) == 1
    assert traces.reader.get(f"issues/{issue['id']}/met") == {"traces": 1, "rows": 1, "most_rows_an_hour": 20}


def test_what_comes_while_the_server_is_away_is_looked_at_when_it_is_back(traces: Traces) -> None:
    traces.send(traces.span("9", trace_id="00" * 16))
    traces.sweep()
    traces.wait(60)
    traces.send(traces.request(), *traces.queries(6))
    assert traces.sweep(3000) == 1


def test_a_trace_sent_twice_counts_its_spans_once(traces: Traces) -> None:
    rows = [traces.request(), *traces.queries(3)]
    traces.send(*rows)
    traces.send(*rows)
    assert traces.sweep() == 0


def test_a_hot_endpoint_has_few_rows_and_an_honest_count(traces: Traces) -> None:
    def trace(number: int) -> list[Row]:
        rows = [traces.request(), *traces.queries(5)]
        return [{**row, "trace_id": f"{number:032x}"} for row in rows]

    traces.send(*(row for number in range(1, 51) for row in trace(number)))
    assert traces.sweep() == 20
    (issue,) = traces.issues()
    assert issue["count"] == 20
    assert traces.reader.get(f"issues/{issue['id']}/met") == {"traces": 50, "rows": 20, "most_rows_an_hour": 20}
    status = traces.reader.get("detectors")["status"]
    assert (status["candidates"], status["examined"], status["found"], status["written"]) == (50, 50, 50, 20)
    traces.send(*(row for number in range(41, 61) for row in trace(number)))  # half of them again
    assert traces.sweep() <= 20
    assert traces.reader.get(f"issues/{issue['id']}/met")["traces"] == 60
    assert traces.issues()[0]["count"] == 20


def test_what_is_more_than_one_sweep_takes_is_said(traces: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.server.features.detectors.sweep.MOST_TRACES", 3)
    for number in range(1, 6):
        rows = [traces.request(), *traces.queries(5, ms=25 + number)]
        traces.send(*({**row, "trace_id": f"{number:032x}"} for row in rows))
    assert traces.sweep() == 3
    status = traces.reader.get("detectors")["status"]
    assert (status["examined"], status["candidates"]) == (3, 5)
    kept = {event["trace_id"] for event in traces.events(traces.issues()[0]["id"])}
    assert kept == {f"{number:032x}" for number in (3, 4, 5)}, "those that lose most"


def test_discarded_issues_do_not_come_back(traces: Traces) -> None:
    traces.send(traces.request(), *traces.queries(6))
    traces.sweep()
    (issue,) = traces.issues()
    traces.reader.request("POST", "issues/delete", json={"ids": [issue["id"]], "discard": True})
    rows = [traces.request(), *traces.queries(6)]
    traces.send(*({**row, "trace_id": "cd" * 16} for row in rows))
    assert traces.sweep() == 0
    assert traces.issues() == []
    assert traces.reader.get("detectors")["status"]["discarded"] == 1


def test_projects_are_apart(traces: Traces) -> None:
    other = Traces(traces.reader.new(), traces.start_ns, traces.now_ns)
    other.send(other.request(), *other.queries(3))
    traces.send(traces.request(), *traces.queries(3, first=30))
    assert traces.sweep() == 0


def test_sweeps_in_a_row_look_at_projects_that_received_something(traces: Traces) -> None:
    quiet = Traces(traces.reader.new(), traces.start_ns, traces.now_ns)
    traces.send(traces.request(), *traces.queries(6))

    async def sweeps(services: Services) -> list[int]:
        going = Sweeps(services)
        found = [await going.sweep(now_ns=traces.now_ns + 20 * SECOND)]
        later = Traces(traces.reader, traces.start_ns, traces.now_ns + 25 * SECOND)
        later.send(*({**row, "trace_id": "cd" * 16} for row in (later.request(), *later.queries(6))))
        for seconds in (40, 60, 1000):  # after a while in which there was nothing
            found.append(await going.sweep(now_ns=traces.now_ns + seconds * SECOND))
        last = Traces(traces.reader, traces.start_ns, traces.now_ns + 1010 * SECOND)
        last.send(*({**row, "trace_id": "ef" * 16} for row in (last.request(), *last.queries(6))))
        found.append(await going.sweep(now_ns=traces.now_ns + 1030 * SECOND))
        return found

    written = traces.by_services(sweeps)
    assert written[1:] == [1, 0, 0, 1]
    assert traces.issues()[0]["count"] == 3
    status = traces.reader.get("detectors")["status"]
    assert (status["spans"], status["skipped_seconds"]) == (7, 0)
    assert quiet.reader.get("detectors")["status"]["spans"] == 0
