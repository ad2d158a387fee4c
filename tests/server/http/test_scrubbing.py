"""What is filtered, what is looked for before that, and what refused bodies keep: one set of rules."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.secret_corpus import NAMES, NEAR_MISSES, TEXTS
from vedette.scrubbing import FILTERED, IDS
from vedette.server.http.prefilter import LABELS, RECORDS
from vedette.server.http.scrubbing import DEFAULT_RULES, ScrubbingRules, read_scrubbing
from vedette.server.protocols.otlp.messages import Message, checked
from vedette.server.protocols.otlp.secrets import _scrub as scrub_message
from vedette.server.protocols.otlp.secrets import scrub_items
from vedette.server.protocols.prometheus.messages import WriteRequest
from vedette.server.protocols.prometheus.secrets import scrub_labels

TEXT = next(iter(TEXTS))
HARMLESS = (*NEAR_MISSES, "Employee-No", "employee_no", "app.employeeNo", "user", "data", "url.query", "größe")
OWN = read_scrubbing(
    keys=["employee_no", "größe"],
    safe_keys=["ssn"],
    patterns=["EMP-######", "acme_*_x", 'q"\\\n#é😀&'],
    emails=True,
    ips=True,
)
OF_PROJECTS = ("EMP-123456", "acme_live_x", 'q"\\\n7é😀&', "ann@exämple.org", "10.0.0.255", "fe80::1")
HALF = (FILTERED, "[F", "[", "\\u0026token=a", ":\\/\\/u:p@", "\\u0070", "null", "true", "1")
NOISE = (*" \n\t\"'\\-.éx7\x0b\x1f@=&?:/,[]{}\u2028", "")

words = st.sampled_from((*TEXTS, *OF_PROJECTS, *NAMES, *HALF))
# One character more, less or other: where a pattern ends and where the next one starts is where looks can miss.
bent = st.builds(
    lambda word, place, more, gone: word[:place] + more + word[place + gone :],
    words,
    st.integers(0, 60),
    st.sampled_from(NOISE) | st.characters(codec="utf-8"),
    st.integers(0, 2),
)
texts = st.lists(words | bent | st.sampled_from(NOISE), max_size=4).map("".join) | st.text(max_size=20)
names = st.sampled_from((*NAMES, *HARMLESS, *sorted(IDS))) | bent
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e9, 1e9) | texts
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names, inner, max_size=2)
        | st.dictionaries(names, inner, max_size=2).map(json.dumps)
        | st.dictionaries(names, inner, max_size=2).map(repr)
    ),
    max_leaves=5,
)
rules_of_projects = st.sampled_from((DEFAULT_RULES, OWN))


# One field each: of two, the look could find one and the scrubbing change the other.
@given(names, values, rules_of_projects)
@settings(max_examples=1500)
def test_the_look_at_json_finds_whatever_scrubbing_changes(name: str, value: Any, rules: ScrubbingRules) -> None:
    line = orjson.dumps({name: value})
    changed, count = rules.scrub_suspect(orjson.loads(line))
    once = orjson.dumps(changed)
    assert (once != line) == bool(count)
    if count:
        assert rules.suspects(line)
    again, more = rules.scrub_suspect(orjson.loads(once))
    assert (orjson.dumps(again), more) == (once, 0)
    if name in IDS and isinstance(value, str):
        assert once == line


@st.composite
def log_records(draw: st.DrawFn) -> Message:
    record = checked["LogRecord"](
        time_unix_nano=draw(st.integers(0, 2**63)),
        trace_id=draw(st.binary(min_size=16, max_size=16)),
        span_id=draw(st.binary(min_size=8, max_size=8)),
        severity_text="INFO",
        severity_number=9,
    )
    value = draw(values)
    if draw(st.booleans()):
        _set(record.body, value)
    else:
        _set(record.attributes.add(key=draw(names)).value, value)
    if draw(st.booleans()):
        record.event_name = draw(texts)
    if draw(st.booleans()):
        record.attributes.add(key="n").value.int_value = 1
    return record


def _set(target: Message, value: Any) -> None:
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int):
        target.int_value = value
    elif isinstance(value, float):
        target.double_value = value
    elif isinstance(value, str) and value.startswith("x"):
        target.bytes_value = value.encode()
    elif value is not None:
        target.string_value = value if isinstance(value, str) else orjson.dumps(value).decode()


@given(log_records(), rules_of_projects)
@settings(max_examples=1500)
def test_the_look_at_protobuf_finds_whatever_scrubbing_changes(record: Message, rules: ScrubbingRules) -> None:
    before = record.SerializeToString()
    forced = checked["LogRecord"].FromString(before)
    count = scrub_message(forced, rules)
    after = forced.SerializeToString()
    assert (after != before) == bool(count)
    scope = checked["ScopeLogs"]()
    scope.scope.name = "auth"
    for position in range(5):
        scope.log_records.append(record)
        scope.log_records.add().body.string_value = TEXT if position == 1 else "clean"
    assert scrub_items(scope.log_records, scope.SerializeToString(), rules) == 5 * count + 1
    assert {record.SerializeToString() for record in scope.log_records[::2]} == {after}
    assert [record.body.string_value for record in scope.log_records[1::2]].count("clean") == 4
    assert scrub_message(forced, rules) == 0
    assert (record.time_unix_nano, record.trace_id, record.span_id) == (
        forced.time_unix_nano,
        forced.trace_id,
        forced.span_id,
    )


@given(st.dictionaries(names, texts, min_size=1, max_size=2), rules_of_projects)
@settings(max_examples=500)
def test_the_look_at_labels_finds_whatever_scrubbing_changes(labels: dict[str, str], rules: ScrubbingRules) -> None:
    request = WriteRequest()
    series = request.timeseries.add()
    series.labels.add(name="__name__", value="up")
    for name, value in labels.items():
        series.labels.add(name=name, value=value)
    found = rules.suspects(request.SerializeToString(), known=LABELS)
    fields = [{name: value} for name, value in labels.items()]
    expected = [value for field in rules.scrub_suspect(fields)[0] for value in field.values()]
    expected = [value if sent else "" for value, sent in zip(expected, labels.values(), strict=True)]
    assert found or expected == list(labels.values())
    scrub_labels(request, rules)
    assert [label.value for label in series.labels] == ["up", *expected]


def test_every_kind_of_secret_is_found_by_the_look_and_taken_away() -> None:
    for text, secret in TEXTS.items():
        line = orjson.dumps({"note": text})
        assert RECORDS.hits(line), text
        scrubbed = orjson.dumps(DEFAULT_RULES.scrub_suspect(orjson.loads(line))[0])
        assert secret not in scrubbed.decode(), scrubbed
    for name in NAMES:
        assert RECORDS.hits(orjson.dumps({name: "x"})), name
        assert DEFAULT_RULES.scrub_suspect({name: "x"}) == ({name: FILTERED}, 1)
        assert not RECORDS.hits(orjson.dumps({name: FILTERED})), "what an SDK filtered costs nothing here"


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_what_looks_like_a_secret_stays_and_costs_no_walk(name: str) -> None:
    line = orjson.dumps({name: NEAR_MISSES[name]})
    assert RECORDS.hits(line) == (name == "order"), "only a card number's check digit is left to the walk"
    assert DEFAULT_RULES.scrub_suspect(orjson.loads(line)) == ({name: NEAR_MISSES[name]}, 0)


def test_ids_that_link_signals_stay_whatever_they_look_like() -> None:
    ids = {name: "ann@example.com 10.0.0.1 EMP-123456" for name in IDS}
    fields = {**ids, "user": {"id": "ann@example.com", "email": "ann@example.com"}, "email": "ann@example.com"}
    scrubbed, _ = OWN.scrub_suspect(fields)
    assert scrubbed == {**ids, "user": {"id": "ann@example.com", "email": FILTERED}, "email": FILTERED}


@given(st.binary(max_size=300) | texts.map(str.encode), rules_of_projects)
def test_any_sample_can_be_kept(raw: bytes, rules: ScrubbingRules) -> None:
    assert len(rules.sample(raw, 100)) <= 100 + len(FILTERED)


@pytest.mark.parametrize("text", TEXTS)
def test_samples_hold_no_secret_whether_they_read_or_not(text: str) -> None:
    whole = json.dumps({"note": text, "password": "hunter4q7", "author": "Ann", "pin": [1]})
    protobuf = checked["LogRecord"]()
    protobuf.body.string_value = text
    for raw in (whole, whole[:-2], "x " + whole, text, f"{text}&password=hunter4q7", whole.replace('"', "'")):
        sample = DEFAULT_RULES.sample(raw.encode(), 4096)
        assert TEXTS[text] not in sample
        assert "hunter4q7" not in sample
    assert TEXTS[text] not in DEFAULT_RULES.sample(protobuf.SerializeToString() + b"\x32\x05\x0a", 4096)
    assert '"author":"Ann"' in DEFAULT_RULES.sample(whole.encode(), 4096)


def test_a_sample_that_is_cut_keeps_no_half_of_a_secret() -> None:
    for text, secret in TEXTS.items():
        for size in range(20, 20 + len(text)):
            raw = f'{{"some": "text", "and": "{text}"'.encode()
            assert secret not in DEFAULT_RULES.sample(raw, size)
            assert secret[:-1] not in DEFAULT_RULES.sample(raw[:size], size) or len(secret) < 8


def test_a_binary_sample_with_a_secrets_name_is_not_kept() -> None:
    record = checked["LogRecord"]()
    record.attributes.add(key="http.request.header.cookie").value.string_value = "abc"
    assert DEFAULT_RULES.sample(record.SerializeToString(), 4096) == FILTERED
    assert DEFAULT_RULES.sample(b"\x0a\x05hello\xff", 4096) == "\n\x05hello\ufffd"
