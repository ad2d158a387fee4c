"""Feature flags: every question SDKs ask about them, answered with "there are none".

Shapes: PostHog `rust/feature-flags/src/api/types.rs`; posthog-python `types.py` takes the v2 shape for `v=4` too.
"""

import hashlib
import time
import uuid
from typing import Any

import orjson

from vedette.server.http.errors import NotFound, Unauthorized
from vedette.server.http.ingest import IngestRequest, Response
from vedette.server.protocols.posthog.body import read_value
from vedette.server.protocols.posthog.capture import find_key
from vedette.server.protocols.posthog.remote_config import remote_config

MAX_BYTES = 2 * 1024 * 1024
DEFINITIONS = orjson.dumps({"flags": [], "group_type_mapping": {}, "cohorts": {}})
DEFINITIONS_ETAG = f'"{hashlib.sha256(DEFINITIONS).hexdigest()[:32]}"'


async def flags(request: IngestRequest) -> Response:
    """`/flags/?v=2|4`: evaluated flags with their reasons; with `config=true` the remote config beside them."""
    token = await _token(request)
    if request.query.get("v", "1") in ("1", ""):
        answer: dict[str, Any] = {"featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False}
    else:
        answer = {
            "flags": {},
            "errorsWhileComputingFlags": False,
            "requestId": str(uuid.uuid4()),
            "evaluatedAt": int(time.time() * 1000),
        }
    if request.query.get("config") == "true":
        answer = {**remote_config(token), **answer}
    return Response(200, orjson.dumps(answer))


async def decide(request: IngestRequest) -> Response:
    """`/decide/?v=1..4`, the older name: configuration and flags in one answer."""
    token = await _token(request)
    version = request.query.get("v", "1")
    answer = {**remote_config(token), "config": {"enable_collect_everything": True}}
    if version in ("1", ""):
        answer["featureFlags"] = []
    elif version in ("2", "3"):
        answer |= {"featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False}
    else:
        answer |= {"flags": {}, "errorsWhileComputingFlags": False, "requestId": str(uuid.uuid4())}
    return Response(200, orjson.dumps(answer))


async def definitions(request: IngestRequest) -> Response:
    """Flag definitions for evaluation in the application; 304 when the client has them."""
    find_key(request.ingest, [token for token in (request.query.get("token"), _bearer(request)) if token])
    headers = [("etag", DEFINITIONS_ETAG), ("cache-control", "private, must-revalidate")]
    if DEFINITIONS_ETAG in request.headers.get("if-none-match", ""):
        return Response(304, headers=headers)
    return Response(200, DEFINITIONS, headers=headers)


async def flag_payload(request: IngestRequest) -> Response:
    """`…/feature_flags/{key}/remote_config`: the payload of a flag that is not there."""
    find_key(request.ingest, [token for token in (request.query.get("token"), _bearer(request)) if token])
    raise NotFound(f"no feature flag {str(request.path_params['key'])!r}", hint="feature flags are not supported yet")


async def nothing_to_show(request: IngestRequest) -> Response:
    """Surveys, product tours, web experiments, early-access features: an empty list under the name asked for."""
    find_key(request.ingest, [token for token in (request.query.get("token"), request.query.get("api_key")) if token])
    name = request.path.strip("/").rsplit("/", 1)[-1]
    key = {"web_experiments": "experiments", "early_access_features": "earlyAccessFeatures"}.get(name, name)
    return Response(200, orjson.dumps({key: []}))


async def _token(request: IngestRequest) -> str:
    """The project token of a flags request: in the body, else in the query. Raises Unauthorized."""
    found: list[str] = []
    if request.method == "POST" or "data" in request.query:
        parsed, _ = await read_value(request, max_bytes=MAX_BYTES)
        if isinstance(parsed.value, dict):
            found = [parsed.value[name] for name in ("token", "api_key", "$token") if parsed.value.get(name)]
    found += [request.query[name] for name in ("token", "api_key") if request.query.get(name)]
    strings = [token for token in found if isinstance(token, str)]
    if found and not strings:
        raise Unauthorized("the project token must be a string", code="missing_token")
    find_key(request.ingest, strings)
    return strings[0]


def _bearer(request: IngestRequest) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
