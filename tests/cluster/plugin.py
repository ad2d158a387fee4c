"""The fixture `cluster`: one running two-shard cluster per test session, or a skip when it is not to be had."""

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.library import LibraryMissing, library


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two ClickHouse servers as two shards. A test that kills a node starts it again before it ends."""
    try:
        library()
    except LibraryMissing as missing:
        pytest.skip(f"no ClickHouse cluster here: {missing}")
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running
