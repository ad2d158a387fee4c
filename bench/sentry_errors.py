#!/usr/bin/env python3
"""Error envelopes to a Sentry-compatible server: accepted a second, latency, CPU and disk of each, nothing lost.

    python -m bench.sentry_errors                           # starts a server of its own; 2 minutes
    python bench/sentry_errors.py --dsn http://KEY@127.0.0.1:8000/1 --pid 1234     # any other server

Each envelope holds one error of 8.8 KB (1.7 KB gzipped) with 20 frames; ids, users and numbers in messages differ,
and there are 50 distinct issues. `--connections` clients send one after the other over kept connections; then a crowd
sends `--rate` a second, whatever the answers, and latency counts from when a request was due. Beside each run stands
what the bare engine takes for inserts of as many rows as there are connections, and what Bugsink 2.6.1 took for the
same load (docs/performance.md). Budget: 1.5 CPU-ms and 2 KB on disk each, 600 a second with 8 connections and 1,500
with more, p99 50 ms at 300 a second, visible within 2 s.
"""

import argparse
import gzip
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import orjson

from vedette.server.protocols.sentry.batch import ERRORS
from vedette.server.protocols.sentry.event import error_row
from vedette.server.protocols.sentry.normalise import normalise
from vedette.server.protocols.sentry.times import time_text
from vedette.server.store.client import Dsn, Store
from vedette.server.store.migrate import migrate

# Bugsink 2.6.1 with 8 connections, medians of five runs: accepted and digested a second, p99, CPU.
BUGSINK = {
    "accepted_per_second": 203,
    "digested_per_second": 47.6,
    "p99_ms": 92,
    "cpu_ms_each": 18.5,
    "bytes_each": 19_000,
}
CROWD = 64  # connections of the run at a fixed rate
ISSUES, FRAMES = 50, 20
TYPES = ("ValueError", "KeyError", "TypeError", "IntegrityError", "TimeoutError", "RuntimeError")
LIBRARY = {"filename": "django/core/handlers/base.py", "module": "django.core.handlers.base", "in_app": False}
HEADERS = {"Host": "shop.example.test", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0"}


def frame(issue: int, number: int) -> dict[str, Any]:
    function = f"step_{issue}_{number}"
    if number % 3 == 0:
        context = {"pre_context": ["    try:", "        response = get_response(request)"]}
        context |= {"post_context": ["    except Exception as error:", "        raise"]}
        return {**LIBRARY, **context, "function": "_get_response", "lineno": 40 + number} | {
            "abs_path": "/usr/lib/python3.12/site-packages/django/core/handlers/base.py",
            "context_line": "        return self.inner(request, *args, **kwargs)",
        }
    path = f"shop/services/{function}.py"
    return {"filename": path, "abs_path": f"/srv/app/{path}", "module": f"shop.services.{function}", "in_app": True} | {
        "function": function,
        "lineno": 10 + number,
        "context_line": f"        result = self.gateway.call(order.id, total, retries={number % 4})",
        "vars": {"order": f"<Order {1000 + number}>", "total": str(99 + number)},
    }


STACKS = [[frame(issue, number) for number in range(FRAMES)] for issue in range(ISSUES)]


def event(number: int, rnd: random.Random) -> dict[str, Any]:
    issue, now = number % ISSUES, time.time()
    value = f"could not reserve order {100_000 + number} for tenant {number % 97}"
    crumbs = [
        {"type": "http", "category": "httplib", "timestamp": now - age, "data": {"url": f"https://api.test/v1/{age}"}}
        for age in range(12, 0, -1)
    ]
    return {
        "event_id": uuid.UUID(int=rnd.getrandbits(128)).hex,
        "timestamp": now,
        "platform": "python",
        "level": "error",
        "release": f"shop@1.{number // 5000}.0",
        "environment": "production",
        "server_name": f"web-{number % 4}",
        "transaction": f"/orders/{issue}/submit",
        "exception": {
            "values": [{"type": TYPES[issue % len(TYPES)], "value": value, "stacktrace": {"frames": STACKS[issue]}}]
        },
        "breadcrumbs": {"values": crumbs},
        "user": {"id": str(rnd.randrange(5000)), "ip_address": f"203.0.113.{number % 250}"},
        "tags": {"tenant": f"t{number % 97}", "region": ("eu", "us", "ap")[number % 3]},
        "request": {"url": f"https://shop.example.test/orders/{issue}/submit", "method": "POST", "headers": HEADERS},
        "contexts": {"trace": {"trace_id": f"{rnd.getrandbits(128):032x}", "span_id": f"{rnd.getrandbits(64):016x}"}},
        "sdk": {"name": "sentry.python.django", "version": "2.75.0"},
    }


def requests(dsn: str, count: int) -> list[bytes]:
    parts, rnd = urllib.parse.urlsplit(dsn), random.Random()
    path = f"/api{parts.path}/envelope/"
    built = []
    for number in range(count):
        payload = json.dumps(event(number, rnd), separators=(",", ":")).encode()
        item = json.dumps({"type": "event", "length": len(payload)}).encode()
        body = gzip.compress(b"{}\n" + item + b"\n" + payload + b"\n", 5)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.hostname}:{parts.port}\r\nContent-Encoding: gzip\r\n"
            f"X-Sentry-Auth: Sentry sentry_key={parts.username}, sentry_version=7\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        built.append(head.encode() + body)
    return built


