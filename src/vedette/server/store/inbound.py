"""What travels to the store: encoded blocks of rows for an inbound table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Inbound:
    """A table that takes encoded rows: blocks of one format that can be joined by concatenation.

    Two inbounds with other settings are two: their blocks never share an insert.
    """

    table: str
    fmt: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def with_token(self, token: str) -> "Inbound":
        """The same table, for one insert that can be repeated without storing its rows twice."""
        return replace(self, settings={**self.settings, "insert_deduplication_token": token})


@dataclass(frozen=True, slots=True)
class Block:
    """Encoded rows of one request."""

    data: bytes
    rows: int
