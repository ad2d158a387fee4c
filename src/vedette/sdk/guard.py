"""The SDK never hurts its host: what fails inside is counted, logged once, and goes no further."""

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger("vedette")

_failures: Counter[str] = Counter()
_told: set[str] = set()
_lock = threading.RLock()  # a signal handler may fail while its thread is in here


def failed(where: str, error: BaseException) -> None:
    """Count what went wrong inside the SDK, and log it the first time: never more than a line a kind."""
    kind = f"{where}: {type(error).__name__}"
    with _lock:
        _failures[kind] += 1
        told = kind in _told
        _told.add(kind)
    if not told:
        logger.warning("vedette: %s failed: %s (told once; see vedette.health())", where, error, exc_info=error)
    else:
        logger.debug("vedette: %s failed again: %s", where, error, exc_info=error)


def warn_once(message: str) -> None:
    """Log a line about how the SDK is used or set, once a process."""
    with _lock:
        if message in _told:
            return
        _told.add(message)
    logger.warning("vedette: %s", message)


def failures() -> dict[str, int]:
    """How often each part failed, by `where: type of the error`."""
    with _lock:
        return dict(_failures)


def reset() -> None:
    """Forget counts and what was told, as at the start of a process."""
    with _lock:
        _failures.clear()
        _told.clear()


def guarded(default: R) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A public function that answers `default` where it would have raised."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        name = function.__name__

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                failed(name, error)
                return default

        return call

    return decorate


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
