"""Better Stack's ingestion: https://betterstack.com/docs/logs/ingesting-data/http/logs/."""

from tests.sdk.exporters.conftest import Answer, Backend, Request
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Retry, Signal, Split
from vedette.sdk.exporters.betterstack import BetterStack


def source(request: Request) -> Answer:
    """202 taken, 403 a wrong token, 406 not JSON, 413 over 10 MiB compressed or 20 MiB in all."""
    if request.headers.get("authorization") != "Bearer t":
        return 403, {}, b"Unauthorized"
    if request.path in ("/v1/traces", "/v1/metrics"):
        return 200, {}, b""
    if request.wire_bytes > 10 << 20 or len(request.body) > 20 << 20:
        return 413, {}, b"payload reached size limit"
    try:
        lines = request.json
    except ValueError:
        return 406, {}, b"Couldn't parse JSON content."
    return (202, {}, b"") if request.path == "/" and isinstance(lines, list) else (404, {}, b"")


def betterstack(backend: Backend) -> dict[Signal, Lane]:
    backend.rules = source
    return {lane.signal: lane for lane in BetterStack(source_token="t", host=backend.url).lanes(SERVICE)}


def test_every_signal(backend: Backend) -> None:
    lanes = betterstack(backend)
    event = error()
    span, logs = span_and_logs(error_id=event["event_id"])
    items = {
        Signal.LOGS: logs,
        Signal.ERRORS: [event],
        Signal.EVENTS: [product_event()],
        Signal.TRACES: [span],
        Signal.METRICS: [collection()],
    }
    for signal, batch in items.items():
        assert lanes[signal].deliver(batch, 5) == Delivered()
    (line,), (failure,), (happened,) = (request.json for request in backend.accepted[:3])
    trace_id = f"{span.context.trace_id:032x}"
    assert (line["message"], line["level"], line["trace_id"]) == ("order 0 of größe", "error", trace_id)
    assert line["dt"].endswith("Z")
    assert (line["resource"]["service.name"], line["attributes"]["user.id"]) == ("checkout", "u1")
    assert "exception.stacktrace" not in line["attributes"]
    assert failure["attributes"]["exception.stacktrace"].endswith("ValueError: no card")
    assert failure["attributes"]["sentry.event_id"] == line["attributes"]["sentry.event_id"]
    assert (happened["event"], happened["attributes"]["plan"]) == ("plan_upgraded", "pro")


def test_answers(backend: Backend) -> None:
    _, logs = span_and_logs(count=2)
    lane = betterstack(backend)[Signal.LOGS]
    backend.answers = [(402, {}, b""), (403, {}, b"Unauthorized"), (406, {}, b"Couldn't parse"), (413, {}, b"")]
    assert lane.deliver(logs, 5) == Retry("over the quota", 600)
    token, unreadable = lane.deliver(logs, 5), lane.deliver(logs, 5)
    assert isinstance(token, Refused) and token.whole
    assert isinstance(unreadable, Refused) and not unreadable.whole
    assert lane.deliver(logs, 5) == Split()


def test_values_that_json_has_no_word_for(backend: Backend) -> None:
    _, logs = span_and_logs()
    logs[0].log_record.attributes = {
        "nan": float("nan"),
        "bytes": b"\xff",
        "half": "\ud800",
        "set": [1.0, float("inf")],
    }
    assert betterstack(backend)[Signal.LOGS].deliver(logs, 5) == Delivered()
    (line,) = backend.accepted[0].json
    assert line["attributes"] == {"nan": None, "bytes": "\ufffd", "half": "?", "set": [1.0, None]}
