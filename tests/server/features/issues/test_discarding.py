"""A discarded issue: what comes of it is counted, not kept, whichever protocol brings it."""

from tests.conftest import ProjectClient
from tests.server.features.rules.test_rules import otlp, posthog, sentry


def outcomes(project: ProjectClient) -> dict[str, tuple[int, str]]:
    rows = project.get("outcomes/summary")["items"]
    return {
        row["protocol"]: (row["quantity"], row["outcome"]) for row in rows
        if (row["category"], row["reason"]) == ("error", "discarded")
    }  # fmt: skip


def test_every_protocol_refuses_what_is_discarded(project: ProjectClient) -> None:
    sentry(project)
    (issue,) = project.get("issues")["items"]
    base = f"/api/v1/projects/{project.id}"
    answer = project.http.post(f"{base}/issues/delete", json={"ids": [issue["id"]], "discard": True})
    assert answer.json() == {"changed": 1}
    sentry(project)
    posthog(project)
    otlp(project)
    assert project.get("issues")["items"] == []
    assert project.sql("SELECT count() AS n FROM errors") == [{"n": 0}]
    assert outcomes(project) == dict.fromkeys(("sentry", "posthog", "otlp"), (1, "filtered"))
    assert project.sql("SELECT count() AS n FROM events") == [{"n": 1}], "the product event itself is kept"
    assert project.sql("SELECT count() AS n FROM logs") == [{"n": 1}], "and so is the log record"
    sentry(project, fingerprint=["another"])
    assert [row["count"] for row in project.get("issues")["items"]] == [1], "grouped by something else"
    assert project.http.delete(f"{base}/issue-discards/{issue['id']}").status_code == 204
    sentry(project)
    assert {row["id"] for row in project.get("issues")["items"]} > {issue["id"]}
