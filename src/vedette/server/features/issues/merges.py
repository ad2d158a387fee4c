"""Which fingerprints are one issue. Pure.

Merging says that an issue belongs to another: one entry `fingerprint → parent`. The issue is named by the root of its
tree. Nothing below an entry is touched, so taking it away gives back exactly what was there.
"""

from collections.abc import Iterable, Mapping

Parents = Mapping[str, str]


def root_of(fingerprint: str, parents: Parents) -> str:
    """The issue that a fingerprint belongs to."""
    seen = set()
    while (parent := parents.get(fingerprint)) is not None and fingerprint not in seen:
        seen.add(fingerprint)
        fingerprint = parent
    return fingerprint


def members(issue: str, parents: Parents) -> list[str]:
    """Every fingerprint of the issue that `issue` is the root of, itself first."""
    children: dict[str, list[str]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found = [issue]
    for one in found:
        found += sorted(children.get(one, ()))
    return found


def merged(parents: Parents, issues: Iterable[str], into: str) -> dict[str, str]:
    """The entries after the issues of `issues` were merged into that of `into`."""
    root = root_of(into, parents)
    after = dict(parents)
    for issue in issues:
        own = root_of(issue, after)
        if own != root:
            after[own] = root
    return after


def unmerged(parents: Parents, leaving: Iterable[str]) -> dict[str, str]:
    """The entries after these fingerprints have left their issues, each with what was merged into it before.

    A root does not leave: its issue has its name.
    """
    going = set(leaving)
    return {child: parent for child, parent in parents.items() if child not in going}
