"""What the list of transactions costs to ask, and what a rollup of it would cost to keep.

    python -m bench.transactions [--spans 10000000] [--rounds 5]

The embedded engine alone, in this process. A day of spans, one in ten a transaction, 210 transactions of three
services, eight attributes a span. **Read**: the list as the API asks for it, and each part of one transaction's page.
**Write**: spans from memory into the table, 50,000 an insert, with the columns that transactions need, without, and
with a materialised view that keeps quantile states per five minutes and transaction; then the same list out of that.
Wall milliseconds are the median and the best, CPU milliseconds the median of all threads.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vedette.server.features.performance import causes, detail, queries
from vedette.server.features.performance.thresholds import PerformanceSettings
from vedette.server.http.listing import Question, TimeRange
from vedette.server.store.client import READ_SETTINGS, Store
from vedette.server.store.dsn import Dsn
from vedette.server.store.migrate import migrate

SIGNALS = ("logs", "spans", "metrics", "events", "persons", "errors", "sessions", "check_ins", "outcomes")
PACKAGES = [f"vedette.server.signals.{name}" for name in SIGNALS]
BLOCK = 1_000_000
INSERTED = 50_000
# What its protocols name when they write a span.
COLUMNS = (
    "project_id, time, duration_ns, request_id, source, service, environment, release, trace_id, span_id, "
    "parent_span_id, is_segment, name, op, kind, status_code, user_id, trace_state, attributes"
)
MADE = """
SELECT
    1 AS project_id,
    now64(9) - toIntervalMillisecond(intDiv(number * 86400, {spans:UInt64} / 1000)) AS time,
    toUInt64(exp(10 + 4 * randCanonical(1) + 2 * randCanonical(2) + if(entry, 3, 0))) AS duration_ns,
    number AS request_id,
    'otlp' AS source,
    ['billing', 'identity', 'workflows'][1 + trace % 3] AS service,
    'production' AS environment,
    concat('shop@1.', toString(intDiv(trace, 200000))) AS release,
    lower(hex(MD5(toString(trace)))) AS trace_id,
    lower(hex(sipHash64(number))) AS span_id,
    if(entry, '', lower(hex(sipHash64(trace * 10)))) AS parent_span_id,
    entry AS is_segment,
    if(entry, concat('GET /api/v1/thing', toString(rand(4) % 70), '/{id}'),
        ['SELECT orders', 'GET redis', 'SELECT users', 'POST pay', 'render', 'INSERT audit'][1 + rand(5) % 6]) AS name,
    if(entry, 'http.server', ['db', 'cache', 'db', 'http.client', '', 'db'][1 + rand(5) % 6]) AS op,
    if(entry, 'server', 'client') AS kind,
    if(rand(6) % 50 = 0, 'error', 'unset') AS status_code,
    if(entry, concat('user', toString(rand(7) % 20000)), '') AS user_id,
    if(rand(8) % 3 = 0, 'ot=th:8', '') AS trace_state,
    map(
        'http.request.method', 'GET', 'http.response.status_code', if(rand(6) % 50 = 0, '500', '200'),
        'url.path', concat('/api/v1/thing/', toString(rand(8))), 'server.address', 'shop.example.org',
        'network.protocol.version', '1.1', 'user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64)',
        'client.address', toString(rand(9)), 'thread.id', toString(rand(3) % 16)) AS attributes
FROM (
    SELECT number, intDiv(number, 10) AS trace, number % 10 = 0 AS entry
    FROM numbers({first:UInt64}, {count:UInt64})
)
"""
ROLLUP = """
CREATE TABLE transactions_rollup (
    project_id UInt32, time DateTime('UTC'), service LowCardinality(String), name LowCardinality(String),
    transaction_op LowCardinality(String), environment LowCardinality(String), release LowCardinality(String),
    count SimpleAggregateFunction(sum, Float64), failed SimpleAggregateFunction(sum, Float64),
    spent_ns SimpleAggregateFunction(sum, Float64),
    quantiles AggregateFunction(quantilesTDigestWeighted(0.5, 0.75, 0.95, 0.99), UInt64, UInt32),
    users AggregateFunction(uniqCombined(14), String)
)
ENGINE = AggregatingMergeTree PARTITION BY toDate(time)
ORDER BY (project_id, time, service, name, transaction_op, environment, release)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576
"""
ROLLUP_VIEW = """
CREATE MATERIALIZED VIEW spans_to_transactions TO transactions_rollup AS
SELECT
    project_id, toStartOfFiveMinutes(spans.time) AS time, service, name, if(op != '', op, kind) AS transaction_op,
    environment, release, sum(sample_weight) AS count,
    sumIf(sample_weight, status_code = 'error' OR http_status_code >= 500) AS failed,
    sum(duration_ns * sample_weight) AS spent_ns,
    quantilesTDigestWeightedState(0.5, 0.75, 0.95, 0.99)(duration_ns, toUInt32(round(sample_weight * 100)))
        AS quantiles,
    uniqCombinedStateIf(14)(user_id, user_id != '') AS users
