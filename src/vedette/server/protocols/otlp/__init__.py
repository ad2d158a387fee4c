"""OTLP: logs, traces and metrics from any OpenTelemetry SDK or collector."""

from vedette.server.protocols.otlp.routes import routes

__all__ = ["routes"]
