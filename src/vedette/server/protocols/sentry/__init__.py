"""The sentry protocol."""

from vedette.server.protocols.sentry.routes import routes

__all__ = ["routes"]
