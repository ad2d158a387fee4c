"""Home: what is happening now, over all signals."""

from vedette.server.features.overview.routes import router

__all__ = ["router"]
