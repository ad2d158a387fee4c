"""Exceptions that come together: causes, and groups of several raised at once.

`values` comes causes first; the last was raised. Groups (https://develop.sentry.dev/sdk/telemetry/… exception groups)
name themselves by `mechanism`: `exception_id`, `parent_id`, `is_exception_group`. The wrapper says nothing; its
distinct children do, in whatever order they ended. Ids that make no tree are not believed.
"""

from collections.abc import Sequence
from typing import Any

MOST = 50  # exceptions that count, nearest to the one raised

Exceptions = Sequence[dict[str, Any]]


def chains(exceptions: Exceptions) -> list[list[int]]:
    """Positions of exceptions, causes first: one list a distinct line of causes; one list when there is no group."""
    flat = list(range(max(0, len(exceptions) - MOST), len(exceptions)))
    tree = _tree(exceptions)
    if tree is None:
        return [flat]
    children, root = tree
    return _lines(exceptions, children, root) or [flat]


def mechanism(exception: dict[str, Any]) -> dict[str, Any]:
    """How the exception came about; empty when it does not say."""
    found = exception.get("mechanism")
    return found if isinstance(found, dict) else {}


def _is_group(exception: dict[str, Any]) -> bool:
    return mechanism(exception).get("is_exception_group") is True


def _tree(exceptions: Exceptions) -> tuple[dict[int, list[int]], int] | None:
    """(children by position, the root's position); None without a group, or when the ids make no tree."""
    if len(exceptions) < 2 or not any(_is_group(exception) for exception in exceptions):
        return None
    positions: dict[int, int] = {}
    for position, exception in enumerate(exceptions):
        own = mechanism(exception).get("exception_id")
        if type(own) is not int or own in positions:
            return None
        positions[own] = position
    children: dict[int, list[int]] = {}
    roots = []
    for position, exception in enumerate(exceptions):
        parent = mechanism(exception).get("parent_id")
        if parent is None:
            roots.append(position)
        elif type(parent) is not int or parent not in positions:
            return None
        else:
            children.setdefault(positions[parent], []).append(position)
    if len(roots) != 1 or _reached(children, roots[0]) != len(exceptions):
        return None  # what is not reached from the root goes round in a circle
    return children, roots[0]


def _reached(children: dict[int, list[int]], root: int) -> int:
    waiting, reached = [root], 0
    while waiting:
        reached += 1
        waiting += children.get(waiting.pop(), ())
    return reached


def _lines(exceptions: Exceptions, children: dict[int, list[int]], root: int) -> list[list[int]]:
    """The lines of causes below each group, wrappers left out."""
    lines: list[list[int]] = []
    waiting: list[tuple[int, list[int]]] = [(root, [])]
    while waiting and len(lines) < MOST:
        position, raised_after = waiting.pop()
        if _is_group(exceptions[position]) and position in children:
            waiting += [(child, []) for child in children[position]]
            if raised_after:
                lines.append(raised_after)
            continue
        line = [position, *raised_after]
        below = children.get(position, [])
        if not below:
            lines.append(line[-MOST:])
        elif len(below) == 1:
            waiting.append((below[0], line))
        else:
            lines.append(line[-MOST:])
            waiting += [(child, []) for child in below]
    return lines
