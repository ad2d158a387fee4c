"""What the jobs of every queue do, and who sends them: the same in each, so that one check holds for all."""

import os
import sys
import time
from collections.abc import Callable

import redis

import vedette
from vedette.sdk import requests

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE}-{PARENT}-01",
    "x-request-id": "req-7",
    "x-posthog-session-id": "sess-1",
    "x-posthog-distinct-id": "browser-9",
}
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:1")
COUNT = int(os.environ.get("TEST_COUNT", "1"))
log = vedette.get_logger("shop")


class Broken(Exception):
    pass


class Flaky(Exception):
    pass


def start() -> None:
    vedette.init(log_format="json", metrics_interval_seconds=60)


def ship(order: int) -> None:
    """One record of every signal, and an error that is dealt with."""
    with vedette.span("inner"):
        log.info("shipping", order=order)
        vedette.count("shipped")
        try:
            raise Broken("handled")
        except Broken as error:
            vedette.error(error)
        vedette.track("order_shipped", {"order": order})
    done("ship")


def charge() -> None:
    """An error that nobody catches."""
    done("charge")
    with vedette.span("bank"):
        raise Broken("no money")


def nap(seconds: float) -> None:
    mark("napping")
    time.sleep(seconds)
    log.info("slept")
    done("nap")


def done(what: str) -> None:
    mark(f"done {what}")


def mark(what: str) -> None:
    redis.Redis.from_url(REDIS).rpush("marks", f"{what} {os.getpid()}")


def times(what: str) -> int:
    """How often this was marked."""
    return sum(each.decode().startswith(what) for each in redis.Redis.from_url(REDIS).lrange("marks", 0, -1))


def within_a_request(send: Callable[[], None]) -> None:
    """Send jobs from a request, in a process of its own."""
    request = requests.begin("POST", "/orders", HEADERS.get)
    assert request is not None
    vedette.identify("u1", group={"organization": "acme"})
    send()
    request.end(202, route="/orders")
    assert vedette.flush(5), vedette.health()


def stop(seconds: float) -> None:
    """Leave at once, as a process does that ran out of memory."""
    mark("stopping")
    time.sleep(seconds)
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
