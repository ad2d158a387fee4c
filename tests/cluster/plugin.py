"""Fixtures: `cluster`, one for the session, and `own_cluster`, one for a test that kills nodes. Else a skip."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.library import LibraryMissing, library


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two ClickHouse servers as two shards. Leave its nodes alone: see `own_cluster`."""
    _need_library()
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster for one test, which may do to it what it likes."""
    _need_library()
    with Cluster(tmp_path / "cluster") as running:
        yield running


def _need_library() -> None:
    try:
        library()
    except LibraryMissing as missing:
        pytest.skip(f"no ClickHouse cluster here: {missing}")
