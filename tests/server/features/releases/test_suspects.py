"""Which commits touch a stack."""

import pytest

from vedette.server.features.releases.queries import regressed
from vedette.server.features.releases.suspects import Suspect, is_same_file, suspects


@pytest.mark.parametrize(
    ("frame", "path", "same"),
    [
        ("shop/cart.py", "backend/shop/cart.py", True),
        ("/srv/app/shop/cart.py", "shop/cart.py", True),
        ("src/cart.ts", "src/cart.ts", True),
        ("cart.py", "backend/shop/cart.py", True),
        ("/srv/app/other/cart.py", "shop/cart.py", False),
        ("shop/cart.py", "shop/cart.pyx", False),
        ("", "shop/cart.py", False),
        ("../src/./cart.ts", "src/cart.ts", True),
        ("C:\\shop\\cart.cs", "shop/cart.cs", True),
    ],
)
def test_the_same_file(frame: str, path: str, same: bool) -> None:
    assert is_same_file(frame, path) is same


def test_the_innermost_frame_and_the_newest_commit_first() -> None:
    commits = [["b.py"], ["a.py", "b.py"], ["a.py"], ["c.py"]]
    assert suspects(["x/a.py", "x/b.py"], commits) == [
        Suspect(1, 0, "a.py"), Suspect(2, 0, "a.py"), Suspect(0, 1, "b.py"),
    ]  # fmt: skip


def test_regressed_is_the_first_release_after_the_fix() -> None:
    seen = {"f": [("1", 10), ("2", 30), ("3", 50)], "late": [("3", 50)]}
    assert regressed([("f", 20)], seen) == {"2": ["f"]}
    assert regressed([("f", 20), ("f", 40)], seen) == {"2": ["f"], "3": ["f"]}
    assert regressed([("f", 60), ("late", 20), ("gone", 5)], seen) == {}, "not seen since, or not before"
