"""Performance: transactions of every protocol by name, how long they take, how often they fail, and why."""

from vedette.server.features.performance.routes import router

__all__ = ["router"]
