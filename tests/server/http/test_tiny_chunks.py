"""A body that comes two bytes at a time is taken in, by every ingest route, and holds nobody up meanwhile."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import ProjectClient
from tests.e2e.traffic import Kind, kinds

CHUNK = 2
NAMES = [
    "OTLP logs", "OTLP spans", "OTLP metrics", "Sentry errors and logs", "Sentry transactions", "PostHog", "Prometheus",
    "Better Stack",
]  # fmt: skip


def chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), CHUNK):
        piece = body[start : start + CHUNK]
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


def half_sent(project: ProjectClient, kind: Kind, body: bytes) -> tuple[socket.socket, list[bytes]]:
    """A connection on which half of the chunks have been sent, each in a packet of its own, and the other half."""
    address = urlsplit(project.server.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    headers = {"host": address.netloc, "transfer-encoding": "chunked", "connection": "close", **kind.headers}
    lines = [f"POST {kind.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    connection.sendall("\r\n".join(lines).encode())
    all_ = [*chunks(body), b"0\r\n\r\n"]
    for chunk in all_[: len(all_) // 2]:
        connection.sendall(chunk)
    return connection, all_[len(all_) // 2 :]


def test_all_routes_are_named(project: ProjectClient) -> None:
    assert [kind.name for kind in kinds(project) if not kind.over_grpc] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_slow_sender_holds_nobody_up(project: ProjectClient, name: str) -> None:
    kind = next(kind for kind in kinds(project) if kind.name == name)
    connection, rest = half_sent(project, kind, kind.body(range(1, 40)))
    with connection:
        for first in (101, 201):
            body = kind.body(range(first, first + 3))
            meanwhile = httpx.post(project.server.url + kind.path, content=body, headers=kind.headers, timeout=30)
            assert meanwhile.status_code in (200, 202, 204), meanwhile.text
        for chunk in rest:
            connection.sendall(chunk)
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] in (b"200", b"202", b"204"), answer
    found = project.sql(f"SELECT number FROM ({kind.found}) ORDER BY number")
    assert [row["number"] for row in found] == [*range(1, 40), 101, 102, 103, 201, 202, 203]


def test_a_hundred_slow_senders_and_one_quick(project: ProjectClient) -> None:
    kind = next(kind for kind in kinds(project) if kind.name == "Better Stack")
    senders = [half_sent(project, kind, b'{"message": "' + str(number).encode() + b'"}') for number in range(100)]
    quick = httpx.post(project.server.url + kind.path, content=kind.body([500]), headers=kind.headers, timeout=30)
    assert quick.status_code == 202
    assert project.sql(f"SELECT number FROM ({kind.found})") == [{"number": 500}]
    for connection, rest in senders:
        connection.sendall(b"".join(rest))
    for connection, _ in senders:
        assert b" 202 " in connection.makefile("rb").readline()
        connection.close()
    assert len(project.sql(kind.found)) == 101
