"""`exception.stacktrace` as text → frames, for the languages whose OpenTelemetry SDKs record exceptions.

Each line pattern is the runtime's own format; a trace that fits none gives no frames, and its text is kept as sent.
"""

import re
from dataclasses import dataclass

MAX_FRAMES = 250


@dataclass(frozen=True, slots=True)
class Frame:
    """One call; `in_app` is a guess from where its code lives."""

    module: str
    function: str
    filename: str
    lineno: int
    in_app: bool


LIBRARY_PATHS = re.compile(
    r"site-packages|dist-packages|/lib/python\d|<frozen |node_modules|^node:|/usr/(?:local/)?(?:lib|go)/|/go/pkg/mod/"
    r"|/vendor/|/gems/|/ruby/\d|^internal/|webpack/bootstrap|\(native\)"
)
LIBRARY_MODULES = re.compile(
    r"(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|jakarta"
    r"|org\.(?:springframework|apache|eclipse|hibernate)|io\.(?:netty|opentelemetry|grpc)|reactor"
    r"|System|Microsoft|Newtonsoft|runtime|net/http|testing)(?:[./]|$)"
)

PYTHON = re.compile(r'^\s*File "(?P<filename>.+?)", line (?P<lineno>\d+), in (?P<function>.+)$')
JAVA = re.compile(
    r"^\s*at (?:[\w.$-]+/)*(?P<module>[\w.$]+)\.(?P<function>[\w$<>]+)\((?P<filename>[^():]+)(?::(?P<lineno>\d+))?\)"
)
JAVASCRIPT = re.compile(
    r"^\s*at (?:async )?(?:(?P<function>[^()\n]+?) \()?(?P<filename>[^()\n]+?):(?P<lineno>\d+):\d+\)?$"
)
DOTNET = re.compile(
    r"^\s*at (?P<module>[\w.`<>+]+)\.(?P<function>[\w`<>|.\[\],]+)\(.*?\)"
    r"(?: in (?P<filename>.+?):line (?P<lineno>\d+))?$"
)
RUBY = re.compile(r"^\s*(?:from )?(?P<filename>[^:\n]+\.rb):(?P<lineno>\d+):in [`'](?P<function>.+)'")
PHP = re.compile(r"^#\d+ (?P<filename>[^\n(]+)\((?P<lineno>\d+)\): (?P<function>[^\n(]+)\(")
GO_CALL = re.compile(r"^(?P<module>[\w./-]+?)\.(?P<function>[\w.()*\[\]{}-]+)\(.*\)$")
GO_PLACE = re.compile(r"^\t(?P<filename>[^\s:]+):(?P<lineno>\d+)")

# (pattern, whether the innermost call comes first); the first that matches two lines, or one of one, wins.
LANGUAGES: tuple[tuple[str, re.Pattern[str], bool], ...] = (
    ("python", PYTHON, False),
    ("java", JAVA, True),
    ("javascript", JAVASCRIPT, True),
    ("csharp", DOTNET, True),
    ("ruby", RUBY, True),
    ("php", PHP, True),
)


def parse(text: str) -> tuple[str, list[Frame]]:
    """(platform, frames of the exception that was raised, outermost call first); ("other", []) when unreadable."""
    if "\ngoroutine " in text or text.startswith("goroutine "):
        return "go", _go(text)
    best: tuple[str, list[Frame]] = ("other", [])
    lines = _own_lines(text)
    for platform, pattern, innermost_first in LANGUAGES:
        frames = [_frame(match) for line in lines if (match := pattern.match(line))]
        if len(frames) > len(best[1]):
            best = platform, frames[::-1] if innermost_first else frames
    return best[0], best[1][-MAX_FRAMES:]


def _own_lines(text: str) -> list[str]:
    """Lines of the exception itself: the last of Python's chained ones, and Java's before its first cause."""
    for separator in (
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    ):
        text = text.rpartition(separator)[2]
    return text.partition("\nCaused by: ")[0].splitlines()


def _frame(match: re.Match[str]) -> Frame:
    parts = match.groupdict()
    filename, module = parts.get("filename") or "", parts.get("module") or ""
    library = LIBRARY_PATHS.search(filename) or (module and LIBRARY_MODULES.match(module))
    return Frame(
        module=module or _module_of(filename),
        function=(parts.get("function") or "<anonymous>").strip(),
        filename=filename,
        lineno=int(parts.get("lineno") or 0),
        in_app=not library,
    )


def _module_of(filename: str) -> str:
    """The last two parts of a path without its ending: stable across machines, unlike the whole path."""
    return re.sub(r"\.\w+$", "", "/".join(re.split(r"[/\\]", filename)[-2:])).replace("/", ".")


def _go(text: str) -> list[Frame]:
    frames: list[Frame] = []
    call: re.Match[str] | None = None
    for line in text.splitlines():
        place = GO_PLACE.match(line)
        if place and call:
            module = call["module"]
            library = LIBRARY_MODULES.match(module) or LIBRARY_PATHS.search(place["filename"])
            frames.append(Frame(module, call["function"], place["filename"], int(place["lineno"]), not library))
            call = None
        else:
            call = GO_CALL.match(line)
    return frames[:MAX_FRAMES][::-1]
