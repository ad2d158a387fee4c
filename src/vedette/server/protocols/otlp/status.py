"""Responses in the client's encoding: `Export…ServiceResponse`, and `google.rpc.Status` for every failure.

Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
"""

import orjson
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status

from vedette.server.http.errors import RequestError
from vedette.server.http.ingest import Response
from vedette.server.protocols.otlp.kinds import Kind
from vedette.server.protocols.otlp.messages import checked

JSON = "application/json"
PROTOBUF = "application/x-protobuf"

# https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, UNAUTHENTICATED = (
    3,
    5,
    7,
    8,
    13,
    14,
    16,
)
CODES = {
    400: INVALID_ARGUMENT,
    401: UNAUTHENTICATED,
    403: PERMISSION_DENIED,
    404: NOT_FOUND,
    413: RESOURCE_EXHAUSTED,
    415: INVALID_ARGUMENT,
    429: RESOURCE_EXHAUSTED,
    500: INTERNAL,
    503: UNAVAILABLE,
}


def export_response(rejected: int = 0, message: str = "") -> bytes:
    """An `Export…ServiceResponse` in protobuf; with nothing to report it is empty, as the format asks."""
    response = checked["ExportResponse"]()
    if rejected or message:
        response.partial_success.rejected = rejected
        response.partial_success.error_message = message
    encoded: bytes = response.SerializeToString()
    return encoded


def export_response_json(kind: Kind, rejected: int = 0, message: str = "") -> bytes:
    """The same in JSON; 64-bit integers are text there."""
    if not rejected and not message:
        return b"{}"
    return orjson.dumps({"partialSuccess": {kind.rejected_json: str(rejected), "errorMessage": message}})


def rpc_status(error: RequestError) -> Status:
    """The failure as a `google.rpc.Status`, with BadRequest or RetryInfo among its details where they apply."""
    text = f"{error.message} ({error.hint})" if error.hint else error.message
    status = Status(code=CODES.get(error.status, INVALID_ARGUMENT), message=text)
    if error.retry_after_seconds:
        retry = RetryInfo()
        retry.retry_delay.seconds = error.retry_after_seconds
        _add_detail(status, retry)
    elif error.status == 400:
        _add_detail(status, BadRequest(field_violations=[{"field": "body", "description": error.message}]))
    return status


def _add_detail(status: Status, detail: BadRequest | RetryInfo) -> None:
    packed = AnyMessage()
    packed.Pack(detail)
    status.details.append(packed)


def error_response(error: RequestError, *, as_json: bool) -> Response:
    """A failure over HTTP, in the request's encoding."""
    headers = [("retry-after", str(error.retry_after_seconds))] if error.retry_after_seconds else []
    status = rpc_status(error)
    if not as_json:
        return Response(error.status, status.SerializeToString(), PROTOBUF, headers)
    body = {"code": status.code, "message": status.message, "details": _json_details(error)}
    return Response(error.status, orjson.dumps(body), JSON, headers)


def _json_details(error: RequestError) -> list[dict[str, object]]:
    kind = "type.googleapis.com/google.rpc."
    if error.retry_after_seconds:
        return [{"@type": f"{kind}RetryInfo", "retryDelay": f"{error.retry_after_seconds}s"}]
    if error.status == 400:
        violation = {"field": "body", "description": error.message}
        return [{"@type": f"{kind}BadRequest", "fieldViolations": [violation]}]
    return []