class Load:
    """Clients that each send the next request when the last one was answered, or, with a rate, when it is due."""

    def __init__(self, dsn: str, pool: list[bytes], seconds: float, rate: float = 0) -> None:
        parts = urllib.parse.urlsplit(dsn)
        self._address = (parts.hostname or "", parts.port or 80)
        self._pool = iter(enumerate(pool))
        self._lock = threading.Lock()
        self._rate = rate
        self._begun = time.perf_counter()
        self._stop_at = self._begun + seconds
        self.latencies: list[float] = []
        self.refused = 0

    def client(self) -> None:
        with socket.create_connection(self._address, timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with self._lock:
                    number, request = next(self._pool, (0, b""))
                due = self._begun + number / self._rate if self._rate else time.perf_counter()
                if not request or due >= self._stop_at:
                    return
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.sendall(request)
                status = _answer(connection)
                self.latencies.append(time.perf_counter() - due)
                self.refused += status != 200


def _answer(connection: socket.socket) -> int:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or _closed()
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536) or _closed()
    return int(head.split(b" ", 2)[1])


def _closed() -> bytes:
    raise ConnectionError("the server closed the connection")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    dsn: str, pid: int, pool: list[bytes], *, connections: int, seconds: float, rate: float = 0
) -> dict[str, Any]:
    load = Load(dsn, pool, seconds, rate)
    threads = [threading.Thread(target=load.client) for _ in range(connections)]
    started, cpu = time.perf_counter(), cpu_seconds(pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - started
    latencies = sorted(load.latencies)
    accepted = len(latencies) - load.refused
    return {
        "connections": connections,
        "rate": rate,
        "accepted": accepted,
        "refused": load.refused,
        "accepted_per_second": round(accepted / wall),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 1),
        "cpu_ms_each": round((cpu_seconds(pid) - cpu) / max(accepted, 1) * 1000, 2),
        "load": round(os.getloadavg()[0], 1),
    }


def bare_engine(rows_an_insert: tuple[int, ...], inserts: int = 40) -> dict[int, float]:
    """CPU-ms an error of inserts of so many ready rows, with views, indexes, fsync and the merges meanwhile."""
    rnd, number = random.Random(), 0
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Dsn.parse(f"chdb://{folder}"), handles=1)
        migrate(store, ["vedette.server.signals.errors"])
        for rows in rows_an_insert:
            blocks = []
            for _ in range(inserts):
                blocks.append(b"".join(_row(number + each, rnd) for each in range(rows)))
                number += rows
            cpu = time.process_time()
            for block in blocks:
                store.insert(ERRORS.table, block, fmt=ERRORS.fmt, settings=ERRORS.settings)
            found[rows] = round((time.process_time() - cpu) / (rows * inserts) * 1000, 2)
        store.close()
    return found


def _row(number: int, rnd: random.Random) -> bytes:
    # Decoded anew: what stacks share is not to be changed.
    sent = orjson.loads(orjson.dumps(event(number, rnd)))
    normalise(sent, event_id=sent["event_id"], client_ip="")
    now = time_text(time.time())
    return orjson.dumps({**error_row(sent), "project_id": 1, "time": now, "received_at": now}) + b"\n"


