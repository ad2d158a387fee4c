"""The overview feature."""

from vedette.server.features.overview.routes import router

__all__ = ["router"]
