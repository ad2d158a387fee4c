"""Every place an SDK may put the key, and every way to be refused."""

import base64
import json

import httpx
import pytest

from tests.conftest import ProjectClient, RunningServer
from tests.server.protocols.sentry.wire import envelope, error, item


def test_key_in_every_place(project: ProjectClient) -> None:
    url, key = f"/api/{project.id}/envelope/", project.key
    body = envelope(item("event", error()))
    basic = base64.b64encode(f"{key}:".encode()).decode()
    dsn = f"http://{key}@localhost/{project.id}"
    answers = [
        project.post(url, body, **{"X-Sentry-Auth": f"Sentry sentry_key={key},sentry_version=7"}),
        project.post(url, body, Authorization=f"Sentry sentry_key={key}, sentry_version=7"),
        project.post(url, body, Authorization=f"Basic {basic}"),
        project.post(f"{url}?sentry_key={key}&sentry_version=7", body),
        project.post(f"{url}?sentry_key={key}", body, **{"X-Sentry-Auth": ""}),
        project.post(url[:-1] + f"?sentry_key={key}", body),
        project.post(url, envelope(item("event", error()), dsn=dsn)),
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-Sentry-Auth": "nonsense"}, 401),
        ({"Authorization": "Basic !!!"}, 401),
        ({"X-Sentry-Auth": "Sentry sentry_key=" + "0" * 32}, 403),
        ({"X-Sentry-Auth": "Sentry sentry_key=<script>, sentry_version=7"}, 403),
    ],
)
def test_strangers_are_refused(project: ProjectClient, headers: dict[str, str], status: int) -> None:
    answer = project.post(f"/api/{project.id}/envelope/", envelope(item("event", error())), **headers)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert project.sql("SELECT count() AS n FROM errors") == [{"n": 0}]


def test_another_projects_key_is_refused(project: ProjectClient, server: RunningServer) -> None:
    other = server.keys["ingest_key"]
    for body in (envelope(item("event", error())), envelope(dsn=f"http://{other}@localhost/1")):
        answer = project.post(f"/api/{project.id}/envelope/?sentry_key={other}", body)
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "event submission rejected with_reason: ProjectId",
        )


@pytest.mark.parametrize(
    ("number", "status"), [("9" * 18, 403), ("0", 403), ("9" * 5000, 404), ("-1", 404), ("x", 404)]
)
def test_project_numbers_that_cannot_be(project: ProjectClient, number: str, status: int) -> None:
    answer = project.post(f"/api/{number}/envelope/?sentry_key={project.key}", b"{}")
    assert answer.status_code in (status, 405)


def test_unknown_protocol_version(project: ProjectClient) -> None:
    auth = {"X-Sentry-Auth": f"Sentry sentry_key={project.key}, sentry_version=9"}
    assert project.post(f"/api/{project.id}/envelope/", b"{}", **auth).status_code == 400


def test_browsers_may_send_from_anywhere_and_read_rate_limits(project: ProjectClient) -> None:
    answer = project.post(f"/api/{project.id}/envelope/?sentry_key={project.key}", b"{}", Origin="https://shop.test")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] in ("*", "https://shop.test")
    assert "x-sentry-rate-limits" in answer.headers["access-control-expose-headers"]
    preflight = httpx.options(
        f"{project.server.url}/api/{project.id}/envelope/",
        headers={"Origin": "https://shop.test", "Access-Control-Request-Headers": "x-sentry-auth"},
    )
    assert preflight.status_code in (200, 204)
    assert "x-sentry-auth" in preflight.headers["access-control-allow-headers"]


def test_oversized_body_of_a_stranger_is_not_read(project: ProjectClient) -> None:
    answer = project.post(f"/api/{project.id}/envelope/?sentry_key={'1' * 32}", b"x" * 30_000_000)
    assert answer.status_code == 403
    assert json.loads(answer.content)["causes"]