def start_server(data: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """A server of our own, and what `vedette keys --json` says about it."""
    command = [sys.executable, "-m", "vedette.server"]
    arguments = ["serve", "--data", data, "--port", "0", "--grpc-port", "-1"]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL)
    address = Path(data) / "address.json"
    while not address.exists():
        time.sleep(0.1)
    keys = json.loads(subprocess.check_output([*command, "keys", "--data", data, "--json"]))
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{keys['url']}/api/v1/health", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    return process, keys


def stored(keys: dict[str, Any]) -> int:
    """Errors that a reader sees now."""
    headers = {"authorization": f"Bearer {keys['api_token']}", "content-type": "application/json"}
    url = f"{keys['url']}/api/v1/projects/{keys['project_id']}/sql"
    request = urllib.request.Request(url, b'{"sql": "SELECT count() FROM errors"}', headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(json.load(answer)["rows"][0][0])


def until_visible(keys: dict[str, Any], accepted: int) -> float:
    """Seconds until a reader sees everything that was accepted."""
    started = time.perf_counter()
    while (seen := stored(keys)) < accepted:
        if time.perf_counter() > started + 60:
            raise SystemExit(f"of {accepted} accepted errors {seen} are visible")
    return time.perf_counter() - started


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def table(runs: list[dict[str, Any]], bare: dict[int, float]) -> None:
    """The runs, beside the bare engine and Bugsink."""
    head = ("clients", "a second", "p50 ms", "p99 ms", "CPU-ms", "bare engine", "ratio", "Bugsink / ours", "load")
    lines = [head]
    for run in runs:
        engine = bare.get(run["connections"]) if not run["rate"] else None
        ratio = f"{run['cpu_ms_each'] / engine:.2f}" if engine else "-"
        bugsink = f"{BUGSINK['cpu_ms_each'] / run['cpu_ms_each']:.0f}x less CPU"
        clients = f"{run['rate']:.0f} a second" if run["rate"] else str(run["connections"])
        columns = (run["accepted_per_second"], run["p50_ms"], run["p99_ms"], run["cpu_ms_each"], engine or "-", ratio)
        lines.append((clients, *map(str, columns), bugsink, str(run["load"])))
    recorded = ("Bugsink, 8", BUGSINK["accepted_per_second"], "32", BUGSINK["p99_ms"], BUGSINK["cpu_ms_each"])
    lines.append((*map(str, recorded), "-", "-", f"{BUGSINK['digested_per_second']}/s digested", "recorded"))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dsn", help="send there instead of to a server of our own; needs --pid")
    parser.add_argument("--pid", type=int, help="the server's process, for its CPU time")
    parser.add_argument("--connections", default="8,64,128", help="numbers of clients, one run each")
    parser.add_argument("--rate", type=float, default=300, help="a last run at so many a second; 0: none")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--most-per-second", type=int, default=1800, help="how many requests to build for a run")
    options = parser.parse_args()
    connections = [int(each) for each in options.connections.split(",")]
    most = int(options.seconds * options.most_per_second)
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as data:
        process, keys = None, {}
        if not options.dsn:
            process, keys = start_server(data)
        dsn, pid = options.dsn or keys["sentry_dsn"], options.pid or (process.pid if process else 0)

        def run(count: int, requests_: int, rate: float = 0) -> None:
            pool = requests(dsn, requests_)
            found = measure(dsn, pid, pool, connections=count, seconds=options.seconds, rate=rate)
            runs.append(found)
            if process:
                found["visible_seconds"] = round(until_visible(keys, sum(each["accepted"] for each in runs)), 2)
            print(json.dumps(found), flush=True)

        empty = size_of(Path(data))
        for count in connections:
            run(count, most)
        if options.rate:
            run(CROWD, int(options.seconds * options.rate), options.rate)
        if process:
            process.terminate()
            process.wait(60)
            accepted = sum(each["accepted"] for each in runs)
            print(json.dumps({"accepted": accepted, "bytes_each": round((size_of(Path(data)) - empty) / accepted)}))
    table(runs, bare_engine(tuple(connections)))


if __name__ == "__main__":
    main()
