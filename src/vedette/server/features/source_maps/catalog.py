"""Which uploaded map belongs to a minified file: by debug id, or by release, dist and URL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from vedette.server.features.source_maps.lookup import MapFile
from vedette.server.features.source_maps.stacks import Build
from vedette.server.metadata.models import now
from vedette.server.metadata.source_maps import SourceBundle, SourceBundleRelease, SourceFile

Stamp = tuple[int, str]  # how many bundles a project has, and when the last was uploaded
BundlePath = Callable[[int, str], Path]
USED_EVERY = timedelta(days=1)
CODE = ("minified_source", "source_map")
INJECT = "Run sentry-cli sourcemaps inject on the build before it is deployed, then upload."


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no map for a file: a code of docs/releases.md, and the sentence that people read."""

    code: str
    text: str
    hint: str = ""


def find_map(
    session: Session, project_id: int, file: str, debug_id: str, build: Build, bundle_path: BundlePath
) -> MapFile | Missing:
    """The newest map for a minified file of an event, or why there is none."""
    if debug_id:
        return _by_debug_id(session, project_id, debug_id, bundle_path)
    return _by_release(session, project_id, file, build, bundle_path)


def _by_debug_id(session: Session, project_id: int, debug_id: str, bundle_path: BundlePath) -> MapFile | Missing:
    rows = _rows(session, _files(project_id).where(SourceFile.debug_id == debug_id, SourceFile.kind.in_(CODE)))
    if not rows:
        return Missing(
            "no_bundle",
            f"The event names debug id {debug_id}, and no bundle with it was uploaded to this project.",
            "Upload the build's files with sentry-cli sourcemaps upload; this event will be readable then.",
        )
    return _map_of(session, rows, bundle_path)


def _by_release(
    session: Session, project_id: int, file: str, build: Build, bundle_path: BundlePath
) -> MapFile | Missing:
    minified = _files(project_id).where(SourceFile.kind == "minified_source")
    named = minified.join(SourceBundleRelease, SourceBundleRelease.bundle_id == SourceBundle.id)
    of_url = named.where(SourceFile.url.in_(urls_of(file)))
    if build.release:
        mine = SourceBundleRelease.release == build.release, SourceBundleRelease.dist == build.dist
        if rows := _rows(session, of_url.where(*mine)):
            return _map_of(session, rows, bundle_path)
    others = session.execute(
        of_url.with_only_columns(SourceBundleRelease.release, SourceBundleRelease.dist)
        .order_by(SourceBundle.uploaded_at.desc())
        .limit(1)
    ).first()
    if others and others[0]:
        return Missing(
            "release_mismatch",
            f"The event carries no debug id for this file and is of {_said(build)}; "
            f"the file was uploaded for {_said(Build(*others))}.",
            f"Give SDK and upload the same release and dist. {INJECT}",
        )
    if build.release and (elsewhere := _elsewhere(session, named.where(*mine), file)):
        return Missing(
            "url_mismatch",
            f"The event carries no debug id for this file, and for {_said(build)} it was uploaded as {elsewhere}.",
            f"Upload with the --url-prefix that makes it {urls_of(file)[-1]}. {INJECT}",
        )
    looked = f"nothing of this name was uploaded for {_said(build)}" if build.release else "it names no release either"
    return Missing("no_debug_id", f"The event carries no debug id for this file, and {looked}.", INJECT)


def _elsewhere(session: Session, of_build: "Select[SourceFile, SourceBundle]", file: str) -> str:
    """The URL under which a file of this name was uploaded for the build; '' when there is none."""
    name = urls_of(file)[-1].rpartition("/")[2]
    if not name:
        return ""
    same = or_(SourceFile.url == name, SourceFile.url.endswith(f"/{name}", autoescape=True))
    newest = of_build.where(same).with_only_columns(SourceFile.url).order_by(SourceBundle.uploaded_at.desc()).limit(1)
    return session.scalar(newest) or ""


def _said(build: Build) -> str:
    release = f"release {build.release}" if build.release else "no release"
    return f"{release}, dist {build.dist}" if build.dist else release


def _files(project_id: int) -> "Select[SourceFile, SourceBundle]":
    return (
        select(SourceFile, SourceBundle)
        .join(SourceBundle, SourceBundle.id == SourceFile.bundle_id)
        .where(SourceFile.project_id == project_id, SourceBundle.project_id == project_id)
    )


def _rows(session: Session, query: "Select[SourceFile, SourceBundle]") -> Sequence[tuple[SourceFile, SourceBundle]]:
    newest_first = query.order_by(SourceBundle.uploaded_at.desc(), SourceBundle.id.desc()).limit(100)
    return [(file, bundle) for file, bundle in session.execute(newest_first).all()]


def _map_of(session: Session, rows: Sequence[tuple[SourceFile, SourceBundle]], bundle_path: BundlePath) -> MapFile:
    """The first map among the rows, or the one that a minified file among them refers to, or has inlined."""
    for file, bundle in rows:
        if file.kind == "source_map":
            sources = [one.path for one, other in rows if other is bundle and one.kind == "minified_source"]
            return _used(session, bundle, file.path, next(iter(sources), ""), bundle_path)
    for file, bundle in rows:
        beside = urls_of(_relative(file.url, file.source_map or f"{file.url.rpartition('/')[2]}.map"))
        referred = session.scalar(
            select(SourceFile).where(
                SourceFile.bundle_id == bundle.id, SourceFile.kind == "source_map", SourceFile.url.in_(beside)
            )
        )
        if referred:
            return _used(session, bundle, referred.path, file.path, bundle_path)
    file, bundle = rows[0]
    return _used(session, bundle, file.path, file.path, bundle_path)


def _used(session: Session, bundle: SourceBundle, map_: str, source: str, bundle_path: BundlePath) -> MapFile:
    if now() - bundle.used_at > USED_EVERY:
        session.execute(update(SourceBundle).where(SourceBundle.id == bundle.id).values(used_at=now()))
    return MapFile(bundle_path(bundle.project_id, bundle.digest), bundle.digest, map_, source)


def _relative(url: str, reference: str) -> str:
    """A map's URL as seen from its file's: `~/js/app.js` and `app.js.map` are `~/js/app.js.map`."""
    joined = urljoin(url.removeprefix("~"), reference)
    return f"~{joined}" if url.startswith("~/") and joined.startswith("/") else joined


def urls_of(file: str) -> list[str]:
    """The names that a file of an event may have been uploaded under: as it is, and with `~` for scheme and host."""
    try:
        parts = urlsplit(file)
    except ValueError:  # "Invalid IPv6 URL"
        return [file]
    plain = file.partition("?")[0].partition("#")[0]
    if plain.startswith("~/"):
        return [plain]
    return [plain, f"~/{parts.path.lstrip('/')}"]


def stamp_of(session: Session, project_id: int) -> Stamp:
    """What changes with the bundles of a project."""
    latest = select(func.count(), func.max(SourceBundle.uploaded_at)).where(SourceBundle.project_id == project_id)
    count, uploaded_at = session.execute(latest).one()
    return count, str(uploaded_at)


def project_bytes(session: Session, project_id: int) -> int:
    """Disk that a project's bundles take."""
    return session.scalar(select(func.sum(SourceBundle.bytes)).where(SourceBundle.project_id == project_id)) or 0
