"""Ordinary analytics queries run with ClickHouse's own meaning, and see one project's rows, each once."""

# ruff: noqa: E501

import pytest

from tests.server.features.sql.conftest import SECRET, Query
from vedette.server.features.sql.sandbox import Sandbox

T0 = "2026-01-01T00:00:00"

ANSWERS = [
    ("SELECT count() FROM errors", [[3]]),
    ("SELECT count() FROM events", [[10]]),
    ("SELECT count() FROM logs", [[20]]),  # log records have no id: two inserts are two records
    ("SELECT DISTINCT project_id FROM spans", [[1]]),
    ("SELECT user_id FROM events ORDER BY time LIMIT 1", [["mine0"]]),
    ("SELECT attribute_items[1] FROM logs LIMIT 1", [["http.status_code=200"]]),
    ("SELECT attributes['k'], resource['host'] FROM logs LIMIT 1", [["mine", "mine"]]),
    ("SELECT properties.plan, properties.`a.b` FROM events LIMIT 1", [["mine", 1]]),
    ("SELECT properties.plan::String AS plan, count() FROM events GROUP BY plan", [["mine", 10]]),
    ("SELECT properties.amount.:Int64 FROM events ORDER BY time LIMIT 1", [[0]]),
    ("SELECT toStartOfHour(time) h, count() c FROM events GROUP BY h HAVING c > 1", [[f"{T0}Z", 10]]),
    ("SELECT toStartOfInterval(time, INTERVAL 5 MINUTE) AS t, count() FROM events GROUP BY t ORDER BY t",
     [["2026-01-01T00:00:00Z", 5], ["2026-01-01T00:05:00Z", 5]]),
    ("SELECT toStartOfMinute(time) AS t, count() FROM events WHERE event = 'signup' GROUP BY t "
     "ORDER BY t WITH FILL STEP INTERVAL 1 MINUTE LIMIT 2", [["2026-01-01T00:00:00Z", 1], ["2026-01-01T00:01:00Z", 0]]),
    ("SELECT arrayMap((x, y) -> x + y, [1, 2], [3, 4])", [[[4, 6]]]),
    ("SELECT arrayStringConcat(arrayMap(f -> f.function, frames), ' > ') FROM errors LIMIT 1", [["f"]]),
    ("SELECT mapFilter((k, v) -> k LIKE 'http%', attributes) FROM logs LIMIT 1", [[{"http.status_code": "200"}]]),
    ("SELECT quantileExact(0.5)(duration_ns), quantiles(0.5, 1)(duration_ns) FROM spans", [[6000000, [5500000, 10000000]]]),
    ("SELECT countIf(status_code = 'error'), uniqExact(service), avgIf(duration_ns, service = 'api') FROM spans", [[4, 2, 5000000]]),
    ("SELECT windowFunnel(86400)(toDateTime(time), event = 'signup', event = 'purchase') AS step, distinct_id FROM events "
     "GROUP BY distinct_id ORDER BY distinct_id LIMIT 1", [[2, "mine0"]]),
    ("SELECT retention(event = 'signup', event = 'purchase') FROM events", [[[1, 1]]]),
    ("SELECT sequenceMatch('(?1)(?t<=3600)(?2)')(toDateTime(time), event = 'signup', event = 'purchase') FROM events", [[1]]),
    ("WITH slow AS (SELECT trace_id FROM spans WHERE duration_ns >= 10000000) SELECT DISTINCT body FROM logs WHERE trace_id IN slow",
     [["line 9 mine"]]),
    ("WITH slow AS (SELECT trace_id FROM spans WHERE duration_ns >= 10000000) SELECT slow.trace_id FROM slow LIMIT 1", [["mine9"]]),
    ("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT a.x, b.y FROM a, b", [[1, 2]]),
    ("WITH 5 AS five SELECT five + 1", [[6]]),
    ("WITH (SELECT max(amount) FROM (SELECT toUInt64(properties.amount) AS amount FROM events)) AS best SELECT best", [[9]]),
    ("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT sum(n) FROM t", [[6]]),
    ("SELECT l.body FROM logs AS l JOIN spans s ON l.trace_id = s.trace_id WHERE s.span_id = '3' LIMIT 1", [["line 3 mine"]]),
    ("SELECT count() FROM logs LEFT JOIN errors USING (service) WHERE errors.title = 'mine'", [[30]]),
    ("SELECT count() FROM logs l ASOF JOIN spans s ON l.service = s.service AND l.time >= s.time", [[20]]),
    ("SELECT count() FROM events ANY LEFT JOIN persons ON events.session_id = persons.person_id", [[10]]),
    ("SELECT service, body FROM logs ORDER BY service, body LIMIT 1 BY service LIMIT 5", [["api", "line 0 mine"], ["web", "line 1 mine"]]),
    ("SELECT DISTINCT ON (service) service FROM logs ORDER BY service", [["api"], ["web"]]),
    ("SELECT count() FROM logs FINAL PREWHERE service = 'api' WHERE severity_number >= 17", [[4]]),
    ("SELECT count() FROM logs PREWHERE service = 'api'", [[10]]),
    ("SELECT x::UInt8, CAST(x AS Nullable(String)), CAST(x, 'Float64') FROM (SELECT 1 AS x)", [[1, "1", 1.0]]),
    ("SELECT tuple(1, 2).1, (1, 2) AS p, p.2", [[1, [1, 2], 2]]),
    ("SELECT (1, 2)::Tuple(a UInt8, b UInt8) AS t, t.a", [[{"a": 1, "b": 2}, 1]]),
    ("SELECT CASE WHEN severity_number >= 17 THEN 'bad' ELSE 'good' END AS k, count() FROM logs GROUP BY k ORDER BY k", [["bad", 8], ["good", 12]]),
    ("SELECT CASE service WHEN 'api' THEN 1 ELSE 2 END AS k, count() FROM logs GROUP BY k ORDER BY k", [[1, 10], [2, 10]]),
    ("SELECT if(1 > 0, 'x', 'y'), multiIf(0, 1, 1, 2, 3), 1 ? 2 : 3", [["x", 2, 2]]),
    ("SELECT 1 UNION ALL SELECT 2 ORDER BY 1", None),
    ("SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 2) ORDER BY x", [[1], [2], [2]]),
    ("SELECT 1 AS x UNION DISTINCT SELECT 1", [[1]]),
    ("SELECT 1 INTERSECT SELECT 1", [[1]]),
    ("SELECT 1 EXCEPT SELECT 2", [[1]]),
    ("SELECT event, row_number() OVER (PARTITION BY event ORDER BY time) AS n FROM events ORDER BY n, event LIMIT 2",
     [["purchase", 1], ["signup", 1]]),
    ("SELECT lagInFrame(toUInt64(properties.amount)) OVER w AS x FROM events WINDOW w AS (ORDER BY time) ORDER BY time LIMIT 2", [[0], [0]]),
    ("SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (SELECT number AS n FROM numbers(3))", [[0], [1], [3]]),
    ("SELECT n FROM (SELECT number AS n FROM numbers(5)) QUALIFY row_number() OVER (ORDER BY n DESC) = 1", [[4]]),
    ("SELECT k, count() FROM logs ARRAY JOIN mapKeys(attributes) AS k GROUP BY k ORDER BY k", [["http.status_code", 20], ["k", 20]]),
    ("SELECT arrayJoin([1, 2])", [[1], [2]]),
    ("SELECT frames.function FROM errors LIMIT 1", [[["f"]]]),
    ("SELECT f.function FROM errors ARRAY JOIN frames AS f LIMIT 1", [["f"]]),
    ("SELECT count() FROM logs WHERE service IN ('api', 'web') AND service NOT IN ('x')", [[20]]),
    ("SELECT count() FROM logs WHERE trace_id IN (SELECT trace_id FROM spans)", [[20]]),
    ("SELECT count() FROM logs WHERE (service, trace_id) IN (SELECT service, trace_id FROM spans)", [[20]]),
    ("SELECT count() FROM logs WHERE (service) IN ('api')", [[10]]),
    ("SELECT count() FROM logs WHERE EXISTS (SELECT 1 FROM spans)", [[20]]),
    ("SELECT (SELECT count() FROM errors) AS n, 1", [[3, 1]]),
    ("FROM errors SELECT count()", [[3]]),
    ("SELECT service, count() FROM logs GROUP BY ROLLUP(service) ORDER BY service", [["", 20], ["api", 10], ["web", 10]]),
    ("SELECT service, count() FROM logs GROUP BY GROUPING SETS ((service), ()) ORDER BY service", [["", 20], ["api", 10], ["web", 10]]),
    ("SELECT service, count() FROM logs GROUP BY ALL ORDER BY ALL", [["api", 10], ["web", 10]]),
    ("SELECT sum(1) FILTER (WHERE service = 'api') FROM logs", [[10]]),
    ("SELECT count(DISTINCT service), topK(2)(service) != [], groupUniqArray(environment) FROM logs", [[2, 1, ["mine"]]]),
    ("SELECT argMax(body, time), any(service) IN ('api', 'web') FROM logs", [["line 9 mine", 1]]),
    ("SELECT body LIKE '%9%', body ILIKE '%MINE', match(body, '\\d+'), extract(body, '(\\d)') FROM logs ORDER BY time DESC LIMIT 1",
     [[1, 1, 1, "9"]]),
    ("SELECT 'it''s', 'a\\'b', 'tab\\t', 'f(x); -- not a comment'", [["it's", "a'b", "tab\t", "f(x); -- not a comment"]]),
    ("SELECT '{x:String} %(y)s {z}'", [["{x:String} %(y)s {z}"]]),
    ("SELECT 1 -- a comment\n, /* another /* nested */ one */ 2", [[1, 2]]),
    ("SELECT 1;", [[1]]),
    ("SELECT 5 BETWEEN 1 AND 9, NULL IS NULL, NOT 1, 7 DIV 2, 7 % 3, -1, 'a' || 'b', 1 == 1, 1 <> 1", [[1, 1, 0, 3, 1, -1, "ab", 1, 0]]),
    ("SELECT toDate('2026-01-31') + INTERVAL 1 MONTH, date_trunc('month', toDate('2026-01-31')), dateDiff('day', toDate('2026-01-01'), toDate('2026-01-31'))",
     [["2026-02-28", "2026-01-01", 30]]),
    ("SELECT DATE '2026-01-01', EXTRACT(YEAR FROM DATE '2026-01-01'), formatDateTime(toDateTime('2026-01-01 00:00:00'), '%Y-%m')",
     [["2026-01-01", 2026, "2026-01"]]),
    ("SELECT substring('abc', 2), position('abc', 'c'), trim(' a '), left('abc', 1), splitByChar(',', 'a,b'), leftPad('a', 3, '.')",
     [["bc", 3, "a", "a", ["a", "b"], "..a"]]),
    ("SELECT * EXCEPT (body) FROM (SELECT 1 AS body, 2 AS b)", [[2]]),
    ("SELECT * REPLACE (3 AS b) FROM (SELECT 1 AS a, 2 AS b)", [[1, 3]]),
    ("SELECT COLUMNS('^trace') FROM spans ORDER BY time LIMIT 1", [["mine0", ""]]),
    ("SELECT l.* EXCEPT (x) FROM (SELECT 1 AS x, 2 AS y) AS l", [[2]]),
    ("SELECT `weird col`, \"other\" FROM (SELECT 1 AS `weird col`, 2 AS \"other\")", [[1, 2]]),
    ("SELECT logs.service FROM spans AS logs LIMIT 1 OFFSET 0", None),
    ("SELECT JSONExtractString('{\"a\": {\"b\": \"c\"}}', 'a', 'b')", [["c"]]),
    ("SELECT number FROM numbers(2, 3)", [[2], [3], [4]]),
    ("SELECT properties.email FROM persons WHERE has(distinct_ids, 'mine')", [["mine"]]),
    ("SELECT hasToken(lower(body), 'mine') FROM logs LIMIT 1", [[1]]),
    ("SELECT max(value) - min(value) FROM metric_points WHERE metric_name = 'mine'", [[4]]),
    ("SELECT count(), any(attributes['k']) FROM metric_series", [[1, "mine"]]),
    ("SELECT count() FROM sessions", None),
    ("SELECT filename FROM error_attachments", [["mine"]]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "rows"), ANSWERS, ids=[sql[:60] for sql, _ in ANSWERS])
