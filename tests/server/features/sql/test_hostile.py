"""Queries that want more than one project's rows: refused with a reason, or harmless. The engine survives them."""

# ruff: noqa: E501

import time

import pytest

from tests.server.features.sql.conftest import MINE, SECRET, Query
from vedette.server.features.sql.sandbox import Sandbox
from vedette.server.features.sql.vet import Refused
from vedette.server.store.errors import QueryLimitExceeded

TABLE_FUNCTIONS = [
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString', 'line String')",
    "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
    "SELECT * FROM s3('https://bucket/x.csv')",
    "SELECT * FROM remote('127.0.0.1', default.logs)",
    "SELECT * FROM remoteSecure('127.0.0.1', default.logs)",
    "SELECT * FROM cluster('default', default.logs)",
    "SELECT * FROM clusterAllReplicas('default', system.one)",
    "SELECT * FROM merge('default', '^logs')",
    "SELECT * FROM merge('logs')",
    "SELECT * FROM view(SELECT * FROM logs)",
    "SELECT * FROM executable('id', TSV, 'x String')",
    "SELECT * FROM mysql('127.0.0.1:3306', 'd', 't', 'u', 'p')",
    "SELECT * FROM postgresql('127.0.0.1:5432', 'd', 't', 'u', 'p')",
    "SELECT * FROM sqlite('/tmp/x.db', 't')",
    "SELECT * FROM jdbc('x', 'y', 'z')",
    "SELECT * FROM hdfs('hdfs://x/y', 'TSV', 'x String')",
    "SELECT * FROM input('x String')",
    "SELECT * FROM values('x String', 'a')",
    "SELECT * FROM dictionary('d')",
    "SELECT * FROM generateRandom('x UInt64')",
    "SELECT * FROM zeros(10)",
    "SELECT * FROM generateSeries(1, 10)",
    "SELECT * FROM format(JSONEachRow, '{\"a\": 1}')",
    "SELECT * FROM mergeTreeIndex(currentDatabase(), logs)",
    "SELECT * FROM loop(logs)",
    "SELECT * FROM fuzzQuery('SELECT 1')",
    "SELECT * FROM timeSeriesData(logs)",
    "SELECT * FROM python('x')",
    "SELECT * FROM numbers((SELECT 1000000000000))",
    "SELECT * FROM numbers(1000000000000)",
    "SELECT * FROM numbers(-1)",
    "SELECT * FROM logs WHERE trace_id IN (SELECT * FROM file('x', 'LineAsString'))",
    "SELECT (SELECT count() FROM url('http://127.0.0.1/', 'CSV', 'x String'))",
    "SELECT * FROM logs JOIN file('x', 'CSV', 'service String') AS f USING (service)",
]

OTHER_TABLES = [
    "SELECT * FROM default.logs",
    "SELECT * FROM `default`.`logs`",
    "SELECT * FROM system.tables",
    "SELECT * FROM system.one",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM identity_links",
    "SELECT * FROM person_updates",
    "SELECT * FROM trace_times",
    "SELECT * FROM vedette_schema",
    "SELECT * FROM otlp_logs_inbound",
    "SELECT * FROM logs_local",
    "SELECT * FROM `logs `",
    "SELECT * FROM `default.logs`",
    "SELECT * FROM LOGS",
    "SELECT * FROM lоgs",  # a Cyrillic о
    "SELECT * FROM ｌogs",
    'SELECT * FROM "system"."numbers"',
    "SELECT * FROM `.inner.logs`",
    "SELECT * FROM _temporary_and_external_tables.x",
    "SELECT count() FROM logs WHERE trace_id IN system.tables",
    "SELECT count() FROM logs WHERE trace_id IN default.logs",
    "SELECT count() FROM logs WHERE trace_id IN (identity_links)",
    "SELECT count() FROM logs WHERE trace_id IN identity_links",
    "SELECT count() FROM logs WHERE trace_id GLOBAL IN identity_links",
    "SELECT count() FROM logs WHERE trace_id NOT IN identity_links",
    "SELECT in('x', identity_links)",
    "SELECT nullIn('x', identity_links)",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM default.logs))",
    "SELECT 1 UNION ALL SELECT project_id FROM default.logs",
    "SELECT 1 INTERSECT SELECT project_id FROM system.one",
    "WITH x AS (SELECT * FROM default.logs) SELECT * FROM x",
    "SELECT * FROM logs LEFT JOIN default.logs AS b ON 1 = 1",
    "SELECT EXISTS (SELECT 1 FROM default.logs)",
    "SELECT * FROM x",
    "WITH logs AS (SELECT 1) SELECT * FROM logs",
    "WITH logs AS (SELECT * FROM logs) SELECT * FROM logs",
    "SELECT * FROM (WITH logs AS (SELECT 1) SELECT 1) AS a, logs",
    "SELECT * FROM view_of_nothing(x = 1)",
    "SELECT * FROM persons(project_id = 2)",
]

