"""Sentry's protocol: https://develop.sentry.dev/sdk/foundations/transport/ and the rate limits of its relay."""

import json
import re
import time
from typing import Any

import pytest

from tests.sdk.exporters.conftest import Answer, Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, error, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Retry, Signal, Split
from vedette.sdk.exporters.sentry import Links, Sentry, limited_seconds

AUTH = re.compile(r"Sentry sentry_version=7, sentry_client=vedette-python/[\d.]+, sentry_key=5ec2e7")


def relay(request: Request) -> Answer:
    """What Relay demands: one event an envelope, the length as said, an event of at most 1 MiB."""
    if not AUTH.fullmatch(request.headers.get("x-sentry-auth", "")):
        return 401, {}, b'{"detail":"missing authorization"}'
    if request.path.startswith("/api/42/integration/otlp/v1/"):
        return 200, {"content-type": "application/x-protobuf"}, b""
    if request.path != "/api/42/envelope/" or len(request.wire_bytes * b" ") > 20_000_000:
        return 403, {"x-sentry-error": "event submission rejected with_reason: ProjectId"}, b""
    header, item, payload = envelope(request)
    if len(payload) > 1 << 20:
        return 413, {}, b""
    assert header["event_id"] == json.loads(payload)["event_id"]
    assert item["type"] == "event"
    return 200, {}, b'{"id":"%s"}' % header["event_id"].encode()


def envelope(request: Request) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, _, rest = request.body.partition(b"\n")
    item, _, rest = rest.partition(b"\n")
    length = json.loads(item)["length"]
    assert rest[length:] == b"\n", "one item, and its length is right"
    return json.loads(header), json.loads(item), rest[:length]


def sentry(backend: Backend, **more: Any) -> dict[Signal, Lane]:
    backend.rules = relay
    exporter = Sentry(dsn=backend.url.replace("://", "://5ec2e7@") + "/42", **more)
    return {lane.signal: lane for lane in exporter.lanes(SERVICE)}


def test_an_error_arrives_whole(backend: Backend) -> None:
    links = Links(person="https://ph/person/{id}", trace="https://vd/traces/{id}")
    event = error()
    lane = sentry(backend, links=links)[Signal.ERRORS]
    assert lane.max_items == 1
    assert lane.deliver([event], 5) == Delivered()
    header, _, payload = envelope(backend.accepted[0])
    sent = json.loads(payload)
    assert sent["contexts"].pop("links") == {
        "person": "https://ph/person/u1",
        "trace": "https://vd/traces/0af7651916cd43dd8448eb211c80319c",
    }
    assert sent == event, "and nothing else is changed"
    assert backend.accepted[0].headers["content-type"] == "application/x-sentry-envelope"
    assert (
        abs(time.mktime(time.strptime(header["sent_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())) < 60
    )


def test_traces_and_logs_by_otlp(backend: Backend) -> None:
    lanes = sentry(backend, signals=frozenset({Signal.ERRORS, Signal.TRACES, Signal.LOGS, Signal.METRICS}))
    assert set(lanes) == {Signal.ERRORS, Signal.TRACES, Signal.LOGS}, "Sentry takes no OTLP metrics"
    span, logs = span_and_logs()
    assert lanes[Signal.TRACES].deliver([span], 5) == lanes[Signal.LOGS].deliver(logs, 5) == Delivered()
    assert [request.path.rpartition("/")[2] for request in backend.accepted] == ["traces", "logs"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-sentry-rate-limits": "60:error;transaction:key, 2700:default:organization:quota"}, 2700),
        ({"x-sentry-rate-limits": "50::organization", "retry-after": "9"}, 50),
        ({"x-sentry-rate-limits": "50:transaction:key", "retry-after": "9"}, 9),
        ({"retry-after": "13"}, 13),
        ({}, 60),
    ],
)
def test_a_limited_error_waits(backend: Backend, headers: dict[str, str], seconds: float) -> None:
    lane = sentry(backend)[Signal.ERRORS]
    backend.answers = [(429, headers, b"")]
    assert lane.deliver([error()], 5) == Retry("rate limited", seconds)
    assert lane.deliver([error()], 5) == Delivered()


def test_limits_of_other_categories_are_not_ours() -> None:
    assert limited_seconds("60:transaction;span:key") is None
    assert limited_seconds("x:error, 5:error") == 5
    assert limited_seconds("") is None


def test_too_large_an_event_loses_its_bulk_and_arrives(backend: Backend) -> None:
    event = error()
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    frames[-1]["vars"] = {"rows": "x" * 900_000}
    frames[-1]["pre_context"] = ["y" * 900_000]
    event["breadcrumbs"] = {"values": [{"message": "z" * 900_000}]}
    assert sentry(backend)[Signal.ERRORS].deliver([event], 5) == Delivered()
    sent = json.loads(envelope(backend.accepted[0])[2])
    assert sent["exception"]["values"][-1]["value"] == "no card"
    assert sent["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "error"
    assert "z" * 900_000 in str(sent["breadcrumbs"]), "what fits stays"


def test_an_event_that_cannot_fit_is_refused(backend: Backend) -> None:
    assert sentry(backend)[Signal.ERRORS].deliver([error("x" * 10, tags={"t": "y" * 2_000_000})], 5) == Split()


def test_refusals_say_why(backend: Backend) -> None:
    lane = sentry(backend)[Signal.ERRORS]
    backend.answers = [(403, {"x-sentry-error": "event submission rejected with_reason: ProjectId"}, b"")]
    verdict = lane.deliver([error()], 5)
    assert verdict == Refused("403: event submission rejected with_reason: ProjectId", whole=True)
