"""The crash-report dialog's two calls: whom they answer, what a form may say; nothing of a query becomes a script."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ProjectClient, RunningServer
from vedette.server.http.errors import BadRequest
from vedette.server.protocols.sentry.embed import event_asked, form_errors

URL = "/api/embed/error-page/"
EVENT = "5" * 32
HOSTILE = ["</script><script>alert(1)</script>", "');alert(1);('", '"-alert(1)-"', "\u2028alert(1)", "${alert(1)}"]


def call(project: ProjectClient, method: str = "GET", *, data: Any = None, **query: str) -> httpx.Response:
    params = {"dsn": project.connect["sentry_dsn"], "eventId": EVENT, **query}
    headers = {"origin": "https://shop.example"}
    url = f"{project.server.url}{URL}"
    return httpx.request(method, url, params=params, data=data, headers=headers, timeout=30)


def test_the_script_is_the_same_for_everyone(project: ProjectClient) -> None:
    plain = call(project)
    assert plain.status_code == 200
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["access-control-allow-origin"] == "https://shop.example"
    names = ("title", "subtitle", "subtitle2", "labelName", "successMessage", "name", "email", "lang", "onLoad")
    for text in HOSTILE:
        answer = call(project, **dict.fromkeys(names, text), eventId=EVENT)
        assert (answer.status_code, answer.content) == (200, plain.content)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whom_it_refuses(project: ProjectClient, server: RunningServer, method: str) -> None:
    dsn, form = project.connect["sentry_dsn"], {"comments": "x"}
    answers = {
        "no event": call(project, method, data=form, eventId=""),
        "no id": call(project, method, data=form, eventId="<script>"),
        "no dsn": call(project, method, data=form, dsn="nonsense"),
        "no key": call(project, method, data=form, dsn=f"http://localhost/{project.id}"),
        "unknown key": call(project, method, data=form, dsn=dsn.replace(project.key, "0" * 32)),
        "another's key": call(project, method, data=form, dsn=dsn.replace(project.key, server.keys["ingest_key"])),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "no event": 400, "no id": 400, "no dsn": 400, "no key": 401, "unknown key": 403, "another's key": 403,
    }  # fmt: skip
    for answer in answers.values():
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert project.sql("SELECT * FROM feedback") == []


def test_a_revoked_key_is_refused(project: ProjectClient) -> None:
    made = project.http.post(f"/api/v1/projects/{project.id}/keys", json={"name": "old"}).json()
    dsn = project.connect["sentry_dsn"].replace(project.key, made["key"])
    assert call(project, dsn=dsn).status_code == 200
    assert project.http.delete(f"/api/v1/projects/{project.id}/keys/{made['id']}").status_code == 204
    assert call(project, dsn=dsn).status_code == 403


def test_a_report_is_stored_once_and_beside_its_event(project: ProjectClient) -> None:
    form = {"name": " Ann ", "email": "a@b.c", "comments": "I clicked & it <b>broke</b>"}
    for _ in range(2):  # a button pressed again because the answer was slow
        assert call(project, "POST", data=form).status_code == 200
    assert project.sql("SELECT event_id, name, email, message FROM feedback") == [
        {"event_id": EVENT, "name": "Ann", "email": "a@b.c", "message": "I clicked & it <b>broke</b>"}
    ]
    dashed = "55555555-5555-5555-5555-555555555555"
    assert call(project, "POST", data={"comments": "Again"}, eventId=dashed).status_code == 200
    [row] = project.get("feedback", q="again")["items"]
    assert (row["event_id"], row["name"], row["error"]) == (EVENT, "", None)


def test_what_is_wrong_is_said_by_field(project: ProjectClient) -> None:
    refused = call(project, "POST", data={"name": "x" * 201, "email": "nobody", "comments": " \n "})
    assert refused.status_code == 400
    assert sorted(refused.json()["errors"]) == ["comments", "email", "name"]
    assert all(isinstance(each, list) for each in refused.json()["errors"].values())
    assert project.sql("SELECT * FROM feedback") == []


@given(st.dictionaries(st.sampled_from(["dsn", "eventId"]), st.text()))
def test_any_query_is_read_or_refused(query: dict[str, str]) -> None:
    try:
        project_id, event_id = event_asked(query)
    except BadRequest:
        return
    assert project_id is None or project_id >= 0
    assert len(event_id) == 32


@given(st.dictionaries(st.sampled_from(["name", "email", "comments"]), st.text()))
def test_any_form_is_read(form: dict[str, str]) -> None:
    errors = form_errors(form)
    assert set(errors) <= {"name", "email", "comments"}
    assert ("comments" in errors) == (not form.get("comments", "").strip())
