"""A service that hands work to processes of its own. Each of them starts the SDK by importing this module."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import vedette
from tests.sdk.integrations.jobs import shop

shop.start()


def work(order: int) -> int:
    with vedette.span("work", order=order):
        shop.ship(order)
        return order


def fail() -> None:
    with vedette.span("bank"):
        try:
            raise shop.Broken("no money")
        except shop.Broken as error:
            vedette.error(error)
            raise


def in_a_pool(method: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert pool.submit(vedette.bind(work), 7).result(30) == 7
        try:
            pool.submit(vedette.bind(fail)).result(30)
        except shop.Broken as error:
            vedette.error(error)  # reported over there already


def in_a_process(method: str) -> None:
    process = multiprocessing.get_context(method).Process(target=vedette.bind(work), args=(7,))
    process.start()
    process.join(30)
    assert process.exitcode == 0


if __name__ == "__main__":
    for way in (in_a_pool, in_a_process):
        shop.within_a_request(lambda way=way: way(sys.argv[1]))
