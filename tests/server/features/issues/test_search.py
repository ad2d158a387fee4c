"""The search language: any text can be read, and what cannot be understood is named with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.issues.conditions import Surroundings, conditions_of
from vedette.server.features.issues.search import Term, Value, parse
from vedette.server.http.errors import BadRequest

NOW = 1_800_000_000_000_000_000
AROUND = Surroundings(NOW, ["app@2"], 7, [(7, "ada@acme.com", "Ada Lovelace"), (8, "bob@acme.com", "Bob")])

pieces = st.sampled_from(
    ["is:", "!", "level:", "error", "release:latest", "user.email:", "*@acme.com", "assigned:me", "age:-24h",
     "times_seen:>",
     "100", "[", "]", ",", '"', "\\", " ", "has:", "tags[a b]:", "tags[k]:v", "OR", "(", "key:value",
     "stack.function:", ">=",
     "http://x", "priority:high", "é", "\x00", "{s0:String}", "'", "/* AND filters */", "user:id:1", "is:handled", ":"]
)  # fmt: skip
texts = st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join), st.lists(pieces, max_size=12).map(" ".join))


@given(texts)
def test_reading_never_raises(text: str) -> None:
    search = parse(text)
    assert all(0 <= problem.position <= len(text) for problem in search.problems)
    positions = [term.position for term in search.terms]
    assert positions == sorted(positions)
    assert all(0 <= position < len(text) for position in positions)


@given(texts)
def test_compiling_refuses_or_binds(text: str) -> None:
    try:
        found = conditions_of(text, AROUND)
    except BadRequest as refused:
        assert refused.code == "bad_search"
        assert refused.message.startswith("search, character ")
        return
    assert len(found.bound) == len({*found.bound})
    for condition in found.events:
        assert condition.count("(") == condition.count(")"), "only ours"


keys = st.from_regex(r"[a-z_][a-z0-9_.\-]{0,10}", fullmatch=True).filter(lambda key: key not in ("or", "and"))
quoted = st.builds(Value, st.text(max_size=10), st.just(True))
bare = st.builds(Value, st.from_regex(r"[a-zA-Z0-9@.*\-+]{1,10}", fullmatch=True))
terms = st.builds(
    Term, keys, st.lists(st.one_of(quoted, bare), min_size=1, max_size=3), st.just("="), st.booleans()
)  # fmt: skip


@given(st.lists(st.one_of(terms, st.builds(Term, st.just(""), quoted.map(lambda one: [one]))), max_size=6))
def test_what_is_written_is_read(written: list[Term]) -> None:
    found = parse(" ".join(str(term) for term in written))
    assert not found.problems
    seen = [(one.key, list(one.values), one.op, one.negated) for one in found.terms]
    asked = [(one.key, list(one.values), one.op, one.negated) for one in written if one.key or one.values[0].text]
    assert seen == asked


def test_what_people_type() -> None:
    found = parse(
        'is:unresolved !user.email:*@acme.com times_seen:>100 level:[error, fatal] "out of memory" tags[x.y]:1'
    )
    assert [str(term) for term in found.terms] == [
        "is:unresolved", "!user.email:*@acme.com", "times_seen:>100", "level:[error,fatal]", '"out of memory"',
        "tags[x.y]:1",
    ]  # fmt: skip
    assert parse("http://example.com/x").terms[0].key == ""


@pytest.mark.parametrize(
    ("text", "character", "words"),
    [
        ("is:unresolved level:", 15, "needs a value"),
        ("is:gone", 1, "is:gone is not known"),
        ('a "b', 3, "quotes are not closed"),
        ("level:[error", 7, "list is not closed"),
        ("a OR b", 3, "every part has to match"),
        ("x times_seen:many", 3, "needs a number"),
        ("age:yesterday", 1, "takes -24h"),
        ("age:2026-01-01", 1, "takes -24h"),
        ("assigned:carol", 1, "no member 'carol'"),
        ("priority:urgent", 1, "there are high, medium, low"),
        ("level:>error", 1, "is text"),
        ("has:is", 1, "field or tag of events"),
        ("handled:maybe", 1, "true or false"),
        ("is:[handled,new]", 1, "stands alone"),
        (" ".join(["x"] * 51), 101, "at most 50 parts"),
    ],
)
def test_problems_have_a_place(text: str, character: int, words: str) -> None:
    with pytest.raises(BadRequest) as refused:
        conditions_of(text, AROUND)
    assert refused.value.message.startswith(f"search, character {character}: ")
    assert words in refused.value.message


def test_an_api_token_is_no_one() -> None:
    with pytest.raises(BadRequest, match="needs a login"):
        conditions_of("assigned:me", Surroundings(NOW))
