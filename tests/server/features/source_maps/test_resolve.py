"""Stack traces through maps: what becomes readable, and what is said of the rest."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.features.source_maps.bundles import (
    DEBUG_ID,
    MAP,
    MINIFIED,
    archive,
    bundle,
    entry,
    event,
    frame,
    images,
    manifest,
    stacktrace,
    upload,
)
from tests.server.reading import Reader
from vedette.server.features.source_maps.catalog import urls_of
from vedette.server.features.source_maps.reader import FILE_MAX_BYTES
from vedette.server.features.source_maps.stacks import readable


def frames_of(answer: Any) -> list[Any]:
    found: list[Any] = answer["exceptions"][-1]["stacktrace"]["frames"]
    return found


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def test_a_frame_in_its_sources_terms(reader: Reader) -> None:
    upload(reader, bundle())
    answer = stacktrace(reader, event([frame(context_line="function n(t){return t.sum}")], debug_meta=images()))
    [one] = frames_of(answer)
    assert (one["function"], one["filename"], one["lineno"], one["colno"]) == ("total", "src/total.ts", 2, 10)
    assert (one["pre_context"], one["context_line"], one["post_context"][0]) == (
        ["export function total(cart) {"],
        "  return cart.sum",
        "}",
    )
    assert one["minified"] == {
        "function": "n", "filename": "https://shop.example/app.js", "abs_path": None, "lineno": 1, "colno": 22,
    }  # fmt: skip
    assert (answer["resolved"], answer["minified"], answer["reasons"]) == (1, 0, [])


@pytest.mark.parametrize("file", ["https://shop.example/app.js?v=3", "app:///app.js", "/app.js", "file:///app.js"])
def test_by_release_and_url(reader: Reader, file: str) -> None:
    upload(reader, bundle(debug_id=""), version="shop@1", dist="7")
    answer = stacktrace(reader, event([frame(file)], release="shop@1", dist="7"))
    assert [one["filename"] for one in frames_of(answer)] == ["src/total.ts"]


def test_of_another_url_or_release(reader: Reader) -> None:
    """The same name elsewhere is said, with what to do; a name that only ends alike is another file's."""
    upload(reader, bundle(debug_id=""), version="shop@1")
    [reason] = stacktrace(reader, event([frame("https://shop.example/static/app.js")], release="shop@1"))["reasons"]
    assert (reason["code"], "~/app.js" in reason["text"]) == ("url_mismatch", True)
    assert "~/static/app.js" in reason["hint"]
    for file in ("https://shop.example/p.js", "https://shop.example/static/%pp.js", "https://shop.example/"):
        assert codes(stacktrace(reader, event([frame(file)], release="shop@1"))) == ["no_debug_id"]
    [reason] = stacktrace(reader, event([frame()], release="shop@2"))["reasons"]
    assert (reason["code"], "release shop@1" in reason["text"]) == ("release_mismatch", True)


def files_of(**said: dict[str, Any]) -> dict[str, bytes]:
    return {"manifest.json": manifest({name.replace("_js", ".js"): one for name, one in said.items()})}


INLINED = base64.b64encode(json.dumps(MAP).encode()).decode()


@pytest.mark.parametrize(
    "comment",
    [
        f"//# sourceMappingURL=data:application/json;charset=utf-8;base64,{INLINED}",
        f"//# sourceMappingURL=data:application/json,{quote(json.dumps(MAP))}",
        f"//# sourceMappingURL=old.map\n//@ sourceMappingURL=data:application/json;base64,{INLINED}\n",
    ],
    ids=["base64", "percent", "the last of two"],
)
@pytest.mark.parametrize("debug_id", [DEBUG_ID, ""])
def test_a_map_that_is_inlined(reader: Reader, comment: str, debug_id: str) -> None:
    said = files_of(app_js=entry("minified_source", "~/app.js", debug_id, comment.partition("=")[2]))
    upload(reader, archive({"app.js": f"{MINIFIED}\n{comment}".encode(), **said}), version="shop@1")
    meta = {"debug_meta": images()} if debug_id else {"release": "shop@1"}
    [one] = frames_of(stacktrace(reader, event([frame()], **meta)))
    assert (one["function"], one["filename"], one["lineno"]) == ("total", "src/total.ts", 2)


def test_an_indexed_map(reader: Reader) -> None:
    """As Turbopack and Metro write them: https://tc39.es/ecma426/#sec-index-source-map."""
    sections = [
        {"offset": {"line": 0, "column": 0}, "map": {**MAP, "sources": ["src/first.ts"]}},
        {"offset": {"line": 1, "column": 0}, "map": MAP},
    ]
    upload(reader, bundle(minified=f"{MINIFIED}\n{MINIFIED}", map_={"version": 3, "sections": sections}))
    answer = stacktrace(reader, event([frame(line=1), frame(line=2)], debug_meta=images()))
    assert [one["filename"] for one in frames_of(answer)] == ["src/first.ts", "src/total.ts"]


