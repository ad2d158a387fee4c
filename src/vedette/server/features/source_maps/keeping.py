"""Bundles on the shelf and in the metadata database, kept together: added, found again, and let go."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI, Request
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vedette.server.config import Settings
from vedette.server.features.sentry_api.naming import ensure_release
from vedette.server.features.source_maps.bundle import Entry
from vedette.server.features.source_maps.catalog import project_bytes
from vedette.server.features.source_maps.lookup import Lookup
from vedette.server.features.source_maps.shelf import Shelf
from vedette.server.http.access import Services
from vedette.server.metadata.engine import Metadata, lock_organisation
from vedette.server.metadata.models import now
from vedette.server.metadata.source_maps import SourceBundle, SourceBundleRelease, SourceFile
from vedette.server.store.disk import DiskGuard

log = logging.getLogger("vedette.source_maps")

SWEEP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A bundle's digest, and the release and dist it is for ('' for none)."""

    digest: str
    release: str
    dist: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """Everything that source maps need; one a server. `max_bytes` is what a project may keep; `changed` are
    called when what is kept has changed."""

    metadata: Metadata
    shelf: Shelf
    guard: DiskGuard
    max_bytes: int
    kept: timedelta
    lookup: Lookup = field(default_factory=Lookup)
    changed: list[Callable[[], None]] = field(default_factory=list)

    def has(self, project_id: int, upload: Upload) -> bool:
        """Whether the project has this bundle, file and all."""
        with self.metadata.session() as session:
            return (
                _bundle(session, project_id, upload.digest) is not None
                and self.path(project_id, upload.digest).is_file()
            )

    def path(self, project_id: int, digest: str) -> Path:
        """Where a bundle's file is."""
        return self.shelf.bundle(project_id, digest)

    def name_release(self, project_id: int, organisation_id: int, upload: Upload) -> None:
        """Say of a bundle that is there which release it is (also) of."""
        with self.metadata.session() as session:
            lock_organisation(session, organisation_id)
            if bundle := _bundle(session, project_id, upload.digest):
                bundle.uploaded_at = bundle.used_at = now()
                _name(session, bundle, upload)
        self._tell()

    def add(self, project_id: int, organisation_id: int, upload: Upload, file: Path, entries: Sequence[Entry]) -> None:
        """Keep a bundle; when the project's room is used up, those used longest ago go."""
        self.shelf.keep(file, project_id, upload.digest)
        with self.metadata.session() as session:
            lock_organisation(session, organisation_id)
            if _bundle(session, project_id, upload.digest) is None:
                bundle = SourceBundle(project_id=project_id, digest=upload.digest, bytes=file.stat().st_size)
                session.add(bundle)
                session.flush()
                session.add_all(_row(bundle, entry) for entry in entries)
            found = _bundle(session, project_id, upload.digest)
            assert found is not None
            _name(session, found, upload)
            dropped = _make_room(session, project_id, self.max_bytes, keep=upload.digest)
        for digest in dropped:
            self.path(project_id, digest).unlink(missing_ok=True)
        self._tell()

    def remove(self, project_id: int, digest: str) -> bool:
        """Forget one bundle; False when there is none."""
        with self.metadata.session() as session:
            bundle = _bundle(session, project_id, digest)
            if bundle is None:
                return False
            _delete(session, [bundle])
        self.path(project_id, digest).unlink(missing_ok=True)
        self._tell()
        return True

    def sweep(self) -> int:
        """Let go of bundles that nobody used for long, and of files that belong to nothing; returns how many files."""
        with self.metadata.session() as session:
            old = session.scalars(select(SourceBundle).where(SourceBundle.used_at < now() - self.kept)).all()
            _delete(session, old)
            session.flush()
            rows = session.execute(select(SourceBundle.project_id, SourceBundle.digest)).all()
        for bundle in old:
            self.path(bundle.project_id, bundle.digest).unlink(missing_ok=True)
        if old:
            self._tell()
        return len(old) + self.shelf.sweep({(project, digest) for project, digest in rows}, now=time.time())

    def _tell(self) -> None:
        for listener in self.changed:
            listener()


def _bundle(session: Session, project_id: int, digest: str) -> SourceBundle | None:
    return session.scalar(
        select(SourceBundle).where(SourceBundle.project_id == project_id, SourceBundle.digest == digest)
    )


def _row(bundle: SourceBundle, entry: Entry) -> SourceFile:
    return SourceFile(
        project_id=bundle.project_id,
        bundle_id=bundle.id,
        path=entry.path,
        kind=entry.kind,
        debug_id=entry.debug_id,
        url=entry.url,
        source_map=entry.source_map,
    )


def _name(session: Session, bundle: SourceBundle, upload: Upload) -> None:
    session.merge(SourceBundleRelease(bundle_id=bundle.id, release=upload.release, dist=upload.dist))
    if upload.release:
        ensure_release(session, bundle.project_id, upload.release)


def _make_room(session: Session, project_id: int, max_bytes: int, *, keep: str) -> list[str]:
    """Delete the bundles used longest ago until the rest fits; returns their digests."""
    used = project_bytes(session, project_id)
    dropped = []
    oldest_first = select(SourceBundle).where(SourceBundle.project_id == project_id, SourceBundle.digest != keep)
    for bundle in session.scalars(oldest_first.order_by(SourceBundle.used_at, SourceBundle.id)).all():
        if used <= max_bytes:
            break
        used -= bundle.bytes
        dropped.append(bundle.digest)
        _delete(session, [bundle])
    return dropped


def _delete(session: Session, bundles: Sequence[SourceBundle]) -> None:
    ids = [bundle.id for bundle in bundles]
    for table in (SourceFile, SourceBundleRelease):
        session.execute(delete(table).where(table.bundle_id.in_(ids)))
    session.execute(delete(SourceBundle).where(SourceBundle.id.in_(ids)))


@asynccontextmanager
async def running(api: FastAPI, services: Services) -> AsyncIterator[None]:
    """Sweep every hour while the server runs."""
    task = asyncio.create_task(_sweep(keeping_in(api)))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep(keeping: Keeping) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await asyncio.to_thread(keeping.sweep)
        except Exception:
            log.exception("source maps are swept again in an hour")


def keeping_of(settings: Settings, metadata: Metadata) -> Keeping:
    """The server's source maps."""
    return Keeping(
        metadata,
        Shelf(settings.data / "source_maps"),
        DiskGuard(settings.data, min_free_bytes=settings.min_free_disk_bytes),
        settings.source_maps_max_bytes,
        timedelta(days=settings.retention_source_maps_days),
    )


def get_keeping(request: Request) -> Keeping:
    """The source maps of the app that serves this request."""
    return keeping_in(request.app)


def keeping_in(api: FastAPI) -> Keeping:
    """The app's source maps, made when they are asked for first; what was looked up stays remembered in them."""
    if not hasattr(api.state, "source_maps"):
        services: Services = api.state.services
        api.state.source_maps = keeping_of(services.settings, services.metadata)
    keeping: Keeping = api.state.source_maps
    return keeping
