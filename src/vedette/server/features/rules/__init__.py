"""What a project sets: how its errors are grouped, and what else is a secret; tried on recent errors before saving."""

from vedette.server.features.rules.routes import router

__all__ = ["router"]
