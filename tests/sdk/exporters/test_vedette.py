"""To a real server: what is read back by SQL is what was sent, each error once, all of one context."""

from tests.conftest import ProjectClient
from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Lane, Refused, Signal
from vedette.sdk.exporters.otlp import Otlp
from vedette.sdk.exporters.vedette import Vedette


def vedette(project: ProjectClient) -> dict[Signal, Lane]:
    dsn = project.server.url.replace("://", f"://{project.key}@") + f"/{project.id}"
    return {lane.signal: lane for lane in Vedette(dsn=dsn).lanes(SERVICE)}


def test_every_signal_arrives_with_its_context(project: ProjectClient) -> None:
    lanes = vedette(project)
    assert set(lanes) == set(Signal)
    event = error()
    span, logs = span_and_logs(error_id=event["event_id"])
    trace_id = f"{span.context.trace_id:032x}"
    event["contexts"]["trace"] = {"trace_id": trace_id, "span_id": f"{span.context.span_id:016x}"}
    happened = product_event(seats=3, **{"$trace_id": trace_id, "$sentry_event_id": event["event_id"]})
    items = {
        Signal.TRACES: [span],
        Signal.LOGS: logs,
        Signal.METRICS: [collection()],
        Signal.EVENTS: [happened],
        Signal.ERRORS: [event],
    }
    for signal, batch in items.items():
        assert lanes[signal].deliver(batch, 10) == Delivered()

    who = "trace_id, user_id, session_id, service, environment, release"
    common = {
        "trace_id": trace_id,
        "user_id": "u1",
        "session_id": "s1",
        "service": "checkout",
        "environment": "test",
        "release": "1.4.2",
    }
    for table in ("spans", "logs", "errors"):
        (row,) = project.wait_for(f"SELECT {who} FROM {table}")
        assert row == common, table
    (row,) = project.wait_for(
        "SELECT event, distinct_id, trace_id, session_id, service, environment, release, uuid FROM events"
    )
    assert row.pop("event") == "plan_upgraded" and row.pop("distinct_id") == "u1"
    assert str(row.pop("uuid")) == happened["uuid"]
    assert row == {name: value for name, value in common.items() if name != "user_id"}

    (found,) = project.sql("SELECT event_id, type, value, handled, source FROM errors")
    assert found == {
        "event_id": event["event_id"],
        "type": "ValueError",
        "value": "no card",
        "handled": False,
        "source": "sentry",
    }
    (line,) = project.sql("SELECT body, severity_text, attributes FROM logs")
    assert (line["body"], line["severity_text"]) == ("order 0 of größe", "ERROR")
    assert line["attributes"]["sentry.event_id"] == event["event_id"]
    assert line["attributes"]["nested"] == '{"a":[1,2.5,true]}'
    (orders,) = project.wait_for("SELECT value FROM metric_points WHERE metric_name = 'shop.orders'")
    assert orders["value"] == 3
    (stored,) = project.sql("SELECT name, attributes FROM spans")
    assert (stored["name"], stored["attributes"]["amount"]) == ("charge", "4900")
    assert project.sql("SELECT * FROM outcomes WHERE outcome = 'rejected'") == []


def test_sent_twice_counts_once(project: ProjectClient) -> None:
    lanes = vedette(project)
    event, happened = error(), product_event()
    for _ in range(2):
        assert lanes[Signal.ERRORS].deliver([event], 10) == Delivered()
        assert lanes[Signal.EVENTS].deliver([happened], 10) == Delivered()
    assert project.sql("SELECT count() AS n FROM errors FINAL")[0]["n"] == 1
    assert project.sql("SELECT count() AS n FROM events FINAL")[0]["n"] == 1


def test_generic_otlp_brings_errors_and_events_too(project: ProjectClient) -> None:
    headers = {"authorization": f"Bearer {project.key}"}
    lanes = {lane.signal: lane for lane in Otlp(endpoint=project.server.url, headers=headers).lanes(SERVICE)}
    assert lanes[Signal.ERRORS].deliver([error()], 10) == Delivered()
    assert lanes[Signal.EVENTS].deliver([product_event()], 10) == Delivered()
    (found,) = project.wait_for("SELECT type, value, user_id, session_id, source, length(frames) AS frames FROM errors")
    assert found == {
        "type": "ValueError",
        "value": "no card",
        "user_id": "u1",
        "session_id": "s1",
        "source": "otlp",
        "frames": found["frames"],
    }
    assert found["frames"] == 1
    names = {row["body"] for row in project.wait_for("SELECT body FROM logs", rows=2)}
    assert names == {"ValueError: no card", "plan_upgraded"}


def test_a_wrong_key_is_refused_and_not_told(project: ProjectClient) -> None:
    dsn = project.server.url.replace("://", "://0123456789abcdef0123456789abcdef@") + f"/{project.id}"
    span, logs = span_and_logs()
    items = {
        Signal.TRACES: [span],
        Signal.LOGS: logs,
        Signal.METRICS: [collection()],
        Signal.EVENTS: [product_event()],
        Signal.ERRORS: [error()],
    }
    for lane in Vedette(dsn=dsn).lanes(SERVICE):
        verdict = lane.deliver(items[lane.signal], 10)
        assert isinstance(verdict, Refused), lane.signal
        assert "0123456789abcdef" not in verdict.reason
