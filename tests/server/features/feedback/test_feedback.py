"""Feedback: which error it is about, whenever either came; filters, status, pages, and one in full."""

import base64
import json
from typing import Any

import pytest

from tests.server.reading import Reader, ago

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def hexid(n: int) -> str:
    return f"{n:032x}"


def say(reader: Reader, n: int, *, seconds: float = 60, **values: Any) -> str:
    row = {"feedback_id": hexid(n), "time": ago(seconds), "message": f"message {n}", **values}
    reader.insert("feedback", [row])
    return hexid(n)


def fail(reader: Reader, n: int, *, seconds: float = 120, **values: Any) -> None:
    row = {
        "event_id": hexid(n), "time": ago(seconds), "fingerprint": f"f{n}", "title": f"Error {n}", "source": "sentry",
        "level": "error", "type": "Error", "value": str(n), **values,
    }  # fmt: skip
    reader.insert("errors", [row])


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["items"]]


def test_its_error_lends_it_what_it_does_not_say(reader: Reader) -> None:
    fail(reader, 1, environment="production", release="shop@1", user_id="ann", trace_id=hexid(99))
    one = say(reader, 10, event_id=hexid(1), name="Ann", email="a@b.c")
    [item] = reader.get("feedback")["items"]
    assert item["id"] == one
    assert (item["message"], item["name"], item["email"]) == ("message 10", "Ann", "a@b.c")
    assert (item["environment"], item["release"], item["user_id"]) == ("production", "shop@1", "ann")
    assert item["trace_id"] == hexid(99)
    assert item["error"] == {
        "issue": "f1", "event_id": hexid(1), "time": item["error"]["time"], "level": "error", "title": "Error 1",
        "culprit": "", "service": "", "by": "event",
    }  # fmt: skip
    assert (item["status"], item["changed_at"], item["changed_by"]) == ("new", None, None)
    assert ids(reader.get("feedback", environment="production")) == [one]
    assert ids(reader.get("feedback", environment="staging")) == []
    assert ids(reader.get("feedback", filter="user_id!=ann")) == []
    assert ids(reader.get("feedback", filter="release~SHOP")) == [one]
    assert ids(reader.get("feedback", filter="issue=f1")) == [one]
    assert ids(reader.get("feedback", filter="issue!=f1")) == []
    assert reader.request("GET", "feedback?filter=nothing=1").status_code == 400
    assert reader.request("GET", "feedback?filter=release>1").status_code == 400


def test_it_may_come_before_its_event(reader: Reader) -> None:
    one = say(reader, 10, event_id=hexid(1), seconds=100)
    [item] = reader.get("feedback")["items"]
    assert item["error"] is None
    assert (ids(reader.get("feedback", linked="true")), ids(reader.get("feedback", linked="false"))) == ([], [one])
    fail(reader, 1, seconds=40)
    [item] = reader.get("feedback")["items"]
    assert item["error"]["issue"] == "f1"
    assert (ids(reader.get("feedback", linked="true")), ids(reader.get("feedback", linked="false"))) == ([one], [])


def test_without_an_event_it_belongs_to_the_error_just_before_in_its_trace(reader: Reader) -> None:
    trace = hexid(7)
    fail(reader, 1, seconds=500, trace_id=trace)
    fail(reader, 2, seconds=300, trace_id=trace)
    fail(reader, 3, seconds=20, trace_id=trace)  # after it
    fail(reader, 4, seconds=290)
    one = say(reader, 10, seconds=200, trace_id=trace)
    item = reader.get("feedback")["items"][0]
    assert (item["error"]["issue"], item["error"]["by"]) == ("f2", "trace")
    assert [ids(reader.get("feedback", issue=f"f{n}")) for n in (1, 2, 3, 4)] == [[], [one], [], []]
    other = say(reader, 11, seconds=4500, trace_id=hexid(8))
    fail(reader, 5, seconds=8500, trace_id=hexid(8))  # more than an hour before
    assert ids(reader.get("feedback", linked="false")) == [other]


