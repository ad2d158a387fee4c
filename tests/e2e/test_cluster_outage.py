"""A server on a cluster that goes away under the load of every protocol: what was acknowledged is there, once."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.cluster.cluster import Cluster
from tests.conftest import RunningServer, new_project, start_server
from tests.e2e.traffic import ITEMS, Kind, Traffic, addresses, kinds

pytestmark = pytest.mark.cluster


def health(server: RunningServer) -> tuple[int, list[str]]:
    """Status, and the names of the checks that are not good."""
    answer = httpx.get(f"{server.url}/api/v1/health", timeout=30)
    return answer.status_code, [check["name"] for check in answer.json()["checks"] if not check["ok"]]


def wait_until_ready(server: RunningServer, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while (found := health(server)) != (200, []) or spooled(server):
        assert time.monotonic() < deadline, f"not ready: {found}, {spooled(server)} segments in the spool"
        time.sleep(0.1)


def spooled(server: RunningServer) -> int:
    return len(list((server.data / "spool").glob("*.spool")))


def test_a_store_that_is_away_for_a_while(own_cluster: Cluster, tmp_path: Path) -> None:
    server = start_server(tmp_path / "data", "--store", own_cluster.dsn())
    try:
        _, grpc_endpoint = addresses(server)
        with Traffic(new_project(server, "outage"), grpc_endpoint) as traffic:
            traffic.wait_for(5)
            assert health(server) == (200, [])
            own_cluster.kill()
            traffic.wait_for(5)  # everyone still gets an answer
            assert spooled(server)
            status, bad = health(server)
            assert status == 503 and "store" in bad
            time.sleep(2)
            traffic.wait_for(5)
            own_cluster.start()
            traffic.wait_for(5)
            traffic.end()
            wait_until_ready(server)
            assert not list((server.data / "spool" / "rejected").iterdir())
            traffic.assert_stored_once()
    finally:
        if server.process.poll() is None:
            server.terminate()


def test_a_kill_between_the_spool_and_the_answer(own_cluster: Cluster, tmp_path: Path) -> None:
    """The request is on the spool's disk, its client does not know: it comes again byte for byte, and counts once."""
    server = start_server(tmp_path / "data", "--store", own_cluster.dsn())
    try:
        again, grpc_endpoint = addresses(server)
        project = new_project(server, "spooled")
        own_cluster.kill()
        sent = [kind for kind in kinds(project) if not kind.over_grpc]
        expected = {kind.name: 0 for kind in sent}
        for kind in sent:
            answered = True
            while answered:  # the kill came too late: the next one may not
                first = expected[kind.name] + 1
                assert first <= 5 * ITEMS, f"{kind.name} is always answered before the kill"
                body = kind.body(range(first, first + ITEMS))
                expected[kind.name] += ITEMS
                answered = killed_as_it_spools(server, kind, body)
                server = start_server(tmp_path / "data", "--store", own_cluster.dsn(), *again)
            assert post(server, kind, body) in (200, 202, 204)
        own_cluster.start()
        wait_until_ready(server)
        traffic = Traffic(project, grpc_endpoint)
        found = {kind.name: dict(traffic.count(kind)) for kind in sent}
        assert found == {name: dict.fromkeys(range(1, last + 1), 1) for name, last in expected.items()}
        project.http.close()
    finally:
        if server.process.poll() is None:
            server.terminate()


def killed_as_it_spools(server: RunningServer, kind: Kind, body: bytes) -> bool:
    """Send a request, and kill the server as soon as it is in the spool's files. Whether it was answered."""
    before = spool_bytes(server)
    with ThreadPoolExecutor(1) as pool:
        answer: Future[int] = pool.submit(post, server, kind, body)
        deadline = time.monotonic() + 30
        while spool_bytes(server) == before and not answer.done():
            assert time.monotonic() < deadline, f"{kind.name} does not reach the spool"
        server.kill()
        try:
            return answer.result(30) in (200, 202, 204)
        except httpx.TransportError:
            return False


def post(server: RunningServer, kind: Kind, body: bytes) -> int:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False, headers=kind.headers) as http:
        return http.post(kind.path, content=body).status_code


def spool_bytes(server: RunningServer) -> int:
    """Of what clients sent; the counts of it follow every second."""
    paths = (server.data / "spool").glob("*.spool")
    return sum(path.stat().st_size for path in paths if not path.name.endswith("-outcomes.spool"))
