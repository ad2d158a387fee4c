"""Is this server well, and if not, why not."""

from vedette.server.features.health.routes import router

__all__ = ["router"]
