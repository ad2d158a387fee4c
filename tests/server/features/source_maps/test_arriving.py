"""Errors that arrive after their maps: grouped and named by their source, whichever build they come from."""

import gzip
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import ProjectClient, RunningServer, new_project
from tests.server.features.source_maps.bundles import MAP, MINIFIED, bundle, frame, images, sha1
from vedette.server.features.source_maps.arriving import Budget

BUILDS = 3


def url(build: int) -> str:
    return f"https://shop.example/assets/main{'abc'[build]}.js"


def debug_id(build: int) -> str:
    return f"5c0d17f7-5669-50c3-a5bf-{build:012d}"


def bundle_of(build: int) -> bytes:
    """The same source, each time on another line of another file, under another name."""
    return bundle("\n" * build + MINIFIED, {**MAP, "mappings": ";" * build + MAP["mappings"]}, debug_id(build))


def upload(project: ProjectClient, content: bytes) -> None:
    base = "/api/0/organizations/any/"
    files = {"file_gzip": (sha1(content), gzip.compress(content), "application/octet-stream")}
    assert project.http.post(f"{base}chunk-upload/", files=files).status_code == 200
    body = {"checksum": sha1(content), "chunks": [sha1(content)], "projects": [project.id]}
    answer = project.http.post(f"{base}artifactbundle/assemble/", json=body).json()
    assert answer["state"] == "ok", answer


def minified_frame(build: int, **more: Any) -> dict[str, Any]:
    return frame(url(build), build + 1, 22, **{"function": "nqk"[build], **more})


def send(project: ProjectClient, build: int, **more: Any) -> str:
    """An error of a build as Sentry's browser SDK sends it; its id."""
    event_id = uuid4().hex
    stack = {"frames": [minified_frame(build)]}
    event = {
        "event_id": event_id, "platform": "javascript", "timestamp": time.time(),
        "debug_meta": images(url(build), debug_id(build)),
        "exception": {"values": [{"type": "TypeError", "value": "no sum", "stacktrace": stack}]}, **more,
    }  # fmt: skip
    body = b"\n".join([b"{}", b'{"type": "event"}', json.dumps(event).encode()])
    answer = project.post(f"/api/{project.id}/envelope/?sentry_key={project.key}", body)
    assert answer.status_code == 200, answer.text
    return event_id


def send_by_posthog(project: ProjectClient, build: int) -> None:
    """The same as posthog-js sends it: the debug id is a chunk id, on each frame."""
    frames = [minified_frame(build, platform="web:javascript", chunk_id=debug_id(build))]
    exception = {"type": "TypeError", "value": "no sum", "stacktrace": {"type": "raw", "frames": frames}}
    event = {"event": "$exception", "properties": {"distinct_id": "ann", "$lib": "web", "$exception_list": [exception]}}
    body = json.dumps({"api_key": project.key, "batch": [event]}).encode()
    assert project.post("/batch/", body).status_code == 200


def rows(project: ProjectClient, count: int) -> list[dict[str, Any]]:
    columns = "event_id, source, fingerprint, fingerprints, culprit, frames, grouping, payload"
    return project.wait_for(f"SELECT {columns} FROM errors ORDER BY received_at, event_id", rows=count)


@pytest.fixture
def other(server: RunningServer) -> Iterator[ProjectClient]:
    client = new_project(server, "Another")
    yield client
    client.http.close()


def test_every_build_is_one_issue(project: ProjectClient) -> None:
    for build in range(BUILDS):
        upload(project, bundle_of(build))
    for build in range(BUILDS):
        send(project, build)
        send_by_posthog(project, build)
    found = rows(project, 2 * BUILDS)
    assert {row["culprit"] for row in found} == {"src/total.ts in total"}
    assert len({row["fingerprint"] for row in found}) == 1
    assert {row["source"] for row in found} == {"sentry", "posthog"}
    for row in found:
        ways = [one.partition(":")[0] for one in row["fingerprints"]]
        assert ways == ["frames.v1", "frames.v0", "message.v1"]
        assert json.loads(row["grouping"])["frames"] == [[0, 0, "src/total.ts total"]]
        [sent] = json.loads(row["payload"])["exception"]["values"][0]["stacktrace"]["frames"]
        assert sent["function"] in ("n", "q", "k"), "what was sent stays as it was"
    assert len({row["fingerprints"][1] for row in found}) == BUILDS, "which each alone would be"


def test_without_maps_nothing_is_looked_up(project: ProjectClient) -> None:
    send(project, 0)
    [row] = rows(project, 1)
    assert row["culprit"] == f"{url(0)} in n"
    assert [one.partition(":")[0] for one in row["fingerprints"]] == ["frames.v1", "message.v1"]


def test_a_map_that_comes_later_keeps_what_was(project: ProjectClient) -> None:
    send(project, 0)
    upload(project, bundle_of(0))
    send(project, 0)
    before, after = rows(project, 2)
    assert before["fingerprint"] != after["fingerprint"]
    assert after["fingerprints"][1] == f"frames.v0:{before['fingerprint']}"
    [bundle_] = project.get("source-maps")["items"]
    path = f"/api/v1/projects/{project.id}/source-maps/{bundle_['digest']}"
    assert project.http.delete(path).status_code == 204
    send(project, 0)
    assert rows(project, 3)[2]["fingerprint"] == before["fingerprint"], "without its map it is what it was"


def test_what_does_not_read_is_stored_as_it_came(project: ProjectClient) -> None:
    upload(project, bundle(map_=b"not json", debug_id=debug_id(0)))
    odd: list[Any] = [None, {"values": 3}, {"values": [None, {"stacktrace": {"frames": [7, {"filename": 1}]}}]}, "x"]
    send(project, 0)
    for exception in odd:
        send(project, 0, exception=exception)
    found = rows(project, 1 + len(odd))
    assert {row["culprit"] for row in found} == {f"{url(0)} in n", "", "1"}


def test_another_projects_map_is_not_used(project: ProjectClient, other: ProjectClient) -> None:
    upload(other, bundle_of(0))
    upload(project, bundle_of(1))
    send(project, 0)
    assert rows(project, 1)[0]["culprit"] == f"{url(0)} in n"


def test_many_at_once_are_all_stored(project: ProjectClient) -> None:
    """All at once, at several places of a map that nobody has read yet: whatever is read in time, none is lost."""
    upload(project, bundle_of(0))

    def one(column: int) -> str:
        stack = {"frames": [minified_frame(0, colno=column % 8 + 1)]}
        return send(project, 0, exception={"values": [{"type": "TypeError", "value": "no", "stacktrace": stack}]})

    with ThreadPoolExecutor(16) as threads:
        sent = set(threads.map(one, range(32)))
    assert {row["event_id"] for row in rows(project, 32)} == sent


def test_a_minutes_budget() -> None:
    now = 600.0
    budget = Budget(20, clock=lambda: now)
    budget.spend(1, 19)
    assert budget.is_left(1)
    budget.spend(1, 2)
    assert (budget.is_left(1), budget.is_left(2)) == (False, True)
    now += 60
    assert budget.is_left(1)
