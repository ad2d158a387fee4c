"""The sql feature."""

from vedette.server.features.sql.routes import router

__all__ = ["router"]
