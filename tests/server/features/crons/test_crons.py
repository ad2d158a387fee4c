"""Monitors over the API: what the official SDK and curl report, and what people say."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import sentry_sdk

from tests.conftest import ProjectClient

Beat = Callable[..., httpx.Response]
CONFIG: Any = {
    "schedule": {"type": "crontab", "value": "0 3 * * *"},
    "timezone": "Europe/Vienna",
    "checkin_margin": 5,
    "max_runtime": 20,
    "failure_issue_threshold": 2,
    "recovery_threshold": 3,
}
NOTHING_SAID = dict.fromkeys(
    ("schedule", "timezone", "checkin_margin", "max_runtime", "failure_issue_threshold", "recovery_threshold")
)


def listed(project: ProjectClient, **params: Any) -> dict[str, Any]:
    return {one["slug"]: one for one in project.get("crons", **params)["items"]}


def say(project: ProjectClient, slug: str, **said: Any) -> httpx.Response:
    return project.http.put(f"/api/v1/projects/{project.id}/crons/{slug}", json=said)


def test_a_project_without_check_ins_has_no_monitors(project: ProjectClient) -> None:
    assert project.get("crons")["items"] == []
    answer = project.http.get(f"/api/v1/projects/{project.id}/crons/nightly")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_decorated_job_is_a_monitor(project: ProjectClient, sdk: None) -> None:
    @sentry_sdk.monitor(monitor_slug="nightly", monitor_config=CONFIG)
    def job(fails: bool) -> None:
        time.sleep(0.02)
        if fails:
            raise ValueError("no money")

    with sentry_sdk.start_transaction(name="nightly run"):
        trace_id = sentry_sdk.get_current_span().trace_id  # type: ignore[union-attr]
        job(False)
        with pytest.raises(ValueError, match="no money") as raised:
            job(True)
        sentry_sdk.capture_exception(raised.value)
    sentry_sdk.flush(10)
    project.wait_for("SELECT 1 FROM errors")

    nightly = listed(project)["nightly"]
    assert (nightly["schedule"], nightly["timezone"], nightly["problem"]) == ("At 03:00 every day", "Europe/Vienna", "")
    (production,) = nightly["environments"]
    assert (production["environment"], production["status"]) == ("production", "ok")  # one failure of two is none yet
    assert production["last_status"] == "error"
    assert production["next_run"] is not None
    (bucket,) = production["buckets"]
    assert {name: bucket[name] for name in ("ok", "error", "missed")} == {"ok": 1, "error": 1, "missed": 0}

    detail = project.get("crons/nightly")
    assert detail["by_code"] == CONFIG
    assert (detail["checkin_margin"], detail["max_runtime"]) == (5, 20)
    failed, fine = detail["runs"]
    assert (failed["status"], failed["errors"], failed["release"]) == ("error", 1, "shop@1.2.3")
    assert failed["trace_id"] == fine["trace_id"] == trace_id
    assert 20 <= fine["duration_ms"] < 5000

    with pytest.raises(ValueError, match="no money"):
        job(True)
    sentry_sdk.flush(10)
    (production,) = listed(project)["nightly"]["environments"]
    assert production["status"] == "failing"


def test_a_heartbeat_by_curl(project: ProjectClient, beat: Beat) -> None:
    assert beat("backup", environment="staging").status_code == 202
    backup = listed(project)["backup"]
    assert (backup["schedule"], backup["timezone"]) == ("", "")
    assert [(one["environment"], one["status"], one["next_run"]) for one in backup["environments"]] == [
        ("staging", "ok", None)
    ]
    assert beat("backup", status="finished").status_code == 400
    assert beat("backup", status="error", environment="production").status_code == 202
    assert [one["environment"] for one in listed(project)["backup"]["environments"]] == ["production", "staging"]
    (only,) = listed(project, environment="production")["backup"]["environments"]
    assert only["status"] == "failing"


def test_two_plain_calls_are_one_run(project: ProjectClient, beat: Beat) -> None:
    beat("backup", status="in_progress")
    beat("backup", status="ok")
    (run,) = project.get("crons/backup")["runs"]
    assert run["status"] == "ok"


def test_posted_configuration(project: ProjectClient) -> None:
    body = b'{"status": "ok", "monitor_config": {"schedule": {"type": "interval", "value": 2, "unit": "hour"}}}'
    answer = project.post(f"/api/{project.id}/cron/sync/{project.key}/", body, content_type="application/json")
    assert answer.status_code == 202
    assert listed(project)["sync"]["schedule"] == "Every 2 hours"


def test_a_configuration_that_does_not_read_is_said(project: ProjectClient) -> None:
    body = b'{"status": "ok", "monitor_config": {"schedule": {"type": "crontab", "value": "soon"}, "max_runtime": 7}}'
    project.post(f"/api/{project.id}/cron/sync/{project.key}/", body, content_type="application/json")
    sync = project.get("crons/sync")
    assert (sync["schedule"], sync["max_runtime"]) == ("", 7)
    assert "'soon' is no crontab line" in sync["problem"]


def test_people_say_otherwise(project: ProjectClient, beat: Beat) -> None:
    answer = say(project, "backup", schedule={"type": "interval", "value": 1, "unit": "minute"}, max_runtime=3)
    assert answer.status_code == 204
    assert listed(project)["backup"]["environments"] == [], "it waits for its first check-in"
    beat("backup")
    detail = project.get("crons/backup")
    assert (detail["schedule"], detail["max_runtime"], detail["checkin_margin"]) == ("Every minute", 3, 1)
    assert detail["by_people"] == {
        **NOTHING_SAID, "schedule": {"type": "interval", "value": 1, "unit": "minute"}, "max_runtime": 3,
    }  # fmt: skip
    assert say(project, "backup", muted=True).status_code == 204
    detail = project.get("crons/backup")
    assert (detail["schedule"], detail["max_runtime"], detail["muted"]) == ("", 30, True)
    assert detail["by_people"] == NOTHING_SAID


@pytest.mark.parametrize(
    "said",
    [
        {"schedule": {"type": "crontab", "value": "soon"}},
        {"schedule": {"type": "interval", "value": 1, "unit": "aeon"}},
        {"timezone": "Mars/Olympus"},
        {"max_runtime": 0},
        {"recovery_threshold": 0},
    ],
)
def test_settings_that_do_not_read_are_refused(project: ProjectClient, said: dict[str, Any]) -> None:
    answer = say(project, "backup", **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert listed(project) == {}


def test_taken_away_and_begun_anew(project: ProjectClient, beat: Beat) -> None:
    beat("backup", status="error")
    say(project, "backup", muted=True)
    path = f"/api/v1/projects/{project.id}/crons/backup"
    assert project.http.delete(path).status_code == 204
    assert listed(project) == {}
    assert project.http.get(path).status_code == 404
    time.sleep(0.01)
    beat("backup")
    backup = listed(project)["backup"]
    assert (backup["muted"], backup["environments"][0]["status"]) == (False, "ok")
    assert len(project.get("crons/backup")["runs"]) == 1


def test_slugs_may_be_anything(project: ProjectClient, beat: Beat) -> None:
    for slug in ("a/b", "nightly report", "ünïcode?"):
        project.post(
            f"/api/{project.id}/envelope/",
            b'{}\n{"type":"check_in"}\n{"check_in_id":"' + slug.encode().hex().zfill(32).encode() + b'","status":"ok",'
            b'"monitor_slug":"' + slug.encode() + b'"}',
            x_sentry_auth=f"Sentry sentry_version=7, sentry_key={project.key}",
        )
        detail = project.http.get(f"/api/v1/projects/{project.id}/crons/{quote(slug, safe='')}")
        assert detail.status_code == 200, slug
        assert detail.json()["slug"] == slug


def test_another_project_sees_nothing_of_it(project: ProjectClient, beat: Beat) -> None:
    beat("backup")
    say(project, "other", muted=True)
    names = {one["slug"] for one in project.http.get("/api/v1/projects/1/crons").json()["items"]}
    assert names.isdisjoint({"backup", "other"})


def test_viewers_look_and_do_not_change(project: ProjectClient, beat: Beat) -> None:
    beat("backup")
    token = project.http.post("/api/v1/tokens", json={"name": "v", "role": "viewer", "project_id": project.id}).json()[
        "token"
    ]
    viewer = httpx.Client(base_url=project.server.url, headers={"authorization": f"Bearer {token}"})
    path = f"/api/v1/projects/{project.id}/crons/backup"
    assert viewer.get(path).status_code == 200
    assert viewer.put(path, json={"muted": True}).status_code == 403
    assert viewer.delete(path).status_code == 403
    viewer.close()
