"""One file a backend. An exporter turns its settings into lanes; `delivery` does the rest."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from vedette.sdk.delivery.lane import Lane
from vedette.sdk.exporters.configuration import InvalidSetting, MissingSetting, SettingError

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

__all__ = ["EXPORTERS", "Exporter", "InvalidSetting", "MissingSetting", "SettingError", "by_name"]

# Name → where its class is. A module is imported when its exporter is asked for, and not before.
EXPORTERS = {
    "vedette": "vedette.sdk.exporters.vedette:Vedette",
    "posthog": "vedette.sdk.exporters.posthog:PostHog",
    "sentry": "vedette.sdk.exporters.sentry:Sentry",
    "datadog": "vedette.sdk.exporters.datadog:Datadog",
    "betterstack": "vedette.sdk.exporters.betterstack:BetterStack",
    "newrelic": "vedette.sdk.exporters.newrelic:NewRelic",
    "otlp": "vedette.sdk.exporters.otlp:Otlp",
    "prometheus": "vedette.sdk.exporters.prometheus:Prometheus",
    "console": "vedette.sdk.exporters.console:Console",
}


class Exporter(Protocol):
    """A backend, set up. Its `name` is the target's in `health()`."""

    @property
    def name(self) -> str:
        """Unique among the exporters in use."""

    def lanes(self, service: "Resource") -> list[Lane]:
        """One lane a signal that the backend takes. `service` is who sends."""


class HasDsn(Protocol):
    """The part of the settings that exporters read."""

    @property
    def dsn(self) -> str:
        """The vedette server's DSN, or nothing."""


def by_name(name: str, env: Mapping[str, str], settings: HasDsn) -> Exporter:
    """The exporter of that name, set up from the environment; `vedette` also from `settings.dsn`.

    Raises:
        SettingError: there is no such exporter, or a setting of it is missing or unusable.
    """
    place = EXPORTERS.get(name.strip().lower())
    if place is None:
        raise InvalidSetting("VEDETTE_EXPORT", f"has {name!r}; known are {', '.join(EXPORTERS)}")
    module, _, class_name = place.partition(":")
    found = getattr(import_module(module), class_name)
    return cast(Exporter, found.from_env({**env, "VEDETTE_DSN": settings.dsn} if settings.dsn else env))
