"""The web app's files: found, cached, and nothing outside their folder."""

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from vedette.server import web

Get = Callable[..., httpx.Response]


@pytest.fixture
def get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Get:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("the app")
    (folder / "robots.txt").write_text("none")
    (folder / "assets" / "app.js").write_text("run()")
    (folder / "assets" / "page.js").write_text("whole")
    (folder / "assets" / "page.js.gz").write_bytes(gzip.compress(b"small"))
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(web, "static_folder", lambda: folder)
    transport = httpx.ASGITransport(web.with_static_files(PlainTextResponse("the API")))

    async def ask(path: str, headers: dict[str, str] | None) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://vedette") as client:
            return await client.get(f"http://vedette{path}", headers=headers)

    return lambda path, headers=None: asyncio.run(ask(path, headers))


def test_pages_and_files(get: Get) -> None:
    assert get("/").text == get("/logs/some/page").text == "the app"
    assert get("/robots.txt").text == "none"
    assert get("/api/v1/health").text == "the API"
    assert "script-src" not in get("/").headers["content-security-policy"]
    asset = get("/assets/app.js")
    assert asset.text == "run()" and "immutable" in asset.headers["cache-control"]
    assert asset.headers["x-content-type-options"] == "nosniff"
    assert asset.headers["content-type"].startswith("text/javascript")


def test_a_file_with_a_smaller_one_beside_it_is_sent_as_that(get: Get) -> None:
    """`httpx` takes gzip, and says so."""
    asset = get("/assets/page.js")
    assert (asset.text, asset.headers["content-encoding"], asset.headers["vary"]) == (
        "small",
        "gzip",
        "accept-encoding",
    )
    assert asset.headers["content-type"].startswith("text/javascript")
    assert "immutable" in asset.headers["cache-control"]


def test_a_file_is_sent_whole_to_those_who_take_no_gzip(get: Get) -> None:
    asset = get("/assets/page.js", {"accept-encoding": "identity"})
    assert (asset.text, asset.headers["vary"]) == ("whole", "accept-encoding")
    assert "content-encoding" not in asset.headers


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/%00", "/assets/..%2fsecret.txt", "/assets/%2e%2e/x"])
def test_assets_that_are_not_there(get: Get, path: str) -> None:
    assert get(path).status_code == 404


@pytest.mark.parametrize("path", ["/%00", "/" + "a" * 5000, "/..%2fsecret.txt", "//etc/passwd", "/%2e%2e/secret.txt"])
def test_odd_paths_are_pages_of_the_app(get: Get, path: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.text) == (200, "the app")
