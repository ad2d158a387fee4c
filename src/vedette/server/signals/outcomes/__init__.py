"""The `outcomes` signal: what happened to every item received."""

from vedette.server.signals.outcomes.routes import router

__all__ = ["router"]
