"""The ring of ingest keys."""

import asyncio
from contextlib import suppress

from vedette.server.http.keys import IngestKey, KeyRing

KEY = "0123456789abcdef0123456789abcdef"


def test_keys_come_and_go() -> None:
    keys = {KEY: IngestKey(1, KEY, 7)}
    ring = KeyRing(lambda: keys)
    assert ring.find(KEY) == ring.find(KEY.upper()) == ring.find("01234567-89ab-cdef-0123-456789abcdef") == keys[KEY]
    assert ring.find("") is None
    assert ring.has_project(7) and not ring.has_project(8)
    keys.clear()
    assert ring.find(KEY), "until it is told"
    ring.reload()
    assert ring.find(KEY) is None
    assert not ring.has_project(7)


def test_it_looks_again_by_itself_and_survives_a_failing_database() -> None:
    answers: list[dict[str, IngestKey] | None] = [{}, None, {KEY: IngestKey(1, KEY, 7)}]

    def load() -> dict[str, IngestKey]:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            raise OSError("no database")
        return answer

    async def scenario() -> KeyRing:
        ring = KeyRing(load, reload_seconds=0.01)
        task = asyncio.create_task(ring.keep_fresh())
        for _ in range(200):
            await asyncio.sleep(0.01)
            if ring.find(KEY):
                break
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return ring

    assert asyncio.run(scenario()).find(KEY)
