"""The web app's built files: `/assets/…` for ever, `index.html` for every other page a browser asks for."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles

SECURITY_HEADERS = {
    # The app runs only its own code, whatever a payload on screen contains.
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


def static_folder() -> Path:
    """Where `make setup` puts the built web app."""
    return Path(str(files("vedette.server"))) / "static"


def with_static_files(api: Any) -> Any:
    """An ASGI app: `/api/…` to the read API, everything else to the web app."""
    folder = static_folder()
    assets = StaticFiles(directory=folder / "assets", check_dir=False)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or path == "/api" or path.startswith("/api/"):
            await api(scope, receive, send)
        elif path.startswith("/assets/"):

            async def send_cached(message: Any) -> None:
                if message["type"] == "http.response.start" and message["status"] == 200:
                    message["headers"].append((b"cache-control", b"public, max-age=31536000, immutable"))
                    message["headers"].append((b"x-content-type-options", b"nosniff"))
                await send(message)

            try:
                await assets({**scope, "path": path.removeprefix("/assets"), "root_path": ""}, receive, send_cached)
            except (HTTPException, ValueError) as error:  # ValueError: a path that no file can have
                status = error.status_code if isinstance(error, HTTPException) else 404
                await PlainTextResponse("There is no such file.\n", status)(scope, receive, send)
        else:
            await _page(folder, path, scope)(scope, receive, send)

    return app


def _page(folder: Path, path: str, scope: Any) -> Any:
    if scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse(f"nothing takes {scope['method']} {path}\n", 404)
    if file := _file(folder, path):
        return FileResponse(file, headers=SECURITY_HEADERS)
    index = folder / "index.html"
    if not index.is_file():
        return PlainTextResponse("The web app is not built. Run `make setup`.\n", 503)
    return FileResponse(index, headers={**SECURITY_HEADERS, "cache-control": "no-cache"})


def _file(folder: Path, path: str) -> Path | None:
    """The built file of that path, if there is one inside the folder."""
    try:
        file = (folder / path.lstrip("/")).resolve()
        return file if path != "/" and file.is_file() and file.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError):  # too long, or with a NUL
        return None
