"""What ends a thread, a task or the process by an exception nobody caught. Each hook calls the one before it."""

import sys
import threading
from asyncio import AbstractEventLoop, Task, base_events
from collections.abc import Callable
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from vedette.sdk.errors import report


def install() -> Callable[[], None]:
    """Install all hooks. Returns what takes out those that are still in place."""
    undo = [_process(), _threads(), _tasks()]

    def uninstall() -> None:
        for each in undo:
            each()

    return uninstall


def _process() -> Callable[[], None]:
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        report(error, handled=False, level="fatal", mechanism="excepthook")  # the exit that follows flushes
        before(kind, error, traceback)

    sys.excepthook = hook

    def undo() -> None:
        if sys.excepthook is hook:
            sys.excepthook = before

    return undo


def _threads() -> Callable[[], None]:
    before = threading.excepthook

    def hook(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            report(told.exc_value, handled=False, mechanism="threading")
        before(told)

    threading.excepthook = hook

    def undo() -> None:
        if threading.excepthook is hook:
            threading.excepthook = before

    return undo


def _tasks() -> Callable[[], None]:
    """asyncio's loops tell of tasks that failed with nobody waiting for them. uvloop's log it instead, as asyncio's
    own handler does after us: the bridge reports what is logged."""
    loop: Any = base_events.BaseEventLoop
    call, create = loop.call_exception_handler, loop.create_task
    contexts: WeakKeyDictionary[Any, Context] = WeakKeyDictionary()

    def call_exception_handler(self: AbstractEventLoop, about: dict[str, Any]) -> None:
        error = about.get("exception")
        if isinstance(error, BaseException):
            task = about.get("task") or about.get("future")
            ask = getattr(task, "get_context", None)
            within = ask() if ask is not None else contexts.get(task)
            (within.copy() if within is not None else copy_context()).run(_report_task, error)
        call(self, about)

    def create_task(self: AbstractEventLoop, coroutine: Any, **options: Any) -> Task[Any]:
        task: Task[Any] = create(self, coroutine, **options)
        contexts[task] = options.get("context") or copy_context()
        return task

    loop.call_exception_handler = call_exception_handler
    if sys.version_info < (3, 12):  # before, a task does not tell its context
        loop.create_task = create_task

    def undo() -> None:
        if loop.call_exception_handler is call_exception_handler:
            loop.call_exception_handler = call
        if loop.create_task is create_task:
            loop.create_task = create

    return undo


def _report_task(error: BaseException) -> None:
    report(error, handled=False, mechanism="asyncio")
