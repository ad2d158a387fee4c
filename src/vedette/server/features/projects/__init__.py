"""Organisation, projects, keys, tokens, members, login."""

from vedette.server.features.projects.routes import router

__all__ = ["router"]
