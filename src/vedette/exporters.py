"""Backends to send to, for `vedette.init(export=[…])`. By name they are set up from the environment instead."""

from vedette.sdk.delivery.lane import Signal
from vedette.sdk.exporters import Exporter, InvalidSetting, MissingSetting, SettingError
from vedette.sdk.exporters.betterstack import BetterStack
from vedette.sdk.exporters.console import Console
from vedette.sdk.exporters.datadog import Datadog
from vedette.sdk.exporters.newrelic import NewRelic
from vedette.sdk.exporters.otlp import Otlp
from vedette.sdk.exporters.posthog import PostHog
from vedette.sdk.exporters.prometheus import Prometheus
from vedette.sdk.exporters.prometheus import asgi as prometheus_asgi
from vedette.sdk.exporters.prometheus import wsgi as prometheus_wsgi
from vedette.sdk.exporters.sentry import Links, Sentry
from vedette.sdk.exporters.vedette import Vedette

__all__ = [
    "BetterStack",
    "Console",
    "Datadog",
    "Exporter",
    "InvalidSetting",
    "Links",
    "MissingSetting",
    "NewRelic",
    "Otlp",
    "PostHog",
    "Prometheus",
    "Sentry",
    "SettingError",
    "Signal",
    "Vedette",
    "prometheus_asgi",
    "prometheus_wsgi",
]
