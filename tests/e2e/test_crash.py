"""A real server under the load of every protocol, killed and ended in the middle: all is there, once."""

import random
import time
from pathlib import Path

from tests.conftest import RunningServer, new_project, start_server
from tests.e2e.traffic import Traffic, addresses


def test_kill_in_the_middle_of_everything(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    try:
        again, grpc_endpoint = addresses(server)
        chance = random.Random(7)
        with Traffic(new_project(server, "killed"), grpc_endpoint) as traffic:
            for _ in range(4):
                traffic.wait_for(5 + chance.randrange(20))
                time.sleep(chance.random() * 0.05)
                server.kill()
                server = start_server(tmp_path, *again)
            traffic.wait_for(10)
            traffic.end()
            assert traffic.repeated > len(traffic.clients), "nothing was cut off"
            traffic.assert_stored_once()
    finally:
        end(server)


def test_the_end_under_load_is_in_order_and_in_time(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    try:
        again, grpc_endpoint = addresses(server)
        with Traffic(new_project(server, "ended"), grpc_endpoint) as traffic:
            for _ in range(2):
                traffic.wait_for(20)
                assert server.terminate(timeout=60) == 0
                server = start_server(tmp_path, *again)
            traffic.wait_for(10)
            traffic.end()
            traffic.assert_stored_once()
    finally:
        end(server)


def end(server: RunningServer) -> None:
    if server.process.poll() is None:
        server.terminate()
