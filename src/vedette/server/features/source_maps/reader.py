"""Read positions out of one source map, in a process of its own.

A hostile bundle can take this process, and nothing else: the parser (symbolic, in Rust) overflows its stack on code
that nests 20,000 deep, which kills whoever called it. Run as a script, so that it starts in 0.1 s: standard input has
`{"bundle", "map", "source", "positions": [[line, column]]}`, standard output an answer a position, or null; or
`{"error", "text"}`. A map that is its source's own name is the one that is inlined in it.
"""

import base64
import json
import re
import resource
import sys
import urllib.parse
import zipfile

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 10
FILE_MAX_BYTES = 64 * 1024**2
CONTEXT_LINES = 5
LINE_LENGTH = 400
LINE_ENDS = re.compile("\r\n|[\n\r\u2028\u2029]")  # what ends a line of JavaScript
INLINED = re.compile(rb"//[#@]\s*sourceMappingURL=data:([^,\s]{0,200}),(\S+)")


class Refused(Exception):
    """Why there is no map to be had: a code of docs/releases.md and a sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def main() -> None:
    """Answer one request."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        json.dump(answers(json.load(sys.stdin)), sys.stdout)
    except Refused as error:
        json.dump({"error": error.code, "text": str(error)}, sys.stdout)


def answers(asked: "dict[str, object]") -> "list[dict[str, object] | None]":
    """What each position was in the source; null where the map has nothing. Raises Refused."""
    from symbolic.sourcemapcache import SourceMapCache  # noqa: PLC0415 - within the limits

    with zipfile.ZipFile(str(asked["bundle"])) as archive:
        source = _read(archive, str(asked["source"])) if asked["source"] else b""
        content = _inlined(source) if asked["map"] == asked["source"] else _read(archive, str(asked["map"]))
    cache = SourceMapCache.from_bytes(source, content)
    lines = LINE_ENDS.split(source.decode("utf-8", "replace")) if source else []
    positions: list[tuple[int, int]] = asked["positions"]  # type: ignore[assignment]
    return [_outside(lines, line, column) or _answer(cache, line, column) for line, column in positions]


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        content = file.read(FILE_MAX_BYTES + 1)
    if len(content) > FILE_MAX_BYTES:
        raise Refused("map_too_large", f"{name} has more than {FILE_MAX_BYTES >> 20} MiB")
    return content


def _inlined(source: bytes) -> bytes:
    """The map in the last `sourceMappingURL=data:…` of a file. Raises Refused."""
    found = None
    for found in INLINED.finditer(source):  # noqa: B007 - the last one counts
        pass
    if found is None:
        raise Refused("no_map", "it has no map inlined")
    content = urllib.parse.unquote_to_bytes(found[2])
    return base64.b64decode(content) if found[1].lower().endswith(b";base64") else content


def _outside(lines: "list[str]", line: int, column: int) -> "dict[str, object] | None":
    """What tells that an error's position is not of the file that was uploaded. Columns count UTF-16 units."""
    if not lines:
        return None
    if line > len(lines):
        return {"outside": f"it ends with line {len(lines)}"}
    length = len(lines[line - 1].encode("utf-16-le", "surrogatepass")) // 2
    return {"outside": f"its line {line} has {length} characters"} if column > length + 1 else None


def _answer(cache: object, line: int, column: int) -> "dict[str, object] | None":
    found = cache.lookup(line, column, CONTEXT_LINES)  # type: ignore[attr-defined]
    if found is None or not found.src:
        return None
    return {
        "file": found.src,
        "line": found.line,
        "column": found.col,
        "function": found.function_name or "",
        "name": found.name or "",
        "context_line": None if found.context_line is None else _line(found.context_line),
        "pre_context": [_line(text) for text in found.pre_context],
        "post_context": [_line(text) for text in found.post_context],
    }


def _line(text: str) -> str:
    return text.rstrip("\r\n")[:LINE_LENGTH]


if __name__ == "__main__":
    main()
