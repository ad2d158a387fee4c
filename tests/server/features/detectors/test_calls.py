"""Whoever sends a span, the same call is found: old and new names of attributes, Sentry's spans and OpenTelemetry's."""

from typing import Any

import pytest

from tests.server.features.detectors.conftest import Row, Traces

STATEMENT = "SELECT * FROM items WHERE id = 7"
PATTERN = "SELECT * FROM items WHERE id = ?"
URL = "https://api.acme.com/users/7?token=secret"


@pytest.mark.parametrize(
    "span",
    [
        {"attributes": {"db.system.name": "postgresql", "db.query.text": STATEMENT}, "op": "db"},
        {"attributes": {"db.system": "postgresql", "db.statement": STATEMENT}, "op": "db"},
        {"attributes": {"db.system": "postgresql"}, "op": "db.sql.query", "name": STATEMENT, "source": "sentry"},
        {"attributes": {"sentry.description": STATEMENT}, "op": "db", "name": STATEMENT[:9], "source": "sentry"},
        {"attributes": {"db.query.text": STATEMENT}, "op": "db.query", "name": "SELECT items", "source": "sentry"},
    ],
    ids=["new names", "old names", "transaction", "long statement of a transaction", "span of the second version"],
)
def test_statements(traces: Traces, span: Row) -> None:
    spans = [traces.span(str(n), "1", at_ms=n * 30, ms=30, kind="client", **span) for n in range(10, 16)]
    traces.send(traces.request(), *spans)
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    assert (issue["type"], issue["value"]) == ("N+1 queries", PATTERN)


@pytest.mark.parametrize(
    "span",
    [
        {"attributes": {"url.full": URL, "http.request.method": "GET"}},
        {"attributes": {"http.url": URL, "http.method": "GET"}},
        {"attributes": {"http.scheme": "https", "http.host": "api.acme.com", "http.target": "/users/7?token=secret"},
         "name": "GET"},
        {"attributes": {"url": URL, "http.method": "GET"}, "name": f"GET {URL}", "source": "sentry"},
        {"attributes": {}, "name": f"GET {URL}", "source": "sentry"},
    ],
    ids=["new names", "old names", "in pieces", "transaction", "description alone"],
)  # fmt: skip
def test_addresses(traces: Traces, span: Row) -> None:
    shared: dict[str, Any] = {"op": "http.client", "kind": "client"}
    spans = [traces.span(str(n), "1", at_ms=n, ms=80, **{**shared, **span}) for n in range(10, 16)]
    traces.send(traces.request(), *spans)
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    assert (issue["type"], issue["value"]) == ("N+1 API calls", "GET https://api.acme.com/users/*")
    event = traces.reader.get(f"issues/{issue['id']}/events/latest")["event"]
    assert "secret" not in str(event)
    assert event["tags"] == {"detector": "n_plus_one_http", "host": "api.acme.com"}


@pytest.mark.parametrize(
    "attributes",
    [
        {"http.response.body.size": "600000"},
        {"http.response_content_length": "600000"},
        {"http.response.header.content-length": '["600000"]'},
        {"http.request.body.size": "600000.0"},
    ],
)
def test_sizes(traces: Traces, attributes: Row) -> None:
    traces.send(traces.request(), traces.call("10", URL, ms=400, attributes=attributes))
    assert traces.sweep() == 1
    (issue,) = traces.issues()
    assert (issue["type"], issue["level"]) == ("Large HTTP payload", "info")
    assert traces.evidence(issue["id"])["bytes"] == 600_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE id IN (1, 2)", "SELECT a FROM t WHERE id IN (3)"),
        ("SELECT a FROM t WHERE id IN (%s, %s)", "SELECT a FROM t WHERE id IN (%s)"),
        ("SELECT a FROM t WHERE id IN ($1, $2)", "SELECT a FROM t WHERE id IN ($1)"),
        ("SELECT a FROM t WHERE id = :id_1", "SELECT a FROM t WHERE id = :id_2"),
        ("INSERT INTO t (a, b) VALUES (1, 'x')", "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y')"),
        ("SELECT a FROM t -- ada\nWHERE b = 1", "SELECT  a FROM t /* 00-ab-cd-01 */ WHERE b = 2"),
    ],
    ids=["literals", "percent", "dollar", "colon", "values", "comments and space"],
)
def test_statements_that_differ_in_values_alone_are_equal(traces: Traces, one: str, other: str) -> None:
    spans = [traces.query(str(n), one if n % 2 else other, at_ms=n * 30, ms=30) for n in range(10, 16)]
    traces.send(traces.request(), *spans)
    assert traces.sweep() == 1
    assert traces.evidence(traces.issues()[0]["id"])["count"] == 6


def test_statements_that_differ_otherwise_are_not(traces: Traces) -> None:
    spans = [
        traces.query(str(n), f"SELECT a FROM {'items' if n % 2 else 'orders'} WHERE id = 1", at_ms=n * 30, ms=30)
        for n in range(10, 18)
    ]
    traces.send(traces.request(), *spans)
    assert traces.sweep() == 0


@pytest.mark.parametrize(
    "span",
    [
        {"op": "db.redis", "name": "GET user:7", "source": "sentry"},
        {"op": "db", "attributes": {"db.system": "redis", "db.statement": "GET ?"}},
        {"op": "db", "name": "connect", "attributes": {"db.system": "postgresql"}},
        {"op": "db", "attributes": {"db.system": "postgresql", "db.statement": "COMMIT"}},
        {"op": "db", "attributes": {"db.system": "postgresql", "db.statement": "SELECT a, b, c..."}},
    ],
    ids=["redis of Sentry", "redis of OpenTelemetry", "connection", "commit", "cut off"],
)
def test_what_is_no_query_is_none(traces: Traces, span: Row) -> None:
    spans = [traces.span(str(n), "1", at_ms=n * 30, ms=30, kind="client", **span) for n in range(10, 20)]
    traces.send(traces.request(), *spans)
    assert traces.sweep() == 0


def test_text_that_a_hostile_client_sends_is_text(traces: Traces) -> None:
    hostile = "SELECT '{project_id:UInt32}' /* AND filters */ ;DROP TABLE spans -- \x00\\' %s ' \"`"
    spans = [traces.query(str(n), hostile, at_ms=n * 30, ms=30) for n in range(10, 16)]
    traces.send(traces.request(name="'; -- \x00/1/"), *spans)
    assert traces.sweep() == 1
    assert len(traces.issues()) == 1