def test_an_event_that_it_names_stands_before_its_trace(reader: Reader) -> None:
    fail(reader, 1, seconds=400, trace_id=hexid(7))
    fail(reader, 2, seconds=210, trace_id=hexid(7))
    say(reader, 10, seconds=200, event_id=hexid(1), trace_id=hexid(7))
    assert reader.get("feedback")["items"][0]["error"]["issue"] == "f1"


def test_a_folded_report_leads_to_the_issue_that_shows_the_crash(reader: Reader) -> None:
    crash = {"trace_id": hexid(7), "type": "ValueError", "value": "no"}
    fail(reader, 1, seconds=101, source="otlp", transaction="POST /pay", **crash)
    fail(reader, 2, seconds=100, source="sentry", **crash)
    fail(reader, 3, seconds=99, source="sentry", trace_id=hexid(7), type="KeyError", value="no")
    one = say(reader, 10, event_id=hexid(1))
    other = say(reader, 11, seconds=70, trace_id=hexid(7))
    by_id = {item["id"]: item["error"] for item in reader.get("feedback")["items"]}
    assert (by_id[one]["issue"], by_id[one]["event_id"]) == ("f2", hexid(2))
    assert by_id[other]["issue"] == "f3", "of different crashes in a trace the last one"
    assert [row["id"] for row in reader.get("issues", query="has:feedback")["items"]] == ["f3", "f2"]


def test_it_follows_merges(reader: Reader) -> None:
    fail(reader, 1)
    fail(reader, 2)
    one = say(reader, 10, event_id=hexid(1))
    assert ids(reader.get("feedback", issue="f2")) == []
    merged = reader.request("POST", "issues/merge", json={"ids": ["f1", "f2"], "into": "f2"})
    assert merged.status_code == 200, merged.text
    assert ids(reader.get("feedback", issue="f2")) == ids(reader.get("feedback", issue="f1")) == [one]
    assert reader.get(f"feedback/{one}")["error"]["issue"] == "f2"
    counts = {row["id"]: row["feedback"] for row in reader.get("issues")["items"]}
    assert counts == {"f2": 1}
    assert reader.request("POST", "issues/f2/unmerge", json={"fingerprints": ["f1"]}).status_code == 200
    assert {row["id"]: row["feedback"] for row in reader.get("issues")["items"]} == {"f1": 1, "f2": 0}


def test_an_issue_counts_it_unless_it_is_spam(reader: Reader) -> None:
    fail(reader, 1)
    fail(reader, 2)
    for n in (10, 11, 12):
        say(reader, n, event_id=hexid(1))
    assert [row["id"] for row in reader.get("issues", query="has:feedback")["items"]] == ["f1"]
    assert [row["id"] for row in reader.get("issues", query="!has:feedback")["items"]] == ["f2"]
    assert [row["id"] for row in reader.get("issues", query="feedback:>=3")["items"]] == ["f1"]
    decide(reader, "spam", 10)
    decide(reader, "resolved", 11)
    assert [row["id"] for row in reader.get("issues", query="feedback:>=3")["items"]] == []
    assert reader.get("issues/f1")["feedback"] == 2
    assert ids(reader.get("feedback", issue="f1", status="all")) == [hexid(12), hexid(11), hexid(10)]


def decide(reader: Reader, status: str, *numbers: int) -> None:
    answer = reader.request("PATCH", "feedback", json={"ids": [hexid(n) for n in numbers], "status": status})
    assert (answer.status_code, answer.json()) == (200, {"changed": len(numbers)}), answer.text


