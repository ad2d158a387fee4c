"""Lanes to a real HTTP server that behaves as badly as real ones do."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.delivery.backend import QUICK, Answer, Backend, Behaviour, Request, encode, lane, unavailable_for, until
from vedette.sdk.delivery import Delivery, Lane, Signal, Tuning

Start = Callable[..., Delivery]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def make(*lanes: Lane, spool: Path | None = tmp_path / "spool", **options: Any) -> Delivery:
            delivery = Delivery(lanes, spool_directory=spool, **{"tuning": QUICK, **options})
            stack.callback(delivery.close, 0.2)
            return delivery

        yield make


def put(delivery: Delivery, signal: Signal, ids: Sequence[int], **more: Any) -> None:
    for number in ids:
        delivery.put(signal, {"id": number, **more})


def accounted(delivery: Delivery, target: str = "vedette") -> int:
    health = delivery.health()[target]
    return health.queued + health.sent + health.rejected + sum(health.dropped.values())


@pytest.mark.parametrize("signal", list(Signal))
def test_everything_arrives_once(backend: Backend, start: Start, signal: Signal) -> None:
    delivery = start(lane(backend.url, signal, max_items=50))
    put(delivery, signal, range(120))
    assert delivery.flush(5)
    assert backend.count(f"/vedette/{signal}") == Counter(range(120))
    health = delivery.health()["vedette"]
    assert (health.sent, health.queued, health.dropped) == (120, 0, {})
    assert health.signals[signal].sent == 120
    request = backend.requests[0]
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["user-agent"].startswith("vedette-python/")


def test_without_a_flush_records_are_there_within_a_second(backend: Backend, start: Start) -> None:
    delivery = start(*(lane(backend.url, signal) for signal in (Signal.LOGS, Signal.EVENTS)), tuning=Tuning())
    put(delivery, Signal.LOGS, [1, 2, 3])
    put(delivery, Signal.EVENTS, [1, 2, 3])
    until(lambda: sum(backend.count("/vedette/events").values()) == 3, 3)
    until(lambda: sum(backend.count("/vedette/logs").values()) == 3, 3)
    assert len(backend.requests) == 2  # each waited for company


def test_each_target_has_its_own_pace(backend: Backend, start: Start) -> None:
    backend.behave = lambda request: Answer(503) if request.path.startswith("/posthog") else Answer()
    delivery = start(*(lane(backend.url, Signal.EVENTS, target) for target in ("posthog", "vedette")))
    put(delivery, Signal.EVENTS, range(10))
    assert not delivery.flush(0.3)
    assert backend.count("/vedette/events") == Counter(range(10))
    assert delivery.health()["posthog"].queued == 10
    backend.behave = lambda request: Answer()
    assert delivery.flush(5)
    assert backend.count("/posthog/events") == Counter(range(10))


def test_metrics_go_to_lanes_of_their_temporality(backend: Backend, start: Start) -> None:
    delivery = start(
        lane(backend.url, Signal.METRICS, "vedette"), lane(backend.url, Signal.METRICS, "datadog", temporality="delta")
    )
    delivery.put(Signal.METRICS, {"id": 1}, temporality="delta")
    delivery.put(Signal.METRICS, {"id": 2}, temporality="cumulative")
    delivery.put(Signal.METRICS, {"id": 3})
    assert delivery.flush(5)
    assert backend.count("/datadog/metrics") == Counter([1, 3])
    assert backend.count("/vedette/metrics") == Counter([2, 3])


@pytest.mark.parametrize(
    "bad",
    [Answer(503), Answer(500), Answer(429), Answer(408), Answer(close=True), Answer(reset=True)],
    ids=["503", "500", "429", "408", "closed", "reset in the body"],
)
def test_an_outage_loses_nothing(backend: Backend, start: Start, bad: Answer) -> None:
    backend.behave = unavailable_for(0.4, bad)
    delivery = start(*(lane(backend.url, signal) for signal in (Signal.ERRORS, Signal.TRACES)))
    put(delivery, Signal.ERRORS, range(5))
    put(delivery, Signal.TRACES, range(30))
    assert delivery.flush(0.1) is False
    until(lambda: delivery.health()["vedette"].queued == 0)
    assert backend.count("/vedette/errors") == Counter(range(5))
    assert backend.count("/vedette/traces") == Counter(range(30))
    health = delivery.health()["vedette"]
    assert health.retried >= 35
    assert health.state == "closed"
    assert health.last_error


def test_a_backend_that_hangs_is_given_up_on_and_tried_again(backend: Backend, start: Start) -> None:
    backend.behave = unavailable_for(0.3, Answer(delay_seconds=30))
    delivery = start(lane(backend.url, Signal.ERRORS), tuning=replace(QUICK, request_timeout_seconds=0.2))
    put(delivery, Signal.ERRORS, range(5))
    assert delivery.flush(5)
    assert backend.count("/vedette/errors") == Counter(range(5))
    assert "Timeout" in delivery.health()["vedette"].last_error


def test_the_breaker_opens_tells_and_closes(backend: Backend, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    backend.behave = lambda request: Answer(503, body=b"maintenance")
    delivery = start(lane(backend.url, Signal.LOGS))
    put(delivery, Signal.LOGS, [1])
    until(lambda: delivery.health()["vedette"].state == "open")
    assert delivery.health()["vedette"].last_error.endswith("503 Service Unavailable: maintenance")
    until(lambda: len(backend.requests) > 8)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.name for record in warnings] == ["vedette"]
    backend.behave = lambda request: Answer()
    until(lambda: delivery.health()["vedette"].state == "closed")


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_heeded_even_by_a_flush(backend: Backend, start: Start, status: int) -> None:
    backend.behave = unavailable_for(0.1, Answer(status, {"retry-after": "1"}))
    delivery = start(lane(backend.url, Signal.EVENTS))
    put(delivery, Signal.EVENTS, [1, 2])
    assert delivery.flush(0.5) is False
    assert delivery.flush(30)
    first, second = backend.requests
    assert second.at - first.at >= 1.0
    assert backend.count("/vedette/events") == Counter([1, 2])


def test_a_flush_does_not_wait_for_what_comes_after_its_end(backend: Backend, start: Start) -> None:
    backend.behave = lambda request: Answer(503, {"retry-after": "300"})
    delivery = start(lane(backend.url, Signal.EVENTS))
    put(delivery, Signal.EVENTS, [1, 2])
    began = time.monotonic()
    assert delivery.flush(60) is False
    assert time.monotonic() - began < 50


def test_a_flush_does_not_wait_for_the_backoff(backend: Backend, start: Start) -> None:
    backend.behave = lambda request: Answer(503)
    delivery = start(lane(backend.url, Signal.LOGS), tuning=replace(QUICK, backoff_base_seconds=60, failures_to_open=1))
    put(delivery, Signal.LOGS, [1])
    until(lambda: delivery.health()["vedette"].state == "open")
    assert len(backend.requests) == 1
    backend.behave = lambda request: Answer()
    assert delivery.flush(5)
    assert backend.count("/vedette/logs") == Counter([1])


def most(items: int) -> Behaviour:
    return lambda request: Answer(413) if len(request.items) > items else Answer()


@pytest.mark.parametrize("signal", [Signal.TRACES, Signal.ERRORS])
def test_413_splits_and_learns(backend: Backend, start: Start, signal: Signal) -> None:
    backend.behave = most(7)
    delivery = start(lane(backend.url, signal))
    put(delivery, signal, range(200))
    assert delivery.flush(5)
    assert backend.count(f"/vedette/{signal}") == Counter(range(200))
    assert delivery.health()["vedette"].dropped == {}
    assert sum(len(request.items) > 7 for request in backend.requests) < 20  # it learns the size


def test_batches_are_split_by_bytes_without_being_sent(backend: Backend, start: Start) -> None:
    delivery = start(lane(backend.url, Signal.EVENTS, max_bytes=2000))
    put(delivery, Signal.EVENTS, range(100), padding="x" * 100)
    assert delivery.flush(5)
    assert backend.count("/vedette/events") == Counter(range(100))
    assert all(request.size <= 2000 for request in backend.requests)


def test_one_item_too_large_is_dropped_alone(backend: Backend, start: Start) -> None:
    delivery = start(lane(backend.url, Signal.ERRORS, max_bytes=2000))
    put(delivery, Signal.ERRORS, range(10))
    put(delivery, Signal.ERRORS, [10], padding="x" * 3000)
    put(delivery, Signal.ERRORS, range(11, 20))
    assert delivery.flush(5)
    assert backend.count("/vedette/errors") == Counter([*range(10), *range(11, 20)])
    assert delivery.health()["vedette"].dropped == {"too_large": 1}


def test_a_poison_pill_takes_no_neighbours(backend: Backend, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    def behave(request: Request) -> Answer:
        return Answer(400, body=b"bad event") if any(item["id"] in (13, 14) for item in request.items) else Answer()

    backend.behave = behave
    delivery = start(lane(backend.url, Signal.EVENTS))
    put(delivery, Signal.EVENTS, range(40))
    assert delivery.flush(5)
    assert backend.count("/vedette/events") == Counter(set(range(40)) - {13, 14})
    health = delivery.health()["vedette"]
    assert health.dropped == {"refused": 2}
    assert health.last_error == "refused: 400 Bad Request: bad event"
    assert sum("400 Bad Request" in record.message for record in caplog.records) == 1


def test_an_item_that_breaks_the_backend_does_not_stop_the_others(backend: Backend, start: Start) -> None:
    backend.behave = lambda request: Answer(500 if any(item["id"] == 13 for item in request.items) else 200)
    delivery = start(lane(backend.url, Signal.ERRORS), tuning=replace(QUICK, give_up_seconds=0.5))
    put(delivery, Signal.ERRORS, range(20))
    until(lambda: len(backend.count("/vedette/errors")) == 19)
    until(lambda: delivery.health()["vedette"].dropped == {"refused": 1})
    put(delivery, Signal.ERRORS, [20])
    assert delivery.flush(5)
    assert backend.count("/vedette/errors") == Counter(set(range(21)) - {13})


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_is_not_blamed_on_the_items(backend: Backend, start: Start, status: int) -> None:
    backend.behave = lambda request: Answer(status)
    delivery = start(lane(backend.url, Signal.EVENTS), tuning=replace(QUICK, durable_linger_seconds=5))
    put(delivery, Signal.EVENTS, range(40))
    assert delivery.flush(5)
    assert len(backend.requests) == 1
    assert delivery.health()["vedette"].dropped == {"refused": 40}


def test_an_item_that_cannot_be_encoded_is_dropped_alone(backend: Backend, start: Start) -> None:
    delivery = start(lane(backend.url, Signal.TRACES))
    put(delivery, Signal.TRACES, range(10))
    delivery.put(Signal.TRACES, {"id": object()})
    assert delivery.flush(5)
    assert backend.count("/vedette/traces") == Counter(range(10))
    assert delivery.health()["vedette"].dropped == {"invalid": 1}


def test_rejected_items_of_a_batch_that_was_taken(backend: Backend, start: Start) -> None:
    from vedette.sdk.delivery.lane import Delivered

    delivery = start(lane(backend.url, Signal.LOGS, interpret=lambda response: Delivered(3, "too old")))
    put(delivery, Signal.LOGS, range(10))
    assert delivery.flush(5)
    health = delivery.health()["vedette"]
    assert (health.sent, health.rejected, health.last_error) == (7, 3, "3 rejected: too old")


def test_overflow_drops_the_oldest_and_counts_them(backend: Backend, start: Start) -> None:
    backend.behave = lambda request: Answer(503)
    delivery = start(lane(backend.url, Signal.LOGS, max_items=10), queue_max_items=100)
    put(delivery, Signal.LOGS, range(10))
    until(lambda: backend.requests)  # ten are in hand
    put(delivery, Signal.LOGS, range(10, 500))
    assert delivery.health()["vedette"].dropped == {"overflow": 390}
    assert accounted(delivery) == 500
    backend.behave = lambda request: Answer()
    assert delivery.flush(5)
    assert backend.count("/vedette/logs") == Counter([*range(10), *range(400, 500)])


def test_the_spool_is_bounded_and_drops_the_oldest(backend: Backend, start: Start, tmp_path: Path) -> None:
    backend.behave = lambda request: Answer(503)
    delivery = start(lane(backend.url, Signal.EVENTS, max_items=1), spool_max_bytes=1 << 18)
    put(delivery, Signal.EVENTS, [0], padding="x" * 1000)
    until(lambda: backend.requests)
    put(delivery, Signal.EVENTS, range(1, 1000), padding="x" * 1000)

    def size() -> int:
        with suppress(FileNotFoundError):  # it is being dropped
            return sum(path.stat().st_size for path in tmp_path.rglob("*.jsonl"))
        return 1 << 30

    until(lambda: size() <= 1 << 18)
    assert size() > 1 << 17
    until(lambda: accounted(delivery) == 1000)
    backend.behave = lambda request: Answer()
    until(lambda: delivery.health()["vedette"].queued == 0)
    dropped = delivery.health()["vedette"].dropped["overflow"]
    assert backend.count("/vedette/events") == Counter([0, *range(dropped + 1, 1000)])


def test_a_directory_that_cannot_be_written_leaves_memory(
    backend: Backend, start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    delivery = start(lane(backend.url, Signal.ERRORS), spool=tmp_path / "file" / "spool")
    put(delivery, Signal.ERRORS, range(10))
    assert "cannot be written" in delivery.health()["vedette"].note
    assert sum("cannot be written" in record.message for record in caplog.records) == 1
    assert delivery.flush(5)
    assert backend.count("/vedette/errors") == Counter(range(10))


def test_a_spool_deleted_while_in_use_is_made_again(backend: Backend, start: Start, tmp_path: Path) -> None:
    import shutil

    delivery = start(lane(backend.url, Signal.ERRORS))
    put(delivery, Signal.ERRORS, range(5))
    assert delivery.flush(5)
    shutil.rmtree(tmp_path / "spool")
    put(delivery, Signal.ERRORS, range(5, 10))  # into a file that no longer has a name
    delivery.flush(5)
    put(delivery, Signal.ERRORS, range(10, 15))
    assert delivery.flush(5)
    assert set(range(10, 15)) <= set(backend.count("/vedette/errors"))
    assert accounted(delivery) == 15


def test_close_counts_what_it_leaves_and_the_next_delivery_sends_what_is_spooled(
    backend: Backend, start: Start
) -> None:
    backend.behave = lambda request: Answer(503)
    delivery = start(*(lane(backend.url, signal) for signal in (Signal.EVENTS, Signal.LOGS)))
    put(delivery, Signal.EVENTS, range(10))
    put(delivery, Signal.LOGS, range(20))
    delivery.close(0.3)
    delivery.close(0.3)
    put(delivery, Signal.EVENTS, range(10, 12))
    put(delivery, Signal.LOGS, range(20, 23))
    signals = delivery.health()["vedette"].signals
    assert signals[Signal.LOGS].dropped == {"shutdown": 23}
    assert signals[Signal.EVENTS].dropped == {}
    backend.behave = lambda request: Answer()
    start(lane(backend.url, Signal.EVENTS))
    until(lambda: backend.count("/vedette/events") == Counter(range(10)))  # 10 and 11 wait for this process to end


def test_a_delivery_adopts_only_what_is_for_its_targets(backend: Backend, start: Start, tmp_path: Path) -> None:
    backend.behave = lambda request: Answer(503)
    first = start(*(lane(backend.url, Signal.EVENTS, target) for target in ("posthog", "vedette")))
    put(first, Signal.EVENTS, range(10))
    first.close(0)
    backend.behave = lambda request: Answer()
    second = start(lane(backend.url, Signal.EVENTS, "vedette"), lane(backend.url, Signal.EVENTS, "datadog"))
    until(lambda: backend.count("/vedette/events") == Counter(range(10)))
    second.close(1)
    third = start(lane(backend.url, Signal.EVENTS, "posthog"))
    until(lambda: backend.count("/posthog/events") == Counter(range(10)))
    third.close(1)
    assert backend.count("/datadog/events") == Counter()
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_waits_for_a_target_nobody_has_makes_room_at_last(start: Start, backend: Backend, tmp_path: Path) -> None:
    backend.behave = lambda request: Answer(503)
    small = {"spool_max_bytes": 1 << 18}
    first = start(lane(backend.url, Signal.EVENTS, "posthog"), **small)
    put(first, Signal.EVENTS, range(200), padding="x" * 1000)
    first.close(0)
    second = start(lane(backend.url, Signal.EVENTS, "vedette"), **small)
    put(second, Signal.EVENTS, range(200), padding="x" * 1000)
    until(lambda: "posthog, which is not configured" in second.health()["vedette"].note)
    assert second.health()["vedette"].dropped == {}
    assert accounted(second) == 200


def test_a_closed_delivery_has_nothing_to_wait_for(start: Start, backend: Backend) -> None:
    backend.behave = lambda request: Answer(503)
    delivery = start(lane(backend.url, Signal.EVENTS))
    put(delivery, Signal.EVENTS, range(3))
    delivery.close(0)
    began = time.monotonic()
    assert delivery.flush(60) is False
    assert time.monotonic() - began < 50
    assert delivery.health()["vedette"].queued == 3


def test_two_lanes_of_one_target_and_signal_are_two(backend: Backend, start: Start) -> None:
    other = replace(lane(backend.url, Signal.EVENTS), url=backend.url + "/elsewhere")
    delivery = start(lane(backend.url, Signal.EVENTS), other)
    put(delivery, Signal.EVENTS, range(3))
    assert delivery.flush(5)
    assert backend.count("/vedette/events") == backend.count("/elsewhere") == Counter(range(3))
    assert delivery.health()["vedette"].sent == 6


def test_a_spoilt_line_is_counted_and_its_neighbours_are_sent(backend: Backend, start: Start, tmp_path: Path) -> None:
    first = start(lane(backend.url, Signal.ERRORS), tuning=replace(QUICK, durable_linger_seconds=60))
    put(first, Signal.ERRORS, range(3))
    backend.behave = lambda request: Answer(503)
    first.close(0)
    segment = next(tmp_path.rglob("*.jsonl"))
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(lines[0] + b"\0" * 8 + b"\n" + lines[2])
    backend.behave = lambda request: Answer()
    second = start(lane(backend.url, Signal.ERRORS))
    until(lambda: backend.count("/vedette/errors") == Counter([0, 2]))
    until(lambda: second.health()["vedette"].queued == 0)
    assert second.health()["vedette"].dropped == {"corrupt": 1}


def test_put_never_raises(start: Start, backend: Backend) -> None:
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    delivery = start(lane(backend.url, Signal.EVENTS))
    delivery.put(Signal.EVENTS, {"id": Unspeakable()})
    delivery.put(Signal.EVENTS, {"id": 1, "padding": "x" * (5 << 20)})
    delivery.put(Signal.LOGS, {"id": 1})  # nobody takes them
    delivery.put("nonsense", {"id": 1})  # type: ignore[arg-type]
    delivery.drop(Signal.EVENTS, "invalid", 2)
    assert delivery.health()["vedette"].dropped == {"invalid": 3, "too_large": 1}


def test_a_flush_passes_what_was_put_before_it_however_much_comes_after(backend: Backend, start: Start) -> None:
    delivery = start(lane(backend.url, Signal.LOGS, max_items=100))
    stop = threading.Event()

    def chatter() -> None:
        while not stop.is_set():
            delivery.put(Signal.LOGS, {"id": -1})
            time.sleep(0.0005)

    thread = threading.Thread(target=chatter)
    thread.start()
    try:
        put(delivery, Signal.LOGS, range(50))
        assert delivery.flush(5)
        assert set(range(50)) <= set(backend.count("/vedette/logs"))
    finally:
        stop.set()
        thread.join()


def test_when_no_thread_can_be_started_the_end_sends_in_its_own(
    backend: Backend, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.12 starts no threads once the interpreter is ending."""

    begin = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith("vedette"):
            raise RuntimeError("can't create new thread at interpreter shutdown")
        begin(thread)

    backend.behave = lambda request: Answer(delay_seconds=30) if request.path.startswith("/slow") else Answer()
    delivery = start(
        lane(backend.url, Signal.LOGS, "slow"), *(lane(backend.url, signal) for signal in (Signal.LOGS, Signal.ERRORS))
    )
    monkeypatch.setattr(threading.Thread, "start", refuse)
    for signal in (Signal.LOGS, Signal.ERRORS):
        put(delivery, signal, range(5))
    began = time.monotonic()
    delivery.close(1.5)
    assert time.monotonic() - began < 20
    assert backend.count("/vedette/logs") == backend.count("/vedette/errors") == Counter(range(5))
    assert delivery.health()["slow"].dropped == {"shutdown": 5}


