"""The `logs` signal: log records of every protocol."""

from vedette.server.signals.logs.routes import router

__all__ = ["router"]
