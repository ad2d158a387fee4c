"""What varies in an address and does not matter: ids in its path. Statements are made patterns by `calls.sql`."""

import re

# A segment that is a number, a UUID or another long run of hexadecimal digits, or that holds four digits or more.
_ID = re.compile(r"\d+|(?=[^/]*\d)[0-9a-fA-F-]{12,}|[^/]*\d{4,}[^/]*")
_ADDRESS = re.compile(r"(?P<method>[A-Z]+) (?:(?P<scheme>[a-zA-Z][\w+.-]*)://)?(?P<rest>\S*)", re.DOTALL)


def plain_path(text: str) -> str:
    """`/users/123/posts` → `/users/*/posts`; text without slashes stays as it is."""
    if "/" not in text:
        return text
    return "/".join("*" if _ID.fullmatch(segment) else segment for segment in text.split("/"))


def address(call: str) -> str:
    """`GET https://me:secret@api.example.com/users/123` without what logs in, to show."""
    match = _ADDRESS.fullmatch(call)
    if match is None:
        return call
    host, slash, path = match["rest"].partition("/")
    scheme = f"{match['scheme']}://" if match["scheme"] else ""
    return f"{match['method']} {scheme}{host.rpartition('@')[2]}{slash}{path}"


def address_pattern(call: str) -> str:
    """`GET https://api.example.com/users/123` → `GET https://api.example.com/users/*`."""
    method, space, rest = address(call).partition(" ")
    scheme, mark, place = rest.partition("://") if "://" in rest else ("", "", rest)
    host, slash, path = place.partition("/")
    return f"{method}{space}{scheme}{mark}{host.lower()}{slash}{plain_path(path) if '/' in path else _segment(path)}"


def _segment(text: str) -> str:
    return "*" if _ID.fullmatch(text) else text