def test_what_is_sent_is_not_traced(start: Start) -> None:
    """Instrumented HTTP clients would make a span of every request of ours, and those would be sent, and so on."""
    from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value

    seen: list[Any] = []

    def look(items: Any) -> bytes:
        seen.append(get_value(_SUPPRESS_INSTRUMENTATION_KEY))
        return encode(items)

    delivery = start(lane("http://127.0.0.1:9", Signal.LOGS, encode=look))
    put(delivery, Signal.LOGS, [1])
    delivery.flush(1)
    assert seen and all(seen)


def test_twelve_real_seconds_of_503(backend: Backend, start: Start) -> None:
    """With the times a service has. Every other client measured lost 30 to 60 % here."""
    backend.behave = unavailable_for(12.0)
    signals = (Signal.LOGS, Signal.TRACES, Signal.EVENTS, Signal.ERRORS)
    delivery = start(*(lane(backend.url, signal) for signal in signals), tuning=Tuning())
    for number in range(130):
        for signal in signals:
            delivery.put(signal, {"id": number})
        time.sleep(0.1)
    until(lambda: delivery.health()["vedette"].queued == 0, 20)
    for signal in signals:
        assert backend.count(f"/vedette/{signal}") == Counter(range(130))
    assert delivery.health()["vedette"].dropped == {}