STATEMENTS = [
    "INSERT INTO logs SELECT * FROM logs",
    "INSERT INTO FUNCTION file('x.csv') SELECT 1",
    "CREATE TABLE x (a UInt8) ENGINE = Memory",
    "CREATE VIEW x AS SELECT 1",
    "CREATE FUNCTION f AS (x) -> x",
    "DROP TABLE logs",
    "ALTER TABLE logs DELETE WHERE 1",
    "DELETE FROM logs WHERE 1",
    "TRUNCATE TABLE logs",
    "RENAME TABLE logs TO x",
    "OPTIMIZE TABLE logs",
    "SYSTEM SHUTDOWN",
    "KILL QUERY WHERE 1",
    "SET readonly = 0",
    "USE system",
    "SHOW TABLES",
    "SHOW CREATE TABLE logs",
    "DESCRIBE logs",
    "EXISTS TABLE logs",
    "EXPLAIN SELECT 1",
    "SELECT * FROM (EXPLAIN SELECT 1)",
    "SELECT * FROM (SHOW TABLES)",
    "GRANT ALL ON *.* TO x",
    "ATTACH TABLE x",
    "BACKUP TABLE logs TO Disk('x', 'y')",
    "BEGIN TRANSACTION",
    "WATCH logs",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE logs",
    "SELECT 1;; DROP TABLE logs",
    "SELECT 1 /* */; /* */ DROP TABLE logs --",
    "SELECT 1 SETTINGS max_threads = 100",
    "SELECT 1 SETTINGS additional_table_filters = {}",
    "SELECT * FROM (SELECT 1 SETTINGS final = 0)",
    "SELECT 1 FORMAT CSV",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "SELECT 1 INTO OUTFILE '/tmp/x' FORMAT CSV",
    "SELECT 1 UNION ALL SELECT 2 INTO OUTFILE '/tmp/x' FORMAT CSV SETTINGS final = 0",
    "PARALLEL WITH SELECT 1",
    "",
    " ",
    ";",
    "--",
    "hello",
    "SELECT",
    "SELECT 1 FROM logs WHERE",
    "SELECT 'unclosed",
    "SELECT 1 /* unclosed",
    "SELECT \x00",
    "(((((",
]

