"""Uploads that are broken, hostile, too large, or someone else's."""

import gzip
import io
import os
import random
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.features.source_maps.bundles import (
    archive,
    assemble,
    bundle,
    call,
    entry,
    event,
    frame,
    images,
    manifest,
    send_chunk,
    sha1,
    stacktrace,
    upload,
)
from tests.server.reading import Reader
from vedette.server.features.source_maps import bundle as bundles
from vedette.server.features.source_maps.keeping import Keeping, Upload
from vedette.server.features.source_maps.shelf import Shelf
from vedette.server.metadata.models import now
from vedette.server.metadata.source_maps import SourceBundle
from vedette.server.store.disk import DiskGuard


def digests(reader: Reader) -> list[str]:
    return [one["digest"] for one in reader.get("source-maps")["items"]]


def test_a_bundle_in_one_chunk(reader: Reader) -> None:
    content = bundle()
    assert assemble(reader, content) == {"state": "not_found", "missingChunks": [sha1(content)], "detail": None}
    assert upload(reader, content, version="shop@1")["state"] == "ok"
    [one] = reader.get("source-maps")["items"]
    assert (one["digest"], one["files"], one["releases"]) == (sha1(content), 2, [["shop@1", ""]])
    assert assemble(reader, content)["state"] == "ok", "what is there needs no chunks"
    assert reader.request("DELETE", f"source-maps/{sha1(content)}").status_code == 204
    assert assemble(reader, content)["state"] == "not_found", "chunks are gone once they were assembled"


def test_a_bundle_in_several_chunks(reader: Reader) -> None:
    content = bundle()
    parts = [content[:100], content[100:300], content[300:]]
    for part in parts:
        send_chunk(reader, part)
    body = {"checksum": sha1(content), "chunks": [sha1(part) for part in parts], "projects": [reader.project_id]}
    wrong = {**body, "chunks": body["chunks"][::-1]}
    path = "organizations/any/artifactbundle/assemble/"
    assert "not " + sha1(content) in call(reader, "POST", path, json=wrong).json()["detail"]
    assert call(reader, "POST", path, json=body).json()["state"] == "ok"


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..", "", "A" * 39, "/" + "a" * 39, "a" * 39 + "\n"])
def test_a_chunk_is_named_by_its_digest_alone(reader: Reader, name: str) -> None:
    assert send_chunk(reader, b"x", name=name or " ").status_code == 400


def test_a_chunk_with_other_content_or_none_that_unfolds(reader: Reader) -> None:
    assert send_chunk(reader, b"x", name=sha1(b"y")).status_code == 400
    bomb = gzip.compress(bytes(100 * 1024 * 1024))
    files = {"file_gzip": (sha1(b""), bomb, "application/octet-stream")}
    assert call(reader, "POST", "organizations/any/chunk-upload/", files=files).status_code == 413


def bomb_of_many_files() -> bytes:
    files = {f"f{number}": b"" for number in range(bundles.MOST_FILES + 1)}
    return archive({**files, "manifest.json": manifest({})}, zipfile.ZIP_STORED)


def bomb_of_more_than_may_be() -> bytes:
    """Entries of a gigabyte each, as the directory says: 1,000 times what they take."""
    content = archive({name: bytes(1_000_000) for name in "abc"} | {"manifest.json": manifest({})})
    return content.replace((1_000_000).to_bytes(4, "little"), (2**30).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"SYSB\x02\x00\x00\x00 no zip", "does not read"),
        (archive({"app.js": b""}), "no manifest.json"),
        (archive({"manifest.json": b"{"}), "does not read"),
        (archive({"manifest.json": b'{"files": []}'}), "lists no files"),
        (archive({"manifest.json": manifest({"gone.js": entry("minified_source", "~/gone.js")})}), "has no files"),
        (bundle()[:-30], "does not read"),
        (archive({"manifest.json": b" " * (bundles.MANIFEST_MAX_BYTES + 1)}), "does not read"),
        (bomb_of_more_than_may_be(), "the limit is"),
    ],
)
def test_what_is_no_bundle_is_refused_with_its_reason(reader: Reader, content: bytes, said: str) -> None:
    answer = upload(reader, content)
    assert answer["state"] == "error"
    assert said in answer["detail"]
    assert digests(reader) == []


