"""New Relic: everything by OTLP, errors as log records with their exception, product events as custom events.

https://docs.newrelic.com/docs/opentelemetry/best-practices/opentelemetry-otlp/ (endpoints and limits)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vedette.sdk.delivery.lane import Lane, Signal
from vedette.sdk.exporters.configuration import base_url, chosen_signals, required
from vedette.sdk.exporters.otlp_encoding import AttributeLimits, Endpoint

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

UNITED_STATES = "https://otlp.nr-data.net"
EUROPE = "https://otlp.eu01.nr-data.net"
BODY_BYTES = 1_000_000
LIMITS = AttributeLimits(name=255, value=4095, array=64)
CUSTOM_EVENT = "newrelic.event.type"  # a log record with this attribute is a custom event of that type


@dataclass(frozen=True, kw_only=True)
class NewRelic:
    """Sends all five signals to New Relic; metrics as deltas, as it recommends.

    Product events are custom events: `SELECT * FROM ProductEvent WHERE event.name = 'plan_upgraded'`.
    """

    license_key: str = field(repr=False)
    endpoint: str = UNITED_STATES
    name: str = "newrelic"
    signals: frozenset[Signal] = frozenset(Signal)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "NewRelic":
        """`NEW_RELIC_LICENSE_KEY`, `NEW_RELIC_OTLP_ENDPOINT`; `VEDETTE_NEWRELIC_SIGNALS` to send only some."""
        key = required(env, "NEW_RELIC_LICENSE_KEY", "a license (ingest) key of the account")
        default = EUROPE if key.startswith("eu01") else UNITED_STATES  # a European account's keys say so
        return cls(
            license_key=key,
            endpoint=base_url(env.get("NEW_RELIC_OTLP_ENDPOINT") or default, "NEW_RELIC_OTLP_ENDPOINT"),
            signals=chosen_signals(env, "newrelic", cls.signals),
        )

    def lanes(self, service: "Resource") -> list[Lane]:
        """A lane a signal."""
        endpoint = Endpoint(
            target=self.name,
            urls={signal: f"{self.endpoint}/v1/{signal}" for signal in (Signal.TRACES, Signal.LOGS, Signal.METRICS)},
            headers={"api-key": self.license_key},
            delta=True,
            max_bytes=BODY_BYTES,
            limits=LIMITS,
            event_type=CUSTOM_EVENT,
        )
        return endpoint.lanes(self.signals, service, errors_apart=Signal.ERRORS in self.signals)
