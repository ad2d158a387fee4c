import asyncio
from typing import Any

import arq
from arq.connections import RedisSettings

from tests.sdk.integrations.jobs import shop

shop.start()
SETTINGS = RedisSettings.from_dsn(shop.REDIS)


async def ship(ctx: dict[str, Any], order: int) -> None:
    await asyncio.to_thread(shop.ship, order)


async def charge(ctx: dict[str, Any]) -> None:
    shop.charge()


async def flaky(ctx: dict[str, Any]) -> None:
    shop.done("flaky")
    if ctx["job_try"] == 1:
        raise arq.Retry(defer=0)
    await ctx["redis"].enqueue_job("nap", 1)


async def slow(ctx: dict[str, Any]) -> None:
    shop.done("slow")
    await asyncio.sleep(60)


async def nap(ctx: dict[str, Any], seconds: float) -> None:
    await asyncio.to_thread(shop.nap, seconds)


class WorkerSettings:
    functions = (ship, charge, flaky, nap, arq.func(slow, timeout=0.2))
    redis_settings = SETTINGS
    poll_delay = 0.05
    job_completion_wait = 10


async def enqueue(*jobs: tuple[Any, ...]) -> None:
    pool = await arq.create_pool(SETTINGS)
    for job in jobs:
        await pool.enqueue_job(*job)
    await pool.aclose()


def send_all() -> None:
    asyncio.run(enqueue(("ship", 7), ("charge",), ("flaky",), ("slow",)))
