"""A frame of a stack trace → what it is called and whether it counts. Pure; what was seen before is remembered."""

import re
from typing import Any, NamedTuple

from vedette.server.grouping.languages import LANGUAGES, NATIVE, OTHER, Language

NAME_CHARACTERS = 300
PATH_PARTS = 2  # `users/route.ts` and `orders/route.ts` differ; where the application is installed does not count

SCHEME = re.compile(r"^[A-Za-z][\w+.-]{1,30}:(?://[^/?#]*)?(?=/|\.|\w)")
DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
QUERY = re.compile(r"[?#].*$")
CONTENT_HASH = re.compile(
    r"(?:^|(?<=.))[._-](?=[a-f]*\d)[0-9a-f]{6,}(?=[.-]|$)"  # main.8f3a2b1c.js
    r"|-(?=[A-Za-z_-]*\d|[\w-]+[A-Z])[\w-]{8}(?=\.m?js$)"  # index-B7x_9aKq.js
    r"|(?<=[._-])\d{4,}(?=[._-]|$)"
)
CHUNK = re.compile(r"^(?:\d+|(?=[a-f]*\d)[0-9a-f]{6,})(?=\.)")
VARIABLE_FOLDER = re.compile(
    r"^v?\d[\w.+-]*$|^(?=[a-f-]*\d)[0-9a-f-]{6,}$|^(?:releases?|builds?|current|tmp|\.+|~|_next)$"
)
MINIFIED_FILE = re.compile(
    r"[.-]min\.m?js|\.bundle\.js|\.jsbundle|[.-](?=[a-f]*\d)[0-9a-f]{6,}\.|\.chunk\.|/chunks?/|/assets/"
)
SCRIPT = re.compile(r"\.(?:m?jsx?|c?js|tsx?|vue|svelte|jsbundle|mjs|bundle|wasm)$", re.IGNORECASE)
ANGLES, PARENTHESES = re.compile(r"<[^<>]*>"), re.compile(r"\([^()]*\)")


class Step(NamedTuple):
    """What a frame comes to. `counts`: `app`, `library`, or why not: `noise`, `nameless`."""

    key: str
    counts: str
    named: bool


class Frame(NamedTuple):
    """The fields of a frame that grouping looks at, as text."""

    language: str
    in_app: bool | None
    module: str
    function: str
    path: str
    package: str


def text(value: Any) -> str:
    """A name as text of bounded length; numbers as they are written, anything else is none."""
    if isinstance(value, str):
        return value[:NAME_CHARACTERS]
    return str(value)[:NAME_CHARACTERS] if type(value) in (int, float) else ""


def read_frame(frame: dict[str, Any], platform: str) -> tuple[Frame, Step]:
    """The frame as grouping sees it, what it is called, and whether it counts."""
    get = frame.get
    path = get("filename") or get("abs_path")
    raw = (get("platform") or platform, get("in_app"), get("module"), get("function"), path, get("package"))
    try:
        known = _remembered.get(raw)
    except TypeError:  # a list or an object where a name should be
        known = None
    return known or _read(raw)


_remembered: dict[tuple[Any, ...], tuple[Frame, Step]] = {}
MOST_REMEMBERED = 16384  # of 1.5 KiB at most


def _read(raw: tuple[Any, ...]) -> tuple[Frame, Step]:
    language, in_app, *names = raw
    module, function, path, package = map(text, names)
    frame = Frame(text(language), in_app if isinstance(in_app, bool) else None, module, function, path, package)
    found = frame, _step(frame)
    # What is equal but of another type (1, True, 1.0) or was cut may not stand for the other.
    if all(name is None or (type(name) is str and len(name) <= NAME_CHARACTERS) for name in (language, *names)):
        if len(_remembered) >= MOST_REMEMBERED:  # frames are client input: bound the memory
            _remembered.clear()
        if in_app is None or type(in_app) is bool:
            _remembered[raw] = found
    return found


def _step(frame: Frame) -> Step:
    language = LANGUAGES.get(frame.language) or _guess(frame)
    if language.noise_functions.search(frame.function):
        return Step("", "noise", False)
    place = _place(frame, language)
    function = _function(frame, language)
    key = f"{place} {function}".strip()
    counts = _counts(frame, language)
    if counts == "noise" or not key:
        return Step(key, "noise" if key else "nameless", False)
    return Step(key, counts, bool(function))


def _guess(frame: Frame) -> Language:
    """Of a platform nobody knows, a file may say which language it is."""
    path = QUERY.sub("", frame.path)
    if SCRIPT.search(path):
        return LANGUAGES["javascript"]
    ending = path.rpartition(".")[2]
    return LANGUAGES.get({"py": "python", "rb": "ruby", "kt": "java"}.get(ending, ending), OTHER)


def _counts(frame: Frame, language: Language) -> str:
    places = (frame.module, frame.path, frame.package)
    if any(place and language.noise_places.search(place) for place in places):
        return "noise"
    if any(place and language.vendored_places.search(place) for place in places):
        return "library"
    if frame.in_app is not None:
        return "app" if frame.in_app else "library"
    return "library" if any(place and language.library_places.search(place) for place in places) else "app"


def _function(frame: Frame, language: Language) -> str:
    function = frame.function.strip()
    for pattern, replacement in language.functions:
        function = pattern.sub(replacement, function)
    if language is NATIVE:
        function = _without_arguments(function)
    if language.minified and _is_minified(function, frame.path):
        return ""
    return function


def _is_minified(function: str, path: str) -> bool:
    """A name of the minifier's: the next build gives it to another function."""
    return len(function) == 1 or (len(function) <= 3 and MINIFIED_FILE.search(path) is not None)


def _without_arguments(function: str) -> str:
    """`void shop::Cart<int>::add(Item const&) const` → `shop::Cart::add`. Objective-C's `-[Cart add:]` stays."""
    if function[:2] in ("-[", "+["):
        return function
    for brackets in (PARENTHESES, ANGLES):
        for _ in range(8):  # nested no deeper than people read
            function, found = brackets.subn("", function)
            if not found:
                break
    return function.removesuffix(" const").rstrip().rpartition(" ")[2].removeprefix("::")


def _place(frame: Frame, language: Language) -> str:
    if language is NATIVE:  # the same function is in the same binary, wherever that is installed
        return re.split(r"[\\/]", frame.package)[-1].lower() if not frame.function else ""
    module = frame.module
    for pattern, replacement in language.modules:
        module = pattern.sub(replacement, module)
    return module or file_name(frame.path, page_is_no_file=language.minified)


def file_name(path: str, *, page_is_no_file: bool = False) -> str:
    """The last parts of a path in lower case, without content hashes, versions and what it is served from."""
    if path[:1] in ("<", "[", "("):
        return ""
    is_url = not DRIVE.match(path) and SCHEME.match(path)
    bare = QUERY.sub("", SCHEME.sub("", path) if is_url else path).replace("\\", "/")
    *folders, name = [part for part in bare.split("/") if part] or [""]
    if page_is_no_file and is_url and not SCRIPT.search(name):
        return ""  # a script inside a page: its address is data
    name = CHUNK.sub("", CONTENT_HASH.sub("", name)).lower()
    kept = [folder.lower() for folder in folders[1 - PATH_PARTS :] if not VARIABLE_FOLDER.match(folder)]
    return "/".join([*kept, name])
