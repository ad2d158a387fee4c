"""The `errors` signal: occurrences of exceptions."""

from vedette.server.signals.errors.routes import router

__all__ = ["router"]
