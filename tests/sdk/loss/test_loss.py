"""The loss matrix: ways a backend fails, by ways a process ends.

Errors and product events: none is lost, whatever happens; a kill may take the one whose `put` had not returned. The
rest is counted: what was put is what was sent, dropped or still queued. No end takes longer than its deadline.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.delivery.backend import Answer, Backend, Behaviour, lane, running, unavailable_for, until
from vedette.sdk.delivery import Delivery, Signal, Tuning

ROOT = Path(__file__).parents[3]
COUNT = 40
DURABLE = (Signal.EVENTS, Signal.ERRORS)
SIGNALS = (*DURABLE, Signal.LOGS, Signal.TRACES)
START_SECONDS = 15.0  # of an interpreter, on a busy machine
REFUSED = "http://127.0.0.1:1"


class Service:
    """Runs `program.py` against a backend."""

    def __init__(self, backend: Backend, directory: Path) -> None:
        self.backend = backend
        self.url = backend.url
        self.spool = directory / "spool"
        self.health_file = directory / "health.json"

    def start(self, end: str, **told: Any) -> subprocess.Popen[bytes]:
        told = {"url": self.url, "spool": str(self.spool), "end": end, "count": COUNT, **told}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.sdk.loss.program", json.dumps(told)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # what is not read here is left to `communicate`
        )

    def run(self, end: str, **told: Any) -> float:
        """To its end. Returns how long that took."""
        began = time.monotonic()
        process = self.start(end, health=str(self.health_file), **told)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == (1 if end == "by_exception" else 0), errors.decode()
        return time.monotonic() - began

    def health(self) -> dict[str, dict[str, Any]]:
        return json.loads(self.health_file.read_text())

    def rescued(self) -> None:
        """The backend is well, and another process comes: nothing stays behind."""
        self.backend.behave = lambda request: Answer()
        delivery = Delivery([lane(self.backend.url, each) for each in DURABLE], spool_directory=self.spool)
        try:
            until(lambda: not any(self.spool.iterdir()))
        finally:
            delivery.close(1)

    def taken(self, each: Signal) -> Counter[Any]:
        return self.backend.count(f"/vedette/{each}")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running() as backend:
        yield Service(backend, tmp_path)


def too_many(request: Any) -> Answer:
    return Answer(413) if len(request.items) > 6 else Answer()


BACKENDS: dict[str, Callable[[], Behaviour]] = {
    "well": lambda: lambda request: Answer(),
    "503 for a second": lambda: unavailable_for(1.0),
    "503": lambda: lambda request: Answer(503),
    "hangs": lambda: lambda request: Answer(delay_seconds=30),
    "hangs for a second": lambda: unavailable_for(1.0, Answer(delay_seconds=30)),
    "429 and Retry-After": lambda: unavailable_for(0.5, Answer(429, {"retry-after": "1"})),
    "413": lambda: too_many,
    "resets in the body": lambda: unavailable_for(1.0, Answer(reset=True)),
    "slow": lambda: lambda request: Answer(delay_seconds=0.3),
}
RECOVERS = {"well", "503 for a second", "429 and Retry-After", "413", "resets in the body", "slow"}


@pytest.mark.parametrize("fails", [*BACKENDS, "refused"])
def test_a_process_that_ends_by_itself(service: Service, fails: str) -> None:
    if fails == "refused":
        service.url = REFUSED
    else:
        service.backend.behave = BACKENDS[fails]()
    deadline = 20.0 if fails in RECOVERS else 3.0
    tuning = {"failures_to_open": 1000, "request_timeout_seconds": 1.0}
    assert service.run("by_return", deadline=deadline, tuning=tuning) < deadline + START_SECONDS
    health = service.health()
    for each in SIGNALS:
        signals = health[each]
        assert signals["queued"] + signals["sent"] + sum(signals["dropped"].values()) == COUNT
        if "hangs" not in fails:  # where an answer may have come after we had stopped waiting for it
            assert sum(service.taken(each).values()) == signals["sent"]
        assert set(signals["dropped"]) <= ({"shutdown"} if each not in DURABLE else set())
        if fails in RECOVERS:
            assert signals["sent"] == COUNT
    service.rescued()
    for each in DURABLE:
        assert service.taken(each) == Counter(range(COUNT))


def test_a_moment_of_503_at_the_end_of_a_short_process(service: Service) -> None:
    """With the times a service has: the breaker opens, but not before the flush."""
    service.backend.behave = BACKENDS["503 for a second"]()
    times = ("backoff_base_seconds", "backoff_cap_seconds", "patience_seconds")
    service.run("by_return", tuning={name: getattr(Tuning(), name) for name in times})
    for each in SIGNALS:
        assert service.taken(each) == Counter(range(COUNT))


def test_an_open_breaker_does_not_delay_the_end(service: Service) -> None:
    """What the backend refused for long is not waited for: the spool has it."""
    service.url = REFUSED
    assert service.run("by_return", deadline=40.0) < 20 + START_SECONDS
    service.rescued()
    assert service.taken(Signal.ERRORS) == Counter(range(COUNT))


@pytest.mark.parametrize("end", ["by_exit_in_a_thread_of_many", "by_exception"])
def test_other_ways_to_end_by_oneself(service: Service, end: str) -> None:
    service.run(end)
    for each in SIGNALS:
        assert service.taken(each) == Counter(range(COUNT))


@contextmanager
def ready(process: subprocess.Popen[bytes]) -> Iterator[None]:
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n", process.stderr and process.stderr.read()
        yield
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("fails", ["well", "503 for a second", "hangs", "refused"])
def test_sigterm(service: Service, fails: str) -> None:
    if fails == "refused":
        service.url = REFUSED
    else:
        service.backend.behave = BACKENDS[fails]()
    tuning = {"linger_seconds": 30, "durable_linger_seconds": 30, "failures_to_open": 1000}
    deadline = 20.0 if fails in RECOVERS else 2.0
    process = service.start("by_signal", deadline=deadline, tuning=tuning)
    with ready(process):
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == -signal.SIGTERM
        assert time.monotonic() - began < deadline + START_SECONDS
    for each in SIGNALS if fails in RECOVERS else ():
        assert service.taken(each) == Counter(range(COUNT))
    service.rescued()
    for each in DURABLE:
        assert service.taken(each) == Counter(range(COUNT))


def test_a_second_sigterm_does_not_wait(service: Service) -> None:
    service.backend.behave = BACKENDS["hangs"]()
    process = service.start("by_signal", deadline=40.0)
    with ready(process):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == -signal.SIGTERM


@pytest.mark.parametrize("fails", ["well", "503", "hangs", "refused"])
def test_sigkill_takes_at_most_the_put_that_had_not_returned(service: Service, fails: str) -> None:
    if fails == "refused":
        service.url = REFUSED
    else:
        service.backend.behave = BACKENDS[fails]()
    process = service.start("by_signal_while_putting")
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.uniform(0.05, 0.3))
    process.kill()
    told = [0, *map(int, process.communicate()[0].split(b"\n")[:-1])]  # a line that is not whole had not been told
    service.rescued()
    for each in DURABLE:
        got = service.taken(each)
        assert set(told) <= set(got)
        assert set(got) <= {*told, told[-1] + 1}
    assert max(told) > 20


def test_sigkill_again_and_again(service: Service) -> None:
    """Each process finds what the ones before it left, and is killed over it in turn."""
    told: dict[int, int] = {}
    for life in range(4):
        service.backend.behave = BACKENDS["503" if life % 2 else "slow"]()
        process = service.start("by_signal", count=COUNT * (life + 1))
        with ready(process):
            time.sleep(random.uniform(0, 0.2))
        told[life] = COUNT * (life + 1)
    service.rescued()
    for each in DURABLE:
        assert set(service.taken(each)) == set(range(COUNT * 4))
        assert sum(service.taken(each).values()) >= sum(told.values())


CHILDREN = {
    "by_fork": (0, 1000, 2000, 3000, 10_000),
    "by_sigterm_of_forked_children": (1000, 2000),
    "by_multiprocessing": (0, 1000, 2000),
    "by_spawn": (1000,),
}


@pytest.mark.parametrize("end", CHILDREN)
@pytest.mark.parametrize("fails", ["well", "503 for a second"])
def test_children(service: Service, end: str, fails: str) -> None:
    """Each process sends its own, once: a child does not send again what its parent had queued when it was made."""
    service.backend.behave = BACKENDS[fails]()
    service.run(end, tuning={"linger_seconds": 1.0, "durable_linger_seconds": 1.0, "failures_to_open": 1000})
    expected = Counter(number for first in CHILDREN[end] for number in range(first, first + COUNT))
    for each in SIGNALS:
        assert service.taken(each) == expected
    service.rescued()
    for each in SIGNALS:
        assert service.taken(each) == expected


def test_a_fork_in_the_middle_of_an_import(service: Service, tmp_path: Path) -> None:
    module = "import time; time.sleep(0.3)\nfrom tests.sdk.delivery.backend import encode\n"
    (tmp_path / "slow_encoder.py").write_text(module)
    service.run("by_fork_during_an_import", modules=str(tmp_path))
    for each in SIGNALS:
        assert service.taken(each) == Counter([0, *range(1000, 1000 + COUNT)])


def test_a_child_that_leaves_by_os_exit(service: Service) -> None:
    service.run("by_fork_and_os_exit")
    service.rescued()
    for each in DURABLE:
        assert set(service.taken(each)) == {*range(COUNT), *range(1000, 1000 + COUNT)}


def test_the_next_process_of_the_service_sends_what_it_finds(service: Service) -> None:
    """Through nothing but its start: it may never report anything itself."""
    service.backend.behave = BACKENDS["503"]()
    with ready(service.start("by_signal")):
        pass
    service.backend.behave = BACKENDS["well"]()
    service.run("rescue")
    for each in DURABLE:
        assert service.taken(each) == Counter(range(COUNT))
