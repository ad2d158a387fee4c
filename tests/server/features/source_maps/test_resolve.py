"""Stack traces through maps: what becomes readable, and what is said of the rest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.features.source_maps.bundles import (
    DEBUG_ID,
    MAP,
    bundle,
    event,
    frame,
    images,
    stacktrace,
    upload,
)
from tests.server.reading import Reader
from vedette.server.features.source_maps.catalog import urls_of
from vedette.server.features.source_maps.resolve import readable


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
    upload(reader, bundle())
    answer = stacktrace(reader, event([frame(line=9), frame(column=None), frame()], debug_meta=images()))
    assert [one.get("problem") for one in frames_of(answer)] == ["no_position", "no_position", None]
    assert (answer["resolved"], answer["minified"], codes(answer)) == (1, 2, ["no_position"])


@pytest.mark.parametrize(
    "content",
    [
        bundle(map_=b"not json"),
        bundle(map_=b"[" * 100_000),
        bundle(map_={**MAP, "mappings": "!!!!"}),
        # Without a process of its own this ends the server: the parser overflows its stack.
        bundle(minified="(" * 100_000 + "1" + ")" * 100_000),
    ],
    ids=["no json", "nested json", "no mappings", "nested code"],
)
def test_a_hostile_map_is_a_reason_and_no_more(reader: Reader, content: bytes) -> None:
    upload(reader, content)
    answer = stacktrace(reader, event([frame()], debug_meta=images()))
    assert (answer["resolved"], codes(answer)) == (0, ["unreadable_map"])


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
