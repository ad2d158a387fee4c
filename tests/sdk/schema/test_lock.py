"""The lock file: every change that breaks someone is found."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vedette.sdk.schema.checks import Unfit, converter
from vedette.sdk.schema.declaration import Declaration, Property
from vedette.sdk.schema.lock import compare, narrowed, read, to_text
from vedette.sdk.schema.shapes import DeclarationError, Shape

BOUND = st.none() | st.integers(-3, 3)


@st.composite
def shapes(draw: st.DrawFn, depth: int = 0) -> Shape:
    kinds = ["string", "integer", "number", "boolean", "any"] + (["array", "object"] if depth < 2 else [])
    kind, nullable = draw(st.sampled_from(kinds)), draw(st.booleans())
    if kind in ("array", "object"):
        return Shape(kind, nullable, items=draw(st.none() | shapes(depth + 1)))
    enums: dict[str, Any] = {"string": st.sampled_from("abc"), "integer": st.integers(-2, 2), "boolean": st.booleans()}
    if kind in enums and draw(st.booleans()):
        return Shape(kind, nullable, enum=tuple(draw(st.lists(enums[kind], min_size=1, unique=True))))
    if kind in ("integer", "number"):
        return Shape(kind, nullable, ge=draw(BOUND), gt=draw(BOUND), le=draw(BOUND), lt=draw(BOUND))
    if kind == "string":
        pattern = draw(st.sampled_from([None, "[ab]*", "a+"]))
        return Shape(kind, nullable, max_length=draw(st.none() | st.integers(0, 3)), pattern=pattern)
    return Shape(kind, nullable)


SCALARS = st.none() | st.booleans() | st.integers(-4, 4) | st.floats(-4, 4) | st.text("abc", max_size=4)
VALUES = st.recursive(
    SCALARS,
    lambda one: st.lists(one, max_size=2) | st.dictionaries(st.sampled_from("xy"), one, max_size=2),
    max_leaves=3,
)


def fits(value: Any, shape: Shape) -> bool:
    try:
        converter(shape)(value)
    except Unfit:
        return False
    return True


@given(shapes(), shapes(), VALUES)
def test_a_value_that_was_right_and_is_wrong_means_that_the_shape_is_narrower(
    old: Shape, new: Shape, value: Any
) -> None:
    assume(fits(value, old) and not fits(value, new))
    assert narrowed(old, new), f"{value!r} fitted {old.words()}, and does not fit {new.words()}"


@given(shapes())
def test_a_shape_is_no_narrower_than_itself_and_reads_back(shape: Shape) -> None:
    assert narrowed(shape, shape) == []
    assert narrowed(shape, replace(shape, nullable=True)) == []
    assert Shape.from_dict(shape.to_dict()) == shape


@st.composite
def events(draw: st.DrawFn) -> Declaration:
    names = draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True))
    properties = tuple(Property(name, draw(shapes()), draw(st.booleans()), draw(st.text(max_size=3))) for name in names)
    return Declaration(
        draw(st.sampled_from(["thing_done", "thing_seen"])), draw(st.integers(1, 2)), "o",
        draw(st.sampled_from(["stable", "deprecated"])), "", draw(st.text(max_size=5)), (), properties,
    )  # fmt: skip


LISTS = st.lists(events(), unique_by=lambda one: (one.name, one.version))


@given(LISTS)
def test_nothing_changed_is_no_change_and_the_file_reads_back(
    tmp_path_factory: Any, declared: list[Declaration]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lock.json"
    path.write_text(to_text(declared), encoding="utf-8")
    again = read(path)
    assert compare(again, declared) == []
    assert to_text(again) == to_text(list(reversed(declared))) == path.read_text(encoding="utf-8")


@given(LISTS, LISTS)
def test_only_what_is_told_breaks_and_every_difference_is_told(old: list[Declaration], new: list[Declaration]) -> None:
    changes = compare(old, new)
    assert bool(changes) == (to_text(old) != to_text(new))
    assert changes == sorted(changes, key=lambda one: (not one.breaking, one.event))
    gone = {one.name for one in old if one.status == "stable"} - {one.name for one in new}
    assert gone <= {one.event for one in changes if one.breaking}


def event(*properties: Property, name: str = "plan_upgraded", **facts: Any) -> Declaration:
    base = Declaration(name, 1, "growth", "stable", "", "Upgraded.", (), properties)
    return replace(base, **facts)


PLAN = Property("plan", Shape("string", enum=("free", "pro")), True)
SEATS = Property("seats", Shape("integer", ge=1), False, unit="seats")
OLD = event(PLAN, SEATS)


@pytest.mark.parametrize(
    ("new", "breaks", "says"),
    [
        (event(PLAN, SEATS, Property("note", Shape("string"), False)), False, "note is new"),
        (event(PLAN, SEATS, Property("note", Shape("string"), True)), True, "note is new and required"),
        (event(PLAN), True, "seats is removed"),
        (event(PLAN, replace(SEATS, name="chairs")), True, "seats is removed; renamed to chairs?"),
        (event(replace(PLAN, shape=Shape("string", enum=("pro",))), SEATS), True, "plan may not be free any more"),
        (event(replace(PLAN, shape=Shape("string", enum=("free", "pro", "x"))), SEATS), False, "plan was"),
        (event(PLAN, replace(SEATS, shape=Shape("integer", gt=1))), True, "seats its bound was ge 1, is gt 1"),
        (event(PLAN, replace(SEATS, shape=Shape("number"))), False, "seats was integer ≥ 1, is number"),
        (event(PLAN, replace(SEATS, shape=Shape("string"))), True, "seats was integer, is string"),
        (event(PLAN, replace(SEATS, required=True)), True, "seats is required now"),
        (event(replace(PLAN, required=False), SEATS), False, "plan is optional now"),
        (event(PLAN, replace(SEATS, unit="people")), True, "seats was in seats, is in people"),
        (event(PLAN, replace(SEATS, pii="hash")), True, "seats had pii=none, has pii=hash"),
        (event(PLAN, SEATS, key=("plan",)), True, "key was (), is (plan)"),
        (event(PLAN, SEATS, owner="sales"), False, "owner has changed"),
        (event(PLAN, SEATS, name="plan_raised"), True, "is removed; renamed to plan_raised?"),
        (event(PLAN, version=2), False, "version 1 has given way to a later one"),
    ],
)
def test_each_kind_of_change(new: Declaration, breaks: bool, says: str) -> None:
    changes = compare([OLD], [new])
    assert any(one.breaking for one in changes) is breaks
    assert any(one.text.startswith(says) for one in changes), [str(one) for one in changes]


def test_a_deprecated_event_may_go() -> None:
    (change,) = compare([replace(OLD, status="deprecated")], [])
    assert not change.breaking


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2, "events": []}', '{"format": 1, "events": [{"name": "x"}]}',
             '{"format": 1, "events": [{"name": "x", "version": 1, "properties": {"a": {"type": "oddity"}}}]}',
             '{"format": 1, "events": [{"name": "x", "version": 1, "properties": {"a": 3}}]}'],
)  # fmt: skip
def test_a_file_that_does_not_read_is_said_plainly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock.json"
    path.write_text(text)
    with pytest.raises(DeclarationError):
        read(path)
