"""The prometheus protocol."""

from vedette.server.protocols.prometheus.routes import routes

__all__ = ["routes"]
