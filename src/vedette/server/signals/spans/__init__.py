"""The `spans` signal: spans, and traces made of them."""

from vedette.server.signals.spans.routes import router

__all__ = ["router"]
