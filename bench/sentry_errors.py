#!/usr/bin/env python3
"""Error envelopes to a Sentry-compatible server: accepted a second, latency, CPU and disk of each, nothing lost.

    python bench/sentry_errors.py                           # starts a server of its own
    python bench/sentry_errors.py --dsn http://KEY@127.0.0.1:8000/1 --pid 1234     # any other server

Each envelope holds one error of 8.8 KB (1.7 KB gzipped) with 20 frames; ids, users and numbers in messages differ,
and there are 50 distinct issues. `--connections` clients send one after the other over kept connections.
Budget (two cores, client included): 1,500 stored a second, 1.5 CPU-ms and 2 KB on disk each.
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
    """Clients that each send the next request when the last one was answered."""

    def __init__(self, dsn: str, pool: list[bytes], seconds: float) -> None:
        parts = urllib.parse.urlsplit(dsn)
        self._address = (parts.hostname or "", parts.port or 80)
        self._pool = iter(pool)
        self._lock = threading.Lock()
        self._stop_at = time.perf_counter() + seconds
        self.latencies: list[float] = []
        self.refused = 0

    def client(self) -> None:
        with socket.create_connection(self._address, timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < self._stop_at:
                with self._lock:
                    request = next(self._pool, None)
                if request is None:
                    return
                started = time.perf_counter()
                connection.sendall(request)
                status = _answer(connection)
                self.latencies.append(time.perf_counter() - started)
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


def measure(dsn: str, pid: int, *, connections: int, seconds: float, most: int) -> dict[str, Any]:
    pool = requests(dsn, most)
    load = Load(dsn, pool, seconds)
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
        "accepted": accepted,
        "refused": load.refused,
        "accepted_per_second": round(accepted / wall),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 1),
        "cpu_ms_each": round((cpu_seconds(pid) - cpu) / max(accepted, 1) * 1000, 2),
    }


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dsn", help="send there instead of to a server of our own; needs --pid")
    parser.add_argument("--pid", type=int, help="the server's process, for its CPU time")
    parser.add_argument("--connections", default="128,64,8", help="numbers of clients, one run each")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--most-per-second", type=int, default=2500, help="how many requests to build for a run")
    options = parser.parse_args()
    most = int(options.seconds * options.most_per_second)
    with tempfile.TemporaryDirectory() as data:
        process, keys, total = None, {}, 0
        if not options.dsn:
            process, keys = start_server(data)
        for connections in options.connections.split(","):
            dsn, pid = options.dsn or keys["sentry_dsn"], options.pid or (process.pid if process else 0)
            run = measure(dsn, pid, connections=int(connections), seconds=options.seconds, most=most)
            print(json.dumps(run), flush=True)
            total += run["accepted"]
        if process:
            print(json.dumps({"accepted": total, "visible": stored(keys)}))
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    main()
