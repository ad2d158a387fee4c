import re
import uuid

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vedette.server.store.client import Store
from vedette.server.store.errors import QueryFailed
from vedette.server.store.filters import OPERATORS, BadFilter, Fields, Filter, compile_filters

FIELDS = Fields(
    columns={"service": "String", "severity_number": "UInt8", "body": "String", "duration": "Float64"},
    maps=("attributes", "resource"),
    json=("properties",),
    items={"attributes": "attribute_items"},
)
KEYS = st.one_of(
    st.sampled_from(["http.route", "a'b", "a`b", "a\\", "x} {y:String", "--", "/*", "$feature/flag", "a..b", " "]),
    st.text(min_size=1, max_size=20),
)
NAMES = st.one_of(
    st.sampled_from(["service", "severity_number", "body", "duration"]),
    KEYS.map("attributes.{}".format),
    KEYS.map("properties.{}".format),
)
FILTERS = st.builds(Filter, NAMES, st.sampled_from(sorted(OPERATORS)), st.text(max_size=30))


def test_parse() -> None:
    assert Filter.parse("service=checkout") == Filter("service", "=", "checkout")
    assert Filter.parse("attributes.http.route!=/a=b") == Filter("attributes.http.route", "!=", "/a=b")
    assert Filter.parse("body!~it's") == Filter("body", "!~", "it's")
    assert Filter.parse("duration >= 3") == Filter("duration", ">=", " 3")
    for text in ("", "service", "=x", "~"):
        with pytest.raises(BadFilter):
            Filter.parse(text)


def test_unknown_field_lists_the_known() -> None:
    with pytest.raises(BadFilter, match=r"no field 'sevice' here; there are: service, .*attributes\.<key>"):
        compile_filters([Filter("sevice", "=", "x")], FIELDS)
    with pytest.raises(BadFilter, match="is a number"):
        compile_filters([Filter("severity_number", ">", "high")], FIELDS)


# What may stand in a condition: our own words, bound names, and a quoted JSON path.
OURS = re.compile(
    r"""(?:
        \{[kfi]\d+:\w+\}
      | `(?:[^`\\]|\\.)*`
      | \b(?:service|severity_number|body|duration|attributes|attribute_items|resource|properties)\b
      | \b(?:AND|NOT|has|toString|toFloat64OrNull|positionCaseInsensitiveUTF8|if|isNull)\b
      | [()\[\],.\s]|!=|>=|<=|[=<>]|\b0\b
    )*""",
    re.VERBOSE | re.DOTALL,
)


@given(st.lists(FILTERS, max_size=4))
def test_no_text_of_a_filter_reaches_the_sql(filters: list[Filter]) -> None:
    try:
        condition, parameters = compile_filters(filters, FIELDS)
    except BadFilter:
        return
    assert OURS.fullmatch(condition), condition
    bound = re.sub(r"`(?:[^`\\]|\\.)*`", "", condition, flags=re.DOTALL)  # braces in a quoted path bind nothing
    for name in re.findall(r"\{(\w+):", bound):
        assert name in parameters


@given(st.text(max_size=60))
def test_any_text_parses_or_is_a_bad_filter(text: str) -> None:
    try:
        compile_filters([Filter.parse(text)], FIELDS)
    except BadFilter as error:
        assert str(error)


@pytest.fixture(scope="module")
def marked_table(embedded_store: Store) -> str:
    table = f"filters_{uuid.uuid4().hex[:8]}"
    embedded_store.command(
        f"CREATE TABLE {table} (service String, severity_number UInt8, body String, duration Float64, "
        "attributes Map(String, String), resource Map(String, String), properties JSON, attribute_items Array(String) "
        "ALIAS arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes))) ENGINE = Memory"
    )
    return table


@settings(max_examples=80, deadline=None)
@given(FILTERS)
@example(Filter("properties.a`) OR 1 --", "=", "x"))
@example(Filter("properties.a\\`", "=", "x"))
@example(Filter("attributes.x", "=", "\t\n\\N'\\"))
def test_the_engine_accepts_what_was_compiled(embedded_store: Store, marked_table: str, item: Filter) -> None:
    """Any filter gives valid SQL; a row that has exactly the value is found by `=`."""
    try:
        condition, parameters = compile_filters([item], FIELDS)
    except BadFilter:
        return
    if "\0" in item.field + item.value:
        return
    try:
        rows = embedded_store.query(f"SELECT count() FROM {marked_table} WHERE {condition}", parameters).scalar()
    except QueryFailed as error:
        pytest.fail(f"{item}: {condition}: {error}")
    assert rows == 0


@pytest.mark.parametrize(
    "field", ["properties.a.b", "properties.n.x", "properties.q`t", "properties.b\\s", "attributes.a.b"]
)
def test_each_kind_of_key_finds_its_value(embedded_store: Store, marked_table: str, field: str) -> None:
    row = rb'{"properties": {"a.b": "v", "n": {"x": "v"}, "q`t": "v", "b\\s": "v"}, "attributes": {"a.b": "v"}}'
    keys_with_dots = {"json_type_escape_dots_in_keys": 1}
    embedded_store.insert(marked_table, row, fmt="JSONEachRow", settings=keys_with_dots)
    for text, found in ((f"{field}=v", True), (f"{field}=w", False), (f"{field}~V", True)):
        condition, parameters = compile_filters([Filter.parse(text)], FIELDS)
        rows = embedded_store.query(f"SELECT count() FROM {marked_table} WHERE {condition}", parameters).scalar()
        assert bool(rows) is found, text
    embedded_store.command(f"TRUNCATE TABLE {marked_table}")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20))
def test_bound_values_arrive_unchanged(embedded_store: Store, text: str) -> None:
    """Tabs, quotes, backslashes: what was asked for is what is compared."""
    assert embedded_store.query("SELECT {x:String}", {"x": text}).scalar() == text
