"""The health feature."""

from vedette.server.features.health.routes import router

__all__ = ["router"]