def test_an_inbox(reader: Reader) -> None:
    for n in range(1, 6):
        say(reader, n, seconds=100 - n)
    decide(reader, "resolved", 1, 2)
    decide(reader, "spam", 3)
    new = reader.get("feedback")
    assert ids(new) == [hexid(5), hexid(4)]
    assert (new["total"], new["counts"], new["truncated"]) == (2, {"new": 2, "resolved": 2, "spam": 1}, False)
    assert ids(reader.get("feedback", status="resolved")) == [hexid(2), hexid(1)]
    assert ids(reader.get("feedback", status="spam")) == [hexid(3)]
    assert len(ids(reader.get("feedback", status="all"))) == 5
    [one] = reader.get("feedback", status="spam")["items"]
    assert one["status"] == "spam"
    assert one["changed_at"]
    decide(reader, "new", 1, 3)
    decide(reader, "resolved", 2)
    assert reader.get("feedback")["counts"] == {"new": 4, "resolved": 1, "spam": 0}


def test_all_or_none_are_changed(reader: Reader) -> None:
    say(reader, 1)
    theirs = reader.new()
    say(theirs, 2)
    for wanted in ([hexid(1), hexid(3)], [hexid(1), hexid(2)]):
        answer = reader.request("PATCH", "feedback", json={"ids": wanted, "status": "spam"})
        assert answer.status_code == 404, answer.text
    assert reader.get("feedback")["counts"] == {"new": 1, "resolved": 0, "spam": 0}
    decide(theirs, "spam", 2)
    assert reader.get("feedback")["counts"] == {"new": 1, "resolved": 0, "spam": 0}
    for wrong in ({"ids": [], "status": "new"}, {"ids": [hexid(1)], "status": "lost"}):
        assert reader.request("PATCH", "feedback", json=wrong).status_code == 400


def test_pages(reader: Reader) -> None:
    moment = ago(50)
    for n in range(1, 8):
        say(reader, n, **({"time": moment} if n > 3 else {"seconds": 100 - n}))
    pages = reader.pages("feedback", limit=2)
    assert [one["id"] for one in pages] == [hexid(n) for n in (7, 6, 5, 4, 3, 2, 1)]
    first = reader.get("feedback", limit=2)
    say(reader, 20, seconds=0)
    assert ids(reader.get("feedback", limit=2, cursor=first["next_cursor"])) == [hexid(5), hexid(4)]
    assert reader.request("GET", "feedback?cursor=nonsense").status_code == 400


def test_words_and_the_range(reader: Reader) -> None:
    say(reader, 1, message="The Übersicht is EMPTY")
    say(reader, 2, email="someone@empty.example", seconds=3 * 86400)
    say(reader, 3, seconds=20 * 86400)
    assert ids(reader.get("feedback", q="empty")) == [hexid(1), hexid(2)]
    assert ids(reader.get("feedback", q="übersicht")) == [hexid(1)]
    assert ids(reader.get("feedback")) == [hexid(1), hexid(2)], "two weeks unless said otherwise"
    assert ids(reader.get("feedback", since="-30d", until="-1d")) == [hexid(2), hexid(3)]
    assert ids(reader.get("feedback", q="%")) == []


def test_one_sent_twice_counts_once(reader: Reader) -> None:
    fail(reader, 1)
    moment = ago(60)
    for _ in range(2):
        say(reader, 10, time=moment, event_id=hexid(1))
    say(reader, 10, seconds=30, event_id=hexid(1))  # again after a restart, when its first time was forgotten
    [item] = reader.get("feedback")["items"]
    assert item["time"][:26] == moment[:26]
    assert reader.get("issues/f1")["feedback"] == 1
    assert reader.get(f"feedback/{hexid(10)}")["time"] == item["time"]