@pytest.mark.parametrize(
    ("header", "map_url"),
    [
        ("../maps/app.js.map?v=1", "~/maps/app.js.map"),
        ("https://maps.example/maps/app.js.map", "~/maps/app.js.map"),
        ("", "~/js/app.js.map"),
    ],
    ids=["relative", "absolute", "none, beside"],
)
def test_a_map_that_a_header_names(reader: Reader, header: str, map_url: str) -> None:
    said = files_of(app_js=entry("minified_source", "~/js/app.js", "", header), map=entry("source_map", map_url, ""))
    content = archive({"app.js": MINIFIED.encode(), "map": json.dumps(MAP).encode(), **said})
    upload(reader, content, version="shop@1")
    answer = stacktrace(reader, event([frame("https://shop.example/js/app.js")], release="shop@1"))
    assert [one["filename"] for one in frames_of(answer)] == ["src/total.ts"]


def test_a_file_of_another_build(reader: Reader) -> None:
    """The error is where the uploaded file has nothing: said so, instead of a line that it was not."""
    upload(reader, bundle())
    answer = stacktrace(reader, event([frame(line=3), frame(column=99), frame()], debug_meta=images()))
    assert [one.get("problem") for one in frames_of(answer)] == ["wrong_file", "wrong_file", None]
    [reason] = answer["reasons"]
    assert (reason["frames"], "3:22" in reason["text"], "line 1" in reason["text"]) == (2, True, True)


def test_columns_count_as_browsers_count(reader: Reader) -> None:
    """An emoji is two: `n(t)` after it is on the map's column, and inside the line to its end."""
    upload(reader, bundle(minified="/*😀*/", map_={**MAP, "mappings": "AAAA"}))
    ends = stacktrace(reader, event([frame(column=7), frame(column=8)], debug_meta=images()))
    assert [one.get("problem") for one in frames_of(ends)] == [None, "wrong_file"]


def test_a_map_that_is_too_large(reader: Reader) -> None:
    """It costs its own file: the rest of the bundle is of use."""
    said = {
        "app.js": entry("minified_source", "~/app.js", DEBUG_ID),
        "app.js.map": entry("source_map", "~/app.js.map", DEBUG_ID),
        "b.js": entry("minified_source", "~/b.js", "", "b.js.map"),
        "b.js.map": entry("source_map", "~/b.js.map", ""),
    }
    content = {
        "app.js": MINIFIED.encode(), "app.js.map": bytes(FILE_MAX_BYTES + 1),
        "b.js": MINIFIED.encode(), "b.js.map": json.dumps(MAP).encode(), "manifest.json": manifest(said),
    }  # fmt: skip
    assert upload(reader, archive(content), version="shop@1")["state"] == "ok"
    frames = [frame(), frame("https://shop.example/b.js")]
    answer = stacktrace(reader, event(frames, debug_meta=images(), release="shop@1"))
    assert [one.get("problem") for one in frames_of(answer)] == ["map_too_large", None]
    assert "more than 64 MiB" in answer["reasons"][0]["text"]


def test_a_bundle_without_a_map(reader: Reader) -> None:
    said = files_of(app_js=entry("minified_source", "~/app.js", DEBUG_ID))
    upload(reader, archive({"app.js": MINIFIED.encode(), **said}), version="shop@1")
    assert codes(stacktrace(reader, event([frame()], debug_meta=images()))) == ["no_map"]
    assert codes(stacktrace(reader, event([frame()], release="shop@1"))) == ["no_map"]


def test_a_late_map_changes_nothing_that_is_stored(reader: Reader) -> None:
    row = event([frame()], debug_meta=images())
    before = stacktrace(reader, row)
    assert codes(before) == ["no_bundle"]
    assert DEBUG_ID in before["reasons"][0]["text"]
    upload(reader, bundle())
    assert reader.get(f"errors/{row['event_id']}/stacktrace")["resolved"] == 1
    assert reader.get(f"errors/{row['event_id']}")["payload"]["exception"]["values"][0]["stacktrace"]["frames"] == [
        frame()
    ]


def test_no_position(reader: Reader) -> None:
    upload(reader, bundle(minified=f"/* banner */\n{MINIFIED}", map_={**MAP, "mappings": f";{MAP['mappings']}"}))
    frames = [frame(line=1, column=3), frame(column=None), frame(line=2)]
    answer = stacktrace(reader, event(frames, debug_meta=images()))
    assert [one.get("problem") for one in frames_of(answer)] == ["no_position", "no_position", None]
    assert (answer["resolved"], answer["minified"], codes(answer)) == (1, 2, ["no_position"])


