"""The spool's own thread: forces writes to the disk, adopts what dead processes left, keeps to the bound."""

import logging
import threading
import time
from collections.abc import Callable

from vedette.sdk.delivery.spool import Spool
from vedette.sdk.delivery.tuning import Tuning
from vedette.sdk.guard import failed

logger = logging.getLogger("vedette")


class Keeper:
    """Started by the first write, or at once where there is something to adopt."""

    def __init__(self, spool: Spool, tuning: Tuning, adopted: Callable[[], None]) -> None:
        """`adopted` is called when the lanes have more to read than before."""
        self._spool = spool
        self._tuning = tuning
        self._adopted = adopted
        self._written = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()

    def start(self) -> None:
        """Look after the spool from now on."""
        with self._lock:
            if self._thread is not None or self._stopped.is_set():
                return
            thread = threading.Thread(target=self._run, name="vedette-spool", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is ending: what was written is with the kernel all the same
                return
            self._thread = thread

    def written(self) -> None:
        """Something was appended."""
        if not self._written.is_set():
            self._written.set()
            self.start()

    def stop(self) -> None:
        """Let the thread end. Does not wait for it."""
        self._stopped.set()
        self._written.set()

    def _run(self) -> None:
        adopt_at = time.monotonic()
        while not self._stopped.is_set():
            try:
                if time.monotonic() >= adopt_at:
                    adopt_at = time.monotonic() + self._tuning.adopt_seconds
                    if self._spool.adopt():
                        self._adopted()
                self._spool.sync()
                self._spool.tidy()
            except Exception as error:  # a full or failing disk: `append` tells the callers, so go on
                failed("spool", error)
            self._rest(adopt_at)

    def _rest(self, adopt_at: float) -> None:
        """Until a second after the next write, or until it is time to adopt."""
        if self._spool.adopting or self._written.wait(max(0.0, adopt_at - time.monotonic())):
            self._stopped.wait(self._tuning.sync_seconds)
        self._written.clear()