FUNCTIONS = [
    "SELECT file('/etc/passwd')",
    "SELECT getSetting('max_threads')",
    "SELECT getSettingOrDefault('x', 1)",
    "SELECT getServerSetting('x')",
    "SELECT getMacro('x')",
    "SELECT hostName()",
    "SELECT HOSTNAME()",
    "SELECT fqdn()",
    "SELECT version()",
    "SELECT uptime()",
    "SELECT currentUser()",
    "SELECT user()",
    "SELECT currentDatabase()",
    "SELECT database()",
    "SELECT serverUUID()",
    "SELECT tcpPort()",
    "SELECT queryID()",
    "SELECT buildId()",
    "SELECT filesystemAvailable()",
    "SELECT sleep(3)",
    "SELECT sleepEachRow(1) FROM logs",
    "SELECT throwIf(1)",
    "SELECT dictGet('d', 'x', 1)",
    "SELECT dictHas('d', 1)",
    "SELECT joinGet('logs', 'body', 1)",
    "SELECT joinGet(default.logs, 'body', 1)",
    "SELECT hasColumnInTable('default', 'logs', 'body')",
    "SELECT evalMLMethod('m', 1)",
    "SELECT catboostEvaluate('/x', 1)",
    "SELECT addressToLine(1)",
    "SELECT demangle('x')",
    "SELECT showCertificate()",
    "SELECT aiGenerate('x')",
    "SELECT parseQueryToJSON('SELECT 1')",
    "SELECT formatQuery('SELECT 1')",
    "SELECT initializeAggregation('sumState', 1)",
    "SELECT arrayReduce('sumState', [1])",
    "SELECT runningAccumulate(x) FROM (SELECT sumState(number) AS x FROM numbers(3))",
    "SELECT sumState(1)",
    "SELECT sumMerge(x) FROM (SELECT sumState(1) AS x)",
    "SELECT CAST('x', 'AggregateFunction(sum, UInt64)')",
    "SELECT 'x'::AggregateFunction(uniq, String)",
    "SELECT CAST('x' AS SimpleAggregateFunction(max, UInt64))",
    "SELECT CAST('x', concat('Aggregate', 'Function(sum, UInt64)'))",
    "SELECT accurateCast('x', 'AggregateFunction(sum, UInt64)')",
    "SELECT reinterpret('x', 'AggregateFunction(sum, UInt64)')",
    "SELECT finalizeAggregation('x')",
    "SELECT multiMatchAny('x', ['(a+)+$'])",
    "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
    "SELECT sum(length(file('/etc/passwd'))) OVER ()",
    "SELECT quantile(getSetting('x'))(1)",
    "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')",
    "SELECT * APPLY(x -> file(x)) FROM (SELECT '/etc/passwd')",
    "SELECT COLUMNS('x') APPLY(file) FROM (SELECT '/etc/passwd' AS x)",
    "SELECT * REPLACE (file('/etc/passwd') AS x) FROM (SELECT 1 AS x)",
    "SELECT 1 ORDER BY getSetting('max_threads')",
    "SELECT 1 LIMIT getSetting('max_threads')",
    "SELECT 1 FROM logs LIMIT 1 BY hostName()",
    "SELECT 1 GROUP BY GROUPING SETS ((hostName()))",
    "SELECT 1 FROM logs ARRAY JOIN [hostName()] AS x",
    "SELECT number FROM numbers(3) ORDER BY number WITH FILL INTERPOLATE (number AS sleep(1))",
    "SELECT count() OVER (PARTITION BY hostName())",
    "SELECT count() OVER w WINDOW w AS (ORDER BY hostName())",
    "WITH hostName() AS h SELECT h",
    "SELECT 1 QUALIFY sleep(1)",
    "SELECT `file`('/etc/passwd')",
    "SELECT FILE('/etc/passwd')",
    "SELECT {x:String}",
    "SELECT * FROM {t:Identifier}",
    "SELECT * FROM logs SAMPLE 0.1",
    "SELECT * FROM logs SAMPLE 1 / 10 OFFSET 1 / 2",
    "SELECT @@version",
    "SELECT mergeTreePartInfo('x')",
    "SELECT _table, _part FROM logs",
    "SELECT logTrace('x')",
    "SELECT generateRandomStructure(1)",
]

REFUSED = [*TABLE_FUNCTIONS, *OTHER_TABLES, *STATEMENTS, *FUNCTIONS]


@pytest.mark.parametrize("sql", REFUSED, ids=[sql[:60] for sql in REFUSED])
def test_refused_with_a_reason(sandbox: Sandbox, sql: str) -> None:
    with pytest.raises(Refused) as refused:
        sandbox.run(sql, MINE)
    assert refused.value.status == 400
    assert 3 < len(refused.value.message) < 1000
    assert "project_id = 1" not in refused.value.message, "what we made of the query is not the user's business"


