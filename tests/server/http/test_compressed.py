"""Answers of the read API are gzipped for those who take it; streams and small answers are left alone."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from vedette.server.http.compressed import LEAST_BYTES, OFF_LOOP_BYTES, Compressed, accepts_gzip

NOISE = os.urandom(9000)


async def sized(request: Request) -> Response:
    return JSONResponse("x" * int(request.query_params["bytes"]))


async def attachment(request: Request) -> Response:
    return Response(b"x" * 5000, media_type="application/octet-stream")


async def encoded(request: Request) -> Response:
    return Response(gzip.compress(NOISE), media_type="text/plain", headers={"content-encoding": "gzip"})


async def stream(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * 5000
        yield b"y" * 5000

    return StreamingResponse(parts(), media_type="text/event-stream")


async def fails(request: Request) -> Response:
    raise ValueError("broken")


APP = Compressed(
    Starlette(routes=[Route(f"/{one.__name__}", one) for one in (sized, attachment, encoded, stream, fails)])
)


def get(path: str, accept: str = "gzip") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://vedette") as client:
            return await client.get(path, headers={"accept-encoding": accept})

    return asyncio.run(ask())


@pytest.mark.parametrize("size", [LEAST_BYTES, OFF_LOOP_BYTES - 2, OFF_LOOP_BYTES, 1_000_000])
def test_large_answers_are_gzipped(size: int) -> None:
    answer = get(f"/sized?bytes={size}")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) < size / 10
    assert answer.json() == "x" * size


@pytest.mark.parametrize(("path", "size"), [("/sized?bytes=1000", 1002), ("/attachment", 5000), ("/stream", 10_000)])
def test_these_are_left_alone(path: str, size: int) -> None:
    answer = get(path)
    assert "content-encoding" not in answer.headers
    assert len(answer.content) == size


def test_what_is_encoded_is_not_encoded_again() -> None:
    assert len(get("/encoded").content) == len(NOISE)


def test_an_error_is_answered() -> None:
    assert get("/fails").status_code == 500


@pytest.mark.parametrize(
    ("accept", "taken"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("br", False), ("gzip;q=0", False), ("gzip; q=0.0", False),
     ("", False), ("xgzip", False)],
)  # fmt: skip
def test_who_takes_gzip(accept: str, taken: bool) -> None:
    assert accepts_gzip({"headers": [(b"Accept-Encoding", accept.encode())]}) is taken
    assert ("content-encoding" in get("/sized?bytes=5000", accept).headers) is taken
