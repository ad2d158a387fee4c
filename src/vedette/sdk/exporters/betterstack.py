"""Better Stack: logs, errors and product events as JSON to a source, traces and metrics by OTLP.

https://betterstack.com/docs/logs/ingesting-data/http/logs/ · https://betterstack.com/docs/logs/open-telemetry/
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vedette.sdk.delivery.lane import HttpLane, Lane, Response, Retry, Signal, Verdict
from vedette.sdk.exporters.configuration import base_url, chosen_signals, required
from vedette.sdk.exporters.entries import Entry, entry_of_error, entry_of_event, entry_of_log
from vedette.sdk.exporters.json_encoding import dump, iso_time
from vedette.sdk.exporters.otlp_encoding import Endpoint

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

BODY_BYTES = 8 << 20  # of at most 10 MiB compressed and 20 MiB in all
OVER_QUOTA_SECONDS = 600.0
OTLP_SIGNALS = frozenset({Signal.TRACES, Signal.METRICS})


@dataclass(frozen=True, kw_only=True)
class BetterStack:
    """Sends all five signals to a Better Stack source."""

    source_token: str = field(repr=False)
    host: str
    name: str = "betterstack"
    signals: frozenset[Signal] = frozenset(Signal)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "BetterStack":
        """`BETTERSTACK_SOURCE_TOKEN`, `BETTERSTACK_INGESTING_HOST`; `VEDETTE_BETTERSTACK_SIGNALS`."""
        host = required(env, "BETTERSTACK_INGESTING_HOST", "the source's ingesting host, from its page")
        return cls(
            source_token=required(env, "BETTERSTACK_SOURCE_TOKEN", "the source's token, from its page"),
            host=base_url(host, "BETTERSTACK_INGESTING_HOST"),
            signals=chosen_signals(env, "betterstack", cls.signals),
        )

    def lanes(self, service: "Resource") -> list[Lane]:
        """A lane a signal."""
        errors = Signal.ERRORS in self.signals
        endpoint = Endpoint(
            target=self.name,
            urls={signal: f"{self.host}/v1/{signal}" for signal in OTLP_SIGNALS},
            headers={"authorization": f"Bearer {self.source_token}"},
        )
        lanes = endpoint.lanes(self.signals & OTLP_SIGNALS, service, errors_apart=errors)
        entry_of: dict[Signal, Callable[[Any], Entry]] = {
            Signal.LOGS: lambda record: entry_of_log(record, errors_apart=errors),
            Signal.ERRORS: lambda event: entry_of_error(event, service),
            Signal.EVENTS: lambda event: entry_of_event(event, service),
        }
        return lanes + [self._lane(signal, entry_of[signal]) for signal in entry_of if signal in self.signals]

    def _lane(self, signal: Signal, entry_of: Callable[[Any], Entry]) -> Lane:
        def encode(items: Sequence[Any]) -> bytes:
            return dump([_line(entry_of(item)) for item in items])

        return HttpLane(
            target=self.name,
            signal=signal,
            url=f"{self.host}/",
            encode=encode,
            content_type="application/json",
            headers={"authorization": f"Bearer {self.source_token}"},
            max_items=1000,
            max_bytes=BODY_BYTES,
            interpret=verdict,
        )


def _line(entry: Entry) -> dict[str, Any]:
    line = {
        "dt": iso_time(entry.seconds or time.time()),
        "message": entry.message,
        "level": entry.level,
        "logger": entry.logger,
        "event": entry.event_name,
        "trace_id": entry.trace_id,
        "span_id": entry.span_id,
    }
    return {
        **{name: value for name, value in line.items() if value},
        "attributes": entry.attributes,
        "resource": dict(entry.resource),
    }


def verdict(response: Response) -> Verdict:
    """202 taken, 402 over the quota, 403 a wrong token, 406 not readable, 413 too large.

    A quota is raised or renewed some day: what is durable waits for it.
    """
    from vedette.sdk.delivery.http import by_status  # noqa: PLC0415

    return Retry("over the quota", OVER_QUOTA_SECONDS) if response.status == 402 else by_status(response)
