"""Own times of spans: nothing is lost and nothing counts twice where work is done in turn."""

from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.performance.self_time import Part, category, covered, descendants, own_times


def part(number: int, parent: int, start: int, duration: int) -> Part:
    return Part(str(number), str(parent), start, duration, "work", "", "shop")


@st.composite
def nested(draw: st.DrawFn) -> list[Part]:
    """A tree whose children lie within their parents, one after the other."""
    parts = [part(0, -1, 0, draw(st.integers(1, 10_000)))]
    free = {0: 0}
    for number in range(1, draw(st.integers(0, 30)) + 1):
        above = parts[draw(st.integers(0, len(parts) - 1))]
        start = free[int(above.span_id)]
        room = above.end_ns - start
        duration = draw(st.integers(0, room))
        parts.append(part(number, int(above.span_id), start, duration))
        free[int(above.span_id)] = start + duration
        free[number] = start
    return parts


@given(nested())
def test_own_times_of_work_done_in_turn_add_up_to_the_whole(parts: list[Part]) -> None:
    own = own_times(parts)
    assert all(time >= 0 for time in own.values())
    assert sum(own.values()) == parts[0].duration_ns


any_parts = st.lists(
    st.builds(part, st.integers(0, 8), st.integers(-1, 8), st.integers(-50, 50), st.integers(0, 100)), max_size=20
)


@given(any_parts)
def test_an_own_time_is_never_more_than_the_span_nor_less_than_nothing(parts: list[Part]) -> None:
    for one in parts:
        assert 0 <= covered(one, parts) <= one.duration_ns


@given(any_parts)
def test_descendants_are_each_once_whatever_their_parents_say(parts: list[Part]) -> None:
    found = [one.span_id for one in descendants("0", parts)]
    assert len(found) == len(set(found))
    assert (found[:1] == ["0"]) == any(one.span_id == "0" for one in parts)


def test_children_at_once_explain_their_parent_once() -> None:
    root, one, two = part(0, -1, 0, 100), part(1, 0, 10, 50), part(2, 0, 20, 60)
    assert own_times([root, one, two]) == {"0": 30, "1": 50, "2": 60}


def test_categories() -> None:
    found = {
        op: category(op) for op in ("db", "db.sql.query", "cache.get", "http.client", "http.server", "internal", "")
    }
    assert found == {
        "db": "db", "db.sql.query": "db", "cache.get": "cache", "http.client": "http", "http.server": "app",
        "internal": "app", "": "app",
    }  # fmt: skip
