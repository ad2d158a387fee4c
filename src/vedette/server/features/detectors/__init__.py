"""Detectors: what is slow in spans without being an error, opened as issues (docs/detectors.md)."""

from vedette.server.features.detectors.routes import router
from vedette.server.features.detectors.sweep import running

__all__ = ["router", "running"]
