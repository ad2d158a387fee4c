"""Where the time of a transaction goes: each span's own time, which no child of it explains.

A span's own time is its duration without the union of its children's, each cut to the span. Children that run at once
explain the same time once, yet each has its own: so own times may add up to more than the transaction took, and then
work was done at once. A child that outlives its parent counts in full where it stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CATEGORIES = (
    ("db", ("db",)),
    ("cache", ("cache",)),
    ("http", ("http", "grpc", "rpc", "websocket")),
    ("queue", ("queue.publish", "queue.submit", "messaging", "producer")),
    ("ai", ("gen_ai", "ai")),
    ("template", ("template", "view")),
    ("browser", ("browser", "ui", "paint", "resource")),
    ("file", ("file",)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One span of a trace; times in nanoseconds."""

    span_id: str
    parent_span_id: str
    start_ns: int
    duration_ns: int
    name: str
    operation: str
    service: str

    @property
    def end_ns(self) -> int:
        """When it ended."""
        return self.start_ns + self.duration_ns


def category(operation: str) -> str:
    """What kind of work an operation (or span kind) is: db, http, cache, …; `app` where it is none of these, and where
    a server does its own part."""
    if operation.endswith(".server"):
        return "app"
    for name, prefixes in CATEGORIES:
        if any(operation == prefix or operation.startswith(f"{prefix}.") for prefix in prefixes):
            return name
    return "app"


def descendants(root: str, parts: Sequence[Part]) -> list[Part]:
    """The span `root` of a trace and all below it; a circle of parents is walked once."""
    children: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        children[part.parent_span_id].append(part)
    found = [part for part in parts if part.span_id == root][:1]
    seen = {root}
    for part in found:  # grows as it goes
        for child in children[part.span_id]:
            if child.span_id not in seen:
                seen.add(child.span_id)
                found.append(child)
    return found


def own_times(parts: Sequence[Part]) -> dict[str, int]:
    """Span id → its own time in nanoseconds."""
    children: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        children[part.parent_span_id].append(part)
    return {part.span_id: part.duration_ns - covered(part, children[part.span_id]) for part in parts}


def covered(part: Part, children: Iterable[Part]) -> int:
    """How much of a span its children explain, in nanoseconds."""
    total, reached = 0, part.start_ns
    for child in sorted(children, key=lambda one: one.start_ns):
        start, end = max(child.start_ns, reached), min(child.end_ns, part.end_ns)
        if end > start and child.span_id != part.span_id:
            total += end - start
            reached = end
    return total
