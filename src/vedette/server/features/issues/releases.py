"""Which release is later. Pure.

`package@1.2.3-rc.1+build` is compared by semver with releases of the same package; anything else (a commit, a date) by
when it came: when it was finalized, else first deployed, else first seen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NUMBERED = re.compile(
    r"v?(?P<numbers>\d{1,9}(?:\.\d{1,9}){1,3})(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.+-]*)?", re.ASCII
)

Key = tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """A release's package, and what it is compared by within it; `key` None: by time."""

    package: str
    key: Key | None


def parse(release: str) -> Version:
    """Read a release's name; never raises."""
    package, _, text = release.rpartition("@")
    match = NUMBERED.fullmatch(text)
    if match is None:
        return Version(package, None)
    numbers = tuple(int(part) for part in match["numbers"].split("."))
    numbers += (0,) * (4 - len(numbers))
    # Semver 2.0 §11: numbers before words, fewer parts before more, any pre-release before the release.
    pre = tuple(
        (0, int(part), "") if part.isdecimal() and len(part) < 18 else (1, 0, part)
        for part in (match["pre"] or "").split(".")
        if part
    )
    return Version(package, (numbers, 0 if pre else 1, pre))


def is_later(release: str, than: str, came: Mapping[str, int]) -> bool:
    """Whether `release` comes after `than`. `came`: release → nanoseconds since 1970."""
    if release == than or not release:
        return False
    one, other = parse(release), parse(than)
    if one.key is not None and other.key is not None and one.package == other.package:
        return one.key > other.key
    if than not in came:
        return False
    return came.get(release, 0) > came[than]


def latest(came: Mapping[str, int]) -> list[str]:
    """The latest release of each package, those that came last in front; releases without semver are one package."""
    best: dict[tuple[str, bool], str] = {}
    for release in sorted(came):
        if not release:
            continue
        version = parse(release)
        kind = (version.package, True) if version.key is not None else ("", False)
        if kind not in best or is_later(release, best[kind], came):
            best[kind] = release
    return sorted(best.values(), key=lambda release: -came[release])


def latest_like(release: str, came: Mapping[str, int]) -> str:
    """The latest release of the package that `release` is of; of any package when that says nothing; '' for none."""
    package = parse(release).package
    found = latest(came)
    alike = [one for one in found if release and parse(one).package == package]
    return next(iter(alike or found), "")
