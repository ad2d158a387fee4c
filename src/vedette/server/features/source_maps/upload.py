"""`sentry-cli sourcemaps upload`: chunks, then the bundle that they make. Mounted under `/api/0/`.

GET  organizations/{org}/chunk-upload/               how to send chunks
POST organizations/{org}/chunk-upload/               one chunk, as a form's file
POST organizations/{org}/artifactbundle/assemble/    what they make, and for which projects and release
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vedette.server.features.sentry_api.naming import checked_version, projects_named
from vedette.server.features.source_maps.bundle import Entry, read_entries
from vedette.server.features.source_maps.keeping import Keeping, Upload, get_keeping
from vedette.server.features.source_maps.shelf import CHUNK_BYTES, digest_of
from vedette.server.http.access import Access, Caller, Services, ServicesDep
from vedette.server.http.body import decompress
from vedette.server.http.errors import BadRequest, Forbidden, RequestError
from vedette.server.protocols.sentry.reports import multipart

sentry_router = APIRouter()

MOST_CHUNKS = 8192
KeepingDep = Annotated[Keeping, Depends(get_keeping)]


class Assemble(BaseModel):
    """Body of an assemble call. `projects` are ids or slugs."""

    checksum: str
    chunks: Annotated[list[str], Field(max_length=MOST_CHUNKS)]
    projects: Annotated[list[str | int], Field(max_length=100)] = []
    version: str | None = None
    dist: Annotated[str, Field(max_length=64)] | None = None


class Assembled(BaseModel):
    """How far a bundle is; an upload in our case is done when it is answered."""

    state: Literal["ok", "not_found", "error"]
    missingChunks: list[str] = []
    detail: str | None = None


def _writer(access: Access) -> str:
    """Where the caller's chunks are kept; who may not write has no place."""
    if not access.may("member"):
        raise Forbidden(f"this needs the role member; yours is {access.role}")
    return f"project-{access.project_id}" if access.project_id else f"organisation-{access.organisation_id}"


@sentry_router.get("/organizations/{org}/chunk-upload/")
def options(org: str, access: Caller, keeping: KeepingDep) -> dict[str, Any]:
    """How chunks are to be sent. The URL is relative to `/api/0/`: the client knows under which name we are reached."""
    _writer(access)
    return {
        "url": f"/organizations/{org}/chunk-upload/",
        "chunkSize": CHUNK_BYTES,
        "chunksPerRequest": 1,
        "maxFileSize": keeping.max_bytes,
        "maxRequestSize": CHUNK_BYTES,
        "concurrency": 4,
        "hashAlgorithm": "sha1",
        "compression": ["gzip"],
        "accept": ["release_files", "sources", "artifact_bundles", "artifact_bundles_v2"],
    }


@sentry_router.post("/organizations/{org}/chunk-upload/")
async def chunk(request: Request, access: Caller, keeping: KeepingDep) -> dict[str, Any]:
    """Keep one chunk, whose file name is its SHA-1."""
    scope = _writer(access)
    fields = multipart(await request.body(), request.headers.get("content-type", ""))
    for name, (filename, _, content) in fields.items():
        if name in ("file", "file_gzip"):
            await run_in_threadpool(_keep_chunk, keeping, scope, filename, content, name)
    return {}


def _keep_chunk(keeping: Keeping, scope: str, filename: str, content: bytes, field: str) -> None:
    keeping.guard()
    plain = decompress(content, "gzip", max_bytes=CHUNK_BYTES) if field == "file_gzip" else content
    keeping.shelf.put_chunk(scope, digest_of(filename), plain)


@sentry_router.post("/organizations/{org}/artifactbundle/assemble/")
def assemble(form: Assemble, access: Caller, services: ServicesDep, keeping: KeepingDep) -> Assembled:
    """Join chunks into a bundle and index it, for every project that is named."""
    scope = _writer(access)
    try:
        return _assembled(form, access, scope, services, keeping)
    except RequestError as error:  # sentry-cli shows the detail of a state, but of an error its status alone
        return Assembled(state="error", detail=f"{error.message}: {error.hint}" if error.hint else error.message)


def _assembled(form: Assemble, access: Access, scope: str, services: Services, keeping: Keeping) -> Assembled:
    digest, chunks = digest_of(form.checksum), [digest_of(one) for one in form.chunks]
    upload = Upload(digest, checked_version(form.version) if form.version else "", form.dist or "")
    projects = _projects(services, access, form.projects)
    if all(keeping.has(project, upload) for project in projects):
        for project in projects:
            keeping.name_release(project, access.organisation_id, upload)
        return Assembled(state="ok")
    missing = keeping.shelf.missing(scope, chunks)
    if missing or not chunks:
        return Assembled(state="not_found", missingChunks=missing)
    _assemble(keeping, access, scope, chunks, projects, upload)
    return Assembled(state="ok")


def _projects(services: Services, access: Access, names: list[str | int]) -> list[int]:
    with services.metadata.session() as session:
        return [project.id for project in projects_named(session, access, names, role="member")]


def _assemble(
    keeping: Keeping, access: Access, scope: str, chunks: list[str], projects: list[int], upload: Upload
) -> None:
    keeping.guard()
    whole = keeping.shelf.assemble(scope, upload.digest, chunks, max_bytes=keeping.max_bytes)
    try:
        entries: list[Entry] = read_entries(whole)
        if not entries:
            raise BadRequest("the bundle has no files")
        for project in projects:
            keeping.add(project, access.organisation_id, upload, whole, entries)
    finally:
        whole.unlink()
    keeping.shelf.drop_chunks(scope, chunks)
