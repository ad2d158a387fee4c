"""Merging is a mapping: what was merged can be taken apart again, exactly."""

from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.issues.merges import members, merged, root_of, unmerged

ALL = list("abcdefgh")
one = st.sampled_from(ALL)
steps = st.lists(st.tuples(st.lists(one, min_size=1, max_size=3), one), max_size=8)


def forest(done: list[tuple[list[str], str]]) -> dict[str, str]:
    parents: dict[str, str] = {}
    for joining, into in done:
        parents = merged(parents, joining, into)
    return parents


def parts(parents: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(members(root_of(each, parents), parents)) for each in ALL}


@given(steps)
def test_every_fingerprint_is_of_one_issue(done: list[tuple[list[str], str]]) -> None:
    parents = forest(done)
    found = parts(parents)
    assert sorted(each for part in found for each in part) == ALL
    for part in found:
        roots = {root_of(each, parents) for each in part}
        assert len(roots) == 1 and roots <= part
        assert not roots & parents.keys()


@given(steps, one, one)
def test_unmerging_gives_back_what_was(done: list[tuple[list[str], str]], joining: str, into: str) -> None:
    before = forest(done)
    own = members(root_of(joining, before), before)
    after = merged(before, [joining], into)
    if after == before:
        assert root_of(joining, before) == root_of(into, before)
    else:
        assert {*own, *members(root_of(into, before), before)} == set(members(root_of(into, before), after))
        assert unmerged(after, own[:1]) == before


@given(steps, st.lists(one, max_size=4))
def test_only_those_named_leave_with_what_is_below_them(done: list[tuple[list[str], str]], leaving: list[str]) -> None:
    before = forest(done)
    after = unmerged(before, leaving)
    for each in ALL:
        way = [each]
        while way[-1] in before:
            way.append(before[way[-1]])
        assert root_of(each, after) == next((step for step in way if step in leaving), way[-1])
    assert sorted(each for part in parts(after) for each in part) == ALL


def test_a_root_does_not_leave() -> None:
    parents = merged({}, ["a", "b"], "c")
    assert unmerged(parents, ["c"]) == parents


def test_a_circle_in_the_table_ends() -> None:
    assert root_of("a", {"a": "b", "b": "a"}) in ("a", "b")
