"""Starts the example's processes, restarts those that crash, and stops them all."""

import asyncio
import importlib.util
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

SERVICES = ("workflows", "billing", "identity")
"""In the order in which they need each other."""
NEEDED = ("fastapi", "httpx", "uvicorn")

READY_SECONDS = 30.0
STOP_SECONDS = 10.0
"""Time to hand in what is in the SDKs' queues; after it a process is killed."""
FIRST_RESTART_SECONDS, LAST_RESTART_SECONDS = 1.0, 30.0
STABLE_SECONDS = 60.0
"""Whoever ran this long starts again at the first delay after a crash."""


class DemoUnavailable(Exception):
    """The demo cannot start here; the message says what to do."""


def run(connect: Mapping[str, Any], *, backfill: bool, rate: float = 4.0) -> None:
    """Run the demo against a server until SIGTERM or SIGINT. For the main thread; see `supervise` for the rest."""

    async def until_signalled() -> None:
        demo = asyncio.ensure_future(supervise(connect, backfill=backfill, rate=rate))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, demo.cancel)
        with suppress(asyncio.CancelledError):
            await demo

    asyncio.run(until_signalled())


async def supervise(
    connect: Mapping[str, Any],
    *,
    backfill: bool,
    rate: float = 4.0,
    backfilled: Callable[[], object] = lambda: None,
) -> None:
    """Run the demo against a server until cancelled; then stop its processes and return by CancelledError.

    `connect` is what `vedette keys --json` prints. `backfill` sends thirty days of past at the start, and
    `backfilled` is called once all of it is stored; `rate` is in user actions a second. Raises DemoUnavailable when
    the example or a library it needs is not installed.
    """
    folder = find_example()
    _check_libraries()
    ports = _free_ports(len(SERVICES))
    urls = {name: f"http://127.0.0.1:{port}" for name, port in zip(SERVICES, ports, strict=True)}
    scratch = Path(tempfile.mkdtemp(prefix="vedette-demo-"))
    environment = {**example_environment(connect, urls, scratch), "PYTHONPATH": str(folder.parent)}
    print(f"demo: logs and state of its processes are in {scratch}", flush=True)
    try:
        async with asyncio.TaskGroup() as group:
            for name, port in zip(SERVICES, ports, strict=True):
                command = ("-m", "uvicorn", f"saas.{name}:app", "--port", str(port), "--log-level", "critical")
                group.create_task(_keep_running(name, command, environment, scratch, hint=urls[name]))
            if connect.get("api_token"):
                group.create_task(_push_schema(environment, scratch, str(connect["api_token"])))
            if backfill:
                group.create_task(_backfill(environment, scratch, backfilled))
            await _wait_for_ports(ports)
            traffic = ("-m", "saas.traffic", "--rate", str(rate))
            group.create_task(_keep_running("traffic", traffic, environment, scratch, hint=f"{rate:g} actions/s"))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def find_example() -> Path:
    """The folder `saas`: beside this file in a wheel, under `examples` in a checkout."""
    here = Path(__file__).resolve()
    places = [here.parent / "saas"]
    if len(here.parents) > 4:
        places.append(here.parents[4] / "examples" / "saas")
    for place in places:
        if (place / "traffic.py").is_file():
            return place
    raise DemoUnavailable(
        "the example SaaS is not part of this installation; looked in "
        + " and ".join(map(str, places))
        + ". Run `make demo` in a git checkout, or install the wheel from PyPI."
    )


def example_environment(connect: Mapping[str, Any], urls: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """The environment of the example's processes: this one's, but for what is about the server's own telemetry."""
    ours = ("VEDETTE_", "OTEL_", "SENTRY_", "POSTHOG_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "VEDETTE_DSN": str(connect["sentry_dsn"]),
        "VEDETTE_SPOOL": str(scratch / "spool"),
        "VEDETTE_LOG_FORMAT": "off",  # its log is in the web app; the files in `scratch` would only grow
        "VEDETTE_PII_KEY": "only-for-demos",
        "APP_STATE": str(scratch),
        "PYTHONUNBUFFERED": "1",
        **{f"{service.upper()}_URL": url for service, url in urls.items()},
    }


def _check_libraries() -> None:
    missing = [name.partition(".")[0] for name in NEEDED if not _is_installed(name)]
    if missing:
        raise DemoUnavailable(f"the demo needs {', '.join(missing)}: pip install 'vedette[server,demo]'")


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:  # all of them at once, so that no two are the same
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


async def _wait_for_ports(ports: list[int]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    for port in ports:
        while time.monotonic() < deadline:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.2)


async def _keep_running(
    name: str, command: tuple[str, ...], environment: dict[str, str], logs: Path, *, hint: str
) -> None:
    delay = FIRST_RESTART_SECONDS
    print(f"demo: {name:10} {hint}", flush=True)
    while True:
        started = time.monotonic()
        code = await _run_process(name, command, environment, logs)
        if time.monotonic() - started > STABLE_SECONDS:
            delay = FIRST_RESTART_SECONDS
        print(f"demo: {name} ended with code {code}, next try in {delay:g} s; {_last_line(logs / name)}", flush=True)
        await asyncio.sleep(delay)
        delay = min(2 * delay, LAST_RESTART_SECONDS)


async def _push_schema(environment: dict[str, str], logs: Path, token: str) -> None:
    """Show the server the events that the example declares."""
    command = ("-m", "vedette", "schema", "push", "saas.events", "--source", "saas")
    await _run_process("schema", command, {**environment, "VEDETTE_API_TOKEN": token}, logs)
    print(f"demo: schema     {_last_line(logs / 'schema')}", flush=True)


async def _backfill(environment: dict[str, str], logs: Path, backfilled: Callable[[], object]) -> None:
    print("demo: backfill   sending thirty days of past", flush=True)
    code = await _run_process("backfill", ("-m", "saas.backfill"), environment, logs)
    print(f"demo: backfill   {_last_line(logs / 'backfill')}", flush=True)
    if code == 0:
        backfilled()
    else:
        print("demo: backfill   did not finish; the next start tries again", flush=True)


async def _run_process(name: str, command: tuple[str, ...], environment: dict[str, str], logs: Path) -> int:
    """Run to the end and return the exit code. Cancelled, the process gets SIGTERM, and SIGKILL if it stays."""
    with _open_log(logs / name) as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A session of its own: Ctrl-C in the terminal reaches it through us, once.
            start_new_session=True,
        )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
        raise


def _open_log(path: Path) -> BinaryIO:
    return path.open("ab")


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
