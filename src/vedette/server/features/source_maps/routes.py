"""Readable stack traces, and the bundles that make them so; contract: `docs/api.md`."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import func, select

from vedette.server.features.source_maps.keeping import Keeping, get_keeping
from vedette.server.features.source_maps.resolve import resolve
from vedette.server.features.source_maps.shelf import digest_of
from vedette.server.http.access import Member, ServicesDep, StoreDep
from vedette.server.http.errors import NotFound
from vedette.server.http.listing import Items, ProjectId
from vedette.server.metadata.source_maps import SourceBundle, SourceBundleRelease, SourceFile
from vedette.server.signals.errors import queries as errors

router = APIRouter(tags=["source maps"])

KeepingDep = Annotated[Keeping, Depends(get_keeping)]
MOST_BUNDLES = 1000


class Reason(BaseModel):
    """Why frames of one file stay as the browser saw them, and what to do about it."""

    code: str
    file: str
    frames: int
    text: str
    hint: str


class StackTrace(BaseModel):
    """The exceptions of an error, frames in the terms of their source where a map knew them.

    A frame that was read has `minified`, where it was in the code that ran; one that should have been has `problem`.
    """

    exceptions: list[dict[str, Any]]
    resolved: int
    minified: int
    reasons: list[Reason]


class Bundle(BaseModel):
    """An uploaded bundle; `releases` are `[release, dist]`."""

    digest: str
    bytes: int
    files: int
    uploaded_at: datetime
    used_at: datetime
    releases: list[tuple[str, str]]


@router.get("/projects/{project_id}/errors/{event_id}/stacktrace")
def stacktrace(
    project: ProjectId, store: StoreDep, services: ServicesDep, keeping: KeepingDep, event_id: str
) -> StackTrace:
    """An error's exceptions through the source maps that are there now, and why a frame is still minified."""
    payload = errors.detail(store, project, event_id)["payload"]
    found = resolve(services.metadata, keeping.lookup, keeping.path, project, payload)
    return StackTrace(
        exceptions=found.exceptions,
        resolved=found.resolved,
        minified=found.minified,
        reasons=[Reason(**reason) for reason in found.reasons],
    )


@router.get("/projects/{project_id}/source-maps")
def source_maps(project: ProjectId, services: ServicesDep) -> Items[Bundle]:
    """The project's bundles, the newest first."""
    with services.metadata.session() as session:
        counts = (
            select(SourceFile.bundle_id, func.count().label("files"))
            .where(SourceFile.project_id == project)
            .group_by(SourceFile.bundle_id)
            .subquery()
        )
        rows = session.execute(
            select(SourceBundle, func.coalesce(counts.c.files, 0))
            .outerjoin(counts, counts.c.bundle_id == SourceBundle.id)
            .where(SourceBundle.project_id == project)
            .order_by(SourceBundle.uploaded_at.desc(), SourceBundle.id.desc())
            .limit(MOST_BUNDLES)
        ).all()
        named = session.scalars(
            select(SourceBundleRelease).where(SourceBundleRelease.bundle_id.in_([bundle.id for bundle, _ in rows]))
        ).all()
    releases: dict[int, list[tuple[str, str]]] = {}
    for one in named:
        releases.setdefault(one.bundle_id, []).append((one.release, one.dist))
    return Items(
        items=[
            Bundle(
                digest=bundle.digest, bytes=bundle.bytes, files=files, uploaded_at=bundle.uploaded_at,
                used_at=bundle.used_at, releases=sorted(releases.get(bundle.id, [])),
            )
            for bundle, files in rows
        ]
    )  # fmt: skip


@router.delete("/projects/{project_id}/source-maps/{digest}", status_code=204)
def delete_bundle(project_id: int, digest: str, access: Member, keeping: KeepingDep) -> None:
    """Remove a bundle; errors that were read with it are minified again."""
    if not keeping.remove(project_id, digest_of(digest)):
        raise NotFound(f"no bundle {digest}")
