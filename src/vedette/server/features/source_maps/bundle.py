"""Look into an uploaded artifact bundle: a zip with a `manifest.json` that says what its files are.

Format: eight bytes (`SYSB` and a version), then the zip
(https://github.com/getsentry/symbolic/blob/master/symbolic-debuginfo/src/sourcebundle/mod.rs). Nothing is ever
unpacked to disk; entries are read by the names that the archive itself lists, up to a limit each.
"""

import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from vedette.server.http.errors import BadRequest

MOST_FILES = 20_000
MANIFEST_MAX_BYTES = 16 * 1024 * 1024
UNPACKED_MAX_BYTES = 2048 * 1024 * 1024
LONGEST = 1024
DEBUG_ID = re.compile(r"[0-9a-f]{32}")
# What the zip module and its decoders raise for broken archives, and for encrypted and unusual ones.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, ValueError, OSError,
              EOFError)  # fmt: skip
KINDS = ("minified_source", "source_map", "source", "indexed_ram_bundle")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a bundle, as its manifest says. `source_map` is its map's URL, relative to its own."""

    path: str
    kind: str
    url: str
    debug_id: str
    source_map: str


def read_entries(path: Path) -> list[Entry]:
    """The files of a bundle.

    Raises:
        BadRequest: it does not read, has no manifest, or unfolds to more than the limits.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            _within_limits(listed)
            names = {item.filename for item in listed}
            manifest = orjson.loads(_read(archive, "manifest.json", MANIFEST_MAX_BYTES))
    except KeyError as error:
        raise BadRequest("the bundle has no manifest.json") from error
    except UNREADABLE as error:
        raise BadRequest(f"the bundle does not read: {error}") from error
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, dict):
        raise BadRequest("the bundle's manifest.json lists no files")
    return [_entry(name, said) for name, said in files.items() if name in names and isinstance(said, dict)]


def _within_limits(listed: list[zipfile.ZipInfo]) -> None:
    if len(listed) > MOST_FILES:
        raise BadRequest(f"the bundle has {len(listed)} files; the limit is {MOST_FILES}")
    if (size := sum(item.file_size for item in listed)) > UNPACKED_MAX_BYTES:
        raise BadRequest(f"the bundle unfolds to {size} bytes; the limit is {UNPACKED_MAX_BYTES}")


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"{name} has more than {limit} bytes")
    return content


def _entry(path: str, said: dict[str, Any]) -> Entry:
    headers = said.get("headers")
    by_name = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, dict) else {}
    kind = said.get("type")
    return Entry(
        path=path[:LONGEST],
        kind=kind if kind in KINDS else "other",
        url=_text(said.get("url")),
        debug_id=debug_id(by_name.get("debug-id")),
        source_map=_text(by_name.get("sourcemap") or by_name.get("x-sourcemap")),
    )


def debug_id(value: Any) -> str:
    """A debug id in its one form, 36 characters in lower case; empty when it is none."""
    digits = value.replace("-", "").lower() if isinstance(value, str) else ""
    if not DEBUG_ID.fullmatch(digits):
        return ""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST and "\0" not in value else ""
