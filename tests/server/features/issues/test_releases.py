"""Which release is later: semver within a package, else by when it was first seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.issues.releases import is_later, latest, latest_like, parse

ORDERED = [
    "app@0.9", "app@1.0.0-alpha", "app@1.0.0-alpha.1", "app@1.0.0-alpha.beta", "app@1.0.0-beta.2", "app@1.0.0-beta.11",
    "app@1.0.0-rc.1", "app@1.0.0", "app@1.0.1+build.7", "app@1.2", "app@1.10.0", "app@2.0",
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [(a, b) for n, a in enumerate(ORDERED) for b in ORDERED[n + 1 :]])
def test_semver_decides_whatever_was_seen_first(one: str, other: str) -> None:
    seen = {one: 2, other: 1}
    assert is_later(other, one, seen)
    assert not is_later(one, other, seen)


def test_without_semver_or_across_packages_time_decides() -> None:
    seen = {"3f2a9c1": 1, "b77e001": 2, "app@1.0": 3, "web@0.1": 4}
    assert is_later("b77e001", "3f2a9c1", seen) and not is_later("3f2a9c1", "b77e001", seen)
    assert is_later("web@0.1", "app@1.0", seen)
    assert not is_later("", "app@1.0", seen)
    assert not is_later("app@1.0", "app@1.0", seen)
    assert not is_later("new", "never seen", {"new": 5}), "nothing is known of the other"


def test_the_latest_of_each_package() -> None:
    seen = {"app@1.10.0": 1, "app@1.9.0": 5, "web@2.0": 2, "3f2a9c1": 3, "b77e001": 4, "": 9}
    assert latest(seen) == ["b77e001", "web@2.0", "app@1.10.0"]
    assert latest_like("app@1.2.0", seen) == "app@1.10.0"
    assert latest_like("", seen) == "b77e001"
    assert latest_like("other@1.0", seen) == "b77e001"
    assert latest_like("app@1.0", {}) == ""


@given(st.text())
def test_any_text_is_a_release(text: str) -> None:
    assert parse(text).package in text


names = st.one_of(st.sampled_from([*ORDERED, "web@1.0", "abc", "def", "ghi"]), st.text(max_size=5))


@given(st.lists(names, unique=True, min_size=2, max_size=2), st.integers(0, 3), st.integers(0, 3))
def test_of_two_at_most_one_is_later(pair: list[str], first: int, second: int) -> None:
    seen = {pair[0]: first, pair[1]: second}
    assert not (is_later(*pair, seen) and is_later(*reversed(pair), seen))
