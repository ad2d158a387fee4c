"""The official Python SDK's feedback and user reports: beside their error, with files, once however often sent."""

from collections.abc import Iterator

import pytest
import sentry_sdk
from sentry_sdk.attachments import Attachment
from sentry_sdk.envelope import Envelope, Item, PayloadRef

from tests.conftest import ProjectClient
from tests.server.features.feedback.test_picture import png


@pytest.fixture(autouse=True)
def sdk(project: ProjectClient) -> Iterator[None]:
    with sentry_sdk.isolation_scope():
        sentry_sdk.init(
            project.connect["sentry_dsn"], default_integrations=False, auto_enabling_integrations=False,
            release="shop@1", environment="e2e",
        )  # fmt: skip
        yield
        sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def crash() -> str:
    try:
        raise ValueError("no money")
    except ValueError as error:
        event_id = sentry_sdk.capture_exception(error)
    assert event_id
    return event_id


def test_feedback_with_a_screenshot(project: ProjectClient) -> None:
    sentry_sdk.set_user({"id": "42"})
    about = {"message": "The total is wrong", "name": "Ann", "contact_email": "a@b.c", "associated_event_id": crash()}
    with sentry_sdk.new_scope() as scope:
        scope.add_attachment(bytes=png(), filename="shot.png", content_type="image/png")
        event = {"type": "feedback", "contexts": {"feedback": about}}
        feedback_id = scope.capture_event(event, scope=scope)
    sentry_sdk.flush(10)
    [item] = project.get("feedback")["items"]
    assert item["id"] == feedback_id
    assert (item["message"], item["name"], item["email"], item["user_id"]) == (
        "The total is wrong",
        "Ann",
        "a@b.c",
        "42",
    )
    assert (item["release"], item["environment"], item["files"]) == ("shop@1", "e2e", 1)
    assert (item["error"]["title"], item["error"]["by"]) == ("ValueError: no money", "event")
    [file] = project.get(f"feedback/{feedback_id}")["attachments"]
    assert (file["filename"], file["picture"]) == ("shot.png", True)
    [issue] = project.get("issues", query="has:feedback")["items"]
    assert (issue["id"], issue["feedback"]) == (item["error"]["issue"], 1)


def test_a_user_report_comes_first_and_again(project: ProjectClient) -> None:
    event_id = "c0" * 16
    report = {"event_id": event_id, "name": "Bob", "email": "b@b.c", "comments": "It broke"}
    transport = sentry_sdk.get_client().transport
    assert transport
    for _ in range(2):  # a client that saw no answer sends again
        item = Item(type="user_report", payload=PayloadRef(json=report))
        transport.capture_envelope(Envelope(headers={"event_id": event_id}, items=[item]))
        sentry_sdk.flush(10)
    [found] = project.get("feedback")["items"]
    assert (found["message"], found["error"], found["environment"]) == ("It broke", None, "")
    sentry_sdk.capture_event({"event_id": event_id, "message": "the crash", "level": "error"})
    sentry_sdk.flush(10)
    [found] = project.get("feedback", environment="e2e")["items"]
    assert found["error"]["event_id"] == event_id


def test_a_picture_that_came_apart_from_its_feedback(project: ProjectClient) -> None:
    feedback_id = sentry_sdk.capture_event({"type": "feedback", "contexts": {"feedback": {"message": "Look"}}})
    transport = sentry_sdk.get_client().transport
    assert feedback_id and transport
    envelope = Envelope(headers={"event_id": feedback_id})
    envelope.add_item(Attachment(bytes=png(), filename="late.png").to_envelope_item())
    transport.capture_envelope(envelope)
    sentry_sdk.flush(10)
    [item] = project.get("feedback")["items"]
    assert item["files"] == 1
