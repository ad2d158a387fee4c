"""Read positions out of one source map, in a process of its own.

A hostile bundle can take this process, and nothing else: the parser (symbolic, in Rust) overflows its stack on code
that nests 20,000 deep, which kills whoever called it. Run as a script, so that it starts in 0.1 s: standard input has
`{"bundle", "map", "source", "positions": [[line, column]]}`, standard output an answer a position, or null.
"""

import json
import resource
import sys
import zipfile

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 10
FILE_MAX_BYTES = 64 * 1024**2
CONTEXT_LINES = 5
LINE_LENGTH = 400


def main() -> None:
    """Answer one request."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from symbolic.sourcemapcache import SourceMapCache  # noqa: PLC0415 - within the limits

    asked = json.load(sys.stdin)
    with zipfile.ZipFile(asked["bundle"]) as archive:
        source = _read(archive, asked["source"]) if asked["source"] else b""
        cache = SourceMapCache.from_bytes(source, _read(archive, asked["map"]))
    json.dump([_answer(cache, line, column) for line, column in asked["positions"]], sys.stdout)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        content = file.read(FILE_MAX_BYTES + 1)
    if len(content) > FILE_MAX_BYTES:
        raise ValueError(f"{name} has more than {FILE_MAX_BYTES} bytes")
    return content


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
