import io

from tests.sdk.exporters.telemetry import SERVICE, collection, error, product_event, span_and_logs
from vedette.sdk.delivery.lane import Delivered, Signal
from vedette.sdk.exporters.console import Console


def printed(signal: Signal, items: list[object]) -> str:
    stream = io.StringIO()
    (lane,) = Console(signals=frozenset({signal}), stream=stream).lanes(SERVICE)
    assert lane.deliver(items, 1) == Delivered()
    return stream.getvalue()


def test_a_line_an_item() -> None:
    span, logs = span_and_logs()
    line = printed(Signal.TRACES, [span])
    assert line.count("\n") == 1
    assert " span  charge " in line and f"trace={span.context.trace_id:032x}" in line and "amount=4900" in line
    assert "info  order 0 of größe user.id=u1" in printed(Signal.LOGS, list(logs))
    assert " event plan_upgraded by u1 " in printed(Signal.EVENTS, [product_event(seats=3)])
    assert "seats=3" in printed(Signal.EVENTS, [product_event(seats=3)])
    assert "metric shop_orders_total=3.0" in printed(Signal.METRICS, [collection()])
    assert "bucket" not in printed(Signal.METRICS, [collection()])


def test_an_error_shows_its_stack() -> None:
    event = error()
    text = printed(Signal.ERRORS, [event])
    assert f"error ValueError: no card id={event['event_id']}\n" in text
    assert text.endswith("ValueError: no card\n")
    assert 'card["number"]' in text


def test_log_lines_are_left_to_the_log() -> None:
    assert {lane.signal for lane in Console().lanes(SERVICE)} == {Signal.TRACES, Signal.EVENTS, Signal.ERRORS}


def test_colours_on_a_terminal_only() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    (lane,) = Console(signals=frozenset({Signal.EVENTS}), stream=stream).lanes(SERVICE)
    lane.deliver([product_event()], 1)
    assert stream.getvalue().startswith("\x1b[32m") and stream.getvalue().endswith("\x1b[0m\n")
    assert "\x1b" not in printed(Signal.EVENTS, [product_event()])
