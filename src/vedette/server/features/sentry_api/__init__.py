"""The frame of what `sentry-cli` calls under `/api/0/`: errors in its language, projects and releases by its names."""

from vedette.server.features.sentry_api.application import sentry_api

__all__ = ["sentry_api"]
