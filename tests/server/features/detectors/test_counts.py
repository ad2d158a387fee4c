"""A finding is an issue and no error: whoever counts errors counts none, and the settings say what is a finding."""

import pytest

from tests.server.features.detectors.conftest import Row, Traces
from tests.server.reading import ago


@pytest.fixture
def found(traces: Traces) -> Traces:
    """A project with one finding, and one error in the same release, trace, session and of the same user."""
    shared = {"user_id": "ada", "release": "1.0", "session_id": "s1"}
    traces.send(traces.request(**shared), *traces.queries(6, **shared))
    traces.reader.insert("errors", [{
        "event_id": "e" * 32, "type": "ValueError", "title": "ValueError: no", "level": "error",
        "fingerprint": "f" * 32, "trace_id": "ab" * 16, "time": ago(1195), **shared,
    }])  # fmt: skip
    assert traces.sweep() == 1
    return traces


def titles(items: list[Row]) -> list[str]:
    return [one["title"].partition(":")[0] for one in items]


def test_issues_show_both_and_can_be_asked_for_either(found: Traces) -> None:
    assert sorted(titles(found.issues())) == ["N+1 queries", "ValueError"]
    assert {one["category"] for one in found.issues()} == {"error", "performance"}
    for key in ("issue.category", "category"):
        assert titles(found.issues(f"{key}:performance")) == ["N+1 queries"]
        assert titles(found.issues(f"!{key}:performance")) == ["ValueError"]
    offered = found.reader.get("issue-search/values", key="issue.category")["items"]
    assert [one["value"] for one in offered] == ["error", "performance"]
    assert "issue.category" in [one["key"] for one in found.reader.get("issue-search/keys")["items"]]


def test_an_issue_of_a_finding_is_decided_like_any_other(found: Traces) -> None:
    (issue,) = found.issues("category:performance")
    answer = found.reader.request("PATCH", "issues", json={"ids": [issue["id"]], "status": "resolved"})
    assert answer.json() == {"changed": 1}
    assert [one["category"] for one in found.issues("is:unresolved")] == ["error"]
    found.wait(3000)
    rows = [found.request(at_ms=3_000_000), *found.queries(6, first=120_000)]  # later, in another trace
    found.send(*({**row, "trace_id": "cd" * 16} for row in rows))
    assert found.sweep() == 1
    later = found.reader.get(f"issues/{issue['id']}", until="2099-01-01T00:00:00Z")
    assert (later["status"], later["substatus"], later["count"]) == ("unresolved", "regressed", 2)
    tags = {one["key"]: one["values"][0]["value"] for one in found.reader.get(f"issues/{issue['id']}/tags")["items"]}
    assert (tags["detector"], tags["db.system"], tags["user"]) == ("n_plus_one_db", "postgresql", "ada")


def test_errors_are_counted_without_findings(found: Traces) -> None:
    get = found.reader.get
    wide = {"since": "-1h"}
    assert titles(get("errors", **wide)["items"]) == ["ValueError"]
    assert titles(get("errors/groups", **wide)["items"]) == ["ValueError"]
    home = get("overview", **wide)
    assert home["totals"]["errors"] == sum(one["errors"] for one in home["buckets"]) == 1
    assert titles(home["newest_errors"]) == ["ValueError"]
    assert get("related", user_id="ada", **wide)["errors"] == 1
    (release,) = get("releases", **wide)["items"]
    assert (release["errors"], release["error_users"], release["new_issues"]) == (1, 1, 1)
    one = get("releases/1.0", **wide)
    assert (titles(one["issues"]), one["new_issues"]) == (["ValueError"], 1)
    assert sum(bucket["errors"] for bucket in one["buckets"]) == 1
    around = get(f"issues/{'f' * 32}/events/{'e' * 32}/around")
    assert around["errors"] == []
    preview = found.reader.request("POST", "grouping-rules/preview", json={"rules": []})
    assert preview.json()["errors"] == 1


def test_who_asks_for_findings_among_errors_gets_them(found: Traces) -> None:
    asked = found.reader.get("errors", since="-1h", filter="category=performance")["items"]
    assert titles(asked) == ["N+1 queries"]
    answer = found.reader.request("POST", "sql", json={"sql": "SELECT category, count() FROM errors GROUP BY category"})
    assert sorted(answer.json()["rows"]) == [["error", 1], ["performance", 1]]


def test_thresholds_are_the_projects(traces: Traces) -> None:
    traces.send(traces.request(), *traces.queries(6))
    form = {"n_plus_one_db": {"count": 7}, "slow_db": {"enabled": False}}
    answer = traces.reader.request("PUT", "detectors", json=form)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["n_plus_one_db"]["total_ms"]) == (1, 100)
    assert answer.json()["n_plus_one_http"] == {"enabled": True, "count": 5, "total_ms": 300}
    assert traces.sweep() == 0
    traces.send(*traces.queries(3, first=30), traces.query("50", "SELECT 1", ms=900, at_ms=2000))
    assert traces.sweep() == 1
    assert [one["type"] for one in traces.issues()] == ["N+1 queries"]


@pytest.mark.parametrize(
    "form",
    [{"n_plus_one_db": {"count": 1}}, {"nonsense": {}}, {"slow_db": {"duration_ms": 0}}, {"large_http": {"bytes": 1}}],
)
def test_settings_that_make_no_sense_are_refused(traces: Traces, form: Row) -> None:
    assert traces.reader.request("PUT", "detectors", json=form).status_code == 400
    assert traces.reader.get("detectors")["version"] == 0


def test_a_viewer_reads_and_changes_nothing(traces: Traces) -> None:
    viewer = traces.reader.new("viewer", project_id=traces.reader.project_id)
    assert viewer.get("detectors")["slow_db"]["duration_ms"] == 500
    assert viewer.request("PUT", "detectors", json={}).status_code == 403
