"""Which hooks are installed, each in a process of its own. What they do is in tests/sdk/loss."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PREAMBLE = """
import atexit, os, signal, sys, threading, time
from vedette.sdk.delivery import shutdown

class Owner:
    def flush(self, deadline):
        print("flush", flush=True)
        return True
    def close(self, deadline):
        print("close", round(deadline), flush=True)

owner = Owner()
"""


def run(code: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def test_it_closes_once_at_the_end() -> None:
    assert run("shutdown.watch(owner, 3); shutdown.watch(owner, 4)") == (0, "close 4\n")


def test_not_what_is_closed_already() -> None:
    assert run("shutdown.watch(owner, 3); shutdown.unwatch(owner)") == (0, "")


def test_one_owner_that_fails_does_not_keep_the_next_from_closing() -> None:
    code = """
class Broken(Owner):
    def close(self, deadline):
        raise OSError("no")

shutdown.watch(Broken(), 3)
shutdown.watch(owner, 3)
import logging; logging.getLogger("vedette").disabled = True
"""
    assert run(code) == (0, "close 3\n")


def test_a_handler_of_the_host_is_left_alone() -> None:
    code = """
signal.signal(signal.SIGTERM, lambda *_: (print("host"), sys.exit(3)))
shutdown.watch(owner, 3)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(5)
"""
    assert run(code) == (3, "host\nclose 3\n")


def test_ignored_stays_ignored() -> None:
    code = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
shutdown.watch(owner, 3)
os.kill(os.getpid(), signal.SIGTERM)
"""
    assert run(code) == (0, "close 3\n")


def test_outside_of_the_main_thread_there_is_no_handler() -> None:
    code = """
thread = threading.Thread(target=shutdown.watch, args=(owner, 3))
thread.start(); thread.join()
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
"""
    assert run(code) == (0, "True\nclose 3\n")


def test_sigterm_flushes_even_while_the_main_thread_holds_what_the_flush_needs() -> None:
    """The handler interrupts the main thread anywhere; were it to wait there, nobody would ever let go."""
    code = """
lock = threading.Lock()
class Locked(Owner):
    def flush(self, deadline):
        with lock:
            print("flush", flush=True)
        return True

owner = Locked()
shutdown.watch(owner, 3)
with lock:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
time.sleep(10)
"""
    assert run(code) == (-15, "flush\n")
