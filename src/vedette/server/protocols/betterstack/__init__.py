"""The betterstack protocol."""

from vedette.server.protocols.betterstack.routes import routes

__all__ = ["routes"]