def test_one_in_full(reader: Reader) -> None:
    fail(reader, 1, user_id="ann", session_id="s1", trace_id=hexid(9), span_id="b" * 16)
    fail(reader, 2, user_id="ann", seconds=4000)
    payload = {"tags": {"page": "cart"}}
    one = say(reader, 10, event_id=hexid(1), payload=json.dumps(payload), replay_id=hexid(4))
    reader.insert("events", [{"event": "clicked", "distinct_id": "ann", "time": ago(70)}])
    reader.insert("logs", [{"body": "paying", "trace_id": hexid(9), "time": ago(121)}])
    span = {"trace_id": hexid(9), "span_id": "b" * 16, "name": "POST /pay", "status_code": "error", "time": ago(122)}
    reader.insert("spans", [span])
    found = reader.get(f"feedback/{one}")
    assert (found["payload"], found["replay_id"], found["session_id"]) == (payload, hexid(4), "s1")
    around = found["around"]
    assert [event["event"] for event in around["events"]] == ["clicked"]
    assert [log["body"] for log in around["logs"]] == ["paying"]
    assert [step["name"] for step in around["trace"]["path"]] == ["POST /pay"]
    assert [error["fingerprint"] for error in around["errors"]] == ["f2"]
    assert reader.request("GET", f"feedback/{hexid(11)}").status_code == 404
    assert reader.new().request("GET", f"feedback/{one}").status_code == 404


@pytest.mark.parametrize("payload", ["", "[too deep]", "[1]", '"x"', "{"])
def test_an_event_that_does_not_read_is_shown_as_it_is(reader: Reader, payload: str) -> None:
    assert isinstance(reader.get(f"feedback/{say(reader, 10, payload=payload)}")["payload"], dict)


def attach(reader: Reader, feedback_id: str, attachment_id: str, content: bytes, **values: Any) -> None:
    row = {"project_id": reader.project_id, "event_id": feedback_id, "attachment_id": attachment_id, **values}
    names = ", ".join([*row, "size", "content"])
    texts = ", ".join(f"'{value}'" for value in [*row.values(), len(content)])
    packed = base64.b64encode(content).decode()
    reader.store.command(f"INSERT INTO error_attachments ({names}) SELECT {texts}, base64Decode('{packed}')")


def test_a_screenshot_is_shown_and_what_only_says_so_is_not(reader: Reader) -> None:
    one = say(reader, 10)
    attach(reader, one, "a1", PNG, filename="../../shot.png", content_type="text/html")
    attach(reader, one, "a2", b"<script>alert(1)</script>", filename="evil.png", content_type="image/png")
    assert reader.get("feedback")["items"][0]["files"] == 2
    files = {file["attachment_id"]: file for file in reader.get(f"feedback/{one}")["attachments"]}
    assert (files["a1"]["picture"], files["a2"]["picture"]) == (True, False)
    shot = reader.request("GET", f"feedback/{one}/attachments/a1")
    assert (shot.content, shot.headers["content-type"]) == (PNG, "image/png")
    assert shot.headers["content-disposition"] == "inline; filename*=UTF-8''shot.png"
    evil = reader.request("GET", f"feedback/{one}/attachments/a2")
    assert evil.headers["content-type"] == "application/octet-stream"
    assert evil.headers["content-disposition"].startswith("attachment;")
    for answer in (shot, evil):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert reader.new().request("GET", f"feedback/{one}/attachments/a1").status_code == 404
    assert reader.request("GET", f"feedback/{one}/attachments/a3").status_code == 404


@pytest.mark.parametrize("text", ["' OR 1=1 --", "{project_id:UInt32}", "/* AND filters */", "\\", "`", "\x00"])
def test_metacharacters_are_only_text(reader: Reader, text: str) -> None:
    theirs = reader.new()
    say(theirs, 1, message="othertenantsecret")
    say(reader, 2)
    for params in ({"q": text}, {"environment": text}, {"issue": text}, {"user_id": text}, {"filter": f"{text}=x"}):
        answer = reader.request("GET", "feedback", params=params)
        assert answer.status_code in (200, 400), answer.text
        assert "othertenantsecret" not in answer.text
    assert ids(reader.get("feedback")) == [hexid(2)]
