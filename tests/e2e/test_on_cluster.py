"""Every protocol into a server on a cluster, and back out by every list, chart and `/sql` table."""

from collections.abc import Iterator

import httpx
import pytest

from tests.cluster.cluster import Cluster
from tests.conftest import ProjectClient, new_project, start_server
from tests.e2e.traffic import Kind, kinds
from vedette.server.features.sql.sources import NAMES

pytestmark = pytest.mark.cluster

NUMBERS = range(1, 13)  # more than one row a shard
# Path → parameters; each answers with something.
LISTS = {
    "logs": {"q": "1"},
    "logs/histogram": {},
    "spans": {"root": True},
    "errors": {},
    "errors/groups": {},
    "events": {"event": "3"},
    "events/names": {},
    "metrics": {},
    "metrics/otlp": {"aggregate": "max"},
    "metrics/prometheus": {"aggregate": "count", "group_by": "n"},
    "fields": {"signal": "logs"},
    "fields/values": {"signal": "logs", "field": "service"},
    "outcomes": {},
}
EMPTY = {"sessions", "check_ins", "feedback", "error_attachments", "outcomes"}  # not sent, or not at once


@pytest.fixture(scope="module")
def loaded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProjectClient]:
    """A project on a server of its own, with twelve items of each kind, each request sent once."""
    server = start_server(tmp_path_factory.mktemp("on-cluster"), "--store", cluster.dsn("on_cluster"))
    project = new_project(server, "on cluster")
    for kind in over_http(project):
        for first in NUMBERS[::3]:
            numbers = range(first, first + 3)
            sent = httpx.post(server.url + kind.path, content=kind.body(numbers), headers=kind.headers, timeout=30)
            assert sent.status_code in (200, 202, 204), (kind.name, sent.text)
    yield project
    project.http.close()
    assert server.terminate() == 0


def over_http(project: ProjectClient) -> list[Kind]:
    return [kind for kind in kinds(project) if not kind.over_grpc]


def test_what_was_sent_is_there(loaded: ProjectClient) -> None:
    for kind in over_http(loaded):
        found = loaded.sql(f"SELECT number FROM ({kind.found}) ORDER BY number")
        assert [row["number"] for row in found] == list(NUMBERS), kind.name


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_something(loaded: ProjectClient, path: str) -> None:
    answer = loaded.get(path, since="-2h", **LISTS[path])
    assert any(value for value in answer.values() if isinstance(value, list)) or path == "outcomes"


@pytest.mark.parametrize("table", sorted(NAMES))
def test_every_table_can_be_asked(loaded: ProjectClient, table: str) -> None:
    assert bool(loaded.sql(f"SELECT * FROM {table}")) or table in EMPTY


def test_answers_over_both_shards(loaded: ProjectClient) -> None:
    spans = loaded.get("spans")["items"]
    trace = loaded.get(f"traces/{spans[0]['trace_id']}")
    assert trace["span_count"] == len(trace["rows"]) > 0
    error = loaded.get("errors")["items"][0]
    assert loaded.get(f"errors/{error['event_id']}")["payload"]["event_id"] == error["event_id"]
    assert loaded.get("related", trace_id=spans[0]["trace_id"])["spans"] == trace["span_count"]
    assert loaded.get("overview")["totals"]["events"] == len(NUMBERS)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT count() AS n FROM logs WHERE trace_id NOT IN (SELECT trace_id FROM spans)", 32),
        ("SELECT count() AS n FROM events AS e JOIN persons AS p ON has(p.distinct_ids, e.distinct_id)", 12),
        ("SELECT uniq(trace_id) AS n FROM (SELECT trace_id FROM spans UNION ALL SELECT trace_id FROM logs)", 17),
        ("SELECT count() AS n FROM metric_points AS p JOIN metric_series AS s USING (metric_name, series_id)", 24),
    ],
)
def test_questions_across_tables(loaded: ProjectClient, query: str, answer: int) -> None:
    assert loaded.sql(query) == [{"n": answer}]
