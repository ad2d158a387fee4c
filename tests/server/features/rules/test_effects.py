"""What a preview tells of issues: joined, split, moved, renamed; and that nothing else is."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.rules.effects import Issues, Moved, effects_of, rules_met
from vedette.server.features.rules.shapes import Effect, GroupingRules


def moves(*pairs: str) -> list[Moved]:
    """`ab`: an event that is in a and would be in b, the newest first."""
    return [Moved(f"e{at}", f"title of e{at}", pair[0], pair[0], pair[1], None) for at, pair in enumerate(pairs)]


def themselves(known: str, of: Callable[[str], str] = str) -> Issues:
    return Issues(of, set(known))


def told(effect: Effect) -> tuple[str, int, dict[str, int], dict[str, int]]:
    sides = ({side.issue: side.count for side in part} for part in (effect.before, effect.after))
    return (effect.kind, effect.count, *sides)  # type: ignore[return-value]


def test_nothing_changes() -> None:
    assert effects_of(moves("aa", "bb", "aa"), themselves("ab")) == []
    assert effects_of([], themselves("")) == []


def test_each_kind() -> None:
    assert [told(effect) for effect in effects_of(moves(
        "ax", "bx", "ax",  # a and b become x
        "cd", "ce", "cc",  # c keeps one, and loses one each to d and e
        "fg",
        "hi", "hj", "kj", "zz",
    ), themselves("abcfhkz"))] == [
        ("joined", 3, {"a": 2, "b": 1}, {"x": 3}),
        ("moved", 3, {"h": 2, "k": 1}, {"j": 2, "i": 1}),
        ("split", 2, {"c": 3}, {"d": 1, "e": 1, "c": 1}),
        ("renamed", 1, {"f": 1}, {"g": 1}),
    ]  # fmt: skip


def test_what_goes_to_an_issue_that_is_there_takes_that_with_it() -> None:
    [effect] = effects_of(moves("ab", "bb", "aa"), themselves("ab"))
    assert told(effect) == ("moved", 1, {"a": 2, "b": 1}, {"b": 2, "a": 1})
    [effect] = effects_of(moves("ab", "bb"), themselves("ab"))
    assert told(effect) == ("joined", 1, {"a": 1, "b": 1}, {"b": 2}) and effect.after[0].known
    assert effect.after[0].event_id == "e0" and effect.after[0].title == "title of e0"


def test_merged_issues_are_one_already() -> None:
    merged = themselves("a", lambda one: "a" if one in "ab" else one)
    assert effects_of(moves("ab", "ba"), merged) == []
    [effect] = effects_of(moves("ac", "bc"), merged)
    assert told(effect) == ("renamed", 2, {"a": 2}, {"c": 2}) and not effect.after[0].known


def test_an_issue_that_rules_of_today_would_not_make_is_the_one_its_events_are_in() -> None:
    [effect] = effects_of([Moved("e", "t", "old", "new", "newer", 3)], Issues(str, {"old"}))
    assert (effect.before[0].issue, effect.before[0].known) == ("old", True)
    assert (effect.after[0].issue, effect.after[0].known, effect.after[0].rules) == ("newer", False, [3])


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdefgh")), max_size=40))
def test_every_event_that_changes_is_in_one_effect_and_sides_add_up(pairs: list[tuple[str, str]]) -> None:
    effects = effects_of(moves(*(a + b for a, b in pairs)), themselves("abcdef"))
    assert sum(effect.count for effect in effects) == sum(a != b for a, b in pairs)
    for name in ("before", "after"):
        seen = Counter(side.issue for effect in effects for side in getattr(effect, name))
        assert all(times == 1 for times in seen.values())
    for effect in effects:
        assert sum(side.count for side in effect.before) == sum(side.count for side in effect.after) >= effect.count > 0


def test_which_rules_an_event_meets() -> None:
    frames = [{"module": "shop.gen", "function": "f", "in_app": True}, {"module": "shop.bank", "function": "g"}]
    event = {"exception": {"values": [{"type": "E", "stacktrace": {"frames": frames}}]}}
    rules = GroupingRules.model_validate({"rules": [
        {"when": {"type": ["Other"]}, "then": {"fingerprint": ["x"]}},
        {"name": "bank", "when": {"module": ["shop.bank"], "type": ["E"]}, "then": {"fingerprint": ["x"]}},
        {"name": "bank", "when": {"module": ["shop.*"]}, "then": {"fingerprint": ["never: the one above is first"]}},
        {"when": {"module": ["shop.gen"], "function": ["g"]}, "then": {"frames": "ignore"}},
        {"when": {"module": ["shop.gen"]}, "then": {"frames": "ignore"}},
        {"when": {"type": ["Other"], "module": ["*"]}, "then": {"frames": "app"}},
    ]})  # fmt: skip
    assert rules_met(event, rules.read_numbered()) == {1, 4}
