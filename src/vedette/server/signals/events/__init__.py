"""The `events` signal: product events."""

from vedette.server.signals.events.routes import router

__all__ = ["router"]