FROM spans
WHERE is_segment
GROUP BY project_id, time, service, name, transaction_op, environment, release
"""
ROLLUP_LIST = """
SELECT service, name, transaction_op, sum(count) AS count, sum(failed), sum(spent_ns) AS spent_ns,
    quantilesTDigestWeightedMerge(0.5, 0.75, 0.95, 0.99)(quantiles), uniqCombinedMerge(14)(users)
FROM transactions_rollup WHERE project_id = 1 GROUP BY service, name, transaction_op ORDER BY spent_ns DESC LIMIT 100
"""


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(label: str, rounds: int, action: Callable[[], Any]) -> None:
    """Run it once to warm up, then `rounds` times, and print what it took."""
    action()
    wall, cpu = [], []
    for _ in range(rounds):
        started, before = time.perf_counter(), cpu_seconds()
        action()
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((cpu_seconds() - before) * 1000)
    median, best = statistics.median(wall), min(wall)
    print(f"{label:34} {median:7.0f} ms, best {best:6.0f}, {statistics.median(cpu):6.0f} CPU-ms", flush=True)


def fill(store: Store, spans: int) -> None:
    for first in range(0, spans, BLOCK):
        parameters = {"first": first, "count": min(BLOCK, spans - first), "spans": spans}
        store.command(f"INSERT INTO spans ({COLUMNS}) {MADE}", parameters)
    store.command("OPTIMIZE TABLE spans")


def read(store: Store, rounds: int) -> None:
    now = time.time_ns()
    question = Question(TimeRange(now - 86_400_000_000_000, now))
    settings = PerformanceSettings()
    page = queries.Page("-time_spent", 0, 100)
    rows = queries.transactions(store, 1, question, settings, page)["items"]
    one = (rows[0]["service"], rows[0]["name"], rows[0]["op"])
    wanted = [(row["service"], row["name"], row["op"]) for row in rows[:50]]
    found = detail.find(store, 1, question, *one)
    own = PerformanceSettings.model_validate({"transactions": [{"service": "billing", "name": "x", "apdex_ms": 9}]})
    for label, action in (
        ("list", lambda: queries.transactions(store, 1, question, settings, page)),
        ("list, some with a T of their own", lambda: queries.transactions(store, 1, question, own, page)),
        ("trends of 50", lambda: queries.trends(store, 1, question, wanted)),
        ("one: numbers and charts", lambda: detail.summary(found, settings, 80)),
        ("one: examples", lambda: detail.examples(found)),
        ("one: where the time goes", lambda: causes.breakdown(found)),
        ("one: what slow ones share", lambda: causes.facets(found)),
        ("one: issues and users", lambda: detail.impact(found, settings)),
    ):
        measured(label, rounds, action)


def write(store: Store, spans: int) -> None:
    """CPU-seconds a million spans, the variants taking turns; merges of before are waited for."""
    store.command(f"CREATE TABLE made ENGINE = Memory AS {MADE}", {"first": 0, "count": spans, "spans": spans})
    store.command("CREATE TABLE plain AS spans")
    for column in (
        "is_transaction",
        "transaction_op",
        "is_failed",
        "duration_key",
        "sample_weight",
        "http_status_code",
    ):
        store.command(f"ALTER TABLE plain DROP COLUMN {column}")
    for turn in range(2):
        for label, table, rollup in (
            ("without the columns", "plain", False),
            ("with them", "spans", False),
            ("with them and a rollup", "spans", True),
        ):
            store.command(f"TRUNCATE TABLE {table}")
            if rollup:
                store.command(ROLLUP)
                store.command(ROLLUP_VIEW)
            if table == "spans" and turn == 0 and not rollup:
                store.command("DROP VIEW spans_to_trace_times")  # `plain` has none: compare like with like
            started = cpu_seconds()
            for first in range(0, spans, INSERTED):
                of = f"SELECT {COLUMNS} FROM made WHERE request_id >= {first} AND request_id < {first + INSERTED}"
                store.command(f"INSERT INTO {table} ({COLUMNS}) {of}")
            used = (cpu_seconds() - started) / spans * 1e6
            print(f"write, {label:28} {used:6.2f} CPU-s per million", flush=True)
            if rollup:
                measured("list out of the rollup", 5, lambda: store.query(ROLLUP_LIST))
                store.command("DROP VIEW spans_to_transactions")
                store.command("DROP TABLE transactions_rollup")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=10_000_000)
    parser.add_argument("--written", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Dsn.parse(f"chdb://{Path(folder) / 'chdb'}"), handles=1, session_settings=READ_SETTINGS)
        migrate(store, PACKAGES)
        fill(store, arguments.spans)
        read(store, arguments.rounds)
        write(store, arguments.written)
        store.close()


if __name__ == "__main__":
    main()