def test_a_query_has_its_usual_meaning(query: Query, sql: str, rows: list[list[object]] | None) -> None:
    found = query(sql)
    assert SECRET not in repr(found)
    if rows is not None:
        assert found == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("18446744073709551615", 18446744073709551615),
        ("toInt64(-9223372036854775807)", -9223372036854775807),
        ("toUInt128('340282366920938463463374607431768211455')", 2**128 - 1),
        ("nan", None),
        ("1 / 0", None),
        ("NULL", None),
        ("toDecimal64('1.50', 2)", "1.5"),
        ("map('a', 1)", {"a": 1}),
        ("[1, 2]", [1, 2]),
        ("toUUID('00000000-0000-0000-0000-000000000001')", "00000000-0000-0000-0000-000000000001"),
        ("toDateTime64('2026-01-01 00:00:00.123456789', 9, 'UTC')", "2026-01-01T00:00:00.123456789Z"),
        ("toDateTime('2026-01-01 00:00:00', 'Europe/Berlin')", "2025-12-31T23:00:00Z"),
        ("toDateTime('2026-01-01 00:00:00')", "2026-01-01T00:00:00Z"),
        ("toDate('2026-01-01')", "2026-01-01"),
        ("unhex('ff41')", "\ufffdA"),
        ("true", True),
    ],
)
def test_values_are_exact_or_null(query: Query, expression: str, value: object) -> None:
    assert query(f"SELECT {expression}") == [[value]]


def test_columns_keep_the_names_clickhouse_gives_them(sandbox: Sandbox) -> None:
    result, _ = sandbox.run("SELECT count(), toStartOfHour(time), service AS s FROM logs GROUP BY ALL", 1)
    assert result.columns == ["count()", "toStartOfHour(time)", "s"]
    assert result.types == ["UInt64", "DateTime('UTC')", "LowCardinality(String)"]


def test_more_rows_than_the_limit_are_cut_and_said_to_be(sandbox: Sandbox) -> None:
    result, truncated = sandbox.run("SELECT number FROM numbers(1000)", 1)
    assert (len(result.rows), truncated) == (100, True)
    result, truncated = sandbox.run("SELECT number FROM numbers(100)", 1)
    assert (len(result.rows), truncated) == (100, False)
    result, truncated = sandbox.run("SELECT number FROM numbers(80) UNION ALL SELECT number FROM numbers(80)", 1)
    assert (len(result.rows), truncated) == (100, True)
