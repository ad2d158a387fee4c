"""What users wrote: an inbox of feedback, each beside the error it is about and what happened around it.

- `listing`  feedback with its error and its status: filtered, counted, paged
- `picture`  what a screenshot really is: pure
- `overlay`  reads and writes what people decided
"""

from vedette.server.features.feedback.routes import router

__all__ = ["router"]
