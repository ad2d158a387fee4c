"""The patches of threads and executors: idempotent, reversible, and no more than they say."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import vedette
from vedette.sdk import threads
from vedette.testing import capture

var: ContextVar[str] = ContextVar("var", default="")


def seen_by_a_thread(name: str | None = None) -> str:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(var.get()), name=name)
    thread.start()
    thread.join()
    return found[0]


def test_patched_while_it_runs_and_not_after() -> None:
    before = threading.Thread.start, threading.Thread._bootstrap_inner, ThreadPoolExecutor.submit  # type: ignore[attr-defined]
    token = var.set("x")
    try:
        with capture(), capture():
            assert seen_by_a_thread() == "x"
            assert seen_by_a_thread("vedette-own") == ""
        assert seen_by_a_thread() == ""
    finally:
        var.reset(token)
    after = threading.Thread.start, threading.Thread._bootstrap_inner, ThreadPoolExecutor.submit  # type: ignore[attr-defined]
    assert after == before


def test_it_can_be_turned_off() -> None:
    token = var.set("x")
    try:
        with capture(propagate_threads=False):
            assert seen_by_a_thread() == ""
    finally:
        var.reset(token)


def test_once_is_enough() -> None:
    undo = threads.propagate()
    patched = threading.Thread.start
    threads.propagate()()
    assert threading.Thread.start is patched
    undo()
    assert threading.Thread.start is not patched


def test_a_pool_gives_each_call_its_own_context() -> None:
    with capture(), ThreadPoolExecutor(1) as pool:
        found = []
        for value in ("a", "b"):
            with vedette.context(user=value):
                token = var.set(value)
                found.append(pool.submit(lambda: (var.get(), var.set("changed") and "")[0]))
                var.reset(token)
        found.append(pool.submit(var.get))
        assert [each.result() for each in found] == ["a", "b", ""]


def test_results_and_errors_come_back() -> None:
    with capture(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda a, b: a + b, 1, b=2).result() == 3
        assert isinstance(pool.submit(int, "x").exception(), ValueError)
        assert list(pool.map(str, [1, 2])) == ["1", "2"]
