"""Releases: what telemetry names, with what people and `sentry-cli` say about them.

- `sentry_cli`  `/api/0/…`: releases, commits and deploys as sentry-cli tells them
- `queries`     health, adoption and errors of releases
- `suspects`    which commits may have caused an error: pure
"""

from vedette.server.features.releases.routes import router
from vedette.server.features.releases.sentry_cli import sentry_router

__all__ = ["router", "sentry_router"]
