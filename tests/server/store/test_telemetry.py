import asyncio
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.server.store.conftest import INBOUND, SHOP, SIGNALS, Shop
from vedette.server.config import Settings
from vedette.server.store.engine import READ_SETTINGS
from vedette.server.store.errors import StoreFull, StoreUnavailable
from vedette.server.store.telemetry import Telemetry

pytestmark = [pytest.mark.cluster, pytest.mark.anyio]
PACKAGES = [*SIGNALS, SHOP]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def telemetry(cluster: Cluster, data: Path, **changes: object) -> Telemetry:
    settings = Settings.model_validate({"data": data, "store": cluster.dsn(), **changes})
    return Telemetry(settings, read_settings=READ_SETTINGS)


async def test_life_of_a_server(own_cluster: Cluster, tmp_path: Path) -> None:
    """A first start, a store that goes away, a start while it is away, and its return."""
    async with telemetry(own_cluster, tmp_path).running(PACKAGES) as first:
        shop = Shop(first.reader, 1)
        await first.committer.commit(INBOUND, shop.block(["one"], request_id=7))
        assert shop.bodies() == ["one"]
        assert (tmp_path / "running").exists()
        own_cluster.kill()
        await first.committer.commit(INBOUND, shop.block(["two"], request_id=8))
        assert first.committer.status().spool.blocks == 1
    assert not (tmp_path / "running").exists()

    async with telemetry(own_cluster, tmp_path).running(PACKAGES) as second:
        await second.committer.commit(INBOUND, shop.block(["three"], request_id=9))
        shop = Shop(second.reader, 1)
        with pytest.raises(StoreUnavailable):
            shop.bodies()
        assert second.committer.status().last_error
        own_cluster.start()
        async with asyncio.timeout(30):
            while second.committer.status().spool.blocks:
                await asyncio.sleep(0.05)
        assert shop.bodies() == ["one", "three", "two"]
        assert shop.outcomes() == 3
        assert second.committer.status().last_error == ""
        assert len(second.recent) == 0  # the first run ended by itself: equal requests are new ones


async def test_after_a_crash_stored_requests_are_known(own_cluster: Cluster, tmp_path: Path) -> None:
    async with telemetry(own_cluster, tmp_path).running(PACKAGES) as first:
        shop = Shop(first.reader, 1)
        await asyncio.gather(*(first.committer.commit(INBOUND, shop.block(["x"], request_id=n)) for n in (1, 2)))
    (tmp_path / "running").touch()  # as a killed server leaves it
    async with telemetry(own_cluster, tmp_path).running(PACKAGES) as second:
        assert second.recent.already_stored("logs", 1, 1)
        assert not second.recent.already_stored("logs", 1, 3)


async def test_no_disk_no_data(own_cluster: Cluster, tmp_path: Path) -> None:
    async with telemetry(own_cluster, tmp_path, min_free_disk_bytes=1 << 60).running(PACKAGES) as server:
        with pytest.raises(StoreFull, match="disk"):
            await server.committer.commit(INBOUND, Shop(server.reader, 1).block(["one"]))


async def test_a_store_never_reached_is_a_wrong_address(own_cluster: Cluster, tmp_path: Path) -> None:
    own_cluster.kill()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        async with telemetry(own_cluster, tmp_path).running(PACKAGES):
            pass
    assert not (tmp_path / "running").exists()
