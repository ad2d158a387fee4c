"""PostHog events per second through the server, and through the bare engine, in one run: the ratio is what counts.

    python bench/posthog.py [--seconds 10] [--connections 12] [--events 100]

Each request is a `/batch/` of 100 events with 12 properties, made before the clock starts. The bare engine gets the
same rows as blocks of 5,000, inserted one after the other into the same table. Server, client and engine share the
machine's cores. `visible` is the time from a request's answer until a query finds its event.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import RunningServer, new_project, start_server
from vedette.server.http.keys import IngestKey
from vedette.server.protocols.posthog.body import Batch
from vedette.server.protocols.posthog.capture import EVENTS as INBOUND
from vedette.server.protocols.posthog.capture import prepare
from vedette.server.protocols.posthog.event import Sending
from vedette.server.store.client import Dsn, Store
from vedette.server.store.migrate import migrate

EVENTS = ("$pageview", "$autocapture", "signed_up", "upgraded", "clicked")
DISTINCT_BODIES = 200
MARK = b"feedbeef"  # the start of every uuid, replaced in each request


def make_event(rng: random.Random) -> dict[str, Any]:
    page = rng.randrange(500)
    return {
        "event": rng.choice(EVENTS),
        "distinct_id": f"user-{rng.randrange(20_000)}",
        "uuid": MARK.decode() + str(uuid.UUID(int=rng.getrandbits(128), version=4))[8:],
        "timestamp": datetime.fromtimestamp(time.time() - rng.random() * 3600, UTC).isoformat(),
        "properties": {
            "$lib": "posthog-python", "$lib_version": "7.91.1", "$geoip_disable": True, "$is_server": True,
            "$session_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "$current_url": f"https://example.com/p/{page}?q=1", "$pathname": f"/p/{page}", "$browser": "Chrome",
            "plan": rng.choice(["free", "pro", "team"]), "amount": rng.randrange(1000), "ratio": rng.random(),
            "tags": ["a", "b"],
        },
    }  # fmt: skip


def make_bodies(key: str, events: int) -> list[bytes]:
    rng = random.Random(7)
    now = datetime.now(UTC).isoformat()
    return [
        json.dumps({"api_key": key, "sent_at": now, "batch": [make_event(rng) for _ in range(events)]}).encode()
        for _ in range(DISTINCT_BODIES)
    ]


async def connection(host: str, port: int, requests: list[bytes], until: float, latencies: list[float]) -> int:
    """Send requests on one connection until the time is up; returns how many were answered 200."""
    reader, writer = await asyncio.open_connection(host, port)
    done = 0
    while time.perf_counter() < until:
        started = time.perf_counter()
        # Other uuids each time, or the table's merges would leave next to nothing of it.
        writer.write(requests[random.randrange(len(requests))].replace(MARK, b"%08x" % random.getrandbits(32)))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        latencies.append(time.perf_counter() - started)
        done += 1
    writer.close()
    return done


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def through_the_server(server: RunningServer, bodies: list[bytes], options: argparse.Namespace) -> float:
    address = server.url.removeprefix("http://")
    host, _, port = address.partition(":")
    requests = [
        b"POST /batch/ HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        % (address.encode(), len(body), body)
        for body in bodies
    ]
    latencies: list[float] = []
    cpu, started = cpu_seconds(server.process.pid), time.perf_counter()
    until = started + options.seconds
    counts = await asyncio.gather(
        *(connection(host, int(port), requests, until, latencies) for _ in range(options.connections))
    )
    seconds = time.perf_counter() - started
    events = sum(counts) * options.events
    latencies.sort()
    print(f"server        {events / seconds:9,.0f} events/s   p50 {latencies[len(latencies) // 2] * 1000:.0f} ms"
          f"   p99 {latencies[int(len(latencies) * 0.99)] * 1000:.0f} ms"
          f"   {(cpu_seconds(server.process.pid) - cpu) / events * 1e6:.1f} CPU-s per million")  # fmt: skip
    return events / seconds


def through_the_engine(bodies: list[bytes], folder: Path) -> float:
    """The bare engine: the rows our own code makes, in blocks of 5,000."""
    sending = Sending(1, int(time.time() * 1e6), 730, 90, 0, "127.0.0.1", "", "")
    parsed = [json.loads(body)["batch"] for body in bodies]
    started = time.perf_counter()
    prepared = [prepare(Batch([], events), IngestKey(1, "", 1), sending).lines for events in parsed]
    lines = [line for part in prepared for line in part]
    rate = len(lines) / (time.perf_counter() - started)
    print(f"Python alone  {rate:9,.0f} events/s   (checking and mapping, without parsing)")
    store = Store(Dsn(path=str(folder / "bare")), handles=1)
    migrate(store, ["vedette.server.signals.events", "vedette.server.signals.persons"])
    blocks = [b"".join(lines[start : start + 5000]) for start in range(0, len(lines), 5000)]
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    for block in blocks * 5:
        store.insert(INBOUND.table, block, fmt=INBOUND.fmt, settings=INBOUND.settings)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    events = len(lines) * 5
    print(f"bare engine   {events / seconds:9,.0f} events/s   {cpu / events * 1e6:.1f} CPU-s per million")
    store.close()
    return events / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=48)
    parser.add_argument("--events", type=int, default=100)
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder) / "server")
        try:
            project = new_project(server, "bench")
            bodies = make_bodies(project.key, options.events)
            rate = asyncio.run(through_the_server(server, bodies, options))
            marker = str(uuid.uuid4())
            started = time.perf_counter()
            body = {"api_key": project.key, "event": marker, "distinct_id": "u"}
            httpx.post(f"{server.url}/e/", json=body, timeout=60).raise_for_status()
            answered = time.perf_counter()
            project.wait_for(f"SELECT 1 FROM events WHERE event = '{marker}'")
            visible = time.perf_counter()
            to_answer, to_see = (answered - started) * 1000, (visible - answered) * 1000
            print(f"visible       {to_see:.0f} ms after the answer, which took {to_answer:.0f} ms")
        finally:
            server.terminate()
        engine = through_the_engine(bodies, Path(folder))
    print(f"ratio         {rate / engine:.2f} of the bare engine")


if __name__ == "__main__":
    main()