@pytest.mark.parametrize(
    "content",
    [
        bundle(map_=b"not json"),
        bundle(map_=b"[" * 100_000),
        bundle(map_={**MAP, "mappings": "!!!!"}),
        bundle(map_={**MAP, "mappings": "A" * 1_000_001}),
        bundle(map_={**MAP, "mappings": "gggggggggggggggggggggggggggggC"}),
        bundle(
            map_={"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "url": "https://other.example/"}]}
        ),
        # Without a process of its own this ends the server: the parser overflows its stack.
        bundle(minified="(" * 100_000 + "1" + ")" * 100_000),
    ],
    ids=["no json", "nested json", "no mappings", "endless mapping", "number out of range", "elsewhere", "nested code"],
)
def test_a_hostile_map_is_a_reason_and_no_more(reader: Reader, content: bytes) -> None:
    upload(reader, content)
    answer = stacktrace(reader, event([frame()], debug_meta=images()))
    assert (answer["resolved"], codes(answer)) == (0, ["unreadable_map"])


@pytest.mark.parametrize("name", ["/etc/passwd", "../../../../../../etc/passwd", "_/../app.js.map", "app.js.map\0.png"])
def test_a_manifest_reaches_nothing_but_its_own_archive(reader: Reader, name: str) -> None:
    """A name that the archive has not is no file; one that it has is read from it, whatever it looks like."""
    said = {"app.js": entry("minified_source", "~/app.js"), name: entry("source_map", "~/app.js.map")}
    upload(reader, archive({"app.js": MINIFIED.encode(), "manifest.json": manifest(said)}))
    row = event([frame()], debug_meta=images())
    assert codes(stacktrace(reader, row)) == ["no_map"]
    if "\0" not in name:  # the archive itself ends a name there
        upload(reader, archive({"app.js": b"", name: json.dumps(MAP).encode(), "manifest.json": manifest(said)}))
        assert reader.get(f"errors/{row['event_id']}/stacktrace")["resolved"] == 1


def test_files_that_have_no_maps_are_not_spoken_of(reader: Reader) -> None:
    """A server's own code, Node's, and the browser's: as they were written, or nobody's."""
    plain = [
        frame("node:internal/process/task_queues", 95, 5),
        frame("/srv/shop/server.js", 40, 12, context_line="  return cart.sum"),
        frame("<anonymous>"),
        frame("chrome-extension://abc/content.js"),
    ]
    answer = stacktrace(reader, event(plain, platform="node"))
    assert (answer["minified"], answer["reasons"]) == (0, [])
    bundled = frame("/srv/shop/bundle.js", 1, 48_221)
    assert codes(stacktrace(reader, event([bundled], platform="node"))) == ["no_debug_id"]


def test_other_platforms_are_left_alone(reader: Reader) -> None:
    upload(reader, bundle())
    row = event([frame()], platform="python", debug_meta=images())
    assert frames_of(stacktrace(reader, row)) == [frame()]


def test_libraries_are_not_the_applications(reader: Reader) -> None:
    upload(reader, bundle(map_={**MAP, "sources": ["../node_modules/left-pad/index.js"]}))
    [one] = frames_of(stacktrace(reader, event([frame()], debug_meta=images())))
    assert (one["filename"], one["in_app"]) == ("node_modules/left-pad/index.js", False)


def test_a_map_of_another_project_is_none(reader: Reader) -> None:
    other = reader.new()
    upload(other, bundle(), version="shop@1")
    answer = stacktrace(reader, event([frame()], debug_meta=images(), release="shop@1"))
    assert codes(answer) == ["no_bundle"]
    row = event([frame()], release="shop@1")
    assert codes(stacktrace(reader, row)) == ["no_debug_id"], "nor is it hinted at"
    assert other.request("GET", f"errors/{row['event_id']}/stacktrace").status_code == 404


def test_odd_events(reader: Reader) -> None:
    """Whatever an SDK may send in these places, the rest is shown."""
    upload(reader, bundle())
    odd: list[dict[str, Any]] = [
        {"lineno": "1", "colno": True, "filename": 7},
        {"abs_path": "http://[", "lineno": 1, "colno": 1},
        {"filename": "https://shop.example/app.js", "lineno": -1, "colno": 2**40},
        frame(),
    ]
    answer = stacktrace(reader, event(odd, debug_meta={"images": [None, *images()["images"]]}, release=3, dist=[]))
    assert answer["resolved"] == 1
    assert stacktrace(reader, event([], exception={"values": [{"stacktrace": None}, 3]}))["resolved"] == 0
    assert stacktrace(reader, event([], debug_meta=7, exception=None))["exceptions"] == []


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("webpack://shop/./src/a.ts?1f2e", "src/a.ts"),
        ("webpack:///src/a.ts", "src/a.ts"),
        ("../../src/a.ts", "src/a.ts"),
        ("/srv/shop/src/a.ts", "/srv/shop/src/a.ts"),
        ("src/a.ts", "src/a.ts"),
        ("./", "./"),
    ],
)
def test_readable_names(source: str, shown: str) -> None:
    assert readable(source) == shown


@given(st.text())
def test_any_name_has_urls(file: str) -> None:
    assert urls_of(file)
    assert readable(file) or not file
