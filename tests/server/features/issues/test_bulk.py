"""Decisions about all issues that match a search: the server looks for them, within a bound, and says how many."""

from typing import Any

import pytest

from tests.server.features.issues.test_issues import DAY, HOUR, Row, error, ids, one
from tests.server.reading import Reader
from vedette.server.features.issues import choosing, queries
from vedette.server.features.issues.shapes import MOST_IDS


@pytest.fixture
def many(reader: Reader) -> Reader:
    """1,205 issues: five of them fatal, every tenth of the billing service."""
    reader.insert("errors", [
        error(n, f"f{n:04}", HOUR + n, level="fatal" if n < 5 else "error", service="billing" if n % 10 == 0 else "web",
              release="app@1")
        for n in range(1205)
    ])  # fmt: skip
    return reader


def change(reader: Reader, matching: Row, **changes: Any) -> Row:
    answer = reader.request("PATCH", "issues", json={"matching": matching, **changes})
    assert answer.status_code == 200, answer.text
    found: Row = answer.json()
    return found


def counts(reader: Reader) -> Row:
    found: Row = reader.get("issues", limit=1)["counts"]
    return found


def test_all_that_match_are_changed_beyond_any_page(many: Reader) -> None:
    assert change(many, {"query": "is:unresolved level:error"}, status="resolved")["changed"] == 1200
    assert counts(many) == {"unresolved": 5, "resolved": 1200, "archived": 0}
    assert ids(many, "is:unresolved") == [f"f{n:04}" for n in range(5)]
    (resolved,) = many.get("issues/f1204/activity")["items"]
    assert resolved["kind"] == "resolved"


def test_the_range_and_the_filters_of_the_list_count_too(many: Reader) -> None:
    assert change(many, {"service": "billing"}, priority="high")["changed"] == 121
    assert change(many, {"filter": ["service=billing"], "query": "level:fatal"}, priority="low")["changed"] == 1
    assert change(many, {"since": "-1h"}, priority="low") == {"changed": 0, "undo": []}
    assert many.get("issues", query="priority:high")["total"] == 120 + 4
    assert many.get("issues", query="priority:low")["total"] == 1


def test_it_is_taken_back_as_each_was(many: Reader) -> None:
    member = many.request("PATCH", "issues", json={"ids": ["f0007"], "status": "resolved", "priority": "high"})
    assert member.json() == {"changed": 1}
    for_days = {"status": "archived", "archived_until": "users", "until_count": 7}
    many.request("PATCH", "issues", json={"ids": ["f0008", "f0009"], **for_days})
    before = many.get("issues", limit=500)
    done = change(many, {}, status="archived", archived_until="forever", priority="low")
    assert done["changed"] == 1205 and counts(many)["archived"] == 1205
    assert sorted(len(back["ids"]) for back in done["undo"]) == [1, 2, 1205 - 3 - MOST_IDS, MOST_IDS]
    for back in done["undo"]:
        assert many.request("PATCH", "issues", json=back).status_code == 200
    after = many.get("issues", limit=500)
    assert after["counts"] == before["counts"] == {"unresolved": 1202, "resolved": 1, "archived": 2}
    for issue in ("f0007", "f0008", "f1100"):
        now, then = one(many, issue), {row["id"]: row for row in before["items"]}.get(issue)
        for name in ("status", "resolution", "archived_until", "until_count", "priority", "assignee"):
            assert then is None or now[name] == then[name], (issue, name)
    assert one(many, "f1100")["priority"] == "medium"


def test_what_came_back_by_itself_is_given_back_as_open(reader: Reader) -> None:
    reader.insert("errors", [error(1, "a", 2 * DAY)])
    reader.request("PATCH", "issues", json={"ids": ["a"], "status": "resolved"})
    reader.insert("errors", [error(2, "a", -5)])
    assert one(reader, "a")["substatus"] == "regressed"
    done = change(reader, {"until": "2099-01-01"}, status="resolved")
    assert done == {"changed": 1, "undo": [{"ids": ["a"], "status": "unresolved"}]}


def test_more_than_the_bound_change_nothing(many: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    for body in ({"matching": {"at_most": 1204}, "status": "resolved"}, {"matching": {"at_most": 1204}}):
        path = "issues" if "status" in body else "issues/delete"
        refused = many.request("PATCH" if "status" in body else "POST", path, json=body)
        assert refused.status_code == 409 and refused.json()["error"]["code"] == "too_many_match"
        assert refused.json()["error"]["message"] == "1,205 issues match, more than 1,204"
    monkeypatch.setattr(choosing, "MOST_MATCHING", 1000)
    refused = many.request("PATCH", "issues", json={"matching": {"at_most": 1000}, "status": "resolved"})
    assert "narrow" in refused.json()["error"]["hint"]
    assert counts(many) == {"unresolved": 1205, "resolved": 0, "archived": 0}


@pytest.mark.parametrize("body", [
    {}, {"ids": ["f0001"], "matching": {}}, {"matching": {"query": "release: x"}}, {"matching": {"since": "soon"}},
    {"matching": {"at_most": 10_001}}, {"matching": {"filter": ["nonsense"]}},
])  # fmt: skip
def test_what_does_not_read_changes_nothing(many: Reader, body: Row) -> None:
    for method, path in (("PATCH", "issues"), ("POST", "issues/delete")):
        refused = many.request(method, path, json={"status": "resolved", **body} if method == "PATCH" else body)
        assert refused.status_code == 400, refused.text
    assert counts(many) == {"unresolved": 1205, "resolved": 0, "archived": 0}


def test_all_that_match_are_deleted_and_discarded(many: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BOUND_AT_ONCE", 100)
    ids_ = ["f0010", "f0020", "f0021"]
    assert many.request("POST", "issues/merge", json={"ids": ids_}).status_code == 200
    answer = many.request("POST", "issues/delete", json={"matching": {"service": "billing"}, "discard": True})
    assert answer.json() == {"changed": 120}
    assert many.get("issues")["total"] == 1205 - 120 - 2
    discarded = {row["id"]: row["title"] for row in many.get("issue-discards")["items"]}
    assert len(discarded) == 122 and discarded["f1200"] == "ValueError: no f1200" and "f0021" in discarded


def test_a_merged_issue_is_changed_once(many: Reader) -> None:
    assert many.request("POST", "issues/merge", json={"ids": ["f0001", "f0002"]}).status_code == 200
    assert change(many, {"query": "level:fatal"}, status="resolved")["changed"] == 4
    assert (one(many, "f0002")["id"], one(many, "f0002")["status"]) == ("f0001", "resolved")


def test_a_viewer_may_not(many: Reader) -> None:
    viewer = many.new("viewer", project_id=many.project_id)
    assert viewer.request("PATCH", "issues", json={"matching": {}, "status": "resolved"}).status_code == 403
    assert viewer.request("POST", "issues/delete", json={"matching": {}}).status_code == 403
