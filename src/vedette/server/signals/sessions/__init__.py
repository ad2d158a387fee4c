"""The `sessions` signal: release health."""

from vedette.server.signals.sessions.routes import router

__all__ = ["router"]
