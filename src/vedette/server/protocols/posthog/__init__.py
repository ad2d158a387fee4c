"""The posthog protocol."""

from vedette.server.protocols.posthog.routes import routes

__all__ = ["routes"]
