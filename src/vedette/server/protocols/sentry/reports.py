"""Reports that browsers and crash handlers send by themselves, turned into error events.

CSP and friends: https://www.w3.org/TR/CSP3/#reporting, https://www.w3.org/TR/reporting-1/; network errors:
https://www.w3.org/TR/network-error-logging/; minidumps: https://develop.sentry.dev/sdk/…/minidumps/ (multipart).
"""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from vedette.server.http.errors import BadRequest
from vedette.server.protocols.sentry.shapes import BadItem, load_json, mapping, text

MAX_REPORTS = 100
MINIDUMP_MAGIC = b"MDMP"
DASH_UPPER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def security_events(body: bytes) -> Iterator[dict[str, Any]]:
    """CSP, Expect-CT, HPKP and network-error reports, single or in a list, as events. Raises BadItem."""
    report = load_json(body)
    reports = report if isinstance(report, list) else [report]
    if not reports or len(reports) > MAX_REPORTS or not all(isinstance(entry, dict) for entry in reports):
        raise BadItem("invalid_shape", f"expected a report or a list of up to {MAX_REPORTS}")
    for entry in reports:
        yield _event_of(entry)


def _event_of(report: dict[str, Any]) -> dict[str, Any]:
    if isinstance(report.get("csp-report"), dict):
        return _csp(report["csp-report"], report)
    for name in ("expect-ct-report", "expect-staple-report", "known-pins"):
        if name in report:
            details = mapping(report[name]) or report
            host, kind = text(details.get("hostname")), name.removesuffix("-report")
            return _event(kind, f"{kind} failed for '{host}'", host, report)
    kind, body = text(report.get("type")), mapping(report.get("body"))
    if kind == "csp-violation":
        return _csp({DASH_UPPER.sub("-", key).lower(): value for key, value in body.items()}, report)
    if not kind or not body:
        raise BadItem("unknown_report", "neither a CSP, Expect-CT, HPKP nor Reporting-API report")
    url = text(report.get("url"))
    return _event(kind, f"{text(body.get('type')) or kind} at {_origin(url)}", url, report)


def _csp(details: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    directive = text(details.get("effective-directive") or details.get("violated-directive")).split(" ", 1)[0]
    blocked = text(details.get("blocked-uri") or details.get("blocked-url")) or "self"
    page = text(details.get("document-uri") or details.get("document-url"))
    return _event("csp", f"Blocked '{directive}' from '{_origin(blocked)}'", page, report)


def _origin(url: str) -> str:
    """Scheme and host of a URL, so that a page's path does not make it another violation; keywords as they are."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url[:200]
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else url[:200]


def _event(kind: str, message: str, url: str, report: dict[str, Any]) -> dict[str, Any]:
    return {
        "platform": "other",
        "level": "warning",
        "logger": kind,
        "logentry": {"formatted": message},
        "fingerprint": [kind, message],
        "request": {"url": url},
        "extra": {"report": report},
    }


def multipart(body: bytes, content_type: str) -> dict[str, tuple[str, str, bytes]]:
    """Fields of a `multipart/form-data` body: name → (filename, content type, content). Raises BadRequest."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise BadRequest("multipart body without a boundary")
    fields: dict[str, tuple[str, str, bytes]] = {}
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(), MAX_REPORTS + 2)[1:]
    if len(parts) > MAX_REPORTS + 1:
        raise BadRequest(f"more than {MAX_REPORTS} parts")
    for part in parts:
        head, separator, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not separator or part.startswith(b"--"):
            continue
        lines = Message()
        for line in head.decode("utf-8", "replace").split("\r\n"):
            key, _, value = line.partition(":")
            lines[key.strip()] = value.strip()
        name = lines.get_param("name", header="content-disposition")
        if isinstance(name, str):
            fields[name] = (lines.get_filename() or "", lines.get_content_type(), content)
    return fields


def minidump_event(fields: dict[str, tuple[str, str, bytes]]) -> dict[str, Any]:
    """The event around a minidump: what the `sentry` field says, with the crash as its exception."""
    event: dict[str, Any] = {}
    if "sentry" in fields:
        loaded = load_json(fields["sentry"][2])
        event = loaded if isinstance(loaded, dict) else {}
    exception = {"type": "Minidump", "value": "Native crash", "mechanism": {"type": "minidump", "handled": False}}
    return {"platform": "native", "level": "fatal", **event, "exception": {"values": [exception]}}
