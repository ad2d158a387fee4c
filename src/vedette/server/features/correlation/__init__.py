"""The correlation feature."""

from vedette.server.features.correlation.routes import router

__all__ = ["router"]
