"""Bundles as sentry-cli makes them, and the calls that upload them."""

import gzip
import hashlib
import io
import json
import zipfile
from typing import Any

from tests.server.reading import Reader

DEBUG_ID = "5c0d17f7-5669-50c3-a5bf-a3c98ecdf6e6"
SOURCE = "export function total(cart) {\n  return cart.sum\n}\n"
MINIFIED = "function n(t){return t.sum}export{n as total};"
# What esbuild 0.28 writes for it: `t.sum` at 1:22 is `cart.sum` at 2:10.
MAP = {
    "version": 3,
    "sources": ["webpack://shop/./src/total.ts?1f2e"],
    "sourcesContent": [SOURCE],
    "names": ["total", "cart"],
    "mappings": "AAAO,SAASA,EAAMC,EAAM,CAC1B,OAAOA,EAAK,GACd",
}


def manifest(files: dict[str, dict[str, Any]]) -> bytes:
    return json.dumps({"files": files}).encode()


def entry(kind: str, url: str, debug_id: str = DEBUG_ID, source_map: str = "") -> dict[str, Any]:
    headers = {name: value for name, value in (("debug-id", debug_id), ("sourcemap", source_map)) if value}
    return {"type": kind, "url": url, "headers": headers}


def archive(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The bytes of a bundle with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return b"SYSB\x02\x00\x00\x00" + buffer.getvalue()


def bundle(minified: str = MINIFIED, map_: Any = None, debug_id: str = DEBUG_ID) -> bytes:
    """A whole bundle: `~/app.js` and its map."""
    text = map_ if isinstance(map_, bytes) else json.dumps(MAP if map_ is None else map_).encode()
    return archive(
        {
            "_/_/app.js": minified.encode(),
            "_/_/app.js.map": text,
            "manifest.json": manifest(
                {
                    "_/_/app.js": entry("minified_source", "~/app.js", debug_id, "app.js.map"),
                    "_/_/app.js.map": entry("source_map", "~/app.js.map", debug_id),
                }
            ),
        }
    )


def sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def call(reader: Reader, method: str, path: str, **options: Any) -> Any:
    """A request to `/api/0/` with the reader's token, as it comes back."""
    headers = {"authorization": f"Bearer {reader.token}"}
    return reader.api.request(method, f"/api/0/{path}", headers=headers, **options)


def send_chunk(reader: Reader, content: bytes, *, name: str | None = None) -> Any:
    """One chunk, gzipped, as a form's file."""
    files = {"file_gzip": (name or sha1(content), gzip.compress(content), "application/octet-stream")}
    return call(reader, "POST", "organizations/any/chunk-upload/", files=files)


def assemble(reader: Reader, content: bytes, **more: Any) -> Any:
    """The answer of assembling content that is one chunk."""
    body = {"checksum": sha1(content), "chunks": [sha1(content)], "projects": [reader.project_id], **more}
    return call(reader, "POST", "organizations/any/artifactbundle/assemble/", json=body).json()


def upload(reader: Reader, content: bytes, **more: Any) -> Any:
    """Send a bundle of one chunk and assemble it."""
    assert send_chunk(reader, content).status_code == 200
    return assemble(reader, content, **more)


def event(frames: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A row of `errors` whose payload is an event with these frames."""
    payload = {
        "platform": "javascript",
        "exception": {"values": [{"type": "TypeError", "stacktrace": {"frames": frames}}]},
        **more,
    }
    return {"event_id": hashlib.md5(json.dumps(payload).encode()).hexdigest(), "payload": json.dumps(payload)}


def frame(
    file: str = "https://shop.example/app.js", line: int | None = 1, column: int | None = 22, **more: Any
) -> dict[str, Any]:
    return {"function": "n", "filename": file, "lineno": line, "colno": column, "in_app": True, **more}


def images(file: str = "https://shop.example/app.js", debug_id: str = DEBUG_ID) -> dict[str, Any]:
    return {"images": [{"type": "sourcemap", "code_file": file, "debug_id": debug_id}]}


def stacktrace(reader: Reader, row: dict[str, Any]) -> Any:
    """Store an event and read its stack trace."""
    reader.insert("errors", [row])
    return reader.get(f"errors/{row['event_id']}/stacktrace")
