"""The read API's bodies are bounded, whether the length is announced or not."""

from collections.abc import Iterator

import httpx

from tests.conftest import RunningServer

LOGIN = "/api/v1/auth/login"


def test_an_announced_body_is_refused_at_once(server: RunningServer) -> None:
    answer = httpx.post(f"{server.url}{LOGIN}", content=b"x" * (2 << 20), timeout=30)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_body_without_length_is_not_read_to_its_end(server: RunningServer) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b'"' + b"x" * 65536

    answer = httpx.post(
        f"{server.url}{LOGIN}", content=pieces(), headers={"content-type": "application/json"}, timeout=30
    )
    assert answer.status_code in (400, 413)
