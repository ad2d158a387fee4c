"""The ring of ingest keys."""

import asyncio
import threading
from contextlib import suppress

from vedette.server.http.keys import IngestKey, KeyRing

KEY = "0123456789abcdef0123456789abcdef"


def test_keys_come_and_go() -> None:
    keys = {KEY: IngestKey(1, KEY, 7)}
    ring = KeyRing(lambda: keys)
    assert ring.find(KEY) == ring.find(KEY.upper()) == ring.find("01234567-89ab-cdef-0123-456789abcdef") == keys[KEY]
    assert ring.find("") is None
    keys.clear()
    assert ring.find(KEY), "until it is told"
    ring.reload()
    assert ring.find(KEY) is None


def test_a_slow_reload_does_not_bring_older_keys_back() -> None:
    """One reload has read the database, a key is made and read by another, then the first one goes on."""
    keys: dict[str, IngestKey] = {}
    has_read, may_go_on = threading.Event(), threading.Event()

    def load() -> dict[str, IngestKey]:
        found = dict(keys)
        if threading.current_thread() is slow:
            has_read.set()
            may_go_on.wait(10)
        return found

    slow = threading.Thread(target=lambda: ring.reload())
    ring = KeyRing(load)
    slow.start()
    assert has_read.wait(10)
    keys[KEY] = IngestKey(1, KEY, 7)
    told = threading.Thread(target=ring.reload)
    told.start()
    told.join(0.2)  # waits for the slow one, or else is done by now
    may_go_on.set()
    slow.join(10)
    told.join(10)
    assert ring.find(KEY)


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
