"""Issues over the API: rows in, decisions over it, answers out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.server.reading import Reader, ago
from vedette.server.app import read_settings
from vedette.server.config import Settings
from vedette.server.features.issues.sweep import adopt, sweep
from vedette.server.http.access import Services
from vedette.server.http.keys import KeyRing
from vedette.server.metadata.models import User

Row = dict[str, Any]
HOUR, DAY = 3600, 86400


def error(number: int, fingerprint: str, seconds: float, **more: Any) -> Row:
    shared = {
        "type": "ValueError",
        "value": f"no {fingerprint}",
        "title": f"ValueError: no {fingerprint}",
        "level": "error",
    }
    return {**shared, "event_id": f"{number:032x}", "fingerprint": fingerprint, "time": ago(seconds), **more}


def ids(reader: Reader, query: str = "", **params: Any) -> list[str]:
    return [one["id"] for one in reader.get("issues", query=query, **params)["items"]]


def one(reader: Reader, issue: str) -> Row:
    found: Row = reader.get(f"issues/{issue}")
    return found


def patch(reader: Reader, *issues: str, **changes: Any) -> None:
    answer = reader.request("PATCH", "issues", json={"ids": list(issues), **changes})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"changed": len(issues)}


def services_of(reader: Reader) -> Services:
    settings = Settings()
    assert read_settings(settings)
    nothing: Any = None
    return Services(settings, reader.store, reader.metadata, KeyRing(dict), nothing)


def ns(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000


def in_days(days: float) -> int:
    return ns(datetime.now(UTC) + timedelta(days=days))


@pytest.fixture
def two(reader: Reader) -> Reader:
    """Two issues: `a` seen 3 times by 2 users, `b` once and later."""
    reader.insert("errors", [
        error(1, "a", 5 * HOUR, release="app@1.0", user_id="u1", level="fatal"),
        error(2, "a", 4 * HOUR, release="app@1.0", user_id="u2", handled=False, service="billing"),
        error(3, "a", 3 * HOUR, release="app@1.1", user_id="u2", handled=False, service="billing"),
        error(4, "b", 2 * HOUR, release="web@3", user_email="ada@acme.com", tags={"plan": "pro", "ms": "250"}),
    ])  # fmt: skip
    return reader


def test_an_issue_is_its_events(two: Reader) -> None:
    page = two.get("issues")
    assert [(row["id"], row["count"], row["users"]) for row in page["items"]] == [("b", 1, 0), ("a", 3, 2)]
    assert (page["total"], page["counts"]) == (2, {"unresolved": 2, "resolved": 0, "archived": 0})
    a = page["items"][1]
    assert (a["title"], a["level"], a["handled"], a["priority"]) == ("ValueError: no a", "error", False, "high")
    assert (a["status"], a["substatus"]) == ("unresolved", "new")
    assert (a["first_release"], a["last_release"], a["last_event_id"]) == ("app@1.0", "app@1.1", f"{3:032x}")
    assert a["services"] == ["billing"] and sum(a["buckets"]) == 3 and len(a["buckets"]) == 24
    assert a["assignee"] is None and a["fingerprints"] == 1


def test_first_seen_is_of_everything_kept_and_counts_of_the_range(two: Reader) -> None:
    row = two.get("issues", since="-210m")["items"][1]
    assert row["count"] == 1
    assert row["first_time"] < ago(4.9 * HOUR) < row["last_time"]
    assert one(two, "a")["first_time"] == row["first_time"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ba"), ("is:unresolved", "ba"), ("is:new", "ba"), ("is:resolved", ""), ("!is:resolved", "ba"),
        ("level:error", "ba"), ("level:fatal", "a"), ("level:[fatal,error]", "ba"), ("!level:error", "a"),
        ("release:latest", "ba"), ("release:app@1.0", "a"), ("release:app@*", "a"), ("!release:app@*", "b"),
        ("first_release:app@1.0", "a"), ("last_release:latest", "ba"), ("first_release:latest", "b"),
        ("first_release:*@1*0", "a"),
        ("user.email:*@acme.com", "b"), ("user.email:*@ACME.com", "b"), ("user:ada@acme.com", "b"),
        ("user:id:u2", "a"),
        ("has:user.email", "b"), ("!has:user.email", "a"), ("has:user", "ba"), ("has:handled", "a"),
        ("plan:pro", "b"), ("!plan:pro", "a"), ("has:plan", "b"), ("tags[plan]:p*", "b"),
        ("ms:>200", "b"), ("ms:>300", ""),
        ("times_seen:>2", "a"), ("times_seen:1", "b"), ("users:>=2", "a"), ("comments:0", "ba"),
        ("age:-24h", "ba"), ("age:+24h", ""), ("age:-270m", "b"), ("last_seen:-150m", "b"),
        ("first_seen:>2020-01-01", "ba"),
        ("is:unassigned", "ba"), ("is:assigned", ""), ("assigned:none", "ba"),
        ("priority:high", "a"), ("priority:[medium,low]", "b"), ("is:unhandled", "a"), ("is:handled", "ba"),
        ("error.unhandled:true", "a"), ("error.type:Value*", "ba"), ("no b".replace(" ", "\\ "), ""), ('"no b"', "b"),
        ("NO", "ba"), ("id:00000000000000000000000000000004", "b"), ("is:[new,resolved]", "ba"),
        ("service:billing", "a"),
        ('service:""', "ba"), ("level:e%r", ""), ("release:app@1_0", ""), ("user.email:*\\**", ""),
    ],
)  # fmt: skip
def test_searching(two: Reader, query: str, found: str) -> None:
    assert "".join(ids(two, query)) == found


def test_a_search_narrows_the_events_that_are_counted(two: Reader) -> None:
    (row,) = two.get("issues", query="user.id:u2")["items"]
    assert (row["count"], row["users"], sum(row["buckets"])) == (2, 1, 2)
    (row,) = two.get("issues", query="times_seen:>1 service:billing")["items"]
    assert row["count"] == 2


def test_sorting_and_paging(reader: Reader) -> None:
    reader.insert("errors", [
        error(100 * n + k, f"f{n:02}", 1000 - 10 * n - k, user_id=f"u{k % (n + 1)}", level="info" if n % 7 else "fatal")
        for n in range(25) for k in range(1 + n * 3 % 10)
    ])  # fmt: skip
    for sort, name in (
        ("last_seen", "last_time"),
        ("first_seen", "first_time"),
        ("events", "count"),
        ("users", "users"),
        ("trend", "trend"),
    ):
        whole = reader.get("issues", sort=sort, limit=500)["items"]
        values = [row[name] for row in whole]
        assert values == sorted(values, reverse=True)
        paged = reader.pages("issues", sort=sort, limit=4)
        assert [row["id"] for row in paged] == [row["id"] for row in whole], sort
    ranked = [row["priority"] for row in reader.pages("issues", sort="priority", limit=7)]
    assert ranked == ["high"] * 4 + ["low"] * 21


def test_pages_do_not_shift_when_errors_arrive(two: Reader) -> None:
    first = two.get("issues", limit=1)
    assert [row["id"] for row in first["items"]] == ["b"] and first["total"] == 2
    two.insert("errors", [error(9, "a", 0), error(10, "c", 0)])
    second = two.get("issues", limit=1, cursor=first["next_cursor"])
    assert [row["id"] for row in second["items"]] == ["a"]
    assert second["next_cursor"] is None
    for cursor in ("x", "WzFd", "bnVsbA", first["next_cursor"] + "A"):
        assert two.request("GET", "issues", params={"cursor": cursor}).status_code == 400, cursor


def test_resolve_then_regress(two: Reader) -> None:
    patch(two, "a", status="resolved")
    assert two.get("issues")["counts"] == {"unresolved": 1, "resolved": 1, "archived": 0}
    assert ids(two, "is:resolved") == ["a"] and ids(two, "is:unresolved") == ["b"]
    two.insert("errors", [error(5, "a", 0, release="app@1.1")])
    row = one(two, "a")
    assert (row["status"], row["substatus"], row["cause"]) == ("unresolved", "regressed", "app@1.1")
    assert ids(two, "is:regressed") == ["a"]
    assert sweep(services_of(two), now_ns=in_days(0)) >= 1
    assert one(two, "a")["substatus"] == "regressed"
    kinds = [entry["kind"] for entry in two.get("issues/a/activity")["items"]]
    assert kinds == ["regressed", "resolved"]
    assert sweep(services_of(two), now_ns=in_days(0)) == 0, "once is enough"
    patch(two, "a", status="resolved")
    assert one(two, "a")["status"] == "resolved"


def test_resolved_in_the_next_release_pins_the_latest_now(two: Reader) -> None:
    patch(two, "a", status="resolved", resolution="next")
    row = one(two, "a")
    assert (row["status"], row["resolution"], row["release"]) == ("resolved", "next", "app@1.1")
    two.insert("errors", [error(5, "a", 0, release="app@1.0"), error(6, "a", 0, release="app@1.1")])
    assert one(two, "a")["status"] == "resolved", "from releases that lack the fix"
    two.insert("errors", [error(7, "a", 0, release="app@1.2")])
    assert one(two, "a")["cause"] == "app@1.2"


def test_fixed_in_a_release(two: Reader) -> None:
    patch(two, "a", status="resolved", resolution="release", release="app@1.5")
    two.insert("errors", [error(5, "a", 0, release="app@1.4")])
    assert one(two, "a")["status"] == "resolved"
    two.insert("errors", [error(6, "a", 0, release="app@1.5")])
    assert one(two, "a")["substatus"] == "regressed"
    assert (
        two.request("PATCH", "issues", json={"ids": ["a"], "status": "resolved", "resolution": "release"}).status_code
        == 400
    )


def test_archived_until_it_escalates(reader: Reader) -> None:
    reader.insert("errors", [error(n, "a", 2 * HOUR) for n in range(3)])
    patch(reader, "a", status="archived")
    row = one(reader, "a")
    assert (row["status"], row["archived_until"], row["ceiling"]) == ("archived", "escalating", 30)
    reader.insert("errors", [error(100 + n, "a", 0) for n in range(30)])
    assert one(reader, "a")["status"] == "archived"
    reader.insert("errors", [error(200, "a", 0)])
    row = one(reader, "a")
    assert (row["status"], row["substatus"], row["cause"]) == ("unresolved", "escalating", "31")
    assert ids(reader, "is:escalating") == ["a"]


def test_archived_until_more_events_or_users_or_a_time(two: Reader) -> None:
    patch(two, "a", status="archived", archived_until="events", until_count=2)
    patch(two, "b", status="archived", archived_until="users", until_count=2)
    two.insert("errors", [error(5, "a", 0), error(6, "b", 0, user_id="x"), error(7, "b", 0, user_id="x")])
    assert ids(two, "is:archived") == ["b", "a"] or ids(two, "is:archived") == ["a", "b"]
    two.insert("errors", [error(8, "a", 0), error(9, "b", 0, user_id="y")])
    assert two.get("issues")["counts"]["archived"] == 0
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    patch(two, "a", status="archived", archived_until="time", until_time=soon)
    assert one(two, "a")["status"] == "archived"
    sweep(services_of(two), now_ns=in_days(0.5))
    assert (one(two, "a")["status"], one(two, "a")["substatus"]) == ("unresolved", "ongoing")
    for half in (
        {"archived_until": "time"},
        {"archived_until": "events"},
        {"archived_until": "users", "until_count": 0},
    ):
        assert two.request("PATCH", "issues", json={"ids": ["a"], "status": "archived", **half}).status_code == 400


def test_assigning_and_ranking(two: Reader) -> None:
    with two.metadata.session() as session:
        email = f"ada-{two.project_id}@example.org"
        session.add(User(organisation_id=1, email=email, name="Ada", role="member", password_hash="x"))
    with two.metadata.session() as session:
        ada = session.scalars(select(User.id).where(User.email == email)).one()
    patch(two, "a", "b", assignee=ada, priority="low")
    assert one(two, "a")["assignee"] == {"id": ada, "email": email, "name": "Ada"}
    assert ids(two, f"assigned:{email}") == ["b", "a"] and ids(two, "is:unassigned") == []
    assert ids(two, "priority:low") == ["b", "a"]
    patch(two, "a", assignee=None, priority=None)
    assert one(two, "a")["assignee"] is None and one(two, "a")["priority"] == "high"
    patch(two, "b", status="resolved")
    assert one(two, "b")["assignee"]["id"] == ada, "a change keeps what it does not name"
    kinds = [entry["kind"] for entry in two.get("issues/b/activity")["items"]]
    assert kinds == ["resolved", "priority", "assigned"]
    assert two.request("PATCH", "issues", json={"ids": ["a"], "assignee": 10**6}).status_code == 404
    assert two.request("PATCH", "issues", json={"ids": ["a"], "assignee": "me"}).status_code == 400
    assert two.request("PATCH", "issues", json={"ids": ["a", "never"], "status": "resolved"}).status_code == 404
    assert one(two, "a")["status"] == "unresolved", "all or nothing"


def test_merging_counts_as_one_from_the_first_event_on(two: Reader) -> None:
    patch(two, "b", status="resolved")
    answer = two.request("POST", "issues/merge", json={"ids": ["a", "b"]})
    assert answer.json() == {"id": "a", "fingerprints": ["a", "b"]}
    (row,) = two.get("issues")["items"]
    assert (row["id"], row["count"], row["users"], row["fingerprints"], row["status"]) == ("a", 4, 2, 2, "unresolved")
    assert row["title"] == "ValueError: no b", "as it was last seen"
    assert one(two, "b")["id"] == "a", "an old link still leads there"
    assert [event["fingerprint"] for event in two.get("issues/a/events")["items"]] == ["b", "a", "a", "a"]
    two.insert("errors", [error(5, "b", 0)])
    assert one(two, "a")["count"] == 5
    both = two.get("issues/a/fingerprints")["items"]
    assert [(entry["fingerprint"], entry["count"]) for entry in both] == [("b", 2), ("a", 3)]
    assert two.request("POST", "issues/a/unmerge", json={"fingerprints": ["b"]}).json() == {
        "id": "a",
        "fingerprints": ["a"],
    }
    assert {row["id"]: row["count"] for row in two.get("issues")["items"]} == {"a": 3, "b": 2}
    assert one(two, "b")["substatus"] == "regressed", "what was decided of it came back with it"
    assert [entry["kind"] for entry in two.get("issues/a/activity")["items"]] == ["unmerged", "merged"]
    assert two.request("POST", "issues/merge", json={"ids": ["a", "a"]}).status_code == 400
    assert two.request("POST", "issues/merge", json={"ids": ["a", "never"]}).status_code == 404
    assert two.request("POST", "issues/a/unmerge", json={"fingerprints": ["b"]}).status_code == 404


def test_another_projects_merges_and_decisions_are_its_own(two: Reader) -> None:
    other = two.new()
    other.insert("errors", [error(1, "a", 60), error(2, "b", 60)])
    two.request("POST", "issues/merge", json={"ids": ["a", "b"]})
    patch(two, "a", status="resolved")
    assert sorted((row["id"], row["status"]) for row in other.get("issues")["items"]) == [
        ("a", "unresolved"),
        ("b", "unresolved"),
    ]
    assert other.get("issues/a/activity")["items"] == []


def test_deleting_and_discarding(two: Reader) -> None:
    two.insert("error_attachments", [{"event_id": f"{1:032x}", "attachment_id": "x", "content": "file"}])
    two.request("POST", "issues/a/comments", json={"text": "hm"})
    answer = two.request("POST", "issues/delete", json={"ids": ["a"], "discard": True})
    assert answer.json() == {"changed": 1}
    assert ids(two) == ["b"]
    for path in ("issues/a", "issues/a/activity", f"errors/{1:032x}"):
        assert two.request("GET", path).status_code == 404, path
    rows = two.request("POST", "sql", json={"sql": "SELECT count() FROM error_attachments"}).json()["rows"]
    assert rows == [[0]]
    (discarded,) = two.get("issue-discards")["items"]
    assert (discarded["id"], discarded["title"]) == ("a", "ValueError: no a")
    assert two.request("DELETE", "issue-discards/a").status_code == 204
    assert two.get("issue-discards")["items"] == []
    two.insert("errors", [error(9, "a", 1)])
    assert one(two, "a")["count"] == 1 and one(two, "a")["comments"] == 0


def test_comments(two: Reader) -> None:
    answer = two.request("POST", "issues/a/comments", json={"text": "  <b>seen</b> before  "})
    assert answer.status_code == 201 and answer.json()["data"] == {"text": "<b>seen</b> before"}
    assert one(two, "a")["comments"] == 1 and ids(two, "comments:>0") == ["a"]
    assert two.new().request("DELETE", f"issues/a/comments/{answer.json()['id']}").status_code == 404
    assert two.request("DELETE", f"issues/a/comments/{answer.json()['id']}").status_code == 204
    assert two.get("issues/a/activity")["items"] == []
    assert two.request("POST", "issues/a/comments", json={"text": "   "}).status_code == 400
    assert two.request("POST", "issues/never/comments", json={"text": "x"}).status_code == 404


def test_saved_searches(two: Reader) -> None:
    form = {"name": "Mine", "query": "is:unresolved", "sort": "users"}
    made = two.request("POST", "issue-searches", json=form)
    assert made.status_code == 201
    saved = made.json()
    assert (saved["mine"], saved["shared"], saved["sort"]) == (True, True, "users")
    assert two.get("issue-searches")["items"] == [saved]
    changed = two.request("PATCH", f"issue-searches/{saved['id']}", json={**form, "name": "Ours"})
    assert changed.json()["name"] == "Ours"
    other = two.new()
    assert other.get("issue-searches")["items"] == []
    assert other.request("DELETE", f"issue-searches/{saved['id']}").status_code == 404
    assert two.request("DELETE", f"issue-searches/{saved['id']}").status_code == 204
    assert two.get("issue-searches")["items"] == []


def test_completion(two: Reader) -> None:
    keys = {entry["key"]: entry["kind"] for entry in two.get("issue-search/keys")["items"]}
    assert (keys["is"], keys["user.email"], keys["plan"]) == ("issue", "event", "tag")
    assert [entry["key"] for entry in two.get("issue-search/keys", prefix="pl")["items"]] == ["platform", "plan"]

    def values(key: str, prefix: str = "") -> list[str]:
        return [entry["value"] for entry in two.get("issue-search/values", key=key, prefix=prefix)["items"]]

    assert values("is", "un") == ["unresolved", "unassigned", "unhandled"]
    assert values("release") == ["latest", "app@1.0", "app@1.1", "web@3"]
    assert values("plan") == ["pro"] and values("user.email", "a") == ["ada@acme.com"]
    assert values("assigned", "m") == ["me"] and values("stack.function") == []


def test_trend_and_release_marks(two: Reader) -> None:
    over_time = two.get("issues/a", since="-6h")["over_time"]
    assert sum(bucket["count"] for bucket in over_time["buckets"]) == 3
    assert [mark["release"] for mark in over_time["releases"]] == ["web@3", "app@1.1", "app@1.0"]
    later = two.get("issues/a", since="-30m")
    assert later["count"] == 0 and later["last_time"] < ago(2 * HOUR)


def test_tags_with_shares(two: Reader) -> None:
    tags = {tag["key"]: tag for tag in two.get("issues/a/tags")["items"]}
    assert tags["release"]["values"] == [
        {"value": "app@1.0", "count": 2, "share": 0.6667}, {"value": "app@1.1", "count": 1, "share": 0.3333},
    ]  # fmt: skip
    assert (tags["error.handled"]["total"], tags["user"]["distinct"]) == (2, 2)


def test_occurrences_and_their_neighbours(two: Reader) -> None:
    first, second, third = (f"{n:032x}" for n in (1, 2, 3))
    latest = two.get("issues/a/events/latest")
    assert (latest["event"]["event_id"], latest["previous"], latest["next"]) == (third, second, None)
    assert (latest["newer"], latest["total"]) == (0, 3)
    oldest = two.get("issues/a/events/oldest")
    assert (oldest["event"]["event_id"], oldest["previous"], oldest["next"]) == (first, None, second)
    middle = two.get(f"issues/a/events/{second.upper()}")
    assert (middle["previous"], middle["next"], middle["newer"]) == (first, third, 1)
    two.insert(
        "errors",
        [error(7, "a", 4.5 * HOUR, trace_id="t", session_id="s", user_id="u", frames=[{"function": "f"}])],
    )
    assert two.get("issues/a/events/recommended")["event"]["event_id"] == f"{7:032x}"
    assert two.request("GET", f"issues/b/events/{first}").status_code == 404
    assert two.request("GET", "issues/never/events/latest").status_code == 404


def test_a_crash_reported_twice_counts_once(reader: Reader) -> None:
    crash = {"trace_id": "t1", "type": "E", "value": "v"}
    reader.insert("errors", [
        error(1, "rich", 60, source="sentry", **crash), error(2, "poor", 60, source="otlp", service="billing", **crash)
    ])  # fmt: skip
    assert ids(reader) == ["rich"]
    assert ids(reader, "service:billing") == ["poor"], "asked for the service that only one report names"
    assert ids(reader, service="billing") == ["poor"]
    assert one(reader, "poor")["title"], "its page still opens"


def test_what_was_there_before_the_view_is_known(reader: Reader) -> None:
    """Repeated and late events change first and last seen only as they should."""
    for seconds in (100, 300, 200, 300):
        reader.insert(
            "errors", [error(seconds, "a", seconds, release="r", time=f"2026-11-01T00:00:{seconds % 60:02}Z")]
        )
    row = one(reader, "a")
    assert row["first_time"].startswith("2026-11-01T00:00:00") and row["last_time"].startswith("2026-11-01T00:00:40")


def test_a_new_version_of_grouping_splits_no_issue(reader: Reader) -> None:
    old = {"fingerprints": ["frames.v1:a", "message.v1:m"]}
    new = {"fingerprints": ["frames.v2:a2", "frames.v1:a", "message.v1:m"]}
    reader.insert("errors", [error(1, "a", 2 * DAY, **old)])
    patch(reader, "a", priority="low")
    reader.insert("errors", [error(2, "a2", 10, **new)])
    reader.insert("errors", [error(3, "c", 10, fingerprints=["client.v1:c", "frames.v1:a"])])
    reader.insert("errors", [error(4, "n2", 10, fingerprints=["frames.v2:n2", "frames.v1:n"])])
    assert adopt(services_of(reader), now_ns=in_days(0)) == 1
    rows = {row["id"]: (row["count"], row["priority"]) for row in reader.get("issues")["items"]}
    assert rows == {"a": (2, "low"), "c": (1, "medium"), "n2": (1, "medium")}, "only of one way of grouping"
    assert [entry["kind"] for entry in reader.get("issues/a/activity")["items"]] == ["regrouped", "priority"]
    reader.request("POST", "issues/a/unmerge", json={"fingerprints": ["a2"]})
    assert adopt(services_of(reader), now_ns=in_days(0)) == 0, "whoever took it out is not overruled"
    assert len(reader.get("issues")["items"]) == 4