def test_too_many_files(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(bomb_of_many_files())
    with pytest.raises(bundles.BadRequest, match="the limit is 20000"):
        bundles.read_entries(path)


def test_a_zip_whose_sizes_lie(tmp_path: Path) -> None:
    """The directory says ten bytes, the data has a million: no more than ten come out, and their checksum is wrong."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", b" " * 1_000_000)
    lying = buffer.getvalue().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path = tmp_path / "bundle"
    path.write_bytes(lying)
    with pytest.raises(bundles.BadRequest, match="does not read"):
        bundles.read_entries(path)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_broken_archive_is_a_bad_request(data: st.DataObject) -> None:
    content = bytearray(bundle())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with NamedTemporaryFile() as file:
        file.write(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
        file.flush()
        with suppress(bundles.BadRequest):  # and nothing else
            bundles.read_entries(Path(file.name))


def test_a_path_that_climbs_is_only_a_name(reader: Reader, tmp_path: Path) -> None:
    name = "../../../../../../../../tmp/climbed.js.map"
    files = {name: entry("source_map", "~/app.js.map")}
    assert upload(reader, archive({name: b"{}", "manifest.json": manifest(files)}))["state"] == "ok"
    assert not Path("/tmp/climbed.js.map").exists()


def keeping_of(reader: Reader, *, max_bytes: int = 2**30, kept: timedelta = timedelta(days=90)) -> Keeping:
    folder = Path(reader.metadata.url.database or "").parent
    shelf = Shelf(folder / "source_maps")
    return Keeping(reader.metadata, shelf, DiskGuard(folder, min_free_bytes=0), max_bytes, kept)


def test_a_project_keeps_what_it_used_last(reader: Reader, tmp_path: Path) -> None:
    keeping = keeping_of(reader, max_bytes=1_000_000)
    contents = [random.Random(seed).randbytes(400_000) for seed in range(3)]
    for content in contents:
        path = tmp_path / sha1(content)
        path.write_bytes(content)
        keeping.add(reader.project_id, 1, Upload(sha1(content), "", ""), path, [])
    assert digests(reader) == [sha1(contents[2]), sha1(contents[1])]
    files = [keeping.path(reader.project_id, sha1(content)).exists() for content in contents]
    assert files == [False, True, True]


def test_what_is_too_large_for_a_project_is_refused(reader: Reader) -> None:
    content = random.Random(1).randbytes(4 * 1024 * 1024 + 1)
    pieces = [content[start : start + 512 * 1024] for start in range(0, len(content), 512 * 1024)]
    for piece in pieces:
        assert send_chunk(reader, piece).status_code == 200
    answer = assemble(reader, content, chunks=[sha1(piece) for piece in pieces])
    assert answer["state"] == "error"
    assert "source_maps_max_bytes" in answer["detail"]


def test_bundles_that_nobody_uses_go(reader: Reader) -> None:
    used, unused = bundle(), bundle(minified="/**/")
    for content in (used, unused):
        upload(reader, content)
    keeping = keeping_of(reader, kept=timedelta(days=30))
    with reader.metadata.session() as session:
        rows = {row.digest: row for row in session.query(SourceBundle).filter_by(project_id=reader.project_id)}
        for row in rows.values():
            row.uploaded_at = now() - timedelta(days=60)
        rows[sha1(used)].used_at = now() - timedelta(days=20)
        rows[sha1(unused)].used_at = now() - timedelta(days=40)
    orphan = keeping.path(reader.project_id, "0" * 40)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"of a crash between file and row")
    os.utime(orphan, (0, 0))
    send_chunk(reader, b"never assembled")
    [chunk] = (orphan.parents[2] / "chunks").rglob(sha1(b"never assembled"))
    os.utime(chunk, (0, 0))
    keeping.sweep()
    assert digests(reader) == [sha1(used)]
    assert not keeping.path(reader.project_id, sha1(unused)).exists()
    assert keeping.path(reader.project_id, sha1(used)).exists()
    assert (orphan.exists(), chunk.exists()) == (False, False)


def test_reading_a_map_renews_it(reader: Reader) -> None:
    upload(reader, bundle())
    with reader.metadata.session() as session:
        row = session.query(SourceBundle).filter_by(project_id=reader.project_id).one()
        row.used_at = now() - timedelta(days=60)
    assert stacktrace(reader, event([frame()], debug_meta=images()))["resolved"] == 1
    with reader.metadata.session() as session:
        row = session.query(SourceBundle).filter_by(project_id=reader.project_id).one()
        assert now() - row.used_at < timedelta(minutes=1)


def test_a_token_of_a_project_gets_nothing_by_naming_digests(reader: Reader) -> None:
    """Chunks on their way are kept apart, or another's bundle could be had by its digest."""
    own = reader.new(project_id=reader.project_id)
    content = bundle(minified="/* secret */")
    assert send_chunk(reader.new(project_id=reader.new().project_id), content).status_code == 200
    assert assemble(own, content)["state"] == "not_found"
    other = reader.new()
    foreign = assemble(own, content, projects=[other.project_id])
    assert (foreign["state"], "no project" in foreign["detail"]) == ("error", True)
    viewer = reader.new(role="viewer", project_id=reader.project_id)
    assert send_chunk(viewer, content).status_code == 403
    assert call(viewer, "GET", "organizations/any/chunk-upload/").status_code == 403
    upload(own, content)
    assert viewer.request("DELETE", f"source-maps/{sha1(content)}").status_code == 403
    assert other.request("DELETE", f"source-maps/{sha1(content)}").status_code == 404
    assert viewer.request("GET", "source-maps").json()["items"][0]["digest"] == sha1(content)


def test_without_a_token(reader: Reader) -> None:
    answer = reader.api.request("GET", "/api/0/organizations/any/chunk-upload/")
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])
