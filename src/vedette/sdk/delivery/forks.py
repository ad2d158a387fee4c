"""What a fork must not interrupt: an import in a lane's thread stays half done in the child, for good.

Lanes import what they need when they first send, so they hold `unforked` while they import and encode. A fork waits
for that, but not for longer than a second: the thread may itself be waiting for an import of the one that forks.
"""

import logging  # noqa: F401 — it locks itself before a fork, and those that register later are called earlier
import os
import threading

unforked = threading.RLock()

_MOST_SECONDS = 1.0
_waited = False


def _before() -> None:
    global _waited
    _waited = unforked.acquire(timeout=_MOST_SECONDS)


def _in_parent() -> None:
    if _waited:
        unforked.release()


def _in_child() -> None:
    global unforked
    unforked = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
