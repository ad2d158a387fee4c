"""The default target: all five signals to one vedette server, by the protocols it shares with the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vedette.sdk.delivery.lane import Lane, Signal
from vedette.sdk.exporters.configuration import Dsn, chosen_signals, required
from vedette.sdk.exporters.otlp_encoding import Endpoint
from vedette.sdk.exporters.posthog import events_lane
from vedette.sdk.exporters.sentry import Links, errors_lane

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

OTLP_SIGNALS = frozenset({Signal.TRACES, Signal.LOGS, Signal.METRICS})


@dataclass(frozen=True, kw_only=True)
class Vedette:
    """Sends everything to a vedette server: OTLP for logs, traces and metrics, envelopes for errors, `/batch/` for
    product events, with the one key of the DSN."""

    dsn: str = field(repr=False)
    name: str = "vedette"
    signals: frozenset[Signal] = frozenset(Signal)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Vedette":
        """`VEDETTE_DSN`; `VEDETTE_VEDETTE_SIGNALS` to send only some."""
        dsn = required(env, "VEDETTE_DSN", "the project's DSN, http://KEY@host:port/PROJECT, from its Connect page")
        Dsn.parse(dsn, "VEDETTE_DSN")
        return cls(dsn=dsn, signals=chosen_signals(env, "vedette", cls.signals))

    def lanes(self, service: "Resource") -> list[Lane]:
        """A lane a signal."""
        dsn = Dsn.parse(self.dsn, "VEDETTE_DSN")
        endpoint = Endpoint(
            target=self.name,
            urls={signal: f"{dsn.base}/v1/{signal}" for signal in OTLP_SIGNALS},
            headers={"authorization": f"Bearer {dsn.key}"},
        )
        errors = Signal.ERRORS in self.signals
        lanes = endpoint.lanes(self.signals & OTLP_SIGNALS, service, errors_apart=errors)
        if Signal.EVENTS in self.signals:
            lanes.append(events_lane(self.name, dsn.base, dsn.key))
        if errors:
            lanes.append(errors_lane(self.name, dsn, Links()))
        return lanes
