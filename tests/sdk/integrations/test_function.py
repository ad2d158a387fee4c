"""Functions that a cloud calls."""

import asyncio
import json
from typing import Any

import pytest

import vedette
from tests.sdk.integrations.shop import HEADERS, PARENT, TRACE, Broken, say
from vedette.sdk.jobs import carrier
from vedette.testing import Capture, capture


class Context:
    """What Lambda's runtime hands over."""

    function_name = "billing"
    aws_request_id = "8476a536"

    def __init__(self, remaining_ms: int = 30_000) -> None:
        self.remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


def gateway(version: int) -> dict[str, Any]:
    """An event of API Gateway: REST (1) or HTTP (2)."""
    if version == 1:
        return {
            "resource": "/plans/{id}", "path": "/plans/7", "httpMethod": "GET", "headers": HEADERS, "body": None,
            "requestContext": {"authorizer": {"claims": {"sub": "u1"}}, "identity": {"sourceIp": "10.0.0.9"}},
        }  # fmt: skip
    return {
        "version": "2.0", "routeKey": "GET /plans/{id}", "rawPath": "/plans/7", "headers": HEADERS,
        "requestContext": {
            "http": {"method": "GET", "path": "/plans/7", "sourceIp": "10.0.0.9"},
            "authorizer": {"jwt": {"claims": {"sub": "u1"}}},
        },
    }  # fmt: skip


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_request_by_api_gateway(sent: Capture, version: int, asynchronous: bool) -> None:
    def work(event: Any, context: Any) -> dict[str, Any]:
        say("function")
        return {"statusCode": 201, "body": "{}"}

    async def work_async(event: Any, context: Any) -> dict[str, Any]:
        return work(event, context)

    handler: Any = vedette.function(work_async if asynchronous else work)
    answer = handler(gateway(version), Context())
    assert (asyncio.run(answer) if asynchronous else answer)["statusCode"] == 201
    [inner, root] = sent.spans
    assert (root.name, root.kind, root.trace_id, root.parent_id) == ("GET /plans/{id}", "server", TRACE, PARENT)
    assert root.attributes["http.response.status_code"] == 201
    assert inner.parent_id == root.span_id
    assert {each.attributes["user.id"] for each in sent.logs} == {"u1"}
    assert sent.events[0]["distinct_id"] == "u1"


def test_an_error(sent: Capture) -> None:
    @vedette.function
    def handler(event: Any, context: Any) -> None:
        raise Broken("no plan")

    with pytest.raises(Broken):
        handler(gateway(2), Context())
    [root] = sent.spans
    assert (root.status, root.attributes["http.response.status_code"]) == ("error", 500)
    assert sent.errors[0]["contexts"]["trace"] == {"trace_id": TRACE, "span_id": root.span_id}


def message(source: str, carried: dict[str, str]) -> dict[str, Any]:
    """A record as SQS or SNS hands it over."""
    if source == "aws:sqs":
        told = {name: {"stringValue": value, "dataType": "String"} for name, value in carried.items()}
        return {"eventSource": source, "body": "{}", "messageAttributes": told}
    told = {name: {"Value": value, "Type": "String"} for name, value in carried.items()}
    return {"EventSource": source, "Sns": {"Message": "{}", "MessageAttributes": told}}


@pytest.mark.parametrize(("source", "system"), [("aws:sqs", "aws_sqs"), ("aws:sns", "aws.sns")])
def test_a_message_goes_on_in_its_senders_trace(sent: Capture, source: str, system: str) -> None:
    handler = vedette.function(lambda event, context: say("function"))
    with vedette.context(user="u1", session="s1", group={"organization": "acme"}), vedette.span("sends"):
        carried = carrier()
    handler(json.loads(json.dumps({"Records": [message(source, carried)]})), Context())
    spans = {span.name: span for span in sent.spans}
    assert spans["billing"].parent_id == spans["sends"].span_id
    assert spans["billing"].attributes["messaging.system"] == system
    assert spans["billing"].attributes["faas.invocation_id"] == "8476a536"
    assert {each.trace_id for each in sent.logs} == {spans["sends"].trace_id}
    for each in sent.logs:
        assert (each.attributes["user.id"], each.attributes["organization.id"]) == ("u1", "acme")


def test_a_batch_is_linked_to_all_its_senders(sent: Capture) -> None:
    handler = vedette.function(lambda event, context: None)
    carried = []
    for name in ("one", "two"):
        with vedette.context(user=name), vedette.span(name):
            carried.append(carrier())
    handler({"Records": [message("aws:sqs", each) for each in carried]}, Context())
    one, two, job = sent.spans
    assert job.links == [(one.trace_id, one.span_id), (two.trace_id, two.span_id)]
    assert job.trace_id not in (one.trace_id, two.trace_id)
    assert "user.id" not in job.attributes, "whose job would it be?"


@pytest.mark.parametrize("event", [None, {"detail-type": "Scheduled Event"}, "text", {"Records": [None, 7]}])
def test_any_other_event_is_a_job(sent: Capture, event: Any) -> None:
    assert vedette.function(lambda event, context: "done")(event, Context()) == "done"
    assert [(span.name, span.attributes["messaging.system"]) for span in sent.spans] == [("billing", "aws_lambda")]


@pytest.mark.parametrize(("remaining_ms", "expected"), [(1200, 1.0), (60_000, 5.0), (100, 0.0)])
def test_the_deadline_leaves_the_runtime_its_time(remaining_ms: int, expected: float) -> None:
    from vedette.sdk.integrations.function import _Invocation

    with capture():
        assert _Invocation(Context(remaining_ms)).deadline_seconds() == pytest.approx(expected)
        assert _Invocation(None).deadline_seconds() == 5.0


def test_what_was_recorded_has_left_when_it_returns(sent: Capture) -> None:
    vedette.function(lambda event, context: say("function"))(None, Context())
    [memory] = vedette.health().targets.values()
    assert {signal: each.queued for signal, each in memory.signals.items()} == dict.fromkeys(memory.signals, 0)
    assert memory.signals["events"].sent == 1


def test_when_nothing_runs() -> None:
    with vedette.context():
        assert vedette.function(lambda event, context: 7)(gateway(1), Context()) == 7
