"""What a server asks of its process: a data directory of its own, free ports, an ordered end, and little memory."""

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

LOCK_FILE = "lock"
MADV_DONTNEED = 4  # Linux's <asm-generic/mman-common.h>


class CannotStart(Exception):
    """The server cannot start; the message is for whoever started it."""


@contextmanager
def own_data_directory(data: Path) -> Iterator[None]:
    """Create the data directory, private to this user, and keep every other server out of it.

    Two engines on one directory would corrupt it. The lock goes with the process, however that ends.

    Raises:
        CannotStart: it cannot be written to, or another server uses it.
    """
    umask = os.umask(0o077)  # whatever is created from here on holds telemetry and secrets
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        os.umask(umask)
        raise CannotStart(f"cannot write to the data directory {data}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(file, 20, 0).decode() or "unknown"
            raise CannotStart(f"the data directory {data} is in use by another server (process {owner})") from error
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(file)
        os.umask(umask)


def free_port(host: str, port: int, name: str) -> int:
    """The port, checked to be free; a free one for 0.

    Checked before the engine opens, and because Linux would let two servers share a port in silence when both
    ask for SO_REUSEPORT, as gRPC does.

    Raises:
        CannotStart: something listens there, or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
            found: int = probe.getsockname()[1]
            return found
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotStart(f"cannot listen on {host}:{port} ({name}): {reason}; choose another with --{name}") from error


@asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set; a second one of them ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def serve_until(
    stop: asyncio.Event, serving: "asyncio.Future[None]", end: Callable[[], None], grace: float
) -> None:
    """Wait for `stop`, call `end`, and give open requests `grace` seconds; streams without end get cut off then."""
    stopping = asyncio.ensure_future(stop.wait())
    waiting: set[asyncio.Future[Any]] = {serving, stopping}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not serving.done():
        end()
        await asyncio.wait({serving}, timeout=grace)
    if serving.done():
        serving.result()
    else:
        serving.cancel()


async def run_beside(stop: asyncio.Event, serving: "asyncio.Future[None]", work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends, or `stop` or `serving` does; then cancel it, wait for it, and set `stop`.

    Raises what `work` raises.
    """
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    waiting: set[asyncio.Future[Any]] = {working, serving, stopping}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def leave_out_pyarrow() -> None:
    """Keep the embedded engine from importing pyarrow and numpy: 37 MB for data frames that we never ask for."""
    for name in ("pyarrow", "numpy", "pandas"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None: `import` raises ImportError


def forget_start_pages() -> None:
    """Give back the pages of the engine's code that only its start needed: 140 MB of resident memory.

    The kernel maps them again, from its cache, when they are executed again. Code is never written to, so that
    nothing can be lost; where /proc or madvise is missing nothing happens.
    """
    with suppress(OSError, AttributeError, ValueError):
        libc = ctypes.CDLL(None, use_errno=True)
        for line in Path("/proc/self/maps").read_text().splitlines():
            span, permissions, *_, name = line.split(maxsplit=5)
            if permissions == "r-xp" and "/chdb/" in name:
                start, end = (int(part, 16) for part in span.split("-"))
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_DONTNEED)
