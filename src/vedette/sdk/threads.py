"""Threads and executors go on in the context they were started from: trace, scope and all other context variables."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from functools import wraps
from typing import Any, cast

from vedette.sdk.guard import warn_once

_CONTEXT = "_vedette_context"
OWN = "vedette-"  # our own threads belong to no request


def propagate() -> Callable[[], None]:
    """Patch `Thread` and `ThreadPoolExecutor`, once. Returns what undoes it."""
    if not hasattr(threading.Thread, "_bootstrap_inner"):
        warn_once("this Python's threads cannot be followed; use vedette.bind()")
        return _nothing
    if hasattr(threading.Thread.start, "__vedette_original__"):
        return _nothing
    undo = [
        _patch(threading.Thread, "start", _start),
        _patch(threading.Thread, "_bootstrap_inner", _run),
        _patch(ThreadPoolExecutor, "submit", _submit),
    ]

    def restore() -> None:
        for each in undo:
            each()

    return restore


def _start(start: Any) -> Any:
    def start_with_context(self: threading.Thread) -> None:
        if not self.name.startswith(OWN):
            self.__dict__[_CONTEXT] = copy_context()
        start(self)

    return start_with_context


def _run(run: Any) -> Any:
    def run_in_context(self: threading.Thread) -> None:
        context: Context | None = self.__dict__.pop(_CONTEXT, None)
        if context is None:
            run(self)
        else:
            context.run(run, self)

    return run_in_context


def _submit(submit: Any) -> Any:
    def submit_with_context(
        self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        return cast("Future[Any]", submit(self, copy_context().run, fn, *args, **kwargs))

    return submit_with_context


def _patch(owner: Any, name: str, replace: Callable[[Any], Any]) -> Callable[[], None]:
    original = getattr(owner, name)
    replacement: Any = wraps(original)(replace(original))
    replacement.__vedette_original__ = original
    setattr(owner, name, replacement)

    def undo() -> None:
        if getattr(owner, name) is replacement:  # else someone patched over us, and calls us
            setattr(owner, name, original)

    return undo


def _nothing() -> None:
    return None
