"""What the names of an event's properties say, worked out once for all events of a request that have the same names.

The events of a batch are of few kinds. Looking at their names as one tuple costs a tenth of asking for each.
"""

from dataclasses import dataclass
from typing import Any

# Column → the properties that may fill it, the preferred one first.
COLUMNS = (
    ("session_id", ("$session_id",)),
    ("window_id", ("$window_id",)),
    ("trace_id", ("$trace_id", "trace_id")),
    ("span_id", ("$span_id", "span_id")),
    ("service", ("$service", "service")),
    ("environment", ("environment", "$environment")),
    ("release", ("$release", "release", "$app_version")),
    ("lib", ("$lib",)),
    ("lib_version", ("$lib_version",)),
    ("current_url", ("$current_url",)),
    ("pathname", ("$pathname",)),
)
SOURCES = tuple((column, name) for column, names in COLUMNS for name in names)
ABOUT_PEOPLE = frozenset({"$set", "$set_once", "$unset"})


@dataclass(frozen=True, slots=True)
class Shape:
    """`columns` are (column, property) of the properties that may be columns, `about_people` says whether one sets
    properties of a person, `escaped` whether a name has an escaped dot, which the engine takes for a dot."""

    columns: tuple[tuple[str, str], ...]
    about_people: bool
    escaped: bool


class Shapes(dict[tuple[str, ...], Shape]):
    """The shapes of one request's events, by their properties' names."""

    def __missing__(self, names: tuple[str, ...]) -> Shape:
        """Look at names not seen before."""
        joined = "\n" + "\n".join(names)
        given = frozenset(names)
        shape = self[names] = Shape(
            columns=tuple(source for source in SOURCES if source[1] in given),
            about_people=not given.isdisjoint(ABOUT_PEOPLE) or "\n$initial_" in joined,
            escaped="%2E" in joined,
        )
        return shape

    def of(self, properties: dict[str, Any]) -> Shape:
        """The shape of these properties."""
        return self[tuple(properties)]
