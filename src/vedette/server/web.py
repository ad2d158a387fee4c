"""The web app's built files: `/assets/…` for ever, `index.html` for every other page a browser asks for."""

from importlib.resources import files
from pathlib import Path
from typing import Any

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
                await send(message)

            await assets(
                {**scope, "path": path.removeprefix("/assets"), "root_path": ""}, receive, send_cached
            )
        else:
            await _page(folder, path, scope)(scope, receive, send)

    return app


def _page(folder: Path, path: str, scope: Any) -> Any:
    if scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse(f"nothing takes {scope['method']} {path}\n", 404)
    file = (folder / path.lstrip("/")).resolve()
    if path != "/" and file.is_file() and file.is_relative_to(folder.resolve()):
        return FileResponse(file, headers=SECURITY_HEADERS)
    index = folder / "index.html"
    if not index.is_file():
        return PlainTextResponse("The web app is not built. Run `make setup`.\n", 503)
    return FileResponse(index, headers={**SECURITY_HEADERS, "cache-control": "no-cache"})
