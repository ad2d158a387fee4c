"""What goes over the wire is read back; what is malformed is as good as absent; nothing raises."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import baggage, propagate
from opentelemetry.trace import SpanContext, TraceFlags, get_current_span

import vedette
from vedette.sdk import propagation
from vedette.sdk.propagation import (
    extract,
    format_baggage,
    format_traceparent,
    inject,
    is_own_host,
    parse_baggage,
    parse_sentry_trace,
    parse_traceparent,
)
from vedette.testing import Capture, capture

TRACE_IDS = st.integers(1, 2**128 - 1)
SPAN_IDS = st.integers(1, 2**64 - 1)
KEYS = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters="._-"), min_size=1, max_size=20)


@given(TRACE_IDS, SPAN_IDS, st.integers(0, 3))
def test_traceparent_comes_back(trace_id: int, span_id: int, flags: int) -> None:
    span = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    assert parse_traceparent(format_traceparent(span)) == span


@given(TRACE_IDS, SPAN_IDS, st.sampled_from(["", "-0", "-1"]))
def test_sentry_trace_is_understood(trace_id: int, span_id: int, flag: str) -> None:
    found = parse_sentry_trace(f"{trace_id:032x}-{span_id:016x}{flag}")
    assert found is not None
    assert (found.trace_id, found.span_id) == (trace_id, span_id)
    assert found.trace_flags.sampled is (flag != "-0")


@given(st.text())
def test_any_header_at_all(text: str) -> None:
    context, scope = extract(lambda name: text)
    assert scope.request_id
    get_current_span(context).get_span_context()
    for value in (scope.user_id, scope.anonymous_id, scope.session_id):
        assert len(value) <= propagation.LONGEST_ID
        assert value.isprintable()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
        f"ff-{'1' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'1' * 16}-01-more",
        f"00-{'G' * 32}-{'1' * 16}-01",
        f"00-{'1' * 31}-{'1' * 16}-01",
        f"00-{'A' * 32}-{'1' * 16}-01",
    ],
)
def test_what_is_no_traceparent(header: str) -> None:
    assert parse_traceparent(header) is None


def test_a_version_to_come_is_read_as_far_as_known() -> None:
    found = parse_traceparent(f"01-{'1' * 32}-{'2' * 16}-01-what-may-come")
    assert found is not None and found.trace_flags.sampled


@given(st.dictionaries(KEYS, st.text(max_size=30), max_size=8))
def test_baggage_comes_back(entries: dict[str, str]) -> None:
    assert parse_baggage(format_baggage(entries)) == entries


@given(st.dictionaries(KEYS, st.text(max_size=2000), max_size=30))
def test_baggage_is_never_longer_than_carriers_must_take(entries: dict[str, str]) -> None:
    header = format_baggage(entries)
    assert len(header) <= propagation.LONGEST_HEADER
    assert parse_baggage(header).items() <= entries.items()


def test_traceparent_wins_over_sentry_trace() -> None:
    headers = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "sentry-trace": f"{'3' * 32}-{'4' * 16}-1"}
    context, _ = extract(headers.get)
    assert get_current_span(context).get_span_context().trace_id == int("1" * 32, 16)
    context, _ = extract({**headers, "traceparent": "nonsense"}.get)
    assert get_current_span(context).get_span_context().trace_id == int("3" * 32, 16)


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        ("abc.1:2-3_4", True), ("a" * 128, True),
        ("a" * 129, False), ("a b", False), ("a\r\nx: y", False), ("ä", False), ("a\n", False),
    ],
)  # fmt: skip
def test_request_ids(given_id: str, kept: bool) -> None:
    _, scope = extract({"x-request-id": given_id}.get)
    assert (scope.request_id == given_id) is kept
    assert len(scope.request_id) == 32 or kept


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True), ("localhost:8000", True), ("127.0.0.1:1", True), ("[::1]:80", True), ("billing", True),
        ("billing:8080", True), ("billing.internal", True), ("a.b.svc", True), ("mac.local", True),
        ("api.stripe.com", False), ("internal.evil.com", False), ("evil.com:80", False), ("[2001:db8::1]", False),
        ("", False), ("svc.example.org", False), ("BILLING.INTERNAL.", True),
    ],
)  # fmt: skip
def test_whose_host_is_ours(host: str, own: bool) -> None:
    assert is_own_host(host) is own


def test_people_are_not_told_of_to_strangers(sent: Capture) -> None:
    with vedette.context(user="u1", session="s1", request="r1", group={"organization": "acme"}), vedette.span("call"):
        ours: dict[str, str] = {}
        theirs: dict[str, str] = {}
        anyones: dict[str, str] = {}
        inject(ours, "billing.internal:8080")
        inject(theirs, "api.stripe.com")
        inject(anyones)
    assert parse_baggage(ours["baggage"]) == {"user.id": "u1", "session.id": "s1", "organization.id": "acme"}
    assert ours["x-request-id"] == "r1"
    assert set(theirs) == set(anyones) == {"traceparent"}


def test_hosts_can_be_named() -> None:
    with capture(propagate_to=("*.example.org",)), vedette.context(user="u1"):
        ours: dict[str, str] = {}
        inject(ours, "api.example.org")
        theirs: dict[str, str] = {}
        inject(theirs, "localhost")
    assert ours["baggage"] == "user.id=u1"
    assert theirs == {}


def test_baggage_of_the_application_travels_on_and_sentrys_does_not(sent: Capture) -> None:
    context, scope = extract({"baggage": "plan=pro%20max;meta=1, sentry-release=1 ,user.id=eve"}.get)
    assert baggage.get_all(context) == {"plan": "pro max"}
    assert (scope.user_id, scope.anonymous_id) == ("", "eve")


def test_baggage_is_believed_where_it_is_said_to_be() -> None:
    with capture(trust_baggage=True):
        _, scope = extract({"baggage": "user.id=u1,organization.id=acme,group.team=x"}.get)
    assert scope.user_id == "u1"
    assert scope.groups == {"organization": "acme", "team": "x"}


def test_opentelemetrys_instrumentations_use_the_same(sent: Capture) -> None:
    headers: dict[str, Any] = {}
    with vedette.context(user="u1"), vedette.span("out") as span:
        propagate.inject(headers)
    here = span.get_span_context()
    assert headers == {"traceparent": format_traceparent(here)}
    found = get_current_span(propagate.extract(headers)).get_span_context()
    assert (found.trace_id, found.span_id) == (here.trace_id, here.span_id)
    sentry = get_current_span(propagate.extract({"sentry-trace": f"{'3' * 32}-{'4' * 16}-1"})).get_span_context()
    assert sentry.span_id == int("4" * 16, 16)
