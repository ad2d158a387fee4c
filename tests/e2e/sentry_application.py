"""An application that fails without end and reports by the official SDK: `python -m … DSN ACKNOWLEDGED STOP`.

Writes the id and the exception's type of every event that the server answered with 200 to the file ACKNOWLEDGED, and
ends once the file STOP is there. What was not answered is lost, as in any application with this SDK.
"""

import sys
import threading
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import HttpTransport

PAUSE_SECONDS = 0.03  # eight of us that find no server would keep it from starting
acknowledged = Path(sys.argv[2])
sent = threading.Semaphore(0)


class Noting(HttpTransport):
    """The SDK's own transport; it also writes down what was answered."""

    def _send_envelope(self, envelope: Envelope) -> None:
        try:
            super()._send_envelope(envelope)
        finally:
            sent.release()

    def _handle_response(self, response: Any, envelope: Envelope | None = None) -> None:
        super()._handle_response(response, envelope)
        event = envelope.get_event() if envelope else None
        if event and response.status == 200:
            with acknowledged.open("a") as file:
                file.write(f"{event['event_id']} {event['exception']['values'][-1]['type']}\n")


class DeclinedError(Exception):
    """A card that is not accepted."""


def divide(number: int) -> float:
    return number / 0


def look_up(number: int) -> str:
    return {"a": "b"}[f"customer {number}"]


def parse(number: int) -> int:
    return int(f"{number} pieces")


def pay(number: int) -> None:
    raise DeclinedError(f"card {number} was declined")


def main() -> None:
    sentry_sdk.init(sys.argv[1], transport=Noting, auto_enabling_integrations=False)
    for number, fails in enumerate(cycle((divide, look_up, parse, pay))):
        if Path(sys.argv[3]).exists():
            return
        try:
            fails(number)
        except Exception:
            sentry_sdk.capture_exception()
        sent.acquire(timeout=30)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
