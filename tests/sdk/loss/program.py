"""A service in a process of its own, that ends in the way it is told.

    python -m tests.sdk.loss.program '{"url": …, "spool": …, "end": "exit", "count": 50}'

Every signal gets items numbered from `first`. What it has put is printed, a line each where `tell` is set; its health
after the end goes to the file `health`.
"""

import atexit
import importlib
import json
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.sdk.delivery.backend import QUICK, lane
from vedette.sdk.delivery import Delivery, Signal, shutdown

SIGNALS = (Signal.EVENTS, Signal.ERRORS, Signal.LOGS, Signal.TRACES)


def start(told: dict[str, Any]) -> Delivery:
    tuning = replace(QUICK, **told.get("tuning", {}))
    lanes = [
        lane(told["url"], each, **({"encode": import_and_encode} if "modules" in told else {})) for each in SIGNALS
    ]
    delivery = Delivery(lanes, spool_directory=Path(told["spool"]), tuning=tuning)
    if "health" in told:  # registered first, so called last
        atexit.register(write_health, delivery, Path(told["health"]), os.getpid())
    shutdown.watch(delivery, told.get("deadline", 5.0))
    return delivery


def import_and_encode(items: Any) -> bytes:
    return bytes(importlib.import_module("slow_encoder").encode(items))


def write_health(delivery: Delivery, path: Path, of: int) -> None:
    if os.getpid() == of:
        signals = delivery.health()["vedette"].signals
        path.write_text(json.dumps({name: asdict(health) for name, health in signals.items()}))


def put(delivery: Delivery, first: int, count: int, tell: bool = False) -> None:
    for number in range(first, first + count):
        for each in SIGNALS:
            delivery.put(each, {"id": number})
        if tell:
            os.write(1, b"%d\n" % number)


def say(word: str) -> None:
    os.write(1, word.encode() + b"\n")


# --- the ends -------------------------------------------------------------------------------------------------------


def by_return(delivery: Delivery, told: dict[str, Any]) -> None:
    put(delivery, 0, told["count"])


def by_exit_in_a_thread_of_many(delivery: Delivery, told: dict[str, Any]) -> None:
    import threading

    share = told["count"] // 5
    threads = [threading.Thread(target=put, args=(delivery, part * share, share)) for part in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(0)


def by_exception(delivery: Delivery, told: dict[str, Any]) -> None:
    put(delivery, 0, told["count"])
    raise RuntimeError("the service falls over")


def by_signal(delivery: Delivery, told: dict[str, Any]) -> None:
    """Waits to be killed."""
    put(delivery, 0, told["count"])
    say("ready")
    time.sleep(60)


def by_signal_while_putting(delivery: Delivery, told: dict[str, Any]) -> None:
    """Is killed anywhere."""
    for first in range(10**9):
        put(delivery, first, 1, tell=True)


def by_fork(delivery: Delivery, told: dict[str, Any]) -> None:
    """A server that loads first and forks then: children put, and leave by `sys.exit`."""
    put(delivery, 0, told["count"])
    children = []
    for child in (1, 2, 3):
        pid = os.fork()
        if pid == 0:
            put(delivery, child * 1000, told["count"])
            sys.exit(0)
        children.append(pid)
    put(delivery, 10_000, told["count"])
    assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)


def by_fork_during_an_import(delivery: Delivery, told: dict[str, Any]) -> None:
    """A lane's thread is importing what it encodes with: in the child, the rest of that module would never come."""
    sys.path.insert(0, told["modules"])
    put(delivery, 0, 1)
    while "slow_encoder" not in sys.modules:
        time.sleep(0.001)
    pid = os.fork()
    if pid == 0:
        put(delivery, 1000, told["count"])
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def by_fork_and_os_exit(delivery: Delivery, told: dict[str, Any]) -> None:
    """Nothing of Python's runs at such an end: what is durable is on disk."""
    put(delivery, 0, told["count"])
    pid = os.fork()
    if pid == 0:
        put(delivery, 1000, told["count"])
        os._exit(0)
    os.waitpid(pid, 0)


def by_sigterm_of_forked_children(delivery: Delivery, told: dict[str, Any]) -> None:
    children = []
    for child in (1, 2):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            put(delivery, child * 1000, told["count"])
            os.write(writer, b"!")
            time.sleep(60)
        os.read(reader, 1)
        children.append(pid)
    for pid in children:
        os.kill(pid, signal.SIGTERM)
        assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGTERM


def by_multiprocessing(delivery: Delivery, told: dict[str, Any]) -> None:
    put(delivery, 0, told["count"])
    context: Any = multiprocessing.get_context("fork")
    children = [context.Process(target=put, args=(delivery, child * 1000, told["count"])) for child in (1, 2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0


def by_spawn(delivery: Delivery, told: dict[str, Any]) -> None:
    """A child that starts an SDK of its own."""
    child = multiprocessing.get_context("spawn").Process(target=spawned, args=(told,))
    child.start()
    child.join()
    assert child.exitcode == 0


def spawned(told: dict[str, Any]) -> None:
    told.pop("health", None)
    put(start(told), 1000, told["count"])


def rescue(delivery: Delivery, told: dict[str, Any]) -> None:
    """The next process: puts nothing, sends what it finds."""
    end = time.monotonic() + 20
    while any(Path(told["spool"]).iterdir()) and time.monotonic() < end:
        time.sleep(0.02)


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    globals()[told["end"]](start(told), told)
