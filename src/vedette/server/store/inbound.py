"""What travels to the store: encoded blocks of rows for an inbound table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Inbound:
    """A table that takes encoded rows: blocks of one format that can be joined by concatenation.

    Two inbounds with other settings are two: their blocks never share an insert. `has_ids` promises that a row stored
    twice counts once, in the table and in all that its views keep: such rows may go through the journal.
    """

    table: str
    fmt: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    has_ids: bool = field(default=False, compare=False)

    def with_token(self, token: str) -> "Inbound":
        """The same table, for one insert that can be repeated without storing its rows twice."""
        return replace(self, settings={**self.settings, "insert_deduplication_token": token})


class RequestId(NamedTuple):
    """A request whose rows have no ids of their own, by a hash of its body; `table` is the signal's."""

    table: str
    project_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class Block:
    """Encoded rows of one request. `request` tells a retry of it from new data, where the rows cannot."""

    data: bytes
    rows: int
    request: RequestId | None = None
