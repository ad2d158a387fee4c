"""Ending in time, whatever is still open."""

import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from vedette.server.process import CannotStart, free_port, own_data_directory

STREAMS = textwrap.dedent(
    """
    import asyncio, os, sys
    from granian.constants import Interfaces
    from granian.server.embed import Server
    from vedette.server.process import serve_until, stop_signal

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        while True:  # a live view that nobody closes
            await send({"type": "http.response.body", "body": b": still here\\n\\n", "more_body": True})
            await asyncio.sleep(0.05)

    async def main():
        async with stop_signal() as stop:
            server = Server(app, port=int(sys.argv[1]), interface=Interfaces.ASGINL, log_enabled=False)
            await serve_until(stop, asyncio.ensure_future(server.serve()), server.stop, 1.0)
        print("closed in order", flush=True)

    asyncio.run(main())
    os._exit(0)
    """
)


def connect(port: int) -> socket.socket:
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("it never listened")


def test_a_stream_without_end_does_not_hold_up_the_end() -> None:
    port = free_port("127.0.0.1", 0, "port")
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", STREAMS, str(port)], stdout=subprocess.PIPE, text=True
    )
    with connect(port) as client, process:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in client.recv(1000)
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "closed in order" in output


def test_one_directory_one_server(tmp_path: Path) -> None:
    with own_data_directory(tmp_path):
        with pytest.raises(CannotStart, match="in use by another server"), own_data_directory(tmp_path):
            pass
        with own_data_directory(tmp_path / "other"):
            pass
    with own_data_directory(tmp_path):
        pass


def test_ports(tmp_path: Path) -> None:
    port = free_port("127.0.0.1", 0, "port")
    assert port > 0
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(CannotStart, match="--grpc-port"):
            free_port("127.0.0.1", port, "grpc-port")
