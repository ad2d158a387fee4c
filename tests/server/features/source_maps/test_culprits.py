"""Where lists say that an error happened, before and after the map of its build came."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.server.features.source_maps.bundles import MAP, bundle, event, frame, images, sha1, upload
from tests.server.reading import Reader, ago

MINIFIED = "https://shop.example/app.js in n"
READABLE = "src/total.ts in total"


def error(number: int, frames: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A row of `errors`, each of an issue of its own, as it was stored before its map came."""
    payload = event(frames or [frame()], debug_meta=images(), number=number)
    return {
        **payload, "fingerprint": f"{number:032x}", "platform": "javascript", "title": "TypeError", "type": "TypeError",
        "level": "error", "culprit": MINIFIED, "release": "shop@1", "time": ago(60 + number), **more,
    }  # fmt: skip


def culprits(reader: Reader) -> list[str]:
    return [row["culprit"] for row in reader.get("issues")["items"]]


def until(wanted: Any, ask: Callable[[], Any]) -> None:
    """A list does not wait long for a map: what is read meanwhile is there when it is asked for again."""
    deadline = time.monotonic() + 30
    while (found := ask()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found == wanted


def test_in_the_list_on_the_issue_and_on_the_release(reader: Reader) -> None:
    row = error(1)
    reader.insert("errors", [row])
    assert culprits(reader) == [MINIFIED]
    content = bundle()
    upload(reader, content)
    until([READABLE], lambda: culprits(reader))
    for _ in range(2):  # read, and remembered
        assert culprits(reader) == [READABLE]
        assert reader.get(f"issues/{row['fingerprint']}")["culprit"] == READABLE
        [issue] = reader.get("releases/shop@1")["issues"]
        assert issue["culprit"] == READABLE
    reader.request("DELETE", f"source-maps/{sha1(content)}")
    assert culprits(reader) == [MINIFIED], "and forgotten with its map"


def test_another_projects_map_is_not_used(reader: Reader) -> None:
    upload(reader.new(), bundle())
    upload(reader, bundle(debug_id="5c0d17f7-5669-50c3-a5bf-000000000001"))
    reader.insert("errors", [error(1)])
    assert culprits(reader) == [MINIFIED]


def test_only_what_is_minified_javascript(reader: Reader) -> None:
    upload(reader, bundle())
    reader.insert("errors", [
        error(1, platform="python"),
        error(2, transaction="/cart", culprit="/cart"),
        error(3, culprit=""),
        error(4, [frame(), frame("https://cdn.example/other.js")]),
        error(5, payload="[1]"),
        error(6, [frame(), frame("https://cdn.example/other.js", in_app=False)]),
        error(7, [frame(column=None)]),
    ])  # fmt: skip
    until([MINIFIED, "/cart", "", MINIFIED, MINIFIED, READABLE, MINIFIED], lambda: culprits(reader))


def test_a_library_is_not_the_culprit(reader: Reader) -> None:
    """What the map says is of node_modules counts no more than it does in the stack trace."""
    upload(reader, bundle(map_={**MAP, "sources": ["src/shop.ts"]}))
    left_pad = "5c0d17f7-5669-50c3-a5bf-000000000001"
    upload(reader, bundle(map_={**MAP, "sources": ["node_modules/left-pad/index.js"]}, debug_id=left_pad))
    vendor = "https://shop.example/vendor.js"
    meta = {"images": [*images()["images"], *images(vendor, left_pad)["images"]]}
    row = error(1)
    row["payload"] = json.dumps({**json.loads(event([frame(), frame(vendor)])["payload"]), "debug_meta": meta})
    reader.insert("errors", [row])
    until(["src/shop.ts in total"], lambda: culprits(reader))


def test_a_map_that_does_not_read_costs_nothing_but_its_name(reader: Reader) -> None:
    upload(reader, bundle(map_=b"not json"))
    reader.insert("errors", [error(1), error(2)])
    assert culprits(reader) == [MINIFIED, MINIFIED]


def test_a_page_reads_each_map_once(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.server.features.source_maps import lookup

    read, ask = [], lookup._ask_reader
    monkeypatch.setattr(lookup, "_ask_reader", lambda file, positions: read.append(file) or ask(file, positions))
    upload(reader, bundle())
    reader.insert("errors", [error(number, [frame(column=number % 40 + 1)]) for number in range(60)])
    until({READABLE}, lambda: {row["culprit"] for row in reader.get("issues", limit=60)["items"]})
    assert len(read) == 1
