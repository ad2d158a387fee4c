"""Uploaded bundles as files in the data directory, named by the SHA-1 of their content.

    source_maps/chunks/SCOPE/DIGEST         parts on their way, for a day at most
    source_maps/PROJECT/DI/DIGEST.bundle    whole bundles

A name is only ever made of a checked digest and a number. Chunks of a token that is for one project are kept apart
from others', so nobody learns or gets what another uploaded by naming its digest.
"""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from vedette.server.http.errors import BadRequest, TooLarge

DIGEST = re.compile(r"[0-9a-f]{40}")
CHUNK_BYTES = 512 * 1024  # a chunk's request stays under the read API's bound on bodies
CHUNK_SECONDS = 24 * 3600
SCOPE_MAX_BYTES = 1024 * 1024 * 1024  # of chunks on their way


def digest_of(name: object) -> str:
    """A SHA-1 in lower-case hex. Raises BadRequest."""
    text = str(name).lower()
    if not DIGEST.fullmatch(text):
        raise BadRequest(f"{str(name)[:80]!r} is not a SHA-1 in hex")
    return text


class Shelf:
    """The files. Blocking: call from a worker thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_chunk(self, scope: str, digest: str, content: bytes) -> None:
        """Keep one chunk. Raises BadRequest when its content is another, TooLarge when too many wait."""
        if len(content) > CHUNK_BYTES:
            raise TooLarge(f"a chunk of {len(content)} bytes; the limit is {CHUNK_BYTES}")
        if hashlib.sha1(content, usedforsecurity=False).hexdigest() != digest:
            raise BadRequest(f"the content of chunk {digest} has another SHA-1")
        chunk = self._chunk(scope, digest)
        chunk.parent.mkdir(parents=True, exist_ok=True)
        if _size(chunk.parent) > SCOPE_MAX_BYTES:
            raise TooLarge("too many chunks wait to be assembled", hint="they are removed a day after their upload")
        _write(chunk, [content])

    def missing(self, scope: str, digests: Iterable[str]) -> list[str]:
        """Which of these chunks have not been uploaded."""
        return [digest for digest in digests if not self._chunk(scope, digest).is_file()]

    def assemble(self, scope: str, digest: str, chunks: Sequence[str], *, max_bytes: int) -> Path:
        """Join chunks into a temporary file that the caller removes.

        Raises:
            TooLarge: more than `max_bytes`.
            BadRequest: the whole has another digest.
        """
        sources = [self._chunk(scope, chunk) for chunk in chunks]
        target = self._folder / "chunks" / scope / f".{digest}.{os.getpid()}.{time.monotonic_ns()}"
        try:
            found = _join(sources, target, max_bytes)
            if found != digest:
                raise BadRequest(f"the chunks together have the SHA-1 {found}, not {digest}")
        except FileNotFoundError as error:
            target.unlink(missing_ok=True)
            raise BadRequest("another upload of the same bundle took its chunks", hint="upload again") from error
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target

    def keep(self, assembled: Path, project_id: int, digest: str) -> None:
        """Put a whole bundle on a project's shelf; on disk when this returns."""
        target = self.bundle(project_id, digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        with assembled.open("rb") as file:
            _write(target, iter(lambda: file.read(1024 * 1024), b""))

    def drop_chunks(self, scope: str, digests: Iterable[str]) -> None:
        """Forget chunks that were assembled."""
        for digest in digests:
            self._chunk(scope, digest).unlink(missing_ok=True)

    def bundle(self, project_id: int, digest: str) -> Path:
        """Where a project's bundle is."""
        return self._folder / str(int(project_id)) / digest[:2] / f"{digest_of(digest)}.bundle"

    def sweep(self, known: set[tuple[int, str]], *, now: float) -> int:
        """Remove chunks of yesterday and bundles that are not `known` any more (project, digest); returns how many."""
        removed = 0
        for file in list(self._folder.rglob("*")):
            if not file.is_file():
                continue
            with suppress(FileNotFoundError):
                old = now - file.stat().st_mtime > CHUNK_SECONDS
                if old and ("chunks" in file.relative_to(self._folder).parts or not _is_known(file, known)):
                    file.unlink()
                    removed += 1
        for folder in self._folder.glob("[0-9]*"):
            if not any(file.is_file() for file in folder.rglob("*")):
                shutil.rmtree(folder, ignore_errors=True)
        return removed

    def _chunk(self, scope: str, digest: str) -> Path:
        return self._folder / "chunks" / scope / digest_of(digest)


def _join(sources: Sequence[Path], target: Path, max_bytes: int) -> str:
    """Write the sources one after the other; the SHA-1 of the whole. Raises TooLarge."""
    if (size := sum(source.stat().st_size for source in sources)) > max_bytes:
        raise TooLarge(f"a bundle of {size} bytes; the limit is {max_bytes}", hint="see source_maps_max_bytes")
    whole = hashlib.sha1(usedforsecurity=False)
    with target.open("wb") as file:
        for source in sources:
            content = source.read_bytes()
            whole.update(content)
            file.write(content)
    return whole.hexdigest()


def _size(folder: Path) -> int:
    size = 0
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # assembled meanwhile
            size += file.stat().st_size
    return size


def _is_known(file: Path, known: set[tuple[int, str]]) -> bool:
    project = file.parent.parent.name
    return project.isdecimal() and (int(project), file.stem) in known


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    """The whole file or nothing, on disk when this returns."""
    descriptor, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
