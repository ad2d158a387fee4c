"""Every store test runs on the embedded engine and on a real two-shard cluster, with the same migrations."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.plugin import cluster as cluster
from vedette.server.store.client import Dsn, Store
from vedette.server.store.inbound import Inbound
from vedette.server.store.migrate import migrate

SIGNALS = [
    f"vedette.server.signals.{name}"
    for name in ("logs", "spans", "metrics", "events", "persons", "errors", "sessions", "check_ins", "outcomes")
]
SHOP = "tests.server.store.shop"
INBOUND = Inbound("shop_inbound", "JSONEachRow")
NOON = "2026-11-20 12:00:00"

_projects = itertools.count(1000)


@dataclass
class Shop:
    """A project on a store: sends requests through the inbound table and counts what a reader sees."""

    store: Store
    project_id: int

    def block(self, lines: Sequence[str], *, request_id: int = 0, time: str = NOON) -> bytes:
        row = {"project_id": self.project_id, "request_id": request_id, "time": time, "lines": list(lines)}
        return json.dumps(row).encode() + b"\n"

    def insert(self, block: bytes, *, token: str = "") -> None:
        inbound = INBOUND.with_token(token) if token else INBOUND
        self.store.insert(inbound.table, block, fmt=inbound.fmt, settings=inbound.settings)

    def bodies(self) -> list[str]:
        """Every log body a reader sees, sorted."""
        sql = "SELECT body FROM logs WHERE project_id = {project_id:UInt32} ORDER BY body"
        return [row[0] for row in self.store.query(sql, {"project_id": self.project_id}).rows]

    def outcomes(self) -> int:
        sql = "SELECT sum(quantity) FROM outcomes WHERE project_id = {project_id:UInt32}"
        return int(self.store.query(sql, {"project_id": self.project_id}).scalar())


@pytest.fixture(scope="package")
def embedded_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Closed after this folder's tests: a process can have one embedded store open, and others want theirs."""
    store = Store(Dsn.parse(f"chdb://{tmp_path_factory.mktemp('chdb')}"), handles=3)
    migrate(store, [*SIGNALS, SHOP])
    yield store
    store.close()


@pytest.fixture(scope="session")
def cluster_store(cluster: Cluster) -> Iterator[Store]:
    store = Store(Dsn.parse(cluster.dsn()), handles=3)
    migrate(store, [*SIGNALS, SHOP])
    yield store
    store.close()


@pytest.fixture(params=["embedded", pytest.param("cluster", marks=pytest.mark.cluster)])
def store(request: pytest.FixtureRequest) -> Store:
    found = request.getfixturevalue(f"{request.param}_store")
    assert isinstance(found, Store)
    return found


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store, next(_projects))


@pytest.fixture
def cluster_shop(cluster_store: Store) -> Shop:
    return Shop(cluster_store, next(_projects))


@pytest.fixture
def data_folders(request: pytest.FixtureRequest, store: Store) -> list[Path]:
    """The folders on this machine that hold the store's data."""
    if store.dsn.embedded:
        return [Path(store.dsn.path)]
    return [node.folder for node in request.getfixturevalue("cluster").nodes]
