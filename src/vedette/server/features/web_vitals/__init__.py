"""Web vitals: what visitors waited for, from whichever SDK told it.

- `vitals`    limits, weights and scores: pure
- `queries`   a source's reports (`sentry.sql`, `posthog.sql`, `otlp.sql`), judged alike (`measured.sql`), and asked
"""

from vedette.server.features.web_vitals.routes import router

__all__ = ["router"]
