"""What would be sent, as lines on stderr: for development, where no backend is.

Log lines are printed by the log itself; here are the other signals.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from vedette.sdk.delivery.lane import Delivered, Lane, Signal, Temporality, Verdict
from vedette.sdk.exporters.configuration import chosen_signals
from vedette.sdk.exporters.entries import entry_of_error, entry_of_log
from vedette.sdk.exporters.json_encoding import seconds_of
from vedette.sdk.exporters.prometheus_text import families, number

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

COLOURS = {
    Signal.TRACES: 36,
    Signal.LOGS: 37,
    Signal.METRICS: 34,
    Signal.EVENTS: 32,
    Signal.ERRORS: 31,
}


@dataclass(frozen=True, kw_only=True)
class Console:
    """Prints spans, product events and errors, a line each; errors with their stack."""

    name: str = "console"
    signals: frozenset[Signal] = frozenset({Signal.TRACES, Signal.EVENTS, Signal.ERRORS})
    stream: TextIO | None = None  # stderr, as it is when a line is printed

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Console":
        """`VEDETTE_CONSOLE_SIGNALS`, of all five."""
        return cls(signals=chosen_signals(env, "console", cls.signals))

    def lanes(self, service: "Resource") -> list[Lane]:
        """A lane a signal."""
        lines: dict[Signal, Callable[[Any], list[str]]] = {
            Signal.TRACES: _span,
            Signal.LOGS: _log,
            Signal.METRICS: _metrics,
            Signal.EVENTS: _event,
            Signal.ERRORS: lambda event: _error(event, service),
        }
        return [
            ConsoleLane(self.name, signal, lines[signal], self.stream) for signal in lines if signal in self.signals
        ]


class ConsoleLane:
    """Prints what it is given."""

    max_items = 512
    temporality: Temporality = "cumulative"

    def __init__(self, target: str, signal: Signal, lines: Callable[[Any], list[str]], stream: TextIO | None) -> None:
        self.target = target
        self.signal = signal
        self._lines = lines
        self._stream = stream

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Verdict:
        """One write for the batch, so that lines of other threads do not come between."""
        stream = self._stream or sys.stderr
        colour = COLOURS[self.signal] if stream.isatty() else None
        text = "".join(f"{_painted(line, colour)}\n" for item in items for line in self._lines(item))
        stream.write(text)
        stream.flush()
        return Delivered()


def _painted(line: str, colour: int | None) -> str:
    return f"\x1b[{colour}m{line}\x1b[0m" if colour else line


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S.%f")[:-3]


def _pairs(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items() if not name.startswith("$"))


def _span(span: Any) -> list[str]:
    milliseconds = (span.end_time - span.start_time) / 1e6
    status = f" {span.status.status_code.name}" if span.status.status_code.value == 2 else ""
    head = f"{_clock(span.start_time / 1e9)} span  {span.name} {milliseconds:.1f} ms{status}"
    return [f"{head} {_pairs(span.attributes or {})} trace={span.context.trace_id:032x}"]


def _log(record: Any) -> list[str]:
    entry = entry_of_log(record, errors_apart=False)
    return [f"{_clock(entry.seconds)} {entry.level:5} {entry.message} {_pairs(entry.attributes)}".rstrip()]


def _metrics(collection: Any) -> list[str]:
    shown = [(family, sample) for family in families(collection) if family.kind != "info" for sample in family.samples]
    return [
        f"{_clock(one.seconds)} metric {family.name}{one.suffix}={number(one.value)} {_pairs(dict(one.labels))}"
        for family, one in shown
        if one.suffix != "_bucket"
    ]


def _event(event: Mapping[str, Any]) -> list[str]:
    clock = _clock(seconds_of(event.get("timestamp"), time.time()))
    return [f"{clock} event {event.get('event')} by {event.get('distinct_id')} {_pairs(event.get('properties') or {})}"]


def _error(event: Mapping[str, Any], service: "Resource") -> list[str]:
    entry = entry_of_error(event, service)
    stack = str(entry.attributes.get("exception.stacktrace", ""))
    return [f"{_clock(entry.seconds)} error {entry.message} id={event.get('event_id')}", *stack.splitlines()]
