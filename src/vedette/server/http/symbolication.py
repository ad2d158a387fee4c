"""Minified stack traces read while an error is stored: what a feature hands to protocols, which may not import it."""

from collections.abc import Mapping
from typing import Any, Protocol

from vedette.server.grouping import Names


class Symbolicator(Protocol):
    """Says what the frames of an error that arrives are called in their source."""

    def knows(self, project_id: int) -> bool:
        """Whether the project has anything to read frames with. From memory: asked of every request."""

    async def read(self, project_id: int, payload: Mapping[str, Any]) -> Names:
        """The names of those frames of `payload.exception` that a map knows. Takes any JSON object, waits a few
        seconds at most and never raises: what cannot be read in time is grouped as it was sent."""


class NoMaps:
    """Knows no project."""

    def knows(self, project_id: int) -> bool:
        """Never."""
        return False

    async def read(self, project_id: int, payload: Mapping[str, Any]) -> Names:
        """Nothing."""
        return {}


NO_MAPS = NoMaps()
