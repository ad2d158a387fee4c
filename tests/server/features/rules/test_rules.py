"""Rules over the wire: tried, saved, followed by what every protocol sends next; kept from those who may not."""

import json
import time
import uuid
from typing import Any

import httpx
import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import assert_stored, logs_request
from tests.server.protocols.otlp.wire import send as send_otlp
from tests.server.protocols.sentry.wire import envelope, error, item, send

TRACE = """Traceback (most recent call last):
  File "/srv/app/shop/bank.py", line 10, in charge
    call()
TimeoutError: bank
"""
FRAME = {"module": "shop.bank", "function": "charge", "in_app": True}


def sentry(project: ProjectClient, **fields: Any) -> None:
    raised = {"type": "TimeoutError", "value": "bank", "stacktrace": {"frames": [FRAME]}}
    assert send(project, envelope(item("event", error(exception=[raised], **fields)))).status_code == 200


def posthog(project: ProjectClient, **properties: Any) -> None:
    frame = {**FRAME, "platform": "python"}
    raised = {"type": "TimeoutError", "value": "bank", "stacktrace": {"type": "raw", "frames": [frame]}}
    event = {
        "event": "$exception",
        "distinct_id": "u1",
        "uuid": str(uuid.uuid4()),
        "properties": {"$exception_list": [raised], "$lib": "posthog-python", **properties},
    }
    body = json.dumps({"api_key": project.key, "batch": [event]}).encode()
    assert project.post("/batch/", body, content_type="application/json").status_code == 200


def otlp(project: ProjectClient, **more: str) -> None:
    attributes = {"exception.type": "TimeoutError", "exception.message": "bank", "exception.stacktrace": TRACE, **more}
    assert_stored(send_otlp(project, "logs", logs_request({"attributes": attributes})))


def put(project: ProjectClient, path: str, body: Any) -> httpx.Response:
    return project.http.put(f"/api/v1/projects/{project.id}/{path}", json=body)


def post(project: ProjectClient, path: str, body: Any) -> Any:
    answer = project.http.post(f"/api/v1/projects/{project.id}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


BANK = {"name": "bank", "when": {"module": ["shop.bank*"]}, "then": {"fingerprint": ["bank"]}}


def test_one_crash_has_one_fingerprint_whichever_protocol_brings_it(project: ProjectClient) -> None:
    for report in (sentry, posthog, otlp):
        report(project)
    rows = project.sql("SELECT source, fingerprint, fingerprints FROM errors ORDER BY source")
    assert [row["source"] for row in rows] == ["otlp", "posthog", "sentry"]
    assert len({tuple(row["fingerprints"]) for row in rows}) == 1


def test_rules_are_tried_saved_and_followed_at_once(project: ProjectClient) -> None:
    assert project.get("grouping-rules") == {"rules": [], "version": 0, "changed_at": None}
    for report in (sentry, posthog, otlp):
        report(project)
    tried = post(project, "grouping-rules/preview", {"rules": [BANK]})
    assert (tried["errors"], tried["changed"], tried["groups_before"], tried["groups_after"]) == (3, 3, 1, 1)
    [effect] = tried["effects"]
    assert (effect["kind"], effect["count"], tried["met"], tried["effects_total"]) == ("renamed", 3, [3], 1)
    [before], [after] = effect["before"], effect["after"]
    (stored,) = project.sql("SELECT DISTINCT fingerprint FROM errors")
    assert (before["issue"], before["known"], before["rules"]) == (stored["fingerprint"], True, [])
    assert (after["known"], after["rules"], after["title"]) == (False, [0], "TimeoutError: bank")
    assert project.get("grouping-rules")["rules"] == [], "trying saves nothing"

    saved = put(project, "grouping-rules", {"rules": [BANK]}).json()
    assert saved["version"] == 1 and project.get("grouping-rules") == saved
    for report in (sentry, posthog, otlp):
        report(project)
    by_rule = f"SELECT source, grouping FROM errors WHERE fingerprint = '{after['fingerprint']}'"
    rows = project.sql(by_rule)
    assert sorted(row["source"] for row in rows) == ["otlp", "posthog", "sentry"], "as the preview said"
    assert {(json.loads(row["grouping"])["rule"], json.loads(row["grouping"])["rules"]) for row in rows} == {
        ("bank", 1)
    }
    again = post(project, "grouping-rules/preview", {"rules": [BANK]})
    assert (again["changed"], again["effects"], again["met"]) == (0, [], [6])
    assert put(project, "grouping-rules", {"rules": []}).json()["version"] == 2


def test_an_error_tells_why_it_is_in_its_group(project: ProjectClient) -> None:
    sentry(project, event_id="a" * 32)
    detail = project.get(f"errors/{'a' * 32}")
    assert detail["grouping"]["frames"] == [[0, 0, "shop.bank charge"]]
    assert (detail["grouping"]["by"], detail["grouping"]["types"]) == ("frames", ["TimeoutError"])
    assert detail["fingerprints"][0] == f"frames.v1:{detail['fingerprint']}"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{"when": {}, "then": {"fingerprint": ["a"]}}], "without conditions"),
        ([{"when": {"typ": ["a"]}, "then": {"fingerprint": ["a"]}}], "unknown field"),
        ([BANK, {"when": {"type": ["a"]}, "then": {}}], "body.rules.1: Value error, this rule: a rule gives either"),
        ([{**BANK, "when": {"type": ["a" * 201]}}], "body.rules.0.when.type.0: "),
        ([{"when": {"type": ["a"]}, "then": {"fingerprint": ["a"]}, "nmae": "x"}], "Extra inputs"),
        ([BANK] * 1001, "at most 1000"),
    ],
)
def test_rules_that_cannot_be_are_refused(project: ProjectClient, rules: list[Any], said: str) -> None:
    refused = put(project, "grouping-rules", {"rules": rules})
    assert refused.status_code == 400 and said in refused.text
    assert project.get("grouping-rules")["version"] == 0


