"""Any OTLP/HTTP endpoint, set up by OpenTelemetry's own variables.

https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from vedette.sdk.delivery.lane import Lane, Signal
from vedette.sdk.exporters.configuration import InvalidSetting, base_url, chosen_signals, required
from vedette.sdk.exporters.otlp_encoding import Endpoint

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

PREFIX = "OTEL_EXPORTER_OTLP_"
CARRIERS = (Signal.TRACES, Signal.LOGS, Signal.METRICS)


@dataclass(frozen=True, kw_only=True)
class Otlp:
    """Sends all five signals to an OTLP/HTTP endpoint, in protobuf: errors as log records with their exception,
    product events as log records with an event name."""

    endpoint: str = field(repr=False)  # may have a password in it
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    urls: Mapping[Signal, str] = field(
        default_factory=dict, repr=False
    )  # where a signal's URL is not `{endpoint}/v1/{signal}`
    signal_headers: Mapping[Signal, Mapping[str, str]] = field(default_factory=dict, repr=False)
    compress: bool = True
    delta: bool = False
    name: str = "otlp"
    signals: frozenset[Signal] = frozenset(Signal)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Otlp":
        """`OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS`, `_COMPRESSION`, `_PROTOCOL`, and the same for a signal."""
        what = "the base URL of the OTLP server, such as http://localhost:4318"
        own = {signal: url for signal in CARRIERS if (url := env.get(f"{PREFIX}{signal.upper()}_ENDPOINT", ""))}
        endpoint = env.get(f"{PREFIX}ENDPOINT") or next(iter(own.values()), "")
        protocol = env.get(f"{PREFIX}PROTOCOL") or "http/protobuf"
        if protocol != "http/protobuf":
            raise InvalidSetting(f"{PREFIX}PROTOCOL", f"is {protocol!r}: only http/protobuf is spoken")
        headers = {signal: _pairs(env.get(f"{PREFIX}{signal.upper()}_HEADERS", "")) for signal in CARRIERS}
        return cls(
            endpoint=base_url(endpoint or required(env, f"{PREFIX}ENDPOINT", what), f"{PREFIX}ENDPOINT"),
            headers=_pairs(env.get(f"{PREFIX}HEADERS", "")),
            urls=own,
            signal_headers={signal: found for signal, found in headers.items() if found},
            compress=env.get(f"{PREFIX}COMPRESSION", "gzip").lower() != "none",
            delta=env.get(f"{PREFIX}METRICS_TEMPORALITY_PREFERENCE", "").lower() == "delta",
            signals=chosen_signals(env, "otlp", cls.signals),
        )

    def lanes(self, service: "Resource") -> list[Lane]:
        """A lane a signal."""
        urls = {signal: self.urls.get(signal) or f"{self.endpoint.rstrip('/')}/v1/{signal}" for signal in CARRIERS}
        credentials = {signal: _credentials(url) for signal, url in urls.items()}
        endpoint = Endpoint(
            target=self.name,
            urls={signal: _bare(url) for signal, url in urls.items()},
            headers=self.headers,
            signal_headers={s: {**credentials[s], **self.signal_headers.get(s, {})} for s in CARRIERS},
            delta=self.delta,
            compress=self.compress,
        )
        return endpoint.lanes(self.signals, service, errors_apart=Signal.ERRORS in self.signals)


def _pairs(text: str) -> dict[str, str]:
    """`name=value,name=value`, percent-encoded; names of headers in lower case."""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}


def _credentials(url: str) -> dict[str, str]:
    """A user and password in a URL become a header, where no error message will show them."""
    parts = urlsplit(url)
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
