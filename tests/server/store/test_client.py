from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.server.store.conftest import Shop
from vedette.server.store.client import Dsn, Store
from vedette.server.store.errors import InsertRejected, QueryFailed, StoreUnavailable


def test_insert_is_readable_when_it_returns(shop: Shop) -> None:
    shop.insert(shop.block(["one", "two"]) + shop.block(["three"]))
    assert shop.bodies() == ["one", "three", "two"]
    assert shop.outcomes() == 3


def test_equal_requests_are_all_stored(shop: Shop) -> None:
    for _ in range(3):
        shop.insert(shop.block(["again"]))
    assert shop.bodies() == ["again"] * 3
    assert shop.outcomes() == 3


@pytest.mark.cluster
def test_token_makes_an_insert_repeatable_through_any_host(cluster_shop: Shop) -> None:
    block = cluster_shop.block([f"line {number}" for number in range(50)])
    for host in cluster_shop.store.each_host():
        Shop(host, cluster_shop.project_id).insert(block, token="retry")
    cluster_shop.insert(cluster_shop.block(["other"]), token="retry-2")
    assert len(cluster_shop.bodies()) == 51
    assert cluster_shop.outcomes() == 51


@pytest.mark.cluster
def test_every_host_sees_the_rows_of_all_shards(cluster_shop: Shop) -> None:
    cluster_shop.insert(cluster_shop.block([f"line {number}" for number in range(100)]))
    parameters = {"project_id": cluster_shop.project_id}
    for host in cluster_shop.store.each_host():
        assert len(Shop(host, cluster_shop.project_id).bodies()) == 100
        local = host.query("SELECT count() FROM logs_local WHERE project_id = {project_id:UInt32}", parameters)
        assert 20 < local.scalar() < 80


def test_resent_event_counts_once(store: Store, shop: Shop) -> None:
    """ReplacingMergeTree and `final = 1`, through Distributed as well."""
    row = b'{"project_id": %d, "time": "2026-11-20 12:00:00", "event_id": "a", "title": "boom"}\n' % shop.project_id
    for _ in range(3):
        store.insert("errors", row, fmt="JSONEachRow")
    sql = "SELECT count() FROM errors WHERE project_id = {project_id:UInt32}"
    assert store.query(sql, {"project_id": shop.project_id}).scalar() == 1


def test_a_large_batch_is_one_part(store: Store, shop: Shop) -> None:
    """One part is stored whole or not at all; also where one row of a request becomes thousands of records."""
    lines = [f"line {number}" for number in range(5000)]
    shop.insert(b"".join(shop.block(lines, time="2026-10-05 12:00:00") for _ in range(40)))
    sql = (
        "SELECT count(), sum(rows) FROM system.parts "
        "WHERE table = {table:String} AND active AND partition_id = '20261005'"
    )
    for host in store.each_host():
        parts, rows = host.query(sql, {"table": store.dsn.local_table("logs")}).rows[0]
        assert (parts, rows > 50_000) == (1, True)


def test_protobuf_with_its_definition_in_the_settings(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for host in store.each_host():
        host.command("CREATE TABLE IF NOT EXISTS numbers_inbound (a UInt64) ENGINE = Null")
    definition = 'syntax = "proto3"; message Number { uint64 a = 1; }'
    settings = {
        "format_schema_source": "string",
        "format_schema": definition,
        "format_schema_message_name": "Number",
    }
    store.insert("numbers_inbound", b"\x02\x08\x01", fmt="Protobuf", settings=settings)
    with pytest.raises(InsertRejected):
        store.insert("numbers_inbound", b"\x02\x08", fmt="Protobuf", settings=settings)
    assert not list(tmp_path.iterdir())  # nothing is left where the server happened to be started


def test_bad_bytes_are_rejected(shop: Shop) -> None:
    with pytest.raises(InsertRejected, match="parse"):
        shop.insert(b'{"project_id": "many"}\n')


def test_bad_query_says_why(store: Store) -> None:
    with pytest.raises(QueryFailed, match="nowhere"):
        store.query("SELECT nowhere FROM logs")


def test_unreachable_host() -> None:
    store = Store(Dsn.parse("clickhouse://127.0.0.1:9/vedette"))
    with pytest.raises(StoreUnavailable):
        store.query("SELECT 1")


def test_dsn() -> None:
    dsn = Dsn.parse("clickhouse://me:p%40ss@a:1,b/telemetry?cluster=main")
    assert dsn.hosts == (("a", 1), ("b", 8123))
    assert (dsn.user, dsn.password, dsn.database, dsn.cluster) == ("me", "p@ss", "telemetry", "main")
    assert Dsn.parse("chdb:///var/lib/vedette").path == "/var/lib/vedette"
    with pytest.raises(ValueError, match="must start with"):
        Dsn.parse("mysql://x")


@pytest.mark.cluster
def test_network_errors_are_short(own_cluster: Cluster) -> None:
    """They reach the log and the health page; the driver's own text holds every setting of the insert."""
    store = Store(Dsn.parse(own_cluster.dsn("default")), handles=1)
    store.query("SELECT 1")
    own_cluster.kill()
    with pytest.raises(StoreUnavailable) as caught:
        store.insert("nowhere", b"x", fmt="Protobuf", settings={"format_schema": "message M " * 1000})
    assert "refused" in str(caught.value)
    assert len(str(caught.value)) < 500
    store.close()
