"""The end of a process: flush within one deadline, however it comes.

`atexit` covers a return from main and `sys.exit`; SIGTERM is handled where nobody else does; children of
multiprocessing, which leave by `os._exit`, flush by a finalizer. SIGKILL is what the spool is for.
"""

import _thread
import atexit
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Protocol

logger = logging.getLogger("vedette")


class Closable(Protocol):
    """What is to be flushed and closed: a client, or a delivery alone."""

    def flush(self, deadline: float, /) -> bool:
        """Send what waits."""

    def close(self, deadline: float, /) -> None:
        """Flush and stop. Idempotent."""


class _AfterFork:
    """What multiprocessing's registry holds by a weak reference."""


_watched: dict[int, tuple[Closable, float]] = {}
_installed = False
_child = _AfterFork()


def watch(owner: Closable, deadline_seconds: float) -> None:
    """Close `owner` at the end of this process, or of a forked child, within the deadline. The first call installs
    the hooks; SIGTERM's only in the main thread, and only while its handler is the default."""
    global _installed
    _watched[id(owner)] = (owner, deadline_seconds)
    if not _installed:
        _installed = True
        atexit.register(close_all)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_in_child)
        multiprocessing = sys.modules.get("multiprocessing.process")
        if multiprocessing is not None and multiprocessing.parent_process() is not None:
            _finalize(_child)
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _on_term)


def unwatch(owner: Closable) -> None:
    """Leave `owner` alone: it is closed already."""
    _watched.pop(id(owner), None)


def close_all() -> None:
    """Close everything watched, within the longest of their deadlines."""
    watched = list(_watched.values())
    _watched.clear()
    until = time.monotonic() + max((deadline for _, deadline in watched), default=0.0)
    for owner, deadline in watched:
        try:
            owner.close(min(deadline, max(0.0, until - time.monotonic())))
        except Exception:
            logger.warning("vedette: could not close", exc_info=True)


def _on_term(number: int, frame: FrameType | None) -> None:
    """Flush in a thread of its own, then die of the signal after all.

    The handler returns at once: it interrupted the main thread anywhere, perhaps holding a lock that the flush will
    need. A second SIGTERM kills immediately, for the default is back. A bare thread, since `threading.Thread.start`
    takes a lock that the main thread may be holding, too.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _thread.start_new_thread(_flush_and_die, ())


def _flush_and_die() -> None:
    watched = list(_watched.values())
    until = time.monotonic() + max((deadline for _, deadline in watched), default=0.0)
    try:
        for owner, deadline in watched:
            if not owner.flush(min(deadline, max(0.0, until - time.monotonic()))):
                logger.warning("vedette: SIGTERM: not everything was sent within %g s", deadline)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


def _in_child() -> None:
    """Multiprocessing forgets its finalizers in a child, then calls what is registered for after the fork."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.register_after_fork(_child, _finalize)


def _finalize(_: Any) -> None:
    from multiprocessing.util import Finalize  # noqa: PLC0415 — loaded already wherever this is called

    Finalize(None, close_all, exitpriority=-100)
