"""The join: from one id to every signal that knows it, and which fields and values there are to ask for."""

from vedette.server.features.correlation.routes import router

__all__ = ["router"]
