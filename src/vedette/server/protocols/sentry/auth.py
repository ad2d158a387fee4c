"""Who sends: find the ingest key wherever SDKs put it, and hold it against the project in the URL.

Sources, in the order tried: path, `X-Sentry-Auth`, `Authorization: Sentry …` or Basic, query string, the envelope's
`dsn` header. Format: https://develop.sentry.dev/sdk/overview/#authentication.
"""

import base64
import binascii
import re
from functools import lru_cache
from urllib.parse import urlsplit

from vedette.server.http.errors import BadRequest, Forbidden, Unauthorized
from vedette.server.http.ingest import IngestRequest
from vedette.server.http.keys import IngestKey

PAIR = re.compile(r"(\w+)\s*=\s*([^,\s]+)")
NEWEST_VERSION = 8.0
HINT = "use the DSN from the project's settings page"


def authenticate(request: IngestRequest, project_id: int | None, *, dsn: object = None) -> IngestKey:
    """The key's record. `project_id` None means the key alone decides (the legacy `/api/store/`).

    Raises:
        Unauthorized: no key, or none that reads.
        Forbidden: an unknown key, or one of another project.
        BadRequest: a protocol version newer than any known one.
    """
    key, version = _find(request, dsn)
    if not key:
        request.ingest.outcomes.unauthorized("sentry", "no_key")
        raise Unauthorized("missing authorization information", hint=HINT)
    if version > NEWEST_VERSION:
        raise BadRequest(f"unsupported protocol version {version:g}", hint="versions up to 8 are understood")
    found = request.ingest.keys.find(key)
    if found is None or (project_id is not None and found.project_id != project_id):
        request.ingest.outcomes.unauthorized("sentry", "unknown_key")
        raise Forbidden("event submission rejected with_reason: ProjectId", hint=HINT)
    return found


def _find(request: IngestRequest, dsn: object) -> tuple[str, float]:
    if key := str(request.path_params.get("key", "")):
        return key, 0.0
    headers = request.headers
    for name in ("x-sentry-auth", "authorization"):
        if (value := headers.get(name)) and (found := parse_auth(value))[0]:
            return found
    if key := request.query.get("sentry_key", ""):
        return key, _version(request.query.get("sentry_version", ""))
    for candidate in (dsn, request.query.get("dsn")):
        if isinstance(candidate, str) and (key := _dsn_key(candidate)):
            return key, 0.0
    return "", 0.0


@lru_cache(maxsize=4096)
def parse_auth(value: str) -> tuple[str, float]:
    """Key and protocol version in a `Sentry sentry_key=…, sentry_version=7` or `Basic …` header; ("", 0) if none."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[0], 0.0
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return "", 0.0
    if scheme.lower() != "sentry" and "sentry_key" not in value:
        return "", 0.0
    pairs = dict(PAIR.findall(value))
    return pairs.get("sentry_key", ""), _version(pairs.get("sentry_version", ""))


def _version(text: str) -> float:
    try:
        return float(text) if text else 0.0
    except ValueError:
        return 0.0


def _dsn_key(dsn: str) -> str:
    try:
        return urlsplit(dsn).username or ""
    except ValueError:
        return ""
