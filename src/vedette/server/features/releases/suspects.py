"""Which commits of a release may have caused an error: those that changed files of its stack. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_FRAMES = 30


@dataclass(frozen=True, slots=True)
class Suspect:
    """A commit by its place in the list, the frame it touches (0 is where the error was raised), and the file."""

    commit: int
    frame: int
    path: str


def suspects(frames: Sequence[str], commits: Iterable[Sequence[str]]) -> list[Suspect]:
    """Commits that changed a file of the stack: the nearer to where the error was raised the sooner, newer ones first.

    `frames` are the application's files, the innermost first; `commits` the paths each commit changed, newest first.
    """
    found = [
        best
        for number, paths in enumerate(commits)
        if (
            best := next(
                (
                    Suspect(number, place, path)
                    for place, file in enumerate(frames[:MOST_FRAMES])
                    for path in paths
                    if is_same_file(file, path)
                ),
                None,
            )
        )
    ]
    return sorted(found, key=lambda suspect: (suspect.frame, suspect.commit))


def is_same_file(frame: str, path: str) -> bool:
    """Whether a frame's file (`/srv/app/shop/cart.py`, `cart.py`) is a repository's (`backend/shop/cart.py`).

    The end of both must be the same for two names, or for all of the shorter one.
    """
    one, other = _parts(frame), _parts(path)
    if not one or not other:
        return False
    common = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        common += 1
    return common == min(len(one), len(other)) or common >= 2


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..", "~")]
