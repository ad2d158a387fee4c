"""What a sweep of the detectors costs, in percent of a core: `python -m bench.detectors [spans a second]`.

Ten minutes of traces (ten spans: a server's, three statements, a call, five internal; one in a hundred has an N+1 of
ten more) go straight into the table, and the last two minutes are swept in windows of 15 seconds, as a server does.
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from vedette.server.app import PROTOCOLS, SIGNALS, read_settings
from vedette.server.config import Settings
from vedette.server.features.detectors.documents import read_state
from vedette.server.features.detectors.sweep import EVERY_SECONDS, QUIET_SECONDS, Sweeps
from vedette.server.features.projects.bootstrap import bootstrap
from vedette.server.http.access import Services
from vedette.server.http.keys import KeyRing
from vedette.server.metadata.engine import Metadata
from vedette.server.store.client import Store
from vedette.server.store.commit import Committer
from vedette.server.store.dsn import Dsn
from vedette.server.store.migrate import migrate

SECOND = 1_000_000_000
FILLED_SECONDS, SWEPT = 600, 8
SPANS = """
INSERT INTO spans (project_id, time, duration_ns, received_at, source, service, trace_id, span_id, parent_span_id,
    is_segment, name, op, kind, attributes)
SELECT
    1,
    fromUnixTimestamp64Nano({from_ns} + toInt64(trace * 1e9 / {traces}) + place * 5000000, 'UTC'),
    multiIf(place = 0, 200000000, place IN (1, 2, 3, 4), 8000000 + rand() % 4000000, place > 9, 12000000, 1000000),
    fromUnixTimestamp64Milli(intDiv({from_ns} + toInt64(trace * 1e9 / {traces}), 1000000) + 900, 'UTC'),
    'otlp',
    concat('service-', toString(trace % 8)),
    lower(hex(sipHash128(trace))),
    lower(hex(sipHash64(trace, place))),
    if(place = 0, '', lower(hex(sipHash64(trace, 0)))),
    place = 0,
    if(place = 0, concat('GET /endpoint/', toString(trace % 50)), multiIf(kind = 'client', 'SELECT shop', 'step')),
    multiIf(place = 0, 'http.server', place = 4, 'http.client', place IN (1, 2, 3) OR place > 9, 'db', '') AS op,
    multiIf(place = 0, 'server', op != '', 'client', 'internal') AS kind,
    CAST(multiIf(
        op = 'db', [('db.system.name', 'postgresql'), ('server.address', 'db'), ('db.query.text', concat(
            'SELECT id, name, state, created_at, updated_at, owner_id FROM ',
            if(place > 9, 'lines', concat('t', toString(place))),
            ' WHERE organization_id = $1 AND id = ', toString(rand() % 100000)))],
        op = 'http.client',
        [('http.request.method', 'GET'), ('url.full', concat('https://api/items/', toString(rand())))],
        [('host.name', 'a'), ('thread.id', toString(rand() % 50))]), 'Map(LowCardinality(String), String)')
FROM (
    SELECT number AS trace, arrayJoin(range(if(number % 100 = 0, 20, 10))) AS place
    FROM numbers({first}, {count})
)
"""


async def measure(spans_a_second: int) -> None:
    """Print the CPU of sweeps at this rate, and how many traces they looked at."""
    folder = Path(tempfile.mkdtemp())
    settings = Settings(data=folder)
    store = Store(Dsn.parse(settings.store_dsn), handles=2, session_settings=read_settings(settings))
    migrate(store, [one.__name__ for one in (*SIGNALS, *PROTOCOLS)])
    metadata = Metadata(settings.metadata_url)
    metadata.migrate()
    bootstrap(metadata, folder)
    now_ns = time.time_ns()
    from_ns, traces = now_ns - FILLED_SECONDS * SECOND, spans_a_second / 10.1
    total = int(traces * FILLED_SECONDS)
    for first in range(0, total, 50_000):
        count = min(50_000, total - first)
        store.command(SPANS.format(from_ns=from_ns, traces=traces, first=first, count=count))

    def insert(inbound: Any, block: bytes) -> None:
        chosen = {key: value for key, value in inbound.settings.items() if key != "insert_deduplication_token"}
        store.insert(inbound.table, block, fmt=inbound.fmt, settings=chosen)

    committer = Committer(insert, wait_seconds=0)
    sweeps = Sweeps(Services(settings, store, metadata, KeyRing(dict), committer))
    every = int(EVERY_SECONDS * SECOND)
    begin = now_ns - SWEPT * every + QUIET_SECONDS * SECOND
    await sweeps.sweep(now_ns=begin)  # an hour is caught up with, and it is warm
    costs, written = [], 0
    for number in range(1, SWEPT):
        before = resource.getrusage(resource.RUSAGE_SELF)
        written += await sweeps.sweep(now_ns=begin + number * every)
        after = resource.getrusage(resource.RUSAGE_SELF)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    state = read_state(metadata, 1)
    costs.sort()
    middle = costs[len(costs) // 2]
    print(
        f"{spans_a_second} spans/s: {middle:.3f} CPU-s a sweep (least {costs[0]:.3f}, most {costs[-1]:.3f}), "
        f"{100 * middle / EVERY_SECONDS:.2f} % of a core; {state.spans} spans, "
        f"{state.examined} of {state.candidates} traces examined, {state.found} found, {written} rows written"
    )
    await committer.close()
    store.close()
    metadata.close()


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
