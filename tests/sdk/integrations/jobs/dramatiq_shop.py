import dramatiq
from dramatiq.brokers.redis import RedisBroker

from tests.sdk.integrations.jobs import shop

broker = RedisBroker(url=shop.REDIS)
dramatiq.set_broker(broker)
shop.start()  # after the broker was made


@dramatiq.actor
def ship(order: int) -> None:
    shop.ship(order)


@dramatiq.actor(max_retries=0)
def charge() -> None:
    shop.charge()


@dramatiq.actor
def flaky() -> None:
    before = shop.times("done flaky")
    shop.done("flaky")
    if not before:
        raise dramatiq.errors.Retry("the first time", delay=1)
    nap.send(1)


@dramatiq.actor(throws=KeyError)
def unlucky() -> None:
    shop.done("unlucky")
    raise KeyError("expected")


@dramatiq.actor
def nap(seconds: float) -> None:
    shop.nap(seconds)


def send_all() -> None:
    ship.send(7)
    charge.send()
    flaky.send()
    unlucky.send()
