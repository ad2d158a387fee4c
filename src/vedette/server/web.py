"""The web app's built files: `/assets/…` for ever, `index.html` for every other page a browser asks for.

The build puts a `.gz` beside each file that shrinks (`web/vite.config.ts`); browsers are sent that.
"""

import mimetypes
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, PlainTextResponse, Response

from vedette.server.http.compressed import accepts_gzip

SECURITY_HEADERS = {
    # The app runs only its own code, whatever a payload on screen contains.
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
# The build names assets by their content.
ASSET_HEADERS = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}


def static_folder() -> Path:
    """Where `make setup` puts the built web app."""
    return Path(str(files("vedette.server"))) / "static"


def with_static_files(api: Any) -> Any:
    """An ASGI app: `/api/…` to the read API, everything else to the web app."""
    folder = static_folder()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or path == "/api" or path.startswith("/api/"):
            await api(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await PlainTextResponse(f"nothing takes {scope['method']} {path}\n", 404)(scope, receive, send)
        elif path.startswith("/assets/"):
            await _asset(folder / "assets", path.removeprefix("/assets/"), scope)(scope, receive, send)
        else:
            await _page(folder, path, scope)(scope, receive, send)

    return app


def _asset(folder: Path, path: str, scope: Any) -> Response:
    file = _file(folder, path)
    return _send(file, ASSET_HEADERS, scope) if file else PlainTextResponse("There is no such file.\n", 404)


def _page(folder: Path, path: str, scope: Any) -> Response:
    if file := _file(folder, path):
        return _send(file, SECURITY_HEADERS, scope)
    index = folder / "index.html"
    if not index.is_file():
        return PlainTextResponse("The web app is not built. Run `make setup`.\n", 503)
    return _send(index, {**SECURITY_HEADERS, "cache-control": "no-cache"}, scope)


def _send(file: Path, headers: dict[str, str], scope: Any) -> Response:
    """The file, or the smaller one beside it for those who take gzip."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    small = file.with_name(f"{file.name}.gz")
    if not small.is_file():
        return FileResponse(file, media_type=kind, headers=headers)
    headers = {**headers, "vary": "accept-encoding"}
    if not accepts_gzip(scope):
        return FileResponse(file, media_type=kind, headers=headers)
    return FileResponse(small, media_type=kind, headers={**headers, "content-encoding": "gzip"})


def _file(folder: Path, path: str) -> Path | None:
    """The built file of that path, if there is one inside the folder."""
    try:
        file = (folder / path.lstrip("/")).resolve()
        return file if path not in ("", "/") and file.is_file() and file.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError):  # too long, or with a NUL
        return None
