"""A bound on the read API's request bodies: they are small, and the login needs no key."""

from typing import Any

from starlette.responses import JSONResponse

from vedette.server.http.access import api_error
from vedette.server.http.errors import TooLarge

MAX_BYTES = 1024 * 1024


class Bounded:
    """ASGI middleware: a body over `MAX_BYTES` is 413 where Content-Length says so, and not read on elsewhere."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on with its body counted."""
        lengths = [value for name, value in scope.get("headers", ()) if name.lower() == b"content-length"]
        if any(value.isdigit() and int(value) > MAX_BYTES for value in lengths):
            message = f"the body is larger than {MAX_BYTES} bytes"
            await JSONResponse(api_error("too_large", message), 413)(scope, receive, send)
            return
        size = 0

        async def counted() -> Any:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BYTES:
                raise TooLarge(f"the body is larger than {MAX_BYTES} bytes")
            return message

        await self._app(scope, counted, send)