HARMLESS = [
    "SELECT * FROM logs\u200b",
    "SELECT project_id, body FROM logs WHERE project_id = 2",
    "SELECT * FROM logs WHERE project_id IN (1, 2)",
    "SELECT * FROM logs WHERE 1 OR project_id = 2",
    "SELECT 2 AS project_id, * FROM logs",
    "SELECT * REPLACE (2 AS project_id) FROM logs",
    "SELECT * EXCEPT (project_id) FROM logs",
    "SELECT * FROM logs AS errors",
    "SELECT errors.body FROM logs AS errors JOIN spans AS logs ON logs.trace_id = errors.trace_id",
    "SELECT COLUMNS('.*') FROM errors",
    "SELECT * FROM logs, spans, errors",
    "SELECT * FROM logs FULL JOIN spans ON logs.project_id != spans.project_id",
    "SELECT * FROM logs CROSS JOIN (SELECT 2 AS project_id) AS x",
    "SELECT * FROM logs WHERE trace_id IN (SELECT trace_id FROM logs WHERE project_id = 2)",
    "SELECT * FROM logs WHERE trace_id IN logs",
    "SELECT trace_id FROM logs WHERE trace_id NOT IN (SELECT trace_id FROM logs)",
    "SELECT (SELECT groupArray(body) FROM logs WHERE project_id = 2)",
    "WITH (SELECT groupArray(body) FROM logs) AS x SELECT x",
    "WITH project_id AS p SELECT * FROM logs WHERE p = 2",
    "WITH 2 AS project_id SELECT * FROM logs",
    "WITH x AS (SELECT 2 AS project_id) SELECT * FROM logs, x WHERE logs.project_id != x.project_id",
    "WITH identity_links AS (SELECT 1 AS a) SELECT * FROM identity_links",
    "WITH RECURSIVE r AS (SELECT body FROM logs UNION ALL SELECT body FROM r WHERE 0) SELECT * FROM r",
    "SELECT * FROM persons",
    "SELECT * FROM persons WHERE project_id = 2",
    "SELECT * FROM error_attachments",
    "SELECT * FROM feedback FINAL",
    "SELECT * FROM metric_points PREWHERE project_id = 2",
    "SELECT * FROM metric_series PREWHERE 1 WHERE 0 OR 1",
    "SELECT body FROM logs UNION ALL SELECT name FROM spans UNION ALL SELECT title FROM errors",
    "SELECT body FROM logs EXCEPT SELECT ''",
    "(SELECT body FROM logs) UNION ALL (SELECT body FROM logs)",
    "SELECT 'x' || (SELECT any(body) FROM logs) || '\\'; SELECT * FROM default.logs --'",
    "SELECT body AS `x\\`; SELECT 1 --` FROM logs",
    'SELECT body AS "a\\"b" FROM logs',
    "SELECT body AS `a\nFORMAT CSV` FROM logs",
    "SELECT body FROM logs -- WHERE project_id = 1\n OR 1",
    "SELECT body /* ' \" ` */ FROM logs # comment",
    "SELECT body FROM logs WHERE body = $$' OR 1 --$$ OR 1",
    "SELECT body FROM logs AS `logs` WHERE `logs`.`project_id` > 0",
    "SELECT body FROM logs WHERE NOT (project_id = 1) OR project_id = 1",
    "SELECT body FROM logs ORDER BY project_id = 2 DESC LIMIT 1000 WITH TIES",
    "SELECT argMax(body, project_id), groupArray(body), anyLast(trace_id) FROM logs",
    "SELECT * FROM logs LIMIT 100 OFFSET 0",
    "SELECT quantiles(0, 1)(project_id) FROM logs",
    "SELECT getSubcolumn(attributes, 'keys') FROM logs",
    "SELECT properties FROM events",
    "SELECT attributes.keys, attributes.values, `frames.function` FROM logs, errors",
]


@pytest.mark.parametrize("sql", HARMLESS, ids=[sql[:60] for sql in HARMLESS])
def test_never_another_projects_rows(sandbox: Sandbox, sql: str) -> None:
    try:
        result, _ = sandbox.run(sql, MINE)
    except Refused:
        return
    assert SECRET not in repr(result.rows)


@pytest.mark.parametrize(
    "fill",
    ["FROM 0 TO 1e11", "FROM 0 TO 1000001", "FROM -1e18 TO 0", "TO 1e11", "FROM 0 TO 1 STEP 1e-9", "FROM 0 TO inf",
     "FROM 0 TO 100000000000000000000000000000000000000", "FROM nan TO 1"],
)  # fmt: skip
def test_filling_in_more_than_a_million_rows_is_refused(impatient: Sandbox, fill: str) -> None:
    with pytest.raises(Refused, match="WITH FILL would make up more than 1000000 rows"):
        impatient.run(f"SELECT count() FROM (SELECT number FROM numbers(2) ORDER BY number WITH FILL {fill})", MINE)


@pytest.mark.parametrize(
    ("fill", "rows"), [("FROM 0 TO 1000000", 1_000_000), ("FROM 0 TO 1e11 STEP 1e6", 100_001), ("TO 5", 5)]
)
def test_filling_in_less_runs(impatient: Sandbox, fill: str, rows: int) -> None:
    sql = f"SELECT count() FROM (SELECT toFloat64(number) AS n FROM numbers(2) ORDER BY n WITH FILL {fill})"
    assert impatient.run(sql, MINE)[0].rows == [[rows]]


