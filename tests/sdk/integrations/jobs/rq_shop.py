"""rq's jobs, and the module of settings that its worker is started with: `rq worker -c`."""

import redis
import rq

from tests.sdk.integrations.jobs import shop

shop.start()
REDIS_URL = shop.REDIS
queue = rq.Queue(connection=redis.Redis.from_url(shop.REDIS))


def ship(order: int) -> None:
    shop.ship(order)


def charge() -> None:
    shop.charge()


def flaky() -> None:
    before = shop.times("done flaky")
    shop.done("flaky")
    if not before:
        raise shop.Flaky("the first time")
    queue.enqueue(nap, 1)


def again() -> rq.Retry | None:
    before = shop.times("done again")
    shop.done("again")
    return None if before else rq.Retry(max=2)


def nap(seconds: float) -> None:
    shop.nap(seconds)


def stop() -> None:
    shop.stop(0)


def send_all() -> None:
    queue.enqueue(ship, 7)
    queue.enqueue(charge)
    queue.enqueue(flaky, retry=rq.Retry(max=2))
    queue.enqueue(again)
