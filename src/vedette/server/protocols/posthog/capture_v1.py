"""`POST /i/v1/analytics/events`: capture with a result for each event.

Shapes and wording: PostHog `rust/capture/src/v1/analytics/types.rs` and posthog-python `capture_v1.py`.
"""

from typing import Any

import orjson

from vedette.server.http.errors import BadRequest, RequestError, Unauthorized
from vedette.server.http.ingest import IngestRequest, Response
from vedette.server.protocols.posthog.body import read_batch
from vedette.server.protocols.posthog.capture import find_key, store
from vedette.server.protocols.posthog.text import dump

OPTIONS = {
    "cookieless_mode": "$cookieless_mode",
    "disable_skew_correction": "$ignore_sent_at",
    "product_tour_id": "$product_tour_id",
    "process_person_profile": "$process_person_profile",
}


async def capture_v1(request: IngestRequest) -> Response:
    """Store a batch and answer `{"results": {uuid: {"result", "details"}}}`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("no project token", hint="send Authorization: Bearer KEY", code="missing_token")
    key = find_key(request.ingest, [token.strip()])
    batch = await read_batch(request)
    if "batch" not in batch.top:
        raise BadRequest('body must be {"batch": […]}', code="invalid_batch")
    lib, _, version = request.headers.get("posthog-sdk-info", "").partition("/")
    batch.events[:] = [_as_v0(event, lib, version) for event in batch.events]
    # Not `created_at`: it stays the same in every attempt, and so says nothing about the client's clock.
    prepared = await store(request, key, batch, sent_at=request.headers.get("posthog-request-timestamp"))
    results: dict[str, Any] = {}
    for result in prepared.results:
        answer: dict[str, str] = {"result": result.verdict}
        if result.details:
            answer["details"] = result.details
        results[result.uuid] = answer
    return Response(200, dump({"results": results}), headers=_echo(request))


def _as_v0(event: Any, lib: str, version: str) -> Any:
    """Move what v1 says beside the properties, and in a header, to where v0 says it."""
    if not isinstance(event, dict):
        return event
    properties = event.get("properties")
    moved: dict[str, Any] = dict(properties) if isinstance(properties, dict) else {}
    if properties is not None and not isinstance(properties, dict):
        return event
    if lib:
        moved = {"$lib": lib, "$lib_version": version, **moved}
    for name in ("session_id", "window_id"):
        if event.get(name) and f"${name}" not in moved:
            moved[f"${name}"] = event[name]
    options = event.get("options")
    if isinstance(options, dict):
        for name, inside in OPTIONS.items():
            if options.get(name) is not None and inside not in moved:
                moved[inside] = options[name]
    return {**event, "properties": moved}


def render_error_v1(error: RequestError, request: IngestRequest) -> Response:
    """The OAuth-like error body of v1."""
    headers = _echo(request)
    if error.retry_after_seconds:
        headers.append(("retry-after", str(error.retry_after_seconds)))
    body = {"error": error.code, "error_description": f"{error.message}. {error.hint}".strip(), "error_uri": ""}
    return Response(error.status, orjson.dumps(body), headers=headers)


def _echo(request: IngestRequest) -> list[tuple[str, str]]:
    name = "posthog-request-id"
    value = request.headers.get(name, "")
    return [(name, value[:200])] if value.isprintable() and value else []
