"""What applications declare of their product events, beside what was seen of them."""

from vedette.server.features.event_schema.routes import router

__all__ = ["router"]