BURNERS = [
    "SELECT count() FROM numbers(10000000) AS a, numbers(10000000) AS b, numbers(10000000) AS c",
    "SELECT sum(a.number * b.number) FROM numbers(10000000) AS a CROSS JOIN numbers(10000000) AS b",
    "SELECT length(range(1000000000))",
    "SELECT arrayJoin(range(100000000)), arrayJoin(range(100000000))",
    "SELECT count() FROM (SELECT arrayJoin(range(50000000)) AS x) WHERE x % 7 = 3 GROUP BY x",
    "SELECT groupArray(repeat('x', 1000000)) FROM numbers(1000000)",
    "SELECT length(arrayWithConstant(1000000000, 'x'))",
    "SELECT arrayFold((a, x) -> a + cityHash64(a, x), range(100000000), toUInt64(0))",
    "SELECT max(length(replaceRegexpAll(repeat('a', 1000000), '(a|aa)+?b|a', repeat('b', 1000)))) FROM numbers(10000)",
    "SELECT repeat('x', 1000000) FROM numbers(100000)",
    "SELECT uniqExact(generateUUIDv4(), number) FROM numbers(10000000) AS a, numbers(100) AS b",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count() FROM t",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t, numbers(1000)) SELECT count() FROM t",
    "SELECT count() FROM (SELECT * FROM numbers(10000000) ORDER BY rand(), number % 3, sipHash128(number))",
    "SELECT arrayJoin([0, 1000000000000]) AS n ORDER BY n WITH FILL",
    "SELECT leftPad('a', 1000000000)",
]


@pytest.mark.parametrize("sql", BURNERS, ids=[sql[:60] for sql in BURNERS])
def test_heavy_queries_end_and_leave_the_engine_well(impatient: Sandbox, sql: str) -> None:
    started = time.monotonic()
    try:
        result, _ = impatient.run(sql, MINE)
        assert len(result.rows) <= 100
    except (Refused, QueryLimitExceeded):
        pass
    assert time.monotonic() - started < 60
    assert impatient.run("SELECT count() FROM errors", MINE)[0].rows == [[3]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "-" * 5001 + "1",
        "SELECT " + "NOT " * 5000 + "1",
        "SELECT " + "[" * 2000 + "]" * 2000,
        "SELECT " + "toString(" * 900 + "1" + ")" * 900,
        "SELECT * FROM " + "(SELECT * FROM " * 900 + "logs" + ")" * 900,
        "SELECT " + " + ".join(["1"] * 20_000),
        "SELECT 1 " + "UNION ALL SELECT 1 " * 4000,
        "SELECT " + ", ".join(["body"] * 10_000) + " FROM logs",
        "SELECT CASE " + "WHEN 1 THEN 2 " * 5000 + "END",
        "SELECT '" + "x" * 200_000 + "'",
        "WITH " + ", ".join(f"a{i} AS (SELECT * FROM {'logs' if i == 0 else f'a{i - 1}'})" for i in range(300))
        + " SELECT count() FROM a299",
        "WITH " + ", ".join(f"a{i} AS (SELECT * FROM {'logs' if i == 0 else f'a{i - 1} AS x, a{i - 1} AS y'})" for i in range(60))
        + " SELECT count() FROM a59",
        "WITH a0 AS (SELECT 1), " + ", ".join(f"a{i} AS (SELECT*FROM a{i - 1})" for i in range(1, 3000)) + " SELECT * FROM a2999",
        "SELECT " + "/*" * 10_000,
        "SELECT 1 AS " + "é" * 50_000,
    ],
    ids=lambda sql: sql[:30],
)  # fmt: skip
def test_monstrous_text_is_an_answer_not_an_accident(impatient: Sandbox, sql: str) -> None:
    started = time.monotonic()
    try:
        result, _ = impatient.run(sql, MINE)
        assert SECRET not in repr(result.rows)
    except (Refused, QueryLimitExceeded):
        pass
    assert time.monotonic() - started < 60
    assert impatient.run("SELECT count() FROM errors", MINE)[0].rows == [[3]]


def test_the_handle_itself_reads_only(sandbox: Sandbox, query: Query) -> None:
    """The wall behind the vetting: even text that nobody vetted cannot write, or see another project's rows."""
    for text in ("INSERT INTO logs (project_id) VALUES (1)", "DROP TABLE logs", "SET readonly = 0"):
        with sandbox.handle() as client, pytest.raises(Exception, match=r"readonly|READONLY|prohibited"):
            client.command(text)
    filters = {"additional_table_filters": "{'logs': 'project_id = 1'}"}
    found = sandbox.query("SELECT DISTINCT project_id FROM default.logs", settings=filters).rows
    assert found == [[1]]
    assert query("SELECT count() FROM logs") == [[20]]
