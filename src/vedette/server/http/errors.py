"""What can be wrong with a request, grouped by what the client can do about it.

Each protocol renders these in its own vocabulary (`google.rpc.Status`, Sentry's `detail`, …); the read API as
`{"error": {"code", "message", "hint"}}`.
"""


class RequestError(Exception):
    """Base: carries the HTTP status, a stable code, a message that says what and where, and what to do."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, hint: str = "", retry_after_seconds: int | None = None, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after_seconds = retry_after_seconds
        if code:
            self.code = code


class BadRequest(RequestError):
    """The request does not read; sending it again cannot help."""


class Unauthorized(RequestError):
    """No key, or one that is not ours."""

    status, code = 401, "unauthorized"


class Forbidden(RequestError):
    """A good key or login, but not for this."""

    status, code = 403, "forbidden"


class NotFound(RequestError):
    """Nothing of that name here."""

    status, code = 404, "not_found"


class Conflict(RequestError):
    """It is there already, or has changed meanwhile."""

    status, code = 409, "conflict"


class TooLarge(RequestError):
    """Over a size limit; smaller batches can help."""

    status, code = 413, "too_large"


class UnsupportedMedia(RequestError):
    """A content type or encoding that this route does not read."""

    status, code = 415, "unsupported_media_type"


class RateLimited(RequestError):
    """Too many requests; slow down."""

    status, code = 429, "rate_limited"


class Overloaded(RequestError):
    """Cannot store more right now. Retry after `retry_after_seconds`."""

    status, code = 503, "overloaded"