def test_rules_that_were_changed_meanwhile_are_not_overwritten(project: ProjectClient) -> None:
    first = put(project, "grouping-rules", {"rules": [BANK], "version": 0}).json()
    assert first["version"] == 1 and first["changed_at"]
    late = put(project, "grouping-rules", {"rules": [], "version": 0})
    assert late.status_code == 409 and late.json()["error"]["code"] == "changed_meanwhile"
    assert project.get("grouping-rules")["rules"] == first["rules"]
    assert put(project, "grouping-rules", {"rules": [], "version": 1}).json()["version"] == 2
    assert put(project, "scrubbing-rules", {"keys": ["salary"], "version": 3}).status_code == 409
    assert put(project, "scrubbing-rules", {"keys": ["salary"], "version": 0}).json()["version"] == 1


def test_what_is_tried_becomes_what_would_be_stored(project: ProjectClient) -> None:
    rules = {"keys": ["salary"], "patterns": ["EMP-######"], "emails": True, "safe_keys": ["session"]}
    extra = {
        "note": "of EMP-123456 and ann@shop.test",
        "salary": 9,
        "password": "x",
        "session": "public",
        "n": [1, None],
    }
    tried = post(project, "scrubbing-rules/try", {**rules, "text": json.dumps(extra)})
    assert tried["is_json"] and tried["changed"]
    assert put(project, "scrubbing-rules", rules).status_code == 200
    sentry(project, event_id="a" * 32, extra=extra)
    assert json.loads(tried["text"]) == project.get(f"errors/{'a' * 32}")["payload"]["extra"]
    text = post(project, "scrubbing-rules/try", {**rules, "text": "{of EMP-123456"})
    assert text == {"text": "{of [Filtered]", "is_json": False, "changed": True}
    nothing = post(project, "scrubbing-rules/try", {"text": '{"a":1}'})
    assert nothing == {"text": '{\n  "a": 1\n}', "is_json": True, "changed": False}
    assert (
        project.http.post(
            f"/api/v1/projects/{project.id}/scrubbing-rules/try", json={"text": "a" * 100_001}
        ).status_code
        == 400
    )


def token(project: ProjectClient, role: str) -> httpx.Client:
    created = project.http.post("/api/v1/tokens", json={"name": role, "role": role, "project_id": project.id})
    assert created.status_code == 201, created.text
    headers = {"authorization": f"Bearer {created.json()['token']}"}
    return httpx.Client(base_url=f"{project.server.url}/api/v1/projects/{project.id}/", headers=headers)


def test_who_may(project: ProjectClient) -> None:
    with token(project, "viewer") as viewer, token(project, "member") as member:
        assert viewer.get("grouping-rules").status_code == viewer.get("scrubbing-rules").status_code == 200
        assert viewer.put("grouping-rules", json={"rules": []}).status_code == 403
        assert viewer.post("grouping-rules/preview", json={"rules": []}).status_code == 403
        assert member.put("grouping-rules", json={"rules": []}).status_code == 200
        assert member.put("scrubbing-rules", json={}).status_code == 403
        assert member.post("scrubbing-rules/try", json={"text": ""}).status_code == 403


def test_a_project_has_its_own_secrets(project: ProjectClient) -> None:
    sentry(project, extra={"staff": "EMP-123456", "salary": 17, "author": "Ann", "session": "public"})
    rules = {
        "keys": ["Sal-ary"], "safe_keys": ["session"], "patterns": ["EMP-######", "acme_*"], "emails": True, "ips": True
    }  # fmt: skip
    tried = post(project, "scrubbing-rules/preview", rules)
    assert (tried["errors"], tried["changed"]) == (1, 1)
    assert {(place["path"], place["count"]) for place in tried["places"]} == {("extra.staff", 1), ("extra.salary", 1)}
    assert put(project, "scrubbing-rules", rules).json()["version"] == 1
    secret = "EMP-123456 acme_live_7 ann@shop.test 10.1.2.3 2001:db8::1"
    extra = {"staff": secret, "salary": 17, "author": "Ann", "session": "public", "list": [["salary", "9"], secret]}
    sentry(project, event_id="a" * 32, extra=extra, timestamp=time.time())
    posthog(project, staff=secret)
    otlp(project, staff=secret, salary="17")
    rows = project.sql("SELECT source, payload, tags, user_ip FROM errors ORDER BY received_at DESC LIMIT 3")
    assert sorted(row["source"] for row in rows) == ["otlp", "posthog", "sentry"]
    for row in rows:
        text = row["payload"] + json.dumps(row["tags"])
        assert not any(each in text for each in secret.split())
        assert '"salary":17' not in text and '"salary":"17"' not in text
    kept = project.get(f"errors/{'a' * 32}")["payload"]["extra"]
    assert (kept["author"], kept["session"], kept["salary"]) == ("Ann", "public", "[Filtered]")


@pytest.mark.parametrize("pattern", ["*", "a*", "* *", "a*b*c*d"])
def test_patterns_that_fit_everything_or_are_slow_are_refused(project: ProjectClient, pattern: str) -> None:
    assert put(project, "scrubbing-rules", {"patterns": [pattern]}).status_code == 400
