"""The live feature."""

from vedette.server.features.live.routes import router

__all__ = ["router"]
