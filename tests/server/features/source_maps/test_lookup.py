"""What is remembered of maps, and for how long."""

from pathlib import Path

import pytest

from tests.server.features.source_maps.bundles import bundle
from vedette.server.features.source_maps.lookup import FAILED_SECONDS, Lookup, MapFile, Unreadable

FIRST, SECOND = (1, 22), (1, 10)


def map_file(folder: Path, content: bytes) -> MapFile:
    path = folder / "a.bundle"
    path.write_bytes(content)
    return MapFile(path, "digest", "_/_/app.js.map", "_/_/app.js")


def test_what_was_read_needs_no_file_again(tmp_path: Path) -> None:
    lookup, file = Lookup(), map_file(tmp_path, bundle())
    [first] = lookup.positions(file, [FIRST])
    assert first is not None and (first["function"], first["line"]) == ("total", 2)
    assert lookup.positions(file, [SECOND, FIRST, FIRST]) == [*lookup.positions(file, [SECOND]), first, first]
    file.bundle.unlink()
    assert lookup.positions(file, [FIRST]) == [first]
    with pytest.raises(Unreadable, match="its file is gone"):
        lookup.positions(file, [FIRST, (1, 15)])


def test_a_map_that_does_not_read_is_left_alone_for_a_while(tmp_path: Path) -> None:
    time = 1000.0
    lookup, file = Lookup(clock=lambda: time), map_file(tmp_path, bundle(map_=b"broken"))
    with pytest.raises(Unreadable, match="json"):
        lookup.positions(file, [FIRST])
    map_file(tmp_path, bundle())
    with pytest.raises(Unreadable, match="json"):
        lookup.positions(file, [FIRST])
    time += FAILED_SECONDS + 1
    assert lookup.positions(file, [FIRST])[0] is not None


def test_a_parser_that_dies_says_so(tmp_path: Path) -> None:
    deep = "(" * 50_000 + "1" + ")" * 50_000
    with pytest.raises(Unreadable, match="ended the parser"):
        Lookup().positions(map_file(tmp_path, bundle(minified=deep)), [FIRST])
