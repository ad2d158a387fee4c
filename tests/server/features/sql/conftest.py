"""A sandbox in this process, over rows of two projects: tests see SQL errors without HTTP in between."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vedette.server.app import PROTOCOLS, SIGNALS
from vedette.server.config import Settings
from vedette.server.features.sql.sandbox import Sandbox
from vedette.server.store.client import Dsn, Store
from vedette.server.store.migrate import migrate

MINE, THEIRS = 1, 2
SECRET = "othertenantsecret"  # in every row of the other project

Query = Callable[[str], list[list[Any]]]


def fill(store: Store) -> None:
    """A few rows of every table for each project; the other project's all carry SECRET."""
    for project, word in ((MINE, "mine"), (THEIRS, SECRET)):
        for statement in ROWS.split(";\n"):
            store.command(statement.replace("{project}", str(project)).replace("{word}", word))


ROWS = """
INSERT INTO logs (project_id, time, observed_time, service, environment, severity_number, severity_text, body, trace_id, attributes, resource)
SELECT {project}, toDateTime64('2026-01-01 00:00:00', 9, 'UTC') + number, now64(9), ['api', 'web'][number % 2 + 1], '{word}',
    if(number % 3 = 0, 17, 9), if(number % 3 = 0, 'ERROR', 'INFO'), concat('line ', toString(number), ' {word}'),
    concat('{word}', toString(number)), map('http.status_code', toString(200 + number % 2 * 300), 'k', '{word}'), map('host', '{word}')
FROM numbers(10);
INSERT INTO spans (project_id, time, duration_ns, service, trace_id, span_id, name, status_code, attributes)
SELECT {project}, toDateTime64('2026-01-01 00:00:00', 9, 'UTC') + number, (number + 1) * 1000000, ['api', 'web'][number % 2 + 1],
    concat('{word}', toString(number)), toString(number), concat('GET /{word}'), if(number % 5 = 0, 'error', 'ok'), map('k', '{word}')
FROM numbers(10);
INSERT INTO events (project_id, time, uuid, event, distinct_id, session_id, properties)
SELECT {project}, toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + number * 60, toUUID(concat('00000000-0000-0000-0000-0000000', toString({project}), '000', toString(number))),
    ['signup', 'purchase'][number % 2 + 1], concat('{word}', toString(intDiv(number, 2))), '{word}',
    concat('{"plan": "{word}", "a.b": 1, "amount": ', toString(number), '}')
FROM numbers(10);
INSERT INTO errors (project_id, time, event_id, level, type, value, title, fingerprint, service, user_id, tags, frames)
SELECT {project}, toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + number, concat('{word}', toString(number)), 'error', 'ValueError', '{word}', '{word}', '{word}', 'api', '{word}',
    map('k', '{word}'), [('{word}', 'f', 'x.py', 1, true)] FROM numbers(3);
INSERT INTO metric_series (project_id, metric_name, series_id, type, service, attributes) SELECT {project}, '{word}', 1, 'sum', '{word}', map('k', '{word}');
INSERT INTO metric_points (project_id, metric_name, series_id, time, value) SELECT {project}, '{word}', 1, toDateTime64('2026-01-01 00:00:00', 9, 'UTC') + number, number FROM numbers(5);
INSERT INTO sessions (project_id, started, time, session_id, user_id, status) SELECT {project}, now64(3), now64(3), '{word}', '{word}', 'ok';
INSERT INTO check_ins (project_id, time, check_in_id, monitor_slug, status) SELECT {project}, now64(3), '{word}', '{word}', 'ok';
INSERT INTO outcomes (project_id, time, protocol, category, outcome, reason, quantity, detail) SELECT {project}, now64(3), 'otlp', 'log', 'accepted', '{word}', 1, '{word}';
INSERT INTO person_updates (project_id, distinct_id, time, uuid, is_identified, set) SELECT {project}, '{word}', now64(6), generateUUIDv4(), true, map('email', '"{word}"');
INSERT INTO identity_links (project_id, distinct_id, from_distinct_id, kind, time, uuid) SELECT {project}, '{word}', '{word}', 'identify', now64(6), generateUUIDv4();
INSERT INTO error_attachments (project_id, event_id, attachment_id, filename, size, content) SELECT {project}, '{word}', '{word}', '{word}', 1, '{word}';
INSERT INTO feedback (project_id, time, feedback_id, message) SELECT {project}, now64(6), '{word}', '{word}'
"""  # noqa: E501


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Over a store with rows of projects MINE and THEIRS. Closed after this folder: a process opens one at a time."""
    dsn = Dsn.parse(f"chdb://{tmp_path_factory.mktemp('sql')}")
    store = Store(dsn, handles=1)
    migrate(store, [slice_.__name__ for slice_ in (*SIGNALS, *PROTOCOLS)])
    fill(store)
    fill(store)  # sent twice: reading is FINAL
    settings = Settings(query_max_seconds=5, query_max_rows=100, query_max_memory_bytes=512 * 1024 * 1024)
    sandbox = Sandbox(dsn, settings)
    yield sandbox
    sandbox.close()
    store.close()


@pytest.fixture
def query(sandbox: Sandbox) -> Query:
    """Run a query as project MINE; its rows."""
    return lambda sql: sandbox.run(sql, MINE)[0].rows


@pytest.fixture(scope="package")
def impatient(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The same rows with tight limits, for queries that want everything."""
    settings = Settings(query_max_seconds=1, query_max_rows=100, query_max_memory_bytes=300 * 1024 * 1024)
    found = Sandbox(sandbox.dsn, settings)
    yield found
    found.close()
